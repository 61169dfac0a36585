//! The run's one progress message.

use super::attempt::{Attempt, Stopped};
use crate::commands::transition::{Place, tell};
use crate::domain::notice::Notice;
use crate::domain::run::RunStatus;
use crate::engine::Event;
use crate::store::{Tx, runs};

impl Attempt {
    /// Counts what an event says; `true`: the message has something new to say.
    pub(super) async fn count(&self, event: &Event) -> bool {
        let mut progress = self.progress.lock().await;
        match event {
            Event::Started { resource, .. } => {
                progress.current.retain(|address| address != resource);
                progress.current.push(resource.clone());
            }
            Event::Completed { resource, .. } => {
                progress.current.retain(|address| address != resource);
                progress.done += 1;
            }
            Event::Errored { resource, .. } => {
                progress.current.retain(|address| address != resource);
            }
            _ => return false,
        }
        true
    }

    /// What an engine that was killed had begun and not ended, in words; `None`: nothing.
    pub(super) async fn left_open(&self) -> Option<String> {
        let progress = self.progress.lock().await;
        let open = progress.current.join(", ");
        (!open.is_empty()).then(|| {
            format!(
                "It had begun {open}, of which its state may know nothing: look for it by its tags."
            )
        })
    }

    /// Keeps how far it has come, and has it told.
    pub(super) async fn tell_progress(&self) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.write("note progress").await?;
        if !self.write_progress(&mut tx, None).await? {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        self.shop.ctx.nudges.outbox.notify_one();
        Ok(())
    }

    /// The same within the transaction that ends the run.
    pub(super) async fn write_progress(
        &self,
        tx: &mut Tx,
        ended: Option<RunStatus>,
    ) -> Result<bool, Stopped> {
        let mut progress = self.progress.lock().await;
        if ended.is_some() {
            progress.current.clear();
            progress.again = None;
            progress.ended = ended;
        }
        let held = runs::set_progress(tx, &self.run.id, self.run.epoch, &progress).await?;
        let notice = Notice::Progress { run: self.run.id.clone() };
        tell(&self.shop.ctx, tx, &self.environment, Place::Thread, notice).await?;
        Ok(held)
    }
}
