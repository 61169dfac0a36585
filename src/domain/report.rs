//! What is told of decisions and of costs.

use rust_decimal::Decimal;

use super::approval::ApprovalFacts;
use super::cost::Known;
use super::decision::Decision;
use super::facts::EnvironmentFacts;
use super::month::Month;
use super::reply::ListScope;
use super::{RunId, Timestamp};

/// Every decision that was taken about an environment, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    pub facts: EnvironmentFacts,
    /// Only this one's, where it is asked about.
    pub run: Option<RunId>,
    pub decisions: Vec<Explained>,
    /// Which page of them is shown, from 1.
    pub page: usize,
}

/// A decision about something that the person wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnDecision {
    /// The environment's name; none where nothing came of it.
    pub name: Option<String>,
    pub explained: Explained,
}

/// A decision, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub at: Timestamp,
    pub decision: Decision,
    /// Who went past its denials: a user's id, or nobody.
    pub overridden_by: Option<super::Person>,
    /// Why, as they said.
    pub reason: Option<String>,
    /// What was asked because of it, and answered.
    pub approval: Option<ApprovalFacts>,
}

/// What environments cost in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReport {
    pub scope: ListScope,
    pub month: Month,
    /// Dearest first.
    pub lines: Vec<CostReportLine>,
    /// How many there are beside these.
    pub more: usize,
    /// `$12.30`: what is known of it.
    pub total: String,
    pub known: Known,
    /// What the team may spend, has spent or set aside, and has left.
    pub budget: Option<(String, String, String)>,
    /// How many resources have no price.
    pub unpriced: usize,
    /// What a chart of it shows; none where nothing has cost anything.
    pub chart: Option<CostByDay>,
}

/// What each environment cost on each day of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostByDay {
    /// ISO 4217.
    pub currency: String,
    /// When it was asked: nothing is known of later.
    pub until: Timestamp,
    /// Of all environments, also those that are not listed.
    pub environments: Vec<EnvironmentByDay>,
    /// What the team may spend in the whole month, where the report is about the team.
    pub budget: Option<Decimal>,
}

/// What one environment cost on each day of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentByDay {
    pub name: String,
    /// From the first day on.
    pub days: Vec<Decimal>,
}

/// What one environment cost in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostReportLine {
    pub name: String,
    pub owner: super::Person,
    /// `$12.30`: what is known of it.
    pub cost: String,
    pub known: Known,
    /// Whether it costs more by the hour.
    pub goes_on: bool,
}
