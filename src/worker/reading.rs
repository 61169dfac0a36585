//! What an engine says of its plan and of its state: some of it is secret, and none of it is logged.

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::run::Step;
use crate::engine::Inventory;
use crate::process::Supervised;

/// A plan or a state in JSON that is larger than this is a mistake in the template.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

impl Attempt {
    /// The plan that the call of that name has made, as its engine shows it.
    pub(super) async fn shown(&self, place: &Workplace, name: &str) -> Result<Vec<u8>, Stopped> {
        let unreadable = |error: std::io::Error| {
            Stopped::failed(Step::Plan, format!("the plan cannot be read: {error}"))
        };
        let Some(call) = place.installed.engine.show(&place.job) else {
            let folder = self.folder().join(name);
            let made = Supervised::attach(&folder).ok().flatten();
            let made = made.ok_or_else(|| Stopped::failed(Step::Plan, "the plan has vanished"))?;
            return made.read_stdout(LARGEST).map_err(unreadable);
        };
        let limit = place.manifest.limits.plan.real();
        let name = format!("show-{}", self.run.epoch);
        let shown = self.secret_child((Step::Plan, &name), call, limit, &place.manifest).await?;
        shown.take_stdout(LARGEST).map_err(unreadable)
    }

    /// What the state holds now; asked for once in each step.
    pub(super) async fn inventory(
        &self,
        place: &Workplace,
        step: Step,
    ) -> Result<Inventory, Stopped> {
        self.state(place, step, &format!("state-{step}-{}", self.run.epoch)).await
    }

    /// The same, asked for in a child's folder of this name.
    pub(super) async fn state(
        &self,
        place: &Workplace,
        step: Step,
        name: &str,
    ) -> Result<Inventory, Stopped> {
        let engine = &place.installed.engine;
        let Some(call) = engine.state_call(&place.job) else {
            return engine.read_state(&place.job, None).map_err(Stopped::engine(step));
        };
        let limit = place.manifest.limits.plan.real();
        let printed = self.secret_child((step, name), call, limit, &place.manifest).await?;
        let printed = printed
            .take_stdout(LARGEST)
            .map_err(|error| Stopped::failed(step, format!("the state cannot be read: {error}")))?;
        engine.read_state(&place.job, Some(&printed)).map_err(Stopped::engine(step))
    }
}
