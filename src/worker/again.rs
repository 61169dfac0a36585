//! Another try of a run whose failure may pass by itself. While it waits nobody holds it: no claim, no slot, no
//! child; that it waits, and until when, stands in its row, so that it outlives the bot.

use super::attempt::{Attempt, Stopped};
use super::millis;
use crate::domain::Span;
use crate::domain::run::{Again, Failure, RunKind, Step};
use crate::store::{environments, run_log, runs, steps};

/// What the journal says of a try that is followed by another.
pub(super) const RETRIED: &str = "retried";

impl Attempt {
    /// Puts the run to rest, where its failure may pass and tries are left: then it has stopped, and whoever
    /// claims it next tries again. Otherwise it has failed.
    pub(super) async fn rests(&self, failure: &Failure) -> Result<(), Stopped> {
        let settings = &self.shop.settings;
        let Some(why) = failure.transient.filter(|_| self.retried < settings.retries) else {
            return Ok(());
        };
        if !self.can_try_again(failure).await? {
            return Ok(());
        }
        // Twice as long each time: whoever throttles wants less.
        let pause = settings.retry_backoff.saturating_mul(1 << self.retried.min(16));
        let again = Again { after: Span::from_millis(millis(pause)), why };

        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.write("let a run rest").await?;
        // Whoever calls it off holds the same lock, and wakes what rests. What is called off is not tried again.
        environments::lock(&mut tx, &self.environment.id).await?;
        if runs::get(&mut tx, &self.run.id).await?.cancel_by.is_some() {
            return Ok(());
        }
        let not_before = tx.real_now().await? + millis(pause);
        {
            let mut progress = self.progress.lock().await;
            progress.current.clear();
            progress.again = Some(again);
        }
        let now = ctx.now();
        let detail = format!("{why}: {}", failure.summary);
        let told = self.write_progress(&mut tx, None).await?;
        let line = format!("Trying again in {}: {}", again.after, failure.summary);
        run_log::append(&mut tx, &self.run.id, now, &[line]).await?;
        let held = steps::write(&mut tx, self.line(failure.step, RETRIED, &detail), now).await?
            && runs::rest(&mut tx, &self.run.id, self.run.epoch, not_before).await?;
        if !told || !held {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        ctx.nudges.all();
        Err(Stopped::Rests)
    }

    /// Whether nothing speaks against beginning anew. A create that has begun to apply has made something, and
    /// goes the usual way to its end; an update that has leaves its environment to people; what was destroyed and
    /// is not gone counts as a failed destroy.
    async fn can_try_again(&self, failure: &Failure) -> Result<bool, Stopped> {
        match self.run.kind {
            RunKind::Create | RunKind::Update => Ok(!self.was_begun(Step::Apply).await?),
            RunKind::Destroy => Ok(failure.step != Step::Verify),
            RunKind::Drift => Ok(true),
        }
    }

    /// The name of a call's folder in this try: a folder serves one child.
    pub(super) fn named(&self, call: &str) -> String {
        match self.tried {
            0 => call.to_owned(),
            tried => format!("{call}-{tried}"),
        }
    }
}
