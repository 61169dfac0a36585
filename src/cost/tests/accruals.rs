//! What something has cost, from its intervals.

use proptest::prelude::*;

use super::super::accrual::{Interval, accrued, between, by_day, by_month, within};
use super::*;
use crate::domain::Timestamp;
use crate::domain::month::Month;

fn interval(from: &str, to: Option<&str>, hourly: &str) -> Interval {
    Interval { from: at(from), to: to.map(at), hourly: decimal(hourly) }
}

#[test]
fn an_environment_costs_from_its_first_apply_to_its_verified_end() {
    let began = "2026-11-20T10:00:00Z";
    let living = [interval(began, None, "0.41")];
    assert_eq!(accrued(&living, at("2026-11-20T09:59:00Z")), Decimal::ZERO);
    // 24 hours: 9.84; and after an extension of 4: 11.48.
    assert_eq!(accrued(&living, at("2026-11-21T10:00:00Z")), decimal("9.84"));
    assert_eq!(accrued(&living, at("2026-11-21T14:00:00Z")), decimal("11.48"));
    // Destroyed after 90 minutes: 0.615, whenever it is asked.
    let destroyed = [interval(began, Some("2026-11-20T11:30:00Z"), "0.41")];
    for asked in ["2026-11-20T11:30:00Z", "2026-12-24T00:00:00Z"] {
        assert_eq!(accrued(&destroyed, at(asked)), decimal("0.615"));
    }
    assert_eq!(accrued(&[], at(began)), Decimal::ZERO);
}

#[test]
fn an_update_changes_the_rate_from_its_apply_on() {
    let updated = "2026-11-20T12:30:00Z";
    let both =
        [interval("2026-11-20T10:00:00Z", Some(updated), "0.10"), interval(updated, None, "0.30")];
    // 2.5 × 0.10 + 1.5 × 0.30
    assert_eq!(accrued(&both, at("2026-11-20T14:00:00Z")), decimal("0.70"));
    assert_eq!(accrued(&both, at("2026-11-20T12:00:00Z")), decimal("0.20"));
}

#[test]
fn months_and_days_are_utcs() {
    let one = [Interval {
        from: at("2026-11-30T22:00:00Z"),
        to: Some(at("2027-01-01T01:00:00Z")),
        hourly: decimal("0.5"),
    }];
    let later = at("2027-06-01T00:00:00Z");
    let month = |text: &str| text.parse::<Month>().unwrap();
    // 2 hours, 31 days, 1 hour
    let expected = [
        (month("2026-11"), decimal("1")),
        (month("2026-12"), decimal("372")),
        (month("2027-01"), decimal("0.5")),
    ];
    assert_eq!(by_month(&one, later), expected.into());
    assert_eq!(within(&one, month("2026-12"), at("2026-12-02T00:00:00Z")), decimal("12"));
    assert_eq!(within(&one, month("2027-02"), later), Decimal::ZERO);
    assert_eq!(within(&one, month("2026-12"), at("2026-11-01T00:00:00Z")), Decimal::ZERO);
    let days = by_day(&one, month("2026-11"), later);
    assert_eq!((days.len(), days[28].1, days[29].1), (30, Decimal::ZERO, decimal("1")));
    let days = by_day(&one, month("2026-12"), at("2026-12-02T06:00:00Z"));
    assert_eq!((days[0].1, days[1].1, days[2].1), (decimal("12"), decimal("3"), Decimal::ZERO));
}

#[test]
fn a_time_beyond_the_calendar_comes_to_an_end() {
    let one = [Interval { from: Timestamp(0), to: None, hourly: Decimal::ONE }];
    assert!(by_month(&one, Timestamp(i64::MAX)).len() > 1);
}

/// Within three years, to the second.
fn moment() -> impl Strategy<Value = Timestamp> {
    (0i64..94_608_000).prop_map(|seconds| Timestamp(1_767_225_600_000 + seconds * 1000))
}

fn some_intervals() -> impl Strategy<Value = Vec<Interval>> {
    let one = (moment(), proptest::option::of(moment()), 0i64..5_000_000)
        .prop_map(|(from, to, micros)| Interval { from, to, hourly: Decimal::new(micros, 6) });
    proptest::collection::vec(one, 0..6)
}

proptest! {
    #[test]
    fn months_add_up_and_no_part_is_less_than_nothing(all in some_intervals(), now in moment(), cut in moment()) {
        let months = by_month(&all, now);
        prop_assert!(months.values().all(|amount| *amount > Decimal::ZERO));
        let whole = accrued(&all, now);
        let near = |a: Decimal, b: Decimal| (a - b).abs() < Decimal::new(1, 15);
        prop_assert!(near(months.values().sum(), whole));
        let long_ago = Timestamp(0);
        let parts = between(&all, long_ago, cut.min(now)) + between(&all, cut.min(now), now);
        prop_assert!(near(parts, whole));
        for (month, amount) in months {
            let days: Decimal = by_day(&all, month, now).into_iter().map(|(_, amount)| amount).sum();
            prop_assert!(near(days, amount));
        }
        // Time alone makes nothing cheaper.
        prop_assert!(accrued(&all, now) <= accrued(&all, now + Span::hours(1)));
    }
}
