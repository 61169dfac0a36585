//! Whether a call that failed is worth another try: from how it ended, then from what it said.

use crate::domain::Transient;
use crate::domain::run::Failure;
use crate::process::{Cause, Exit};

/// Why trying again may help; `None`: it would not. A diagnostic is believed alone, for the output before it may
/// tell of anything; without one the last lines have to do.
pub fn transient(failure: &Failure, exit: &Exit) -> Option<Transient> {
    match exit.cause {
        Cause::Lost | Cause::StampLost => return Some(Transient::Killed),
        Cause::Exited if exit.signal.is_some() => return Some(Transient::Killed),
        Cause::Exited => {}
        // Somebody wanted its end, a limit is a limit, and what is not there does not come by itself.
        Cause::Interrupted
        | Cause::Killed
        | Cause::TimeLimit
        | Cause::SilenceLimit
        | Cause::NotStarted => return None,
    }
    let diagnosed = failure.place.is_some() || !failure.detail.is_empty();
    let tail = failure.tail.iter().map(String::as_str).filter(|_| !diagnosed);
    Transient::of_words([failure.summary.as_str(), failure.detail.as_str()].into_iter().chain(tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::run::Step;

    fn exit(cause: Cause, code: Option<i32>, signal: Option<i32>) -> Exit {
        let at = Timestamp(0);
        Exit { code, signal, cause, message: None, started: at, ended: at, leftovers: 0 }
    }

    fn said(summary: &str, detail: &str, tail: &[&str]) -> Failure {
        Failure {
            step: Step::Plan,
            summary: summary.into(),
            detail: detail.into(),
            resource: None,
            place: None,
            tail: tail.iter().map(|line| (*line).to_owned()).collect(),
            transient: None,
        }
    }

    #[test]
    fn how_it_ended_goes_before_what_it_said() {
        let refused = said("Error", "dial tcp: connection refused", &[]);
        let nothing = said("The plan ended.", "", &[]);
        for (cause, signal, failure, expected) in [
            (Cause::Exited, None, &refused, Some(Transient::Unreachable)),
            (Cause::Exited, None, &nothing, None),
            (Cause::Exited, Some(9), &nothing, Some(Transient::Killed)),
            (Cause::Lost, None, &nothing, Some(Transient::Killed)),
            (Cause::StampLost, None, &nothing, Some(Transient::Killed)),
            (Cause::Interrupted, Some(2), &refused, None),
            (Cause::Killed, Some(9), &refused, None),
            (Cause::TimeLimit, None, &refused, None),
            (Cause::SilenceLimit, None, &refused, None),
            (Cause::NotStarted, None, &refused, None),
        ] {
            let code = signal.is_none().then_some(1);
            assert_eq!(
                transient(failure, &exit(cause, code, signal)),
                expected,
                "{cause} {signal:?}"
            );
        }
    }

    #[test]
    fn a_diagnostic_is_believed_before_the_output() {
        let exited = exit(Cause::Exited, Some(1), None);
        let line = ["retrying: connection refused"];
        let diagnosed = said("creating S3 Bucket", "BucketAlreadyExists", &line);
        assert_eq!(transient(&diagnosed, &exited), None);
        let bare = said("The prepare ended with code 1 and no explanation.", "", &line);
        assert_eq!(transient(&bare, &exited), Some(Transient::Unreachable));
    }
}
