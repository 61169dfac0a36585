//! The journal: an intent before each effect, its outcome after it.

use super::attempt::{Attempt, Stopped};
use crate::domain::run::Step;
use crate::store::{runs, steps};

impl Attempt {
    /// Notes that a step begins. From then on it may have had an effect.
    pub(super) async fn begin(&self, step: Step) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.write("begin a step").await?;
        let now = self.shop.ctx.now();
        let held = runs::set_step(&mut tx, &self.run.id, self.run.epoch, step, now).await?
            && steps::write(&mut tx, self.line(step, "begun", ""), now).await?;
        if !held {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        self.progress.lock().await.step = step;
        self.tell_progress().await
    }

    /// Notes how a step ended.
    pub(super) async fn end(&self, step: Step, event: &str, detail: &str) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.write("end a step").await?;
        let now = self.shop.ctx.now();
        if !steps::write(&mut tx, self.line(step, event, detail), now).await? {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether the journal says that a step was begun, by whichever worker.
    pub(super) async fn was_begun(&self, step: Step) -> Result<bool, Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let lines = steps::of_run(&mut tx, &self.run.id).await?;
        Ok(lines.iter().any(|line| line.step == step && line.event == "begun"))
    }

    fn line<'a>(&'a self, step: Step, event: &'a str, detail: &'a str) -> steps::Line<'a> {
        steps::Line { run: &self.run.id, epoch: self.run.epoch, step, event, detail }
    }
}
