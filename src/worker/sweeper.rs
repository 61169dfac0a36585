//! Sweeps for orphans by a cron schedule of business time. Any number of processes may do so: each place is
//! swept by one at a time.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use super::places::{self, Place, Sweeping};
use super::schedule::Schedule;
use super::{Settings, millis};
use crate::commands::Ctx;
use crate::commands::orphans::{LISTED, line};
use crate::domain::clock::real_now;
use crate::domain::notice::{Notice, Route};
use crate::domain::orphan::OrphanStatus;
use crate::domain::{Actor, OrphanId, OutboxId, Role, Span, Timestamp};
use crate::engine::sweep::Swept;
use crate::store::orphans::Sighting;
use crate::store::{StoreError, Tx, audit, environments, orphans, outbox, settings, sweeps};

/// What sweeps for orphans need.
pub struct Sweeper {
    pub ctx: Ctx,
    pub settings: Arc<Settings>,
    /// When each place is swept, in business time.
    pub schedule: Schedule,
    /// How long an orphan has to be known before anybody is told.
    pub grace: Span,
    /// A worker sweeps the preview sites of its own machine, a scheduler the clouds.
    pub roles: Vec<Role>,
}

impl Sweeper {
    /// Looks by `looks`, in real time, which places are due, until `stop` turns true.
    pub async fn run(self, looks: Schedule, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(looks.pause(real_now())) => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                swept = self.sweep_due() => if let Err(error) = swept {
                    tracing::warn!(%error, "could not sweep for orphans; it is tried again");
                }
            }
        }
    }

    /// Sweeps what is due, a place after the other.
    pub async fn sweep_due(&self) -> Result<(), StoreError> {
        let mut tx = self.ctx.db.read().await?;
        let made = environments::templates(&mut tx).await?;
        drop(tx);
        for place in places::of(&self.ctx, &self.settings, &self.roles, &made) {
            if let Some(until) = self.begin(&place).await? {
                self.sweep(&place, until).await?;
            }
        }
        Ok(())
    }

    /// Takes a place that is due; the value names the claim. One that nobody knew is due when its schedule says
    /// so for the first time from now.
    async fn begin(&self, place: &Place) -> Result<Option<i64>, StoreError> {
        let now = self.ctx.now();
        let known = sweeps::find(&mut self.ctx.db.read().await?, &place.target).await?;
        // One of a later time than now (a clock was put back) holds nobody up; two clocks differ by less.
        let due = |since: Timestamp| {
            since > now + Span::hours(1)
                || self.schedule.after(since).is_some_and(|next| next <= now)
        };
        // Looked at by a reader first: mostly there is nothing to do.
        if known.as_ref().is_some_and(|known| known.what == place.what && !due(known.begun_at)) {
            return Ok(None);
        }
        let mut tx = self.ctx.db.write("begin a sweep").await?;
        let known = sweeps::know(&mut tx, &place.target, &place.what, now).await?;
        let real_now = tx.real_now().await?;
        let until = real_now + millis(place.longest(&self.settings));
        let begun =
            due(known.begun_at) && sweeps::begin(&mut tx, &known, now, (real_now, until)).await?;
        tx.commit().await?;
        Ok(begun.then_some(until))
    }

    async fn sweep(&self, place: &Place, until: i64) -> Result<(), StoreError> {
        let installation = {
            let mut tx = self.ctx.db.read().await?;
            settings::get(&mut tx, settings::INSTALLATION).await?.unwrap_or_default()
        };
        let sweeping = Sweeping { settings: &self.settings, installation: &installation };
        let found = sweeping.sweep(place, &self.fresh()).await;
        let mut tx = self.ctx.db.write("record a sweep").await?;
        let outcome = match &found {
            Ok(_) => Ok(self.ctx.now()),
            Err(why) => Err(why.as_str()),
        };
        // Whoever has taken it over meanwhile records what it finds itself.
        if !sweeps::end(&mut tx, (&place.target, until), outcome).await? {
            return Ok(());
        }
        match found {
            Ok(found) => self.record(&mut tx, place, found).await?,
            Err(why) => tracing::warn!(place = %place.what, %why, "a sweep for orphans failed"),
        }
        tx.commit().await?;
        self.ctx.nudges.outbox.notify_one();
        Ok(())
    }

    /// Notes what has no living environment, forgets what is not there any more, and tells of what is there for
    /// long enough.
    async fn record(
        &self,
        tx: &mut Tx,
        place: &Place,
        found: Vec<Swept>,
    ) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let living = environments::living_names(tx).await?;
        let owned = |one: &Swept| one.environment.as_ref().is_some_and(|e| living.contains(e));
        for one in found.iter().filter(|one| !owned(one)) {
            let sighting = Sighting {
                target: &place.target,
                resource: &one.id,
                kind: one.kind.as_deref(),
                import_id: one.adopt.as_deref(),
                environment: one.environment.as_deref(),
            };
            orphans::sighted(tx, &self.ctx.random(OrphanId::random), sighting, now).await?;
        }
        orphans::forget_unseen(tx, &place.target, now).await?;
        self.tell(tx).await
    }

    async fn tell(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let ripe = orphans::ripe(tx, now, self.grace).await?;
        if ripe.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for orphan in ripe.iter().take(LISTED) {
            lines.push(line(tx, orphan).await?);
        }
        for orphan in &ripe {
            orphans::set_status(tx, &orphan.id, OrphanStatus::Reported).await?;
        }
        let resources: Vec<&str> = ripe.iter().map(|orphan| orphan.resource.as_str()).collect();
        let entry = audit::Entry {
            environment: None,
            run: None,
            at: now,
            actor: &Actor::Scheduler,
            action: "orphans.found",
            detail: json!({ "resources": resources }),
        };
        audit::record(tx, entry).await?;
        let Some(channel) = &self.ctx.operators_channel else { return Ok(()) };
        let more = ripe.len() - lines.len();
        let message = outbox::NewMessage {
            id: self.ctx.random(OutboxId::random),
            environment: None,
            route: Route::Channel { channel: channel.clone() },
            notice: Notice::Orphans { orphans: lines, more },
            created_at: now,
        };
        outbox::push(tx, message).await
    }

    /// For a folder that nobody else has.
    fn fresh(&self) -> String {
        self.ctx.reference()
    }
}

/// The folders of sweeps' children.
pub(super) fn folder(data: &Path) -> std::path::PathBuf {
    data.join("sweeps")
}
