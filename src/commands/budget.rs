//! What teams may spend in a month, what is set aside of it, and what environments have cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Ctx;
use crate::cost::accrual::{Interval, accrued};
use crate::cost::budget::{Budget, Reservation, Short, admit};
use crate::domain::cost::{Estimate, Known, amount, micros, of_micros};
use crate::domain::ports::MonthlyBudget;
use crate::domain::{EnvironmentId, Month, Timestamp};
use crate::store::budgets::Charge;
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, budgets, environments};

/// A team's budget in a month, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purse {
    pub team: String,
    pub month: Month,
    pub budget: MonthlyBudget,
    /// Spent and set aside, in millionths.
    pub reserved: i64,
    /// What is to be set aside on top of that, in millionths; never less than nothing.
    pub wanted: i64,
}

impl Purse {
    /// What is left, in millionths; below nothing where more was approved than there was.
    pub fn left(&self) -> i64 {
        micros(self.budget.amount).saturating_sub(self.reserved)
    }

    /// Whether there is no room for what is wanted.
    pub fn is_short(&self) -> bool {
        self.wanted > self.left().max(0)
    }

    /// The same in its currency.
    pub fn left_amount(&self) -> Decimal {
        of_micros(self.left())
    }

    /// What is spent and set aside, in its currency.
    pub fn reserved_amount(&self) -> Decimal {
        of_micros(self.reserved)
    }
}

/// The budget of a team in a month, if it has one.
pub async fn purse_of(
    ctx: &Ctx,
    tx: &mut Tx,
    team: Option<&str>,
    month: Month,
) -> Result<Option<Purse>, StoreError> {
    let Some(team) = team else { return Ok(None) };
    let Some(budget) = ctx.directory.team(team).budget else { return Ok(None) };
    let reserved = micros(held(ctx, tx, (team, month), None).await?);
    Ok(Some(Purse { team: team.to_owned(), month, budget, reserved, wanted: 0 }))
}

/// The budget of the month in which a team has the least room for what is wanted. `environment`: the one that it is
/// wanted for, if there is one already; what it holds it need not be given again.
pub async fn tightest(
    ctx: &Ctx,
    tx: &mut Tx,
    (team, environment): (Option<&str>, Option<&Environment>),
    wanted: Option<Wanted<'_>>,
) -> Result<Option<Purse>, StoreError> {
    let Some(team) = team else { return Ok(None) };
    let Some(budget) = ctx.directory.team(team).budget else { return Ok(None) };
    let (mut past, mut own) = (Vec::new(), Reservation::default());
    if let Some(environment) = environment {
        (past, own) = (intervals(tx, &environment.id).await?, held_by(tx, environment).await?);
    }
    let wanted = wanted.filter(|wanted| is_comparable(&budget, wanted.estimate));
    let reservation = wanted
        .map(|wanted| Reservation::of(&past, ctx.now(), wanted.until, wanted.estimate.hourly()));
    let reservation = reservation.unwrap_or_default();
    let mut months: Vec<Month> = reservation.0.keys().copied().collect();
    if months.is_empty() {
        months.push(Month::of(ctx.now()));
    }
    let but_for = environment.map(|environment| &environment.id);
    let mut purses = Vec::new();
    for month in months {
        let reserved = micros(held(ctx, tx, (team, month), but_for).await?);
        let more = reservation.of_month(month) - own.of_month(month);
        let (team, budget, wanted) = (team.to_owned(), budget.clone(), micros(more).max(0));
        purses.push(Purse { team, month, budget, reserved, wanted });
    }
    let room = |purse: &Purse| match purse.wanted {
        0 => i64::MAX,
        wanted => purse.left().saturating_sub(wanted),
    };
    Ok(purses.into_iter().min_by_key(room))
}

/// Amounts in two currencies are not compared.
fn is_comparable(budget: &MonthlyBudget, estimate: &Estimate) -> bool {
    estimate.currency.is_empty() || estimate.currency == budget.currency
}

/// What all environments of a team hold of a month: what is set aside for them, and for those that cost more by now,
/// as what outlives its end does, what they have cost. Of one, `but_for`, only what is set aside.
async fn held(
    ctx: &Ctx,
    tx: &mut Tx,
    (team, month): (&str, Month),
    but_for: Option<&EnvironmentId>,
) -> Result<Decimal, StoreError> {
    let mut running: BTreeMap<EnvironmentId, Vec<Interval>> = BTreeMap::new();
    for charge in budgets::running(tx, team).await? {
        running.entry(charge.environment_id.clone()).or_default().push(interval(&charge));
    }
    let rows = budgets::held(tx, (team, &month.to_string())).await?;
    let mut all: BTreeMap<EnvironmentId, Decimal> =
        rows.into_iter().map(|(id, micros)| (id, of_micros(micros))).collect();
    for (id, intervals) in running {
        if but_for != Some(&id) {
            let spent = Reservation::settled(&intervals, ctx.now()).of_month(month);
            let held = all.entry(id).or_default();
            *held = spent.max(*held);
        }
    }
    Ok(all.values().sum())
}

/// What is to be set aside for an environment: its hourly rate until then.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub estimate: &'a Estimate,
    pub until: Timestamp,
}

/// How setting aside went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// It is set aside, or the team has no budget.
    Yes,
    /// There is no room for it in this month. Nothing was written.
    Short(Short),
}

/// Whether a budget may be gone past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// What there is not is not set aside.
    Needed,
    /// Somebody has said yes to more, or it is spent already.
    Waived,
}

/// Sets aside what an environment costs, in place of what was set aside for it before: what it has cost so far, and
/// what it will. Who sets aside for the same team waits until this transaction ends.
pub async fn reserve(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    wanted: Wanted<'_>,
    room: Room,
) -> Result<Reserved, StoreError> {
    let Some(team) = environment.team.as_deref() else { return Ok(Reserved::Yes) };
    let past = intervals(tx, &environment.id).await?;
    let rate = wanted.estimate.hourly();
    let reservation = Reservation::of(&past, ctx.now(), wanted.until, rate);
    let limit = ctx
        .directory
        .team(team)
        .budget
        .filter(|limit| room == Room::Needed && is_comparable(limit, wanted.estimate));
    let mut limits = Vec::new();
    for month in reservation.0.keys() {
        budgets::lock(tx, team, &month.to_string()).await?;
        let Some(limit) = &limit else { continue };
        let held = held(ctx, tx, (team, *month), Some(&environment.id)).await?;
        limits.push(Budget { month: *month, limit: limit.amount, held });
    }
    if let Err(short) = admit(&limits, &held_by(tx, environment).await?, &reservation) {
        return Ok(Reserved::Short(short));
    }
    write(tx, environment, team, &reservation).await?;
    Ok(Reserved::Yes)
}

/// What an environment holds already.
async fn held_by(tx: &mut Tx, environment: &Environment) -> Result<Reservation, StoreError> {
    let rows = budgets::of_environment(tx, &environment.id).await?;
    let month = |(month, micros): (String, i64)| match month.parse::<Month>() {
        Ok(month) => Ok((month, of_micros(micros))),
        Err(error) => Err(StoreError::ImpossibleRow {
            table: "reservations",
            column: "month",
            key: environment.id.to_string(),
            why: error.to_string(),
        }),
    };
    Ok(Reservation(rows.into_iter().map(month).collect::<Result<_, _>>()?))
}

async fn write(
    tx: &mut Tx,
    environment: &Environment,
    team: &str,
    reservation: &Reservation,
) -> Result<(), StoreError> {
    let months = reservation.0.iter().map(|(month, amount)| (month.to_string(), micros(*amount)));
    let rows: Vec<(String, i64)> = months.collect();
    budgets::reserve(tx, &environment.id, team, &rows).await
}

/// From when to when it has cost how much.
async fn intervals(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Interval>, StoreError> {
    let charges = budgets::charges(tx, id).await?;
    Ok(charges.iter().map(interval).collect())
}

/// A charge as arithmetic takes it.
pub fn interval(charge: &Charge) -> Interval {
    Interval { from: charge.from_at, to: charge.to_at, hourly: charge.estimate.0.hourly() }
}

/// It costs until then: what was set aside reaches as far.
pub async fn costs_until(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    until: Timestamp,
) -> Result<(), StoreError> {
    let Some(estimate) = &environment.estimate else { return Ok(()) };
    let wanted = Wanted { estimate: &estimate.0, until };
    reserve(ctx, tx, environment, wanted, Room::Waived).await?;
    Ok(())
}

/// What was planned for it is not made: it costs what it did, until its end.
pub async fn costs_as_before(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<(), StoreError> {
    let charges = budgets::charges(tx, &environment.id).await?;
    let Some(open) = charges.into_iter().rfind(|charge| charge.to_at.is_none()) else {
        return Ok(());
    };
    environments::set_estimate(tx, &environment.id, &open.estimate.0).await?;
    let until = environment.expires_at.unwrap_or_else(|| ctx.now());
    let before = Environment { estimate: Some(open.estimate), ..environment.clone() };
    costs_until(ctx, tx, &before, until).await
}

/// From now on it costs what its estimate says, and that much is set aside until then: it is spent, whatever the
/// budget has room for.
pub async fn begins_to_cost(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    until: Timestamp,
) -> Result<(), StoreError> {
    let Some(estimate) = &environment.estimate else { return Ok(()) };
    budgets::charge(tx, &environment.id, ctx.now(), &estimate.0).await?;
    costs_until(ctx, tx, environment, until).await
}

/// It has ended, and costs nothing any more: what was set aside and not spent is free again, and what it has cost in
/// all is noted.
pub(super) async fn settle(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<(), StoreError> {
    let now = ctx.now();
    budgets::close(tx, &environment.id, now).await?;
    let charges = budgets::charges(tx, &environment.id).await?;
    let past: Vec<Interval> = charges.iter().map(interval).collect();
    if let Some(team) = environment.team.as_deref() {
        let settled = Reservation::settled(&past, now);
        for month in settled.0.keys() {
            budgets::lock(tx, team, &month.to_string()).await?;
        }
        write(tx, environment, team, &settled).await?;
    }
    let is_known = |charge: &&budgets::Charge| charge.estimate.0.known() != Known::Nothing;
    let priced =
        charges.iter().filter(is_known).find(|charge| !charge.estimate.0.currency.is_empty());
    let spent = priced.map(|charge| amount(&charge.estimate.0.currency, accrued(&past, now)));
    environments::set_spent(tx, &environment.id, spent.as_deref()).await
}
