//! Why a command was not done, for the person who gave it.

use super::approval::ApprovalFacts;
use super::decision::Decision;
use super::form::FormVerdict;
use super::orphan::ByHand;
use super::run::RunKind;
use super::{Timestamp, Unavailable};

/// Why a command was not done. Every one tells the person what would pass.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    UnknownVerb {
        typed: String,
        nearest: Option<&'static str>,
    },
    /// A verb without what it needs, or with what it cannot read.
    BadArgument {
        verb: &'static str,
        problem: String,
    },
    UnknownTemplate {
        typed: String,
        nearest: Option<String>,
        known: Vec<String>,
    },
    /// It is there, and what it needs is not.
    UnavailableTemplate {
        name: String,
        why: Box<Unavailable>,
    },
    /// None that the person may see has such a name.
    UnknownEnvironment {
        typed: String,
    },
    AmbiguousEnvironment {
        typed: String,
        candidates: Vec<String>,
    },
    /// The person sees it but may not act on it.
    NotYours {
        name: String,
        owner: super::Person,
    },
    /// Only the owner sees credentials.
    OwnerOnly {
        name: String,
        owner: super::Person,
    },
    OperatorsOnly {
        verb: &'static str,
    },
    /// Its state does not allow it: a button pressed twice, an environment that is gone.
    WrongState {
        name: String,
        status: super::environment::Status,
        /// Whether it is destroyed only as an operator says.
        marked_gone: bool,
        wanted: String,
    },
    /// Another run of it is under way.
    Busy {
        name: String,
        kind: RunKind,
    },
    /// A button that was pressed before, or that stands on an old message.
    AlreadyExtended {
        name: String,
        expires_at: Timestamp,
    },
    AtMaximum {
        name: String,
        latest: Timestamp,
    },
    CreatingPaused {
        by: String,
    },
    NoCredentials {
        name: String,
    },
    NothingToCancel {
        name: String,
    },
    NoLogs {
        name: String,
    },
    /// It is destroyed, taken over, or gone by itself.
    UnknownOrphan,
    /// Mayfly cannot destroy it.
    OrphanByHand {
        resource: String,
        why: ByHand,
    },
    /// What is wrong in a form, by input name; `""` stands for the whole form.
    BadInputs {
        problems: Vec<(String, String)>,
    },
    /// The bot was asked to end: nothing new is begun.
    Restarting,
    /// Policy has something to say of what was filled in: the form is shown again, with that.
    Judged(Box<FormVerdict>),
    /// Policy says no.
    ByPolicy {
        decision: Decision,
        /// What is typed behind `/infra override "reason"` by whoever may let all of it pass; none where there is
        /// nobody who may, or nothing that could be typed.
        past: Option<String>,
    },
    /// It is not there, or not for this person.
    UnknownApproval,
    /// Somebody who cannot answer it now.
    NotAnApprover {
        /// Whether it is their own request.
        own: bool,
        /// Who can: `role:…`, `team:…`, `group:S…`, `user:U…`.
        approvers: Vec<String>,
    },
    /// It was decided, has expired, or is not asked any more.
    ApprovalOver {
        name: String,
        approval: Box<ApprovalFacts>,
    },
    /// Another took what there was of the budget meanwhile.
    BudgetTaken {
        name: String,
        team: String,
        /// Whether it is a question, which is asked again with that.
        is_asked_again: bool,
    },
    /// What was asked for is done, but its picture did not reach the person.
    NoChart {
        why: String,
    },
    /// Our own fault; the reference stands in the log beside the cause.
    Internal {
        reference: String,
    },
}
