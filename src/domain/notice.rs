//! The messages of the outbox: typed facts, which `words` turns into sentences when they are sent.

use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::environment::EndReason;
use super::orphan::OrphanLine;
use super::plan::PlanSummary;
use super::run::{Failure, RunKind};
use super::{ApprovalId, EnvironmentId, Person, RunId, Span, Timestamp};

super::text_enum::text_enum! {
    /// What a template's channel can hear of.
    ChannelNotice {
        Created = "created",
        Failed = "failed",
        Expiring = "expiring",
        Destroyed = "destroyed",
    }
}

/// What is taken for true of an older message.
fn unless_told() -> bool {
    true
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Route {
    /// The card of the environment in its owner's DM: posted once, then edited.
    Card { environment: EnvironmentId, owner: Person },
    /// The thread of that card.
    Thread { environment: EnvironmentId, owner: Person },
    /// A channel, by id or by `#name`.
    Channel { channel: String },
    /// Direct messages, beside all cards.
    Person { person: Person },
    /// The card of a question for approval, with one of those who can answer it: posted once, then edited.
    Approval { approval: ApprovalId, recipient: Recipient },
    /// The thread of that card.
    ApprovalThread { approval: ApprovalId, recipient: Recipient },
}

/// Who gets the card of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    Person(Person),
    /// By id or by `#name`.
    Channel(String),
}

impl Recipient {
    /// Messages of one conversation keep their order.
    pub fn conversation(&self) -> String {
        match self {
            Recipient::Person(person) => format!("dm:{}:{}", person.workspace, person.user),
            Recipient::Channel(channel) => format!("channel:{channel}"),
        }
    }
}

/// What is in the way of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hindrance {
    /// The worker in whose way it is; its machine's name stands in it.
    pub on: String,
    pub why: String,
}

impl Route {
    /// Messages of one conversation keep their order.
    pub fn conversation(&self) -> String {
        match self {
            Route::Card { owner, .. } | Route::Thread { owner, .. } => {
                format!("dm:{}:{}", owner.workspace, owner.user)
            }
            Route::Channel { channel } => format!("channel:{channel}"),
            Route::Person { person } => format!("dm:{}:{}", person.workspace, person.user),
            Route::Approval { recipient, .. } | Route::ApprovalThread { recipient, .. } => {
                recipient.conversation()
            }
        }
    }
}

/// What is told. The facts that may change before it is sent are read when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Notice {
    /// The card, as the environment then stands.
    Card,
    /// What policy says of a plan, where it is more than a plain yes.
    Policy {
        decision: Decision,
        /// Who goes past it, and why.
        #[serde(default)]
        overridden: Option<(Person, String)>,
    },
    /// The run waits until somebody has approved.
    Awaiting {
        approval: ApprovalId,
    },
    /// The card of a question for approval, as it then stands.
    Question {
        approval: ApprovalId,
    },
    /// A question still waits for an answer.
    Reminder {
        approval: ApprovalId,
    },
    /// A question was answered for good, or nobody answered it.
    Answered {
        approval: ApprovalId,
    },
    /// It is not made, or not updated, by policy or by an answer: nothing was done.
    Rejected {
        kind: RunKind,
        why: String,
    },
    /// What the plan will do.
    Plan {
        run: RunId,
        summary: PlanSummary,
    },
    /// The run's one progress message, as the run then stands.
    Progress {
        run: RunId,
    },
    Ready,
    Extended {
        by: Person,
        added: Span,
        expires_at: Timestamp,
    },
    /// The end is near: with the buttons to extend and to destroy.
    Warning {
        expires_at: Timestamp,
        reap_not_before: Timestamp,
    },
    Failed {
        run: RunId,
        kind: RunKind,
        failure: Failure,
        /// Whether a create may have made something, which is destroyed then. What was queued before this was told
        /// says nothing of it.
        #[serde(default = "unless_told")]
        made: bool,
    },
    Cancelled {
        by: Option<Person>,
    },
    /// What a drift check found; nothing, where all that the template sets is as it was made.
    Drift {
        run: RunId,
        found: PlanSummary,
    },
    /// What an update changed; nothing, where there was nothing to do.
    Updated {
        run: RunId,
        done: PlanSummary,
    },
    /// A run of an environment that lives on was called off, and its engine has ended.
    CalledOff {
        kind: RunKind,
        by: Option<Person>,
    },
    Receipt {
        reason: EndReason,
        destroyed: usize,
        lived: Option<Span>,
        /// What a killed engine had begun, and of which nobody knows whether it exists.
        #[serde(default)]
        unknown: Vec<String>,
    },
    Quarantined {
        why: String,
    },
    /// Something of Mayfly's own is in the way of a run, and not in passing.
    Troubled {
        kind: RunKind,
        /// For operators alone.
        hindrance: Option<Hindrance>,
    },
    /// The receipt of what an operator calls gone: nothing was verified. Its reason is the environment's.
    MarkedGone {
        /// What a killed engine had begun, and of which nobody knows whether it exists.
        unknown: Vec<String>,
    },
    /// A secret input has to be entered on a page before the run can start.
    SecretsWanted {
        url_path: String,
        labels: Vec<String>,
    },
    /// The credentials were looked at.
    Revealed {
        at: Timestamp,
    },
    /// A channel's notice that an environment is ready.
    ChannelCreated,
    ChannelFailed {
        summary: String,
    },
    ChannelExpiring {
        expires_at: Timestamp,
    },
    ChannelDestroyed {
        reason: EndReason,
    },
    /// To the operators: nobody could be warned.
    Unwarnable {
        reaped_at: Timestamp,
    },
    /// To the operators: a message was refused for good.
    Undeliverable {
        conversation: String,
        why: String,
    },
    /// To the operators: what was found that has our tag and no environment.
    Orphans {
        orphans: Vec<OrphanLine>,
        /// How many were found beside these.
        more: usize,
    },
    /// The warning for a channel, because the owner's DM does not take it.
    FallbackWarning {
        expires_at: Timestamp,
        reap_not_before: Timestamp,
    },
}

impl Notice {
    /// What it is to a template's channel; `None` for what channels are not told.
    pub fn for_channel(&self) -> Option<ChannelNotice> {
        match self {
            Notice::ChannelCreated => Some(ChannelNotice::Created),
            Notice::ChannelFailed { .. } => Some(ChannelNotice::Failed),
            Notice::ChannelExpiring { .. } => Some(ChannelNotice::Expiring),
            Notice::ChannelDestroyed { .. } => Some(ChannelNotice::Destroyed),
            _ => None,
        }
    }

    /// Notices that are read anew when sent need to stand in the outbox once only; this is the key
    /// under which a second one is dropped while the first waits.
    pub fn coalesces(&self, environment: Option<&EnvironmentId>) -> Option<String> {
        match self {
            Notice::Card => environment.map(|id| format!("card:{id}")),
            Notice::Progress { run } => Some(format!("progress:{run}")),
            _ => None,
        }
    }
}
