//! What something has cost: computed from intervals whenever it is asked, never by ticking.
//!
//! An environment costs from the begin of its first apply, for its resources do from then, to its verified
//! destruction. A rate that an update changes holds from the begin of that update's apply.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::month::Month;
use crate::domain::{Span, Timestamp};

/// A stretch of time with one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub from: Timestamp,
    /// `None`: it goes on.
    pub to: Option<Timestamp>,
    /// An hour, in the estimate's currency.
    pub hourly: Decimal,
}

/// What they have cost until `now`.
pub fn accrued(intervals: &[Interval], now: Timestamp) -> Decimal {
    let Some(first) = intervals.iter().map(|interval| interval.from).min() else {
        return Decimal::ZERO;
    };
    between(intervals, first, now)
}

/// What they cost from one moment to another. Those that go on go on until then.
pub fn between(intervals: &[Interval], from: Timestamp, to: Timestamp) -> Decimal {
    let one = |interval: &Interval| {
        let begin = interval.from.max(from);
        let end = interval.to.map_or(to, |end| end.min(to));
        interval.hourly * Decimal::from((end - begin).millis())
    };
    let hour = Decimal::from(Span::hours(1).millis());
    intervals.iter().map(one).sum::<Decimal>() / hour
}

/// What they have cost in this month until `now`.
pub fn within(intervals: &[Interval], month: Month, now: Timestamp) -> Decimal {
    between(intervals, month.start(), month.end().min(now))
}

/// What they have cost until `now`, by month; months in which nothing ran are not there.
pub fn by_month(intervals: &[Interval], now: Timestamp) -> BTreeMap<Month, Decimal> {
    let began = intervals.iter().map(|interval| interval.from).min();
    let ended = intervals.iter().map(|interval| interval.to.map_or(now, |to| to.min(now))).max();
    let (Some(began), Some(ended)) = (began, ended) else { return BTreeMap::new() };
    let following = |month: &Month| Some(month.next()).filter(|next| next > month);
    let months = std::iter::successors(Some(Month::of(began)), following);
    let months = months.take_while(|month| month.start() < ended);
    let amounts = months.map(|month| (month, within(intervals, month, now)));
    amounts.filter(|(_, amount)| !amount.is_zero()).collect()
}

/// What they have cost on each day of a month until `now`: for charts and exports.
pub fn by_day(intervals: &[Interval], month: Month, now: Timestamp) -> Vec<(NaiveDate, Decimal)> {
    let days = month.days();
    days.map(|(day, from, to)| (day, between(intervals, from, to.min(now)))).collect()
}
