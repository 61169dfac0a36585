//! What a part needs from one that it may not import; `app` hands in the implementation.

use async_trait::async_trait;
use rust_decimal::Decimal;

use super::usage::Usage;
use super::{Person, Timestamp};

/// Who is who: teams, roles and operators.
pub trait Directory: Send + Sync {
    /// The person's team; `None` for somebody whom nobody has put into one.
    fn team_of(&self, person: &Person) -> Option<String>;
    /// Why nobody can say yet whether the person is in a team; `None` where it is known, also that they are in none.
    fn team_unknown(&self, person: &Person) -> Option<TeamUnknown>;
    /// Whether the person may act on everything and use the brake.
    fn is_operator(&self, person: &Person) -> bool;
    /// The person's roles: `operator`, and those of `data.roles`.
    fn roles_of(&self, person: &Person) -> Vec<String>;
    /// The Slack user groups (`S…`), of those that somebody refers to, that the person is in.
    fn groups_of(&self, person: &Person) -> Vec<String>;
    /// Whom `role:…`, `team:…`, `group:S…` or `user:U…` names, in their order.
    fn members(&self, selector: &str) -> Vec<Person>;
    /// What is agreed for a team.
    fn team(&self, name: &str) -> TeamTerms;
    /// What is said of teams and cannot be: nothing goes by it, and whoever wrote it has to be told.
    fn problems(&self) -> Vec<String>;
}

/// Why nobody can say yet in which team somebody is: whom one takes for a person without a team has no budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamUnknown {
    /// Slack has not said yet whose the bot is, and so whom a bare user id means.
    Workspace,
    /// Slack has not said yet who is in these user groups (`S…`), which back teams.
    Groups(Vec<String>),
}

/// What is agreed for a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamTerms {
    pub project: Option<String>,
    pub cost_center: Option<String>,
    /// What it may spend in a calendar month.
    pub budget: Option<MonthlyBudget>,
    /// How much it uses of what no plan knows.
    pub usage: Usage,
}

/// What may be spent in a calendar month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyBudget {
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// Who can answer now.
#[async_trait]
pub trait Presence: Send + Sync {
    /// Whether somebody is away, or does not want to be disturbed. Where nobody knows, they are there.
    async fn is_away(&self, person: &Person) -> bool;
}

/// Who is in which user group, for what is decided by it now.
#[async_trait]
pub trait Membership: Send + Sync {
    /// Asks anew for the groups by which these selectors name people, and does not wait long for it. What could not be
    /// asked for is as it was known, until that is too old to be relied on: then it is nobody. `false`: something is not
    /// known as it is now.
    async fn renew(&self, selectors: &[String]) -> bool;
}

/// What will happen next of its own accord: the playground's clock can be moved there.
#[async_trait]
pub trait Agenda: Send + Sync {
    /// The earliest warning or reap that is due at or after the present, in business time.
    async fn next_event(&self) -> Option<Timestamp>;
}
