//! A run: one attempt to change an environment, and the steps it is made of.

use serde::{Deserialize, Serialize};

use super::Span;
use super::text_enum::text_enum;
use super::transient::Transient;

text_enum! {
    /// What a run is for.
    RunKind { Create = "create", Update = "update", Destroy = "destroy", Drift = "drift" }
}

text_enum! {
    /// Where a run stands.
    RunStatus {
        Queued = "queued",
        Running = "running",
        /// For a person; it holds no claim, no slot and no child.
        Waiting = "waiting",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// A journalled part of a run.
    Step {
        Prepare = "prepare",
        Plan = "plan",
        Gate = "gate",
        Apply = "apply",
        Collect = "collect",
        Destroy = "destroy",
        Verify = "verify",
    }
}

text_enum! {
    /// How much of the machine a run takes: a limit of its own for each.
    Weight { Light = "light", Heavy = "heavy" }
}

text_enum! {
    /// What becomes of the engines that work when the bot is asked to end.
    OnStop {
        /// They go on under their supervisors, and the next start follows them.
        Leave = "leave",
        /// They are asked to end, because everything here ends with the bot: in a container.
        Interrupt = "interrupt",
    }
}

text_enum! {
    /// What happens to a run.
    RunEvent {
        Claimed = "claimed",
        Paused = "paused",
        /// It is tried again after a while.
        Rested = "rested",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// A move that the table of runs does not know. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run that is {from} cannot be {event}")]
pub struct InvalidRunTransition {
    pub from: RunStatus,
    pub event: RunEvent,
}

impl RunStatus {
    /// Whether it has ended.
    pub fn is_terminal(self) -> bool {
        matches!(self, RunStatus::Succeeded | RunStatus::Failed | RunStatus::Cancelled)
    }

    /// The table of all transitions. A running run can be claimed again: its worker was lost.
    pub fn on(self, event: RunEvent) -> Result<RunStatus, InvalidRunTransition> {
        use RunStatus as S;
        match (self, event) {
            (S::Queued | S::Waiting | S::Running, RunEvent::Claimed) => Ok(S::Running),
            (S::Running, RunEvent::Paused) => Ok(S::Waiting),
            (S::Running, RunEvent::Rested) => Ok(S::Queued),
            (S::Running, RunEvent::Succeeded) => Ok(S::Succeeded),
            (S::Running, RunEvent::Failed) => Ok(S::Failed),
            (S::Queued | S::Waiting | S::Running, RunEvent::Cancelled) => Ok(S::Cancelled),
            (from, event) => Err(InvalidRunTransition { from, event }),
        }
    }
}

/// What went wrong in a run, as far as a person can use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// In which step.
    pub step: Step,
    /// One line: the engine's diagnostic or our own reason.
    pub summary: String,
    #[serde(default)]
    pub detail: String,
    /// The resource's address.
    #[serde(default)]
    pub resource: Option<String>,
    /// `file:line` in the template.
    #[serde(default)]
    pub place: Option<String>,
    /// The last lines of output, oldest first.
    #[serde(default)]
    pub tail: Vec<String>,
    /// Why trying again may help; `None`: it would not, as far as anybody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transient: Option<Transient>,
}

impl Failure {
    /// With nothing but a sentence.
    pub fn of(step: Step, summary: impl Into<String>) -> Failure {
        Failure {
            step,
            summary: summary.into(),
            detail: String::new(),
            resource: None,
            place: None,
            tail: Vec::new(),
            transient: None,
        }
    }
}

/// How far a run has come, for its one progress message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub kind: RunKind,
    pub step: Step,
    /// Resources that are done, of `total`.
    pub done: usize,
    /// Known once it is planned.
    pub total: Option<usize>,
    /// The addresses of what is being changed just now.
    pub current: Vec<String>,
    /// How the run ended, once it has.
    pub ended: Option<RunStatus>,
    /// What it waits for, while it does: it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// Another try of the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// From the failure to the next try.
    pub after: Span,
    pub why: Transient,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_exactly_this() {
        use RunEvent as E;
        use RunStatus as S;
        let legal = [
            (S::Queued, E::Claimed, S::Running),
            (S::Waiting, E::Claimed, S::Running),
            (S::Running, E::Claimed, S::Running),
            (S::Running, E::Paused, S::Waiting),
            (S::Running, E::Rested, S::Queued),
            (S::Running, E::Succeeded, S::Succeeded),
            (S::Running, E::Failed, S::Failed),
            (S::Queued, E::Cancelled, S::Cancelled),
            (S::Waiting, E::Cancelled, S::Cancelled),
            (S::Running, E::Cancelled, S::Cancelled),
        ];
        for from in S::ALL {
            for event in E::ALL {
                let expected = legal.iter().find(|(f, e, _)| f == from && e == event).map(|l| l.2);
                assert_eq!(from.on(*event).ok(), expected, "{from} {event}");
            }
        }
    }
}
