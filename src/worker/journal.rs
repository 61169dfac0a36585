//! The journal: an intent before each effect, its outcome after it.

use std::collections::BTreeSet;

use serde_json::json;

use super::attempt::{Attempt, Stopped};
use crate::commands::budget::begins_to_cost;
use crate::domain::run::Step;
use crate::store::steps::Journalled;
use crate::store::{approvals, audit, environments, plans, runs, steps};

/// What the journal says of a step that begins; its detail is the machine on which it does.
pub(super) const BEGUN: &str = "begun";
/// What it says of one that has ended as it should.
pub(super) const DONE: &str = "done";
/// What it says of a plan that policy denied; its detail is why.
pub(super) const DENIED: &str = "denied";

impl Attempt {
    /// Notes that a step begins. From then on it may have had an effect. The first of this claim is in the
    /// trail: who has the run from here.
    pub(super) async fn begin(&self, step: Step) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.write("begin a step").await?;
        let now = self.shop.ctx.now();
        // Before the run: whoever calls it off takes the two in this order.
        let environment = environments::lock(&mut tx, &self.environment.id).await?;
        let journal = steps::of_run(&mut tx, &self.run.id).await?;
        let first = journal.iter().all(|line| line.epoch != self.run.epoch);
        let held = runs::set_step(&mut tx, &self.run.id, self.run.epoch, step, now).await?
            && steps::write(&mut tx, self.line(step, BEGUN, &self.shop.settings.machine), now)
                .await?;
        if !held {
            return Err(Stopped::ClaimLost);
        }
        if step == Step::Plan {
            // What is planned from here is another plan: nobody has approved it.
            approvals::void(&mut tx, &self.run.id).await?;
            plans::forget(&mut tx, &self.run.id).await?;
            runs::forget_plan(&mut tx, &self.run.id, self.run.epoch).await?;
        }
        if step == Step::Apply && !applies_its_plan(&journal) {
            // From here on it costs, and not before: an apply that never begins costs nothing.
            let until = environment.costs_until(now);
            begins_to_cost(&self.shop.ctx, &mut tx, &environment, until).await?;
        }
        if first {
            let entry = audit::Entry {
                environment: Some(&self.environment.id),
                run: Some(&self.run.id),
                at: now,
                actor: &self.actor(),
                action: "run.begun",
                detail: json!({ "kind": self.run.kind, "step": step, "epoch": self.run.epoch }),
            };
            audit::record(&mut tx, entry).await?;
        }
        tx.commit().await?;
        self.progress.lock().await.step = step;
        self.tell_progress().await
    }

    /// Whether the plan that there is has passed the gate: whatever came after it goes on.
    pub(super) async fn has_passed(&self) -> Result<bool, Stopped> {
        let journal = self.journal().await?;
        let (planned, passed) =
            (last(&journal, Step::Plan, DONE), last(&journal, Step::Gate, DONE));
        Ok(passed.is_some() && passed > planned)
    }

    /// Why policy denied the plan that there is, where it did: a worker that takes over neither asks it nor tells
    /// people a second time.
    pub(super) async fn was_denied(&self) -> Result<Option<String>, Stopped> {
        let journal = self.journal().await?;
        let planned = last(&journal, Step::Plan, DONE);
        let is_denial = |line: &Journalled| line.step == Step::Gate && line.event == DENIED;
        let denied = journal.into_iter().rfind(|line| is_denial(line) && Some(line.seq) > planned);
        Ok(denied.map(|line| line.detail))
    }

    /// Whether it was begun to apply the plan that there is.
    pub(super) async fn applies_its_plan(&self) -> Result<bool, Stopped> {
        Ok(applies_its_plan(&self.journal().await?))
    }

    async fn journal(&self) -> Result<Vec<Journalled>, Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        Ok(steps::of_run(&mut tx, &self.run.id).await?)
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

    /// Whether both looks of this run have found nothing.
    pub(super) async fn is_verified(&self) -> Result<bool, Stopped> {
        let lines = self.journal().await?;
        let looks = lines.iter().filter(|l| l.step == Step::Verify && l.event == "verified");
        // One look that is taken again says the same.
        let different: BTreeSet<&str> = looks.map(|look| look.detail.as_str()).collect();
        Ok(different.len() >= 2)
    }

    /// Whether the journal says that a step was begun, by whichever worker.
    pub(super) async fn was_begun(&self, step: Step) -> Result<bool, Stopped> {
        Ok(last(&self.journal().await?, step, BEGUN).is_some())
    }

    pub(super) fn line<'a>(
        &'a self,
        step: Step,
        event: &'a str,
        detail: &'a str,
    ) -> steps::Line<'a> {
        steps::Line { run: &self.run.id, epoch: self.run.epoch, step, event, detail }
    }
}

/// Where the journal says it last of a step.
pub(super) fn last(journal: &[Journalled], step: Step, event: &str) -> Option<i64> {
    let lines = journal.iter().filter(|line| line.step == step && line.event == event);
    lines.map(|line| line.seq).max()
}

fn applies_its_plan(journal: &[Journalled]) -> bool {
    let (planned, begun) = (last(journal, Step::Plan, DONE), last(journal, Step::Apply, BEGUN));
    begun.is_some() && begun > planned
}
