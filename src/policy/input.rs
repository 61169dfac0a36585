//! What rules see: a documented, typed input at each decision point. `policies/schema/` is generated from
//! these types, and a test holds the two together.
//!
//! At `plan` the input is what the engine printed, with this as `input.mayfly`, so that files which were
//! written for plans alone run unchanged. Everywhere else the input is this itself.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::cost::{Estimate as Estimated, micros};

/// Everything but the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// The decision point: `request`, `plan`, `extend`, `update`, `destroy` or `approve`.
    pub point: String,
    pub time: Time,
    /// Who asks.
    pub actor: Actor,
    pub template: Template,
    /// The form's values by the inputs' names; secret ones are not there.
    pub inputs: BTreeMap<String, Value>,
    /// How long it is to live from when it is ready; at `extend`, from the present expiry.
    pub ttl: Ttl,
    pub project: Option<String>,
    pub cost_center: Option<String>,
    pub counts: Counts,
    /// The budget of the environment's team, if it has one: of the months that this takes something of, the one which
    /// has the least room for it. At `request` the team is the actor's.
    pub budget: Option<Budget>,
    /// What it is predicted to cost, where that is known: at `request` what the last of its kind was.
    pub estimate: Option<Estimate>,
    /// The environment that it is about; not there at `request`.
    pub environment: Option<Environment>,
    /// At `approve`: what is to be approved.
    pub approval: Option<Approval>,
}

/// Business time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Time {
    /// RFC 3339, UTC.
    pub now: String,
    /// Nanoseconds since 1970, as Rego's `time.*` functions take them.
    pub now_ns: i64,
}

impl Time {
    pub fn at(now: Timestamp) -> Time {
        let text = now.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Time { now: text, now_ns: now.0.saturating_mul(1_000_000) }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// `person`, `scheduler`, `worker` or `console`.
    pub kind: String,
    /// The Slack user id of a person; empty for others.
    pub id: String,
    /// The Slack workspace of a person; empty for others.
    pub workspace: String,
    pub team: Option<String>,
    /// The Slack user groups (`S…`) that back teams or roles.
    pub groups: Vec<String>,
    /// `operator`, and the roles of `data.roles`.
    pub roles: Vec<String>,
}

/// The template's manifest, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    pub name: String,
    pub title: String,
    /// Its digest.
    pub version: String,
    /// `terraform`, `tofu` or `pulumi`: of a form what its template is written for, and of a plan what has made it. Empty
    /// where none of them was chosen yet.
    pub engine: String,
}

/// A time to live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ttl {
    /// What is asked for.
    pub seconds: i64,
    /// The template's default and most.
    pub default_seconds: i64,
    pub maximum_seconds: i64,
}

/// How many environments live now, without the one that is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Those of the environment's owner, whoever asks; at `request` the actor's.
    pub person: i64,
    /// Those of the environment's team; at `request` of the actor's.
    pub team: i64,
    /// Everybody's.
    pub all: i64,
}

/// An exact amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// As decimal digits: `9.84`.
    pub amount: String,
    /// Millionths of the currency: to be compared and added without any loss.
    pub micros: i64,
}

impl Money {
    pub fn of(amount: Decimal) -> Money {
        let mut written = amount.normalize();
        // As people write it: `9.00`.
        if written.scale() < 2 {
            written.rescale(2);
        }
        Money { amount: written.to_string(), micros: micros(amount) }
    }
}

/// A team's budget in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    pub team: String,
    /// `2026-11`.
    pub month: String,
    pub currency: String,
    pub limit: Money,
    /// What has been spent, and what living environments will cost at most.
    pub reserved: Money,
    /// What is left of the limit.
    pub left: Money,
    /// What this takes of the month, on top of what is reserved. Of several months that it takes something of, the
    /// budget is that of the one which has the least room for it.
    pub wanted: Money,
}

/// What it is predicted to cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// ISO 4217; empty where nothing was priced.
    pub currency: String,
    pub hourly: Money,
    /// Until its end; at `extend`, of the time that is added alone.
    pub total: Money,
    /// Of how many resources the price is known, of how many there are.
    pub priced: usize,
    pub resources: usize,
    /// The addresses of those whose price nobody knows.
    pub unknown: Vec<String>,
}

impl Estimate {
    /// For so long.
    pub fn of(estimated: &Estimated, span: crate::domain::Span) -> Estimate {
        let (priced, resources) = estimated.priced();
        let unknown = estimated.resources.iter().filter(|one| one.hourly().is_none());
        Estimate {
            currency: estimated.currency.clone(),
            hourly: Money::of(estimated.hourly()),
            total: Money::of(estimated.during(span)),
            priced,
            resources,
            unknown: unknown.map(|one| one.address.clone()).collect(),
        }
    }
}

/// An environment that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    pub id: String,
    pub name: String,
    /// The owner's Slack user id.
    pub owner: String,
    pub team: Option<String>,
    pub status: String,
    /// RFC 3339.
    pub created_at: String,
    pub ready_at: Option<String>,
    pub expires_at: Option<String>,
}

/// What somebody is about to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// The rules that ask for it.
    pub rules: Vec<String>,
    /// The Slack user id of whoever asked for what is to be approved.
    pub requester: String,
    /// `approve` or `deny`.
    pub answer: String,
    /// Whether all that the person would say yes to is going past denials, with a role that may.
    pub overrides: bool,
    /// Whether whoever asked may say yes to all of it, too: its rules say `by_requester`, or it is going past denials.
    pub by_requester: bool,
}

/// A message of a rule that is more than a text. Other keys are kept as they are, and shown by
/// `mayfly policy check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    pub msg: String,
    /// What would pass.
    pub fix: Option<String>,
    /// The input of the form that it is about.
    pub field: Option<String>,
    /// The address of the resource that it is about.
    pub resource: Option<String>,
    /// `advisory`, `overridable` or `mandatory`; `data.enforcement["<namespace>.<rule>"].level` goes before it. What is
    /// to be approved is advisory, or it is to be approved.
    pub level: Option<String>,
    /// Who may go past it: `role:…`, `team:…`, `group:S…`, `user:U…`.
    pub overridable_by: Option<Vec<String>>,
    /// Of a rule `approval`: who can give it.
    pub approvers: Option<Vec<String>>,
    /// Of a rule `approval`: how many of them have to; one, unless it says otherwise.
    pub needed: Option<u32>,
    /// Of a rule `approval`: whether whoever asks may be one of them.
    pub by_requester: Option<bool>,
}
