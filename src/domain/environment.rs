//! The life of an environment: its states, what moves it between them, and nothing else.

use serde::{Deserialize, Serialize};

use super::ttl::Lifetime;
use super::{Person, Timestamp, text_enum::text_enum};

text_enum! {
    /// The name of a state, as it is stored and shown.
    Status {
        /// Asked for, and nothing done yet.
        Requested = "requested",
        /// Its create run is under way.
        Provisioning = "provisioning",
        Ready = "ready",
        Updating = "updating",
        Destroying = "destroying",
        Destroyed = "destroyed",
        /// Policy or an approver said no.
        Rejected = "rejected",
        /// Called off before any effect.
        Cancelled = "cancelled",
        /// A create that went wrong, on its way to destroying.
        Failed = "failed",
        /// Destroying failed too often; a person has to look.
        Quarantined = "quarantined",
    }
}

impl Status {
    /// Whether nothing can happen to it any more, but that something of it is found after all.
    pub fn is_terminal(self) -> bool {
        matches!(self, Status::Destroyed | Status::Rejected | Status::Cancelled)
    }
}

/// The most characters of the reason for which an environment is marked as gone.
pub const LONGEST_REASON: usize = 500;

/// Why an environment ends or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum EndReason {
    /// Its time was over.
    Expired,
    /// Its time was over, and nobody could be told so beforehand.
    ExpiredUnwarned,
    /// Somebody asked for it.
    Asked { by: Person },
    /// Its create went wrong.
    CreateFailed { why: String },
    /// Its create was called off after something had been made.
    CreateCancelled { by: Person },
    /// An operator says that it is gone. Nothing was destroyed for it, and nothing verified. `by` is `None` for the console.
    MarkedGone { by: Option<Person>, why: String },
    /// Something of it was found after its end, and an operator had that destroyed. `by` is `None` for the console.
    Orphan { by: Option<Person>, resource: String },
}

/// A state with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Requested,
    Provisioning,
    Ready(Lifetime),
    Updating(Lifetime),
    Failed(EndReason),
    Destroying(EndReason),
    Destroyed { reason: EndReason, at: Timestamp },
    Rejected { why: String },
    Cancelled,
    Quarantined { reason: EndReason, why: String },
}

/// What can happen to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A worker began its create run.
    Started,
    Rejected {
        why: String,
    },
    /// Called off before any effect.
    Withdrawn,
    /// The create run came to its end.
    Provisioned(Lifetime),
    /// The create run failed, or was called off, after it may have made something.
    CreateFailed(EndReason),
    /// A worker began its update run.
    UpdateStarted,
    /// The update run ended, in whichever way: what it left stands as it is.
    UpdateEnded,
    Extended(Lifetime),
    DestroyAsked(EndReason),
    /// Something of it was found after its end, and is to be destroyed.
    Reopened(EndReason),
    /// Its destruction was verified.
    Gone {
        at: Timestamp,
    },
    /// Destroying failed too often.
    GivenUp {
        why: String,
    },
    /// An operator says that it is gone.
    MarkedGone {
        by: Option<Person>,
        why: String,
        at: Timestamp,
    },
}

/// A move that the table does not know. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an environment that is {from} cannot be {event}")]
pub struct InvalidTransition {
    pub from: Status,
    pub event: &'static str,
}

impl State {
    /// The state's name.
    pub fn status(&self) -> Status {
        match self {
            State::Requested => Status::Requested,
            State::Provisioning => Status::Provisioning,
            State::Ready(_) => Status::Ready,
            State::Updating(_) => Status::Updating,
            State::Failed(_) => Status::Failed,
            State::Destroying(_) => Status::Destroying,
            State::Destroyed { .. } => Status::Destroyed,
            State::Rejected { .. } => Status::Rejected,
            State::Cancelled => Status::Cancelled,
            State::Quarantined { .. } => Status::Quarantined,
        }
    }

    /// The table of all transitions: what is not in it is illegal.
    pub fn on(self, event: Event) -> Result<State, InvalidTransition> {
        use State as S;
        Ok(match (self, event) {
            (S::Requested, Event::Started) => S::Provisioning,
            (S::Requested, Event::Rejected { why }) => S::Rejected { why },
            (S::Requested | S::Provisioning, Event::Withdrawn) => S::Cancelled,
            (S::Provisioning, Event::Rejected { why }) => S::Rejected { why },
            (S::Provisioning, Event::Provisioned(life)) => S::Ready(life),
            (S::Provisioning, Event::CreateFailed(reason)) => S::Failed(reason),
            (S::Ready(life), Event::UpdateStarted) => S::Updating(life),
            (S::Updating(life), Event::UpdateEnded) => S::Ready(life),
            (S::Ready(_), Event::Extended(life)) => S::Ready(life),
            (S::Updating(_), Event::Extended(life)) => S::Updating(life),
            (
                S::Ready(_) | S::Updating(_) | S::Failed(_) | S::Quarantined { .. },
                Event::DestroyAsked(reason),
            ) => S::Destroying(reason),
            (S::Destroyed { .. } | S::Cancelled, Event::Reopened(reason)) => S::Destroying(reason),
            (S::Destroying(reason), Event::Gone { at }) => S::Destroyed { reason, at },
            (S::Destroying(reason), Event::GivenUp { why }) => S::Quarantined { reason, why },
            (S::Quarantined { .. }, Event::MarkedGone { by, why, at }) => {
                S::Destroyed { reason: EndReason::MarkedGone { by, why }, at }
            }
            (state, event) => {
                return Err(InvalidTransition { from: state.status(), event: event.name() });
            }
        })
    }
}

impl Event {
    /// The past participle that completes "cannot be …" and that the audit trail records.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Started => "provisioned",
            Event::Rejected { .. } => "rejected",
            Event::Withdrawn => "withdrawn",
            Event::Provisioned(_) => "made ready",
            Event::CreateFailed(_) => "failed",
            Event::UpdateStarted => "updated",
            Event::UpdateEnded => "updated to the end",
            Event::Extended(_) => "extended",
            Event::DestroyAsked(_) => "destroyed",
            Event::Reopened(_) => "reopened",
            Event::Gone { .. } => "called gone",
            Event::GivenUp { .. } => "given up",
            Event::MarkedGone { .. } => "marked as gone",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Span;

    /// What is legal, written down a second time and by hand: from, event, to.
    const LEGAL: &[(Status, &str, Status)] = &[
        (Status::Requested, "provisioned", Status::Provisioning),
        (Status::Requested, "rejected", Status::Rejected),
        (Status::Requested, "withdrawn", Status::Cancelled),
        (Status::Provisioning, "withdrawn", Status::Cancelled),
        (Status::Provisioning, "rejected", Status::Rejected),
        (Status::Provisioning, "made ready", Status::Ready),
        (Status::Provisioning, "failed", Status::Failed),
        (Status::Ready, "updated", Status::Updating),
        (Status::Updating, "updated to the end", Status::Ready),
        (Status::Ready, "extended", Status::Ready),
        (Status::Updating, "extended", Status::Updating),
        (Status::Ready, "destroyed", Status::Destroying),
        (Status::Updating, "destroyed", Status::Destroying),
        (Status::Failed, "destroyed", Status::Destroying),
        (Status::Quarantined, "destroyed", Status::Destroying),
        (Status::Destroyed, "reopened", Status::Destroying),
        (Status::Cancelled, "reopened", Status::Destroying),
        (Status::Destroying, "called gone", Status::Destroyed),
        (Status::Destroying, "given up", Status::Quarantined),
        (Status::Quarantined, "marked as gone", Status::Destroyed),
    ];

    fn life(hours: i64) -> Lifetime {
        Lifetime {
            ready_at: Timestamp(0),
            expires_at: Timestamp(0) + Span::hours(hours.min(24)),
            latest: Timestamp(0) + Span::hours(24),
        }
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let reason = EndReason::Expired;
        prop_oneof![
            Just(Event::Started),
            Just(Event::Rejected { why: "no".into() }),
            Just(Event::Withdrawn),
            (0i64..48).prop_map(|hours| Event::Provisioned(life(hours))),
            Just(Event::CreateFailed(reason.clone())),
            Just(Event::UpdateStarted),
            Just(Event::UpdateEnded),
            (0i64..48).prop_map(|hours| Event::Extended(life(hours))),
            Just(Event::DestroyAsked(reason.clone())),
            Just(Event::Reopened(reason)),
            Just(Event::Gone { at: Timestamp(1) }),
            Just(Event::GivenUp { why: "thrice".into() }),
            Just(Event::MarkedGone { by: None, why: "by hand".into(), at: Timestamp(2) }),
        ]
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_reaches_anything_that_is_not_on_the_list(
            events in proptest::collection::vec(any_event(), 1..60)
        ) {
            let mut state = State::Requested;
            for event in events {
                let (from, name) = (state.status(), event.name());
                let legal = LEGAL.iter().find(|(f, e, _)| *f == from && *e == name);
                match state.clone().on(event) {
                    Ok(next) => {
                        prop_assert_eq!(Some(next.status()), legal.map(|(_, _, to)| *to));
                        prop_assert!(!from.is_terminal() || name == "reopened");
                        if let State::Ready(life) | State::Updating(life) = &next {
                            prop_assert!(life.expires_at <= life.latest);
                        }
                        state = next;
                    }
                    Err(refused) => {
                        prop_assert!(legal.is_none(), "{} {} was refused", from, name);
                        prop_assert_eq!(refused.from, from);
                    }
                }
            }
        }
    }
}
