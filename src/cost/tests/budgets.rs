//! What environments hold of budgets.

use proptest::prelude::*;

use super::super::accrual::{Interval, accrued};
use super::super::budget::{Budget, Reservation, admit};
use super::*;
use crate::domain::Timestamp;
use crate::domain::month::Month;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

#[test]
fn it_holds_its_estimate_by_month_and_gives_back_what_it_did_not_need() {
    // 36 hours over the end of a month, at 0.50.
    let asked = at("2026-11-30T12:00:00Z");
    let held = Reservation::of(&[], asked, asked + Span::hours(36), decimal("0.5"));
    assert_eq!(
        held.0,
        [(month("2026-11"), decimal("6")), (month("2026-12"), decimal("12"))].into()
    );
    assert_eq!(held.total(), decimal("18"));
    // Extended by 4 hours after 6: what it has cost, and what it will.
    let now = asked + Span::hours(6);
    let past = [Interval { from: asked, to: None, hourly: decimal("0.5") }];
    let extended = Reservation::of(&past, now, asked + Span::hours(40), decimal("0.5"));
    assert_eq!(extended.total(), decimal("20"));
    assert_eq!(extended.of_month(month("2026-12")), decimal("14"));
    // Destroyed after 8 hours: December is given back whole.
    let settled = Reservation::settled(&past, asked + Span::hours(8));
    assert_eq!(settled.0, [(month("2026-11"), decimal("4"))].into());
}

#[test]
fn a_dearer_update_holds_more_from_now_on() {
    let asked = at("2026-11-10T00:00:00Z");
    let past = [Interval { from: asked, to: None, hourly: decimal("0.1") }];
    // 10 × 0.1 + 14 × 0.3
    let held =
        Reservation::of(&past, asked + Span::hours(10), asked + Span::hours(24), decimal("0.3"));
    assert_eq!(held.total(), decimal("5.2"));
    // After its expiry it holds what it has cost.
    let late =
        Reservation::of(&past, asked + Span::hours(30), asked + Span::hours(24), decimal("0.3"));
    assert_eq!(late.total(), decimal("3"));
}

#[test]
fn of_two_that_want_the_last_dollar_one_gets_it() {
    let now = at("2026-11-10T00:00:00Z");
    let wanted = Reservation::of(&[], now, now + Span::hours(2), decimal("0.5"));
    let mut budget = Budget { month: month("2026-11"), limit: decimal("100"), held: decimal("99") };
    assert_eq!(admit(&[budget], &Reservation::default(), &wanted), Ok(()));
    budget.held += wanted.total();
    let short = admit(&[budget], &Reservation::default(), &wanted).unwrap_err();
    assert_eq!(
        (short.left, short.wanted, short.limit),
        (Decimal::ZERO, decimal("1"), decimal("100"))
    );
    // What it holds itself is not in its own way.
    assert_eq!(admit(&[budget], &wanted, &wanted), Ok(()));
}

#[test]
fn a_budget_that_is_overdrawn_stops_more_and_not_less() {
    let now = at("2026-11-10T00:00:00Z");
    let of = |hours: i64| Reservation::of(&[], now, now + Span::hours(hours), decimal("1"));
    let budget = Budget { month: month("2026-11"), limit: decimal("5"), held: decimal("9") };
    assert_eq!(admit(&[budget], &of(4), &of(3)), Ok(()), "it takes less");
    assert!(admit(&[budget], &of(4), &of(5)).is_err());
    // Of 10 others hold 2, and it 4: it may have 8, and no more.
    let roomy = Budget { limit: decimal("10"), held: decimal("6"), ..budget };
    assert_eq!(admit(&[roomy], &of(4), &of(8)), Ok(()));
    assert_eq!(admit(&[roomy], &of(4), &of(9)).map_err(|short| short.left), Err(decimal("8")));
    assert_eq!(admit(&[], &of(4), &of(500)), Ok(()), "no budget, no limit");
}

fn hours(of: std::ops::Range<i64>) -> impl Strategy<Value = Span> {
    of.prop_map(Span::minutes)
}

proptest! {
    #[test]
    fn what_is_settled_is_never_more_than_was_held(
        start in 0i64..40_000_000, life in hours(1..120_000), more in hours(0..10_000), share in 0i64..=1000, micros in 0i64..9_000_000,
    ) {
        let (began, rate) = (Timestamp(1_767_225_600_000 + start * 1000), Decimal::new(micros, 6) / decimal("7"));
        let expiry = began + life;
        let past = [Interval { from: began, to: None, hourly: rate }];
        let held = Reservation::of(&[], began, expiry, rate);
        let ended = began + Span::from_millis(life.millis() * share / 1000);
        let settled = Reservation::settled(&past, ended);
        for (month, spent) in settled.0 {
            prop_assert!(Decimal::ZERO <= spent && spent <= held.of_month(month), "an early end gives back");
        }
        // Never less than it costs, and by less than a millionth a month more.
        let cost = accrued(&past, expiry);
        let months = Decimal::from(held.0.len());
        let rounding = Decimal::new(1, 15);
        prop_assert!(held.total() + rounding >= cost && held.total() - cost <= months * Decimal::new(1, 6));
        prop_assert!(held.0.values().all(|amount| amount.normalize().scale() <= 6));
        // An extension holds no less in any month, whenever it is asked for.
        let extended = Reservation::of(&past, ended, expiry + more, rate);
        for month in held.0.keys() {
            prop_assert!(extended.of_month(*month) + Decimal::new(1, 6) >= held.of_month(*month));
        }
    }

    #[test]
    fn what_is_admitted_is_never_more_than_the_limit(
        limit in 0i64..200, wants in proptest::collection::vec((1i64..50_000, 0i64..3_000_000), 1..30),
    ) {
        let began = Timestamp(1_767_225_600_000 + 20 * 86_400_000);
        let months = [month("2026-01"), month("2026-02"), month("2026-03")];
        let mut budgets = months.map(|month| Budget { month, limit: Decimal::from(limit), held: Decimal::ZERO });
        for (minutes, micros) in wants {
            let wanted = Reservation::of(&[], began, began + Span::minutes(minutes), Decimal::new(micros, 6));
            if admit(&budgets, &Reservation::default(), &wanted).is_ok() {
                for budget in &mut budgets {
                    budget.held += wanted.of_month(budget.month);
                }
            }
            prop_assert!(budgets.iter().all(|budget| budget.held <= budget.limit));
        }
    }
}
