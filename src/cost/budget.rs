//! A team's budget of a month, and what environments hold of it.
//!
//! What an environment holds of a month is what it has cost in it so far and what it will until its expiry. Asking for
//! it, extending and updating it reserve anew; its verified end settles it: then it holds what it has cost, and the
//! rest is given back. So what all hold is what is spent and what living environments will still cost, at most.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::accrual::{Interval, by_month};
use crate::domain::Timestamp;
use crate::domain::month::Month;

/// What one environment holds, by month. Amounts are rounded up to millionths, so that they can be kept as whole
/// numbers and never are too little.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reservation(pub BTreeMap<Month, Decimal>);

impl Reservation {
    /// What it will have cost when it ends at `until`. `past`: what it has cost so far, with what it costs now as an
    /// interval that goes on; `now`: from when on `hourly` holds. After its expiry it holds what it has cost by then.
    pub fn of(past: &[Interval], now: Timestamp, until: Timestamp, hourly: Decimal) -> Reservation {
        let close =
            |one: &Interval| Interval { to: Some(one.to.map_or(now, |to| to.min(now))), ..*one };
        let mut all: Vec<Interval> = past.iter().map(close).collect();
        all.push(Interval { from: now, to: Some(until.max(now)), hourly });
        Reservation::upward(by_month(&all, until.max(now)))
    }

    /// What it has cost at its end, and holds for good.
    pub fn settled(past: &[Interval], ended: Timestamp) -> Reservation {
        Reservation::upward(by_month(past, ended))
    }

    fn upward(amounts: BTreeMap<Month, Decimal>) -> Reservation {
        let up = |amount: Decimal| amount.round_dp_with_strategy(6, RoundingStrategy::AwayFromZero);
        Reservation(amounts.into_iter().map(|(month, amount)| (month, up(amount))).collect())
    }

    /// Of a month.
    pub fn of_month(&self, month: Month) -> Decimal {
        self.0.get(&month).copied().unwrap_or(Decimal::ZERO)
    }

    /// Of all months.
    pub fn total(&self) -> Decimal {
        self.0.values().sum()
    }
}

/// A team's budget of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub month: Month,
    pub limit: Decimal,
    /// What all environments of the team hold of it.
    pub held: Decimal,
}

/// A month's budget has not enough left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    pub month: Month,
    pub limit: Decimal,
    /// What is left beside the environment that it is about.
    pub left: Decimal,
    pub wanted: Decimal,
}

/// Whether an environment may hold this of its team's budgets. `held`: what it holds of them already, which is in each
/// budget's `held`; months without a budget have no limit. A month in which it takes no more than it has passes even
/// where the budget is overdrawn.
///
/// # Errors
/// The first month that has not enough left.
pub fn admit(budgets: &[Budget], held: &Reservation, wanted: &Reservation) -> Result<(), Short> {
    for budget in budgets {
        let (own, wanted) = (held.of_month(budget.month), wanted.of_month(budget.month));
        let left = (budget.limit - (budget.held - own)).max(Decimal::ZERO);
        if wanted > own && wanted > left {
            return Err(Short { month: budget.month, limit: budget.limit, left, wanted });
        }
    }
    Ok(())
}
