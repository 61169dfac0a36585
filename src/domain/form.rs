//! What a form shows beside its fields: what it costs, and what policy said of what was filled in.

use super::Span;
use super::approval::PricedFor;
use super::decision::{Decision, Level, Verdict};

/// The longest reason or comment that is kept, in characters.
pub const LONGEST_REASON: usize = 1_000;

/// What an environment of a template costs, by the last one's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormCosts {
    /// For as long as the form says.
    pub priced: PricedFor,
    pub ttl: Span,
    pub by: CostsBy,
    /// Where there is no price book, if it is so: `aws eu-central-1`.
    pub no_book: Option<String>,
}

/// What it is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostsBy {
    /// None was made before: nobody knows.
    Nothing,
    /// The last one, of the same inputs where any are entered.
    Last,
    /// The last one, and what is entered is something else.
    OtherInputs,
}

/// What policy said of a form that was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct FormVerdict {
    pub decision: Decision,
    pub next: FormNext,
    /// The digest of the decision: submitted with it, the form was filled in by somebody who has seen this.
    pub digest: String,
}

/// What can be done about it in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormNext {
    /// There are warnings alone: *Continue*.
    Continue,
    /// The person has a role that may go past all denials: with a reason, *Override*.
    Override,
    /// Others may go past them: with a reason, *Ask for an exception*.
    AskException,
    /// Something has to be filled in differently.
    Change,
}

impl FormNext {
    /// What can be done about a decision; `None`: nothing has to be. `may_override`: whether whoever asks may go past
    /// all its denials.
    pub fn of(decision: &Decision, may_override: impl Fn() -> bool) -> Option<FormNext> {
        let mandatory = decision.of(Verdict::Deny).any(|finding| finding.level == Level::Mandatory);
        match decision.verdict() {
            Verdict::Deny if mandatory => Some(FormNext::Change),
            Verdict::Deny if may_override() => Some(FormNext::Override),
            Verdict::Deny => Some(FormNext::AskException),
            _ if decision.of(Verdict::Warn).next().is_some() => Some(FormNext::Continue),
            _ => None,
        }
    }
}
