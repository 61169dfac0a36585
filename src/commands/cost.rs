//! `cost`: what environments cost in a month.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::budget::{interval, purse_of};
use super::{Asked, CommandError, Ctx};
use crate::cost::accrual::{Interval, by_day, within};
use crate::domain::cost::{Known, amount};
use crate::domain::reply::{CostReport, CostReportLine, ListScope, Reply};
use crate::domain::report::{CostByDay, EnvironmentByDay};
use crate::domain::{EnvironmentId, Month, Person, Timestamp};
use crate::store::budgets::Charge;
use crate::store::environments::Environment;
use crate::store::{Tx, budgets, environments};

/// How many environments are listed.
const LINES: usize = 15;

/// What one environment cost in a month.
pub struct Cost {
    pub environment: Environment,
    pub charges: Vec<Charge>,
    pub cost: Decimal,
    pub goes_on: bool,
}

pub(super) async fn cost(
    ctx: &Ctx,
    asked: Asked<'_>,
    scope: ListScope,
    month: Option<Month>,
) -> Result<Reply, CommandError> {
    let person = asked.actor.person().cloned();
    let team = person.as_ref().and_then(|person| ctx.directory.team_of(person));
    if scope == ListScope::All {
        asked.operators_only(ctx, "cost all")?;
    }
    let month = month.unwrap_or_else(|| Month::of(ctx.now()));
    let mut tx = ctx.db.read().await?;
    let whose = |environment: &Environment| match scope {
        ListScope::Mine => is_owner(environment, person.as_ref()),
        ListScope::Team => {
            is_owner(environment, person.as_ref()) || (team.is_some() && environment.team == team)
        }
        ListScope::All => true,
    };
    let mut costs = of_month(ctx, &mut tx, month, whose).await?;
    costs.sort_by(|a, b| b.cost.cmp(&a.cost).then(a.environment.name.cmp(&b.environment.name)));
    let purse = match (&team, scope) {
        (Some(team), ListScope::Mine | ListScope::Team) => {
            purse_of(ctx, &mut tx, Some(team), month).await?
        }
        _ => None,
    };
    let currency = currency(&costs);
    // Amounts in two currencies are not compared.
    let purse = purse.filter(|purse| costs.is_empty() || purse.budget.currency == currency);
    let line = |one: &Cost| CostReportLine {
        name: one.environment.name.clone(),
        owner: one.environment.owner(),
        cost: amount(&currency, one.cost),
        known: one.known(),
        goes_on: one.goes_on,
    };
    let team_budget = purse.as_ref().filter(|_| scope == ListScope::Team);
    let chart = CostByDay {
        until: ctx.now().min(month.end()),
        environments: costs.iter().map(|one| one.by_day(month, ctx.now())).collect(),
        budget: team_budget.map(|purse| purse.budget.amount),
        currency: currency.clone(),
    };
    Ok(Reply::Cost(CostReport {
        scope,
        month,
        lines: costs.iter().take(LINES).map(line).collect(),
        more: costs.len().saturating_sub(LINES),
        total: amount(&currency, costs.iter().map(|one| one.cost).sum()),
        known: Known::together(costs.iter().map(Cost::known)),
        budget: purse.map(|purse| {
            let said = |value: Decimal| amount(&purse.budget.currency, value);
            (said(purse.budget.amount), said(purse.reserved_amount()), said(purse.left_amount()))
        }),
        unpriced: costs.iter().map(Cost::unpriced).sum(),
        chart: Some(chart).filter(|_| costs.iter().any(|one| !one.cost.is_zero())),
    }))
}

impl Cost {
    fn by_day(&self, month: Month, now: Timestamp) -> EnvironmentByDay {
        let days = by_day(&self.intervals(), month, now).into_iter();
        let days = days.map(|(_, cost)| cost).collect();
        EnvironmentByDay { name: self.environment.name.clone(), days }
    }

    /// How much of it is in the sum: what nobody knows the price of is not.
    fn known(&self) -> Known {
        Known::together(self.charges.iter().map(|charge| charge.estimate.0.known()))
    }

    /// How many resources of it nobody knows the price of.
    fn unpriced(&self) -> usize {
        let unpriced = self.charges.iter().map(|charge| {
            let (priced, all) = charge.estimate.0.priced();
            all - priced
        });
        unpriced.max().unwrap_or_default()
    }

    fn intervals(&self) -> Vec<Interval> {
        self.charges.iter().map(interval).collect()
    }
}

fn is_owner(environment: &Environment, person: Option<&Person>) -> bool {
    person.is_some_and(|person| environment.owner() == *person)
}

fn currency(costs: &[Cost]) -> String {
    let found = costs.iter().flat_map(|one| &one.charges).map(|one| &one.estimate.0.currency);
    found.into_iter().find(|currency| !currency.is_empty()).cloned().unwrap_or("USD".to_owned())
}

/// What environments cost in a month, until now.
pub async fn of_month(
    ctx: &Ctx,
    tx: &mut Tx,
    month: Month,
    wanted: impl Fn(&Environment) -> bool,
) -> Result<Vec<Cost>, CommandError> {
    let (from, to) = (month.start(), month.end());
    let mut by_environment: BTreeMap<EnvironmentId, Vec<Charge>> = BTreeMap::new();
    for charge in budgets::charges_between(tx, from, to).await? {
        by_environment.entry(charge.environment_id.clone()).or_default().push(charge);
    }
    let now = ctx.now();
    let mut costs = Vec::new();
    for (id, charges) in by_environment {
        let environment = environments::get(tx, &id).await?;
        if !wanted(&environment) {
            continue;
        }
        let intervals: Vec<_> = charges.iter().map(interval).collect();
        let cost = within(&intervals, month, now);
        let goes_on = charges.iter().any(|charge| charge.to_at.is_none());
        costs.push(Cost { environment, charges, cost, goes_on });
    }
    Ok(costs)
}
