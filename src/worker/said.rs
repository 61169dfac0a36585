//! What an engine's output comes to for people: a line in the log, the failure of a call.

use std::time::Duration;

use super::heard::Heard;
use crate::domain::run::{Failure, Step};
use crate::engine::{Action, Event, transient};
use crate::process::{Cause, Exit, Limits};

/// A line for the log; `None` for what is no news to a reader.
pub(super) fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started { resource, action, .. } => format!("{resource}: {} …", verb(*action)),
        Event::Progress { resource, elapsed, .. } => {
            format!("{resource}: still at it after {} s", elapsed.as_secs())
        }
        Event::Completed { resource, elapsed, id, .. } => {
            // After a crash the log is the best record of what there is.
            let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            format!("{resource}: done in {} s{id}", elapsed.as_secs())
        }
        Event::Errored { resource, .. } => format!("{resource}: failed"),
        Event::Planned { resource, action, .. } => format!("{resource}: to {}", verb(*action)),
        Event::Drifted { resource, .. } => format!("{resource}: changed outside"),
        Event::Log(text) => text.clone(),
        Event::Diagnostic(_) | Event::Summary(_) | Event::Outputs(_) => return None,
    })
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Read => "read",
        Action::Forget => "forget",
        Action::Import => "import",
        Action::Nothing => "keep",
    }
}

/// What a person is told of a call that did not succeed.
pub(super) fn failure(step: Step, exit: &Exit, limits: Limits, heard: Heard) -> Failure {
    let failure = told(step, exit, limits, heard);
    Failure { transient: transient(&failure, exit), ..failure }
}

fn told(step: Step, exit: &Exit, limits: Limits, heard: Heard) -> Failure {
    let bare = |summary, tail| Failure {
        step,
        summary,
        detail: String::new(),
        resource: None,
        place: None,
        tail,
        transient: None,
    };
    let span = |limit: Duration| crate::domain::Span::from_millis(super::millis(limit));
    let tail: Vec<String> = heard.tail.into();
    let limit = match exit.cause {
        Cause::TimeLimit => {
            Some(format!("The {step} took longer than its limit of {}.", span(limits.time)))
        }
        Cause::SilenceLimit => Some(format!(
            "The {step} said nothing for {}, its limit on silence.",
            span(limits.silence)
        )),
        Cause::NotStarted => exit.message.clone(),
        Cause::Lost => Some(format!("The {step} was killed from outside.")),
        _ => None,
    };
    if let Some(summary) = limit {
        return bare(summary, tail);
    }
    match heard.diagnostic {
        Some(diagnostic) => Failure { tail, ..*diagnostic },
        None => {
            let how = match (exit.code, exit.signal) {
                (Some(code), _) => format!("code {code}"),
                (None, Some(signal)) => format!("signal {signal}"),
                (None, None) => exit.cause.to_string(),
            };
            let summary = format!("The {step} ended with {how} and no explanation.");
            bare(summary, tail)
        }
    }
}
