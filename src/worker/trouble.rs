//! A run that something of Mayfly's own is in the way of: it rests, and goes on here by itself. Where that does not
//! help, its owner and the operators are told, once.

use std::time::Duration;

use super::complete::to_operators;
use super::{Shop, folders, millis};
use crate::commands::transition::{Place, tell};
use crate::domain::notice::{Hindrance, Notice};
use crate::domain::run::Step;
use crate::domain::{RunId, Span};
use crate::store::{StoreError, Tx, environments, run_log, runs, steps};

/// How long a run rests after something was in its way.
const PAUSE: Duration = Duration::from_secs(2);
/// How long it rests at most, however often that was.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl Shop {
    /// Lets go of a claim, so that the run goes on here after a pause. On another machine nobody could follow the
    /// child: there the claim has to run out. The longer the trouble, the longer the pause.
    pub(super) async fn give_back(&self, held: (&RunId, i64), why: &str) {
        let pause = self.pause(held.0);
        let begun = tokio::time::Instant::now();
        while let Err(error) = self.try_give_back(held, why, pause).await {
            if begun.elapsed() > self.settings.claim {
                let id = held.0;
                tracing::warn!(%id, %error, "a claim could not be given back; it runs out by itself");
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_give_back(
        &self,
        (id, epoch): (&RunId, i64),
        why: &str,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let mut tx = self.ctx.db.write("give a claim back").await?;
        self.note_trouble(&mut tx, (id, epoch), why, pause).await?;
        let again = tx.real_now().await? + millis(pause);
        let machine = format!("@{}", self.settings.machine);
        runs::give_back(&mut tx, id, epoch, again, &machine).await?;
        tx.commit().await?;
        self.ctx.nudges.outbox.notify_one();
        Ok(())
    }

    /// Into the journal and the run's log; and to people, when it has come often enough.
    async fn note_trouble(
        &self,
        tx: &mut Tx,
        (id, epoch): (&RunId, i64),
        why: &str,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let run = runs::get(tx, id).await?;
        let step = run.step.unwrap_or(Step::Prepare);
        let line = steps::Line { run: id, epoch, step, event: steps::TROUBLED, detail: why };
        if !steps::write(tx, line, now).await? {
            // It is another's by now.
            return Ok(());
        }
        let pause = Span::from_millis(millis(pause));
        // What it was is for operators: it names paths and addresses.
        let told =
            format!("Something of Mayfly's own was in the way; it is gone on with in {pause}.");
        run_log::append(tx, id, now, &[told]).await?;
        if steps::troubles(&steps::of_run(tx, id).await?) != steps::LASTING_TROUBLE {
            return Ok(());
        }
        let environment = environments::get(tx, &run.environment_id).await?;
        let notice = |hindrance| Notice::Troubled { kind: run.kind, hindrance };
        tell(&self.ctx, tx, &environment, Place::Thread, notice(None)).await?;
        let hindrance = Hindrance { on: self.settings.name.clone(), why: why.to_owned() };
        to_operators(&self.ctx, tx, &environment, notice(Some(hindrance))).await
    }

    /// How long a run rests that has come into trouble once more.
    fn pause(&self, id: &RunId) -> Duration {
        // A panic elsewhere leaves the numbers as good as they were.
        let mut troubles = self.troubles.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let times = troubles.entry(id.clone()).or_insert(0);
        *times += 1;
        let pause = PAUSE.saturating_mul(1 << (*times - 1).min(16)).min(LONGEST_PAUSE);
        match self.settings.stamp {
            // Nobody renews the stamp of an engine that works meanwhile.
            Some(stamp) if folders::working(self, id).is_some() => {
                pause.min(stamp.interrupt_after / 2)
            }
            _ => pause,
        }
    }

    pub(super) fn untroubled(&self, id: &RunId) {
        self.troubles.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(id);
    }
}
