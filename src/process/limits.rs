//! When a child is interrupted and when it is killed: one total function of what was seen.

use std::time::Duration;

use super::{Cause, Limits};

/// What the supervisor sees at a moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Since the start.
    pub running: Duration,
    /// Since the last byte of output.
    pub silent: Duration,
    /// Since the stamp was renewed.
    pub stamp_age: Duration,
    /// Somebody asks for a graceful end.
    pub interrupt_asked: bool,
    /// Somebody asks for an end at once.
    pub kill_asked: bool,
    /// The interrupt that was sent, and how long ago: there is never a second.
    pub interrupted: Option<(Cause, Duration)>,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Nothing,
    Interrupt(Cause),
    Kill(Cause),
}

impl Limits {
    pub(super) fn act(&self, seen: &Seen) -> Act {
        let cause = |otherwise| seen.interrupted.map_or(otherwise, |(cause, _)| cause);
        if seen.kill_asked {
            return Act::Kill(Cause::Killed);
        }
        if self.stamp.is_some_and(|s| seen.stamp_age >= s.kill_after) {
            return Act::Kill(cause(Cause::StampLost));
        }
        if let Some((cause, since)) = seen.interrupted {
            return if since >= self.grace { Act::Kill(cause) } else { Act::Nothing };
        }
        if seen.interrupt_asked {
            return Act::Interrupt(Cause::Interrupted);
        }
        if self.stamp.is_some_and(|s| seen.stamp_age >= s.interrupt_after) {
            return Act::Interrupt(Cause::StampLost);
        }
        if seen.running >= self.time {
            return Act::Interrupt(Cause::TimeLimit);
        }
        if seen.silent >= self.silence {
            return Act::Interrupt(Cause::SilenceLimit);
        }
        Act::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::StampDeadlines;

    const fn s(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn limits() -> Limits {
        Limits {
            time: s(100),
            silence: s(50),
            grace: s(30),
            stamp: Some(StampDeadlines { interrupt_after: s(60), kill_after: s(80) }),
        }
    }

    #[test]
    fn each_limit_interrupts_with_its_own_cause() {
        let act = |seen: Seen| limits().act(&seen);
        assert_eq!(act(Seen::default()), Act::Nothing);
        let asked = Seen { interrupt_asked: true, ..Seen::default() };
        assert_eq!(act(asked), Act::Interrupt(Cause::Interrupted));
        let long = Seen { running: s(100), ..Seen::default() };
        assert_eq!(act(long), Act::Interrupt(Cause::TimeLimit));
        let silent = Seen { silent: s(50), ..Seen::default() };
        assert_eq!(act(silent), Act::Interrupt(Cause::SilenceLimit));
        let lost = Seen { stamp_age: s(60), ..Seen::default() };
        assert_eq!(act(lost), Act::Interrupt(Cause::StampLost));
        assert_eq!(Limits { stamp: None, ..limits() }.act(&lost), Act::Nothing);
    }

    #[test]
    fn after_the_interrupt_there_is_only_patience_and_then_the_kill() {
        let seen = Seen {
            running: s(500),
            silent: s(500),
            stamp_age: s(70),
            interrupt_asked: true,
            interrupted: Some((Cause::TimeLimit, s(29))),
            ..Seen::default()
        };
        assert_eq!(limits().act(&seen), Act::Nothing);
        let over = Seen { interrupted: Some((Cause::TimeLimit, s(30))), ..seen };
        assert_eq!(limits().act(&over), Act::Kill(Cause::TimeLimit));
    }

    #[test]
    fn a_stamp_too_old_kills_within_the_grace_and_a_wish_to_kill_at_once() {
        let seen = Seen {
            stamp_age: s(80),
            interrupted: Some((Cause::Interrupted, s(1))),
            ..Seen::default()
        };
        assert_eq!(limits().act(&seen), Act::Kill(Cause::Interrupted));
        assert_eq!(
            limits().act(&Seen { kill_asked: true, ..Seen::default() }),
            Act::Kill(Cause::Killed)
        );
    }
}
