//! Approvals: what has to be approved, who can, and what the answers come to.

use serde::{Deserialize, Serialize};

use super::decision::{Finding, FindingKind, Level, speaks_of_budget};
use super::text_enum::text_enum;
use super::{ApprovalId, EnvironmentId, Person, RunId, Timestamp};

text_enum! {
    /// Where an approval stands.
    ApprovalStatus {
        Pending = "pending",
        Approved = "approved",
        Denied = "denied",
        /// Nobody answered in time.
        Expired = "expired",
        /// Its run ended, or is planned anew.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What somebody says to it.
    Answer { Approve = "approve", Deny = "deny" }
}

/// What a rule wants approved, or lets some go past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// With its package: `plan.approval_cost`.
    pub rule: String,
    /// `file:line` of the rule.
    pub place: String,
    pub message: String,
    /// `role:…`, `team:…`, `group:S…` or `user:U…`; nobody named means the operators.
    pub approvers: Vec<String>,
    /// How many of them have to; one at least.
    pub needed: u32,
    /// Whether whoever asked may be one of them.
    pub by_requester: bool,
    /// It is a denial that is gone past: with a reason, or not at all.
    pub overrides: bool,
}

impl Requirement {
    /// What has to be approved for this finding; `None`: nothing, or nobody can.
    pub fn of(finding: &Finding) -> Option<Requirement> {
        let overrides = finding.kind == FindingKind::Deny && finding.level == Level::Overridable;
        let asks = overrides || finding.verdict() == super::decision::Verdict::Approval;
        if finding.excepted.is_some() || !asks {
            return None;
        }
        let approvers = if overrides { &finding.overridable_by } else { &finding.approvers };
        Some(Requirement {
            rule: finding.name(),
            place: finding.place.clone(),
            message: finding.message.clone(),
            approvers: approvers.clone(),
            needed: finding.needed.max(1),
            by_requester: finding.by_requester,
            overrides,
        })
    }

    /// Whether it speaks of a budget: whoever says yes to it knows that there is no room.
    pub fn is_of_budget(&self) -> bool {
        speaks_of_budget(&self.rule)
    }

    /// Whether whoever gave this one has given that one, too: the same rule asks the same people, of the same plan. What
    /// it says of it may have changed, as what is left of a budget does.
    pub fn covers(&self, other: &Requirement) -> bool {
        self.rule == other.rule
            && self.approvers == other.approvers
            && self.needed >= other.needed
            && (!self.by_requester || other.by_requester)
            && self.overrides == other.overrides
    }
}

/// Who said what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub by: Person,
    pub answer: Answer,
    pub comment: Option<String>,
    pub at: Timestamp,
}

/// What the newest answers of everybody come to. `may` says whether a person can answer a requirement now.
///
/// One denial by anybody who can answer is a denial; otherwise each requirement needs its number of approvals.
pub fn outcome(
    requirements: &[Requirement],
    answers: &[Answered],
    may: impl Fn(&Person, &Requirement) -> bool,
) -> ApprovalStatus {
    let denied = answers.iter().any(|answer| {
        answer.answer == Answer::Deny && requirements.iter().any(|one| may(&answer.by, one))
    });
    if denied {
        return ApprovalStatus::Denied;
    }
    match requirements.iter().all(|one| is_given(one, answers, &may)) {
        true => ApprovalStatus::Approved,
        false => ApprovalStatus::Pending,
    }
}

/// Whether as many as it takes have said yes to this one.
pub fn is_given(
    one: &Requirement,
    answers: &[Answered],
    may: impl Fn(&Person, &Requirement) -> bool,
) -> bool {
    let approve = answers.iter().filter(|answer| answer.answer == Answer::Approve);
    approve.filter(|answer| may(&answer.by, one)).count() >= one.needed.max(1) as usize
}

/// An approval as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalFacts {
    pub id: ApprovalId,
    pub environment: EnvironmentId,
    pub run: RunId,
    pub status: ApprovalStatus,
    pub question: Question,
    pub answers: Vec<Answered>,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub requester: Person,
    pub requirements: Vec<Requirement>,
    /// The form's values, as they are shown: label and value.
    pub inputs: Vec<(String, String)>,
    /// `+3 ~0 -0`.
    pub plan: String,
    /// What it is predicted to cost, as far as anybody knows.
    pub estimate: Option<PricedFor>,
    /// Whether its team's budget had no room for it when it was asked: then approving it says yes to that too.
    pub over_budget: bool,
    /// Why whoever asks thinks that it should pass.
    pub reason: Option<String>,
}

impl Question {
    /// Whether these answers say yes to going over the budget: somebody else than whoever asks has approved it, or it
    /// is a rule about budgets that was answered.
    pub fn waives_budget(&self, answers: &[Answered]) -> bool {
        let by_another =
            answers.iter().any(|one| one.answer == Answer::Approve && one.by != self.requester);
        let by_rule = self.requirements.iter().any(Requirement::is_of_budget);
        self.over_budget && (by_another || by_rule)
    }
}

/// What something is predicted to cost, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedFor {
    /// `$0.41/h`; empty where nobody knows, or all of it is free.
    pub hourly: String,
    /// `$9.84`.
    pub total: String,
    /// Of how many resources the price is known, of how many there are.
    pub priced: usize,
    pub resources: usize,
    /// What is left of the team's budget, and of how much: `$120.00`.
    pub budget: Option<(String, String)>,
    /// The month whose budget it is: `November 2026`.
    #[serde(default)]
    pub month: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(user: &str) -> Person {
        Person { workspace: "T1".into(), user: user.into() }
    }

    fn requirement(approvers: &[&str], needed: u32) -> Requirement {
        Requirement {
            rule: "plan.approval_x".into(),
            place: "x.rego:1".into(),
            message: "costly".into(),
            approvers: approvers.iter().map(|one| (*one).to_owned()).collect(),
            needed,
            by_requester: false,
            overrides: false,
        }
    }

    fn said(by: &str, answer: Answer) -> Answered {
        Answered { by: person(by), answer, comment: None, at: Timestamp(0) }
    }

    fn may(person: &Person, one: &Requirement) -> bool {
        one.approvers.contains(&person.user)
    }

    #[test]
    fn each_requirement_needs_its_number_and_one_denial_is_enough() {
        use Answer::{Approve, Deny};
        let two_of_three = requirement(&["a", "b", "c"], 2);
        let another = requirement(&["d"], 1);
        let both = [two_of_three, another];
        let cases: [(&[Answered], ApprovalStatus); 5] = [
            (&[], ApprovalStatus::Pending),
            (&[said("a", Approve), said("b", Approve)], ApprovalStatus::Pending),
            (
                &[said("a", Approve), said("b", Approve), said("d", Approve)],
                ApprovalStatus::Approved,
            ),
            (
                &[said("a", Approve), said("x", Approve), said("d", Approve)],
                ApprovalStatus::Pending,
            ),
            (&[said("a", Approve), said("x", Deny)], ApprovalStatus::Pending),
        ];
        for (answers, expected) in cases {
            assert_eq!(outcome(&both, answers, may), expected, "{answers:?}");
        }
        let denied = [said("a", Approve), said("b", Approve), said("d", Deny)];
        assert_eq!(outcome(&both, &denied, may), ApprovalStatus::Denied);
    }

    #[test]
    fn whoever_asks_goes_over_a_budget_by_its_own_rule_alone() {
        use Answer::{Approve, Deny};
        let question = |rule: &str, over_budget| Question {
            requester: person("a"),
            requirements: vec![Requirement { rule: rule.into(), ..requirement(&["a", "b"], 1) }],
            inputs: Vec::new(),
            plan: String::new(),
            estimate: None,
            over_budget,
            reason: None,
        };
        let cases: [(&str, &[Answered], bool); 5] = [
            ("plan.approval_x", &[said("a", Approve)], false),
            ("plan.approval_x", &[said("a", Approve), said("b", Deny)], false),
            ("plan.approval_x", &[said("a", Approve), said("b", Approve)], true),
            ("plan.approval_x", &[], false),
            ("plan.deny_budget", &[said("a", Approve)], true),
        ];
        for (rule, answers, expected) in cases {
            assert_eq!(question(rule, true).waives_budget(answers), expected, "{rule} {answers:?}");
            assert!(!question(rule, false).waives_budget(answers), "nobody was told of a budget");
        }
    }
}
