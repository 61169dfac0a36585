//! A run whose engine was asked to end though nobody has called the run off: the bot takes its children along when
//! it ends, or a machine is shut down. It has not failed. Another try goes on with what is there, once
//! that is known for certain.

use super::Shop;
use super::attempt::{Attempt, Stopped};
use crate::domain::run::{OnStop, RunKind, Step};
use crate::store::{effects, environments, run_log, runs, steps};

/// What the journal says of a call that was interrupted, and is followed by another try.
pub(super) const INTERRUPTED: &str = "interrupted";
/// A run that is interrupted so often comes to no end this way.
const MOST: usize = 5;

impl Shop {
    /// Whether this process ends, and all of its children with it.
    pub(super) fn takes_children_along(&self) -> bool {
        self.settings.on_stop == OnStop::Interrupt && *self.stop.borrow()
    }

    /// Resolves when it does.
    pub(super) async fn children_have_to_end(&self) {
        let mut stop = self.stop.clone();
        let asked =
            self.settings.on_stop == OnStop::Interrupt && stop.wait_for(|stop| *stop).await.is_ok();
        if !asked {
            std::future::pending().await
        }
    }
}

impl Attempt {
    /// Whether a call of this step is ended with the bot. The others only read, or take a moment.
    pub(super) fn ends_with_the_bot(step: Step) -> bool {
        matches!(step, Step::Plan | Step::Apply | Step::Destroy)
    }

    /// Begins no call that would be interrupted at once: the run is left to its next claim.
    pub(super) async fn leaves_before(&self, call: &str) -> Result<(), Stopped> {
        if !self.shop.takes_children_along() || self.has_begun(call) {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.write("leave a run to the next start").await?;
        let now = tx.real_now().await?;
        let left = runs::rest(&mut tx, &self.run.id, self.run.epoch, now).await?;
        tx.commit().await?;
        Err(if left { Stopped::Rests } else { Stopped::ClaimLost })
    }

    /// Lets go of the run whose call was interrupted: whoever claims it next tries again.
    pub(super) async fn goes_on_later(&self, step: Step) -> Result<Stopped, Stopped> {
        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.write("let an interrupted run go on").await?;
        // Whoever calls it off holds the same lock, and the next try is called off before it begins.
        environments::lock(&mut tx, &self.environment.id).await?;
        let journal = steps::of_run(&mut tx, &self.run.id).await?;
        if journal.iter().filter(|line| line.event == INTERRUPTED).count() >= MOST {
            let why = format!("It was interrupted {MOST} times before it could end.");
            return Ok(Stopped::failed(step, why));
        }
        {
            let mut progress = self.progress.lock().await;
            progress.current.clear();
            if self.run.kind != RunKind::Destroy {
                (progress.done, progress.total) = (0, None);
            }
        }
        let told = self.write_progress(&mut tx, None).await?;
        let line = format!("The {step} was interrupted; it is gone on with.");
        run_log::append(&mut tx, &self.run.id, ctx.now(), &[line]).await?;
        let now = tx.real_now().await?;
        let held = runs::forget_plan(&mut tx, &self.run.id, self.run.epoch).await?
            && steps::write(&mut tx, self.line(step, INTERRUPTED, ""), ctx.now()).await?
            && runs::rest(&mut tx, &self.run.id, self.run.epoch, now).await?;
        if !told || !held {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        ctx.nudges.all();
        Ok(Stopped::Rests)
    }

    /// Before something is made by another try: what an interrupted one had begun has to be known, or it would be
    /// made twice.
    pub(super) async fn knows_what_was_made(&self) -> Result<(), Stopped> {
        if !self.was_begun(Step::Apply).await? {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.read().await?;
        let open = effects::of_environment(&mut tx, &self.environment.id).await?;
        let open: Vec<String> = open
            .into_iter()
            .filter(|effect| effect.run_id == self.run.id)
            .map(|effect| effect.address)
            .collect();
        match open.is_empty() {
            true => Ok(()),
            false => {
                let why = format!(
                    "It was interrupted while {} was being made, and nobody knows whether that exists.",
                    open.join(", ")
                );
                Err(Stopped::failed(Step::Apply, why))
            }
        }
    }
}
