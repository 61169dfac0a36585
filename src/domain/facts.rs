//! What is known of an environment, in the shape in which messages and pages are made of it.

use serde::{Deserialize, Serialize};

use super::environment::{EndReason, Status};
use super::ttl::{Lifetime, TtlRules};
use super::{EnvironmentId, Person, Span, Timestamp};

/// A non-secret output, with how it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownOutput {
    pub name: String,
    pub label: String,
    pub value: String,
    /// Whether the value is a URL to follow.
    pub link: bool,
}

/// An environment as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFacts {
    pub id: EnvironmentId,
    pub name: String,
    pub template: String,
    pub template_title: String,
    /// The first twelve characters of the version's digest.
    pub version: String,
    pub owner: Person,
    pub team: Option<String>,
    pub status: Status,
    pub created_at: Timestamp,
    /// Only while it lives.
    pub lifetime: Option<Lifetime>,
    pub rules: TtlRules,
    pub outputs: Vec<ShownOutput>,
    /// Whether it has something that a reveal link would show.
    pub has_credentials: bool,
    /// Why it ends or ended.
    pub end_reason: Option<EndReason>,
    pub ended_at: Option<Timestamp>,
    /// The engine that worked on it last, with its version: `tofu 1.12.6`.
    pub made_by: Option<String>,
    /// What it costs; `None` where nothing of it was ever priced.
    pub cost: Option<CostFacts>,
}

/// What an environment costs, in words: amounts as [`super::cost::amount`] writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostFacts {
    /// `$0.41/h`; empty where nobody knows.
    pub hourly: String,
    /// From its start to its present expiry: `$9.84`.
    pub until_end: Option<String>,
    /// What it has cost until now, or until its end.
    pub so_far: Option<String>,
    /// Of how many resources the price is known, of how many there are.
    pub priced: usize,
    pub resources: usize,
    /// What each extension adds: `$1.64`.
    pub extensions: Vec<(Span, String)>,
}
