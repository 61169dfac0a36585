//! What policy says, and about what it is asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;

text_enum! {
    /// A moment at which policy is asked.
    Point {
        /// A form was submitted; there is no run yet.
        Request = "request",
        /// An engine has planned; nothing of the plan is made yet.
        Plan = "plan",
        Extend = "extend",
        Update = "update",
        Destroy = "destroy",
        /// Somebody answers a question for approval.
        Approve = "approve",
    }
}

/// What comes of all findings together.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Allow,
    Warn,
    /// Somebody has to approve.
    Approval,
    Deny,
}

/// What kind of rule found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// By a rule `deny` or `violation`.
    Deny,
    Warn,
    Approval,
}

/// Who may go past a denial. What is to be approved is advisory or mandatory: those who may go past it are its
/// approvers.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is only said.
    Advisory,
    /// Those in [`Finding::overridable_by`], with a reason.
    Overridable,
    /// Nobody.
    #[default]
    Mandatory,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    pub kind: FindingKind,
    /// The package in which the rule stands, without `data.`: `plan`.
    pub namespace: String,
    /// The rule's name with its suffix: `deny_region`.
    pub rule: String,
    /// `file:line` of the rule.
    pub place: String,
    pub message: String,
    /// What would pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The input of the form that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The address of the resource that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    #[serde(default)]
    pub level: Level,
    /// `role:…`, `team:…`, `group:S…` or `user:U…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridable_by: Vec<String>,
    /// Of an approval: who can give it, in the same words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
    /// Of an approval: how many of them have to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub needed: u32,
    /// Of an approval: whether whoever asks may be one of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_requester: bool,
    /// The rule `exception` that lets it pass, as `file:line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excepted: Option<String>,
}

fn is_zero(needed: &u32) -> bool {
    *needed == 0
}

/// Rules of budgets are called so: `deny_budget`, `approval_budget`.
pub(super) fn speaks_of_budget(rule: &str) -> bool {
    rule.ends_with("_budget")
}

impl Finding {
    /// One that says no more than this, and that nobody goes past.
    pub fn new(kind: FindingKind, (namespace, rule): (&str, &str), message: String) -> Finding {
        Finding {
            kind,
            namespace: namespace.to_owned(),
            rule: rule.to_owned(),
            place: String::new(),
            message,
            fix: None,
            field: None,
            resource: None,
            level: Level::Mandatory,
            overridable_by: Vec::new(),
            approvers: Vec::new(),
            needed: 0,
            by_requester: false,
            excepted: None,
        }
    }

    /// Whether it speaks of a budget: whoever goes past it knows that there is no room.
    pub fn is_of_budget(&self) -> bool {
        speaks_of_budget(&self.rule)
    }

    /// Package and rule: `plan.deny_region`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.namespace, self.rule)
    }

    /// What it alone would come to.
    pub fn verdict(&self) -> Verdict {
        if self.excepted.is_some() {
            return Verdict::Allow;
        }
        match (self.kind, self.level) {
            (FindingKind::Warn, _) | (_, Level::Advisory) => Verdict::Warn,
            (FindingKind::Deny, _) => Verdict::Deny,
            (FindingKind::Approval, _) => Verdict::Approval,
        }
    }
}

/// What policy said at a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub point: Point,
    pub findings: Vec<Finding>,
    /// How many rules were asked.
    pub rules: usize,
    /// The first twelve characters of the bundle's digest.
    pub bundle: String,
}

impl Decision {
    /// The gravest of all findings.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(Finding::verdict).max().unwrap_or(Verdict::Allow)
    }

    /// Whether a rule about the budget (`…_budget`) found that it is gone past, and is not in the way: it is advisory,
    /// or an exception holds.
    pub fn spares_budget(&self) -> bool {
        self.findings.iter().any(|finding| {
            let is_spared = finding.verdict() < Verdict::Approval;
            finding.kind != FindingKind::Warn && is_spared && finding.is_of_budget()
        })
    }

    /// What keeps it from being done at once. Where a run waits for its approval, or what asks for one is only noted,
    /// a question is not in the way; an extension and a destroy do not wait: somebody who may has to do them.
    pub fn in_the_way(&self) -> impl Iterator<Item = &Finding> {
        let waits = !matches!(self.point, Point::Extend | Point::Destroy);
        self.findings.iter().filter(move |finding| match finding.verdict() {
            Verdict::Deny => true,
            Verdict::Approval => !waits,
            Verdict::Warn | Verdict::Allow => false,
        })
    }

    /// The findings that come to this.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.verdict() == verdict)
    }
}
