//! The facts of what something costs. What nobody knows the price of is never shown as nothing.

use serde_json::{Value, json};

use crate::domain::cost::Known;
use crate::domain::facts::{CostFacts, EnvironmentFacts};
use crate::domain::reply::CostReport;

use super::limits::cut;

const LINES: usize = 20;
const AMOUNT: usize = 60;

/// Whether a rate says anything: a sum of nothing but unknown prices does not.
pub(super) fn is_known(hourly: &str, priced: usize, resources: usize) -> bool {
    !hourly.trim().is_empty() && (priced > 0 || resources == 0)
}

/// What an environment costs, as the templates' `env.cost`.
pub(super) fn of(facts: &EnvironmentFacts) -> Value {
    let Some(cost) = &facts.cost else { return Value::Null };
    let known = is_known(&cost.hourly, cost.priced, cost.resources);
    json!({
        "known": known,
        "hourly": cut(&cost.hourly, AMOUNT),
        "until_end": cost.until_end.as_ref().filter(|_| known).map(|text| cut(text, AMOUNT)),
        "expires_at": facts.lifetime.map(|life| life.expires_at.0),
        "so_far": cost.so_far.as_ref().filter(|_| known).map(|text| cut(text, AMOUNT)),
        "priced": cost.priced,
        "resources": cost.resources,
        "unpriced": cost.resources.saturating_sub(cost.priced),
    })
}

/// What an extension by that adds.
pub(super) fn of_extension(cost: &CostFacts, step: crate::domain::Span) -> Option<String> {
    let known = is_known(&cost.hourly, cost.priced, cost.resources);
    let found = cost.extensions.iter().find(|(span, _)| *span == step);
    // A button's label has 75 characters, most of which say for how long.
    found.filter(|_| known).map(|(_, costs)| cut(costs, 30))
}

/// An amount, as the templates' `_amount`.
fn known_amount(amount: &str, known: Known) -> Value {
    let standing = match known {
        Known::All => "all",
        Known::Part => "part",
        Known::Nothing => "nothing",
    };
    json!({ "amount": cut(amount, AMOUNT), "known": standing })
}

/// What environments cost in a month.
pub(super) fn report(report: &CostReport) -> Value {
    let lines = report.lines.iter().take(LINES).map(|line| {
        json!({
            "name": cut(&line.name, 120),
            "owner": line.owner.user,
            "cost": known_amount(&line.cost, line.known),
            "goes_on": line.goes_on,
        })
    });
    let budget = report.budget.as_ref().map(|(limit, spent, left)| {
        json!({ "limit": cut(limit, AMOUNT), "spent": cut(spent, AMOUNT), "left": cut(left, AMOUNT) })
    });
    json!({
        "scope": report.scope.as_str(),
        "month": report.month.in_words(),
        "lines": lines.collect::<Vec<_>>(),
        "more": report.more + report.lines.len().saturating_sub(LINES),
        "total": known_amount(&report.total, report.known),
        "budget": budget,
        "unpriced": report.unpriced,
        "chart": report.chart.is_some(),
    })
}
