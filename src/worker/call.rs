//! One call of an engine, from its start to the verdict on its end.

use std::time::Duration;

use super::attempt::{Attempt, Stopped};
use super::heard::Heard;
use super::heartbeat::Pulse;
use super::said::failure;
use crate::domain::run::Step;
use crate::engine::{Engine, Invocation};
use crate::process::{Cause, Exit, Limits};
use crate::template::Manifest;

/// A call that has ended.
struct Ended {
    step: Step,
    exit: Exit,
    limits: Limits,
    heard: Heard,
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Something,
}

impl Attempt {
    /// Runs an engine to its end and demands success.
    pub(super) async fn child(
        &self,
        step: Step,
        name: &str,
        invocation: Invocation,
        limit: Duration,
        manifest: &Manifest,
    ) -> Result<Exit, Stopped> {
        let ended = self.ended(step, name, invocation, limit, manifest).await?;
        let good = ended.exit.success();
        self.judge(ended, good).await
    }

    /// Runs an engine's comparison to its end. That it found something is a success, too: by the exit
    /// code, which is the engine's own.
    pub(super) async fn comparison(
        &self,
        engine: &dyn Engine,
        invocation: Invocation,
        limit: Duration,
        manifest: &Manifest,
    ) -> Result<Found, Stopped> {
        let name = self.named("drift");
        let ended = self.ended(Step::Plan, &name, invocation, limit, manifest).await?;
        let by_itself = ended.exit.cause == Cause::Exited;
        let drifted = ended.exit.code.filter(|_| by_itself).and_then(|code| engine.drifted(code));
        self.judge(ended, drifted.is_some()).await?;
        Ok(if drifted == Some(true) { Found::Something } else { Found::Nothing })
    }

    async fn ended(
        &self,
        step: Step,
        name: &str,
        invocation: Invocation,
        limit: Duration,
        manifest: &Manifest,
    ) -> Result<Ended, Stopped> {
        let limits = self.limits(limit, manifest);
        let folder = self.folder().join(name);
        let supervised = self.start(&folder, &invocation.within(limits)).await?;
        let mut heard = self.hearing();
        let exit = self.follow(step, &supervised, &mut heard).await?;
        Ok(Ended { step, exit, limits, heard })
    }

    async fn judge(&self, ended: Ended, good: bool) -> Result<Exit, Stopped> {
        let Ended { step, exit, limits, mut heard } = ended;
        if good {
            return Ok(exit);
        }
        // The engine has ended: only now may anybody be told that the run was called off.
        if let Pulse::Cancelled(by) = &*self.pulse.borrow() {
            return Err(Stopped::Cancelled(by.clone()));
        }
        if exit.cause == Cause::Interrupted {
            return Err(self.goes_on_later(step).await?);
        }
        let refused = std::mem::take(&mut heard.refused);
        let doubtful = heard.doubtful;
        let mut failure = failure(step, &exit, limits, heard);
        if !doubtful {
            self.settle_refused(&refused, (&failure, &exit)).await?;
        }
        if exit.signal.is_some() || exit.cause == Cause::Lost {
            // The state may know nothing of them.
            failure.detail = self.left_open().await.unwrap_or(failure.detail);
        }
        Err(Stopped::Failed(Box::new(failure)))
    }
}
