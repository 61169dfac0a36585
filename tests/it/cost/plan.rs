//! `plan/plan.json` is what `terraform show -json` printed of `plan/main.tf`: 38 resources, by Terraform 1.5 or later
//! and version 5.100.0 of AWS's provider. Each amount was computed by hand from the rates of `docs/cost.md`'s book.

use std::collections::BTreeMap;

use mayfly::cost::accrual::{Interval, accrued};
use mayfly::cost::budget::Reservation;
use mayfly::cost::{Books, PlannedValues, Terms};
use mayfly::domain::Span;
use mayfly::domain::cost::{Estimate, HOURS_A_MONTH, Pricing, amount, hourly};
use rust_decimal::Decimal;

use super::{at, decimal};

const PLAN: &[u8] = include_bytes!("plan/plan.json");

/// What a month of each costs, to the cent, rounded half to even; what is not here is free.
const MONTHS: &[(&str, &str)] = &[
    // t3.micro 0.0104 × 730 = 7.592; a root disk that nobody describes is assumed, 8 GB of gp2: 8 × 0.10 = 0.80
    ("aws_instance.plain", "8.39"),
    // t3.medium 0.0416 × 730 = 30.368; a public address 0.005 × 730 = 3.65; 30 GB of gp3 × 0.08 = 2.40
    ("aws_instance.web[0]", "36.42"),
    ("aws_instance.web[1]", "36.42"),
    // m5.large 0.096 × 730 = 70.08; io1: 50 × 0.125 = 6.25, 1000 IOPS × 0.065 = 65;
    // gp3: 200 × 0.08 = 16, 6000 − 3000 IOPS × 0.005 = 15, 250 − 125 MB/s × 0.04 = 5; st1: 500 × 0.045 = 22.50
    ("aws_instance.data", "199.83"),
    // gp2: 100 × 0.10
    ("aws_ebs_volume.plain", "10.00"),
    // gp3: 100 × 0.08; 3000 IOPS and 125 MB/s are in it
    ("aws_ebs_volume.base", "8.00"),
    // 8 + 16000 − 3000 IOPS × 0.005 = 65, 1000 − 125 MB/s × 0.04 = 35
    ("aws_ebs_volume.fast", "108.00"),
    // io2: 100 × 0.125 = 12.50, 2000 IOPS × 0.065 = 130
    ("aws_ebs_volume.steady", "142.50"),
    // sc1: 1000 × 0.015
    ("aws_ebs_volume.cold", "15.00"),
    // 0.005 × 730
    ("aws_eip.nat", "3.65"),
    // 0.045 × 730 = 32.85; 1 GB is assumed: 0.045
    ("aws_nat_gateway.this", "32.90"),
    // 0.0225 × 730 = 16.425; assumed: 1 LCU × 0.008 × 730 = 5.84, 2 public addresses × 0.005 × 730 = 7.30
    ("aws_lb.public", "29.56"),
    // 16.425; assumed: 1 NLCU × 0.006 × 730 = 4.38
    ("aws_lb.inner", "20.80"),
    // 0.016 × 730 = 11.68; gp2: 20 × 0.115 = 2.30
    ("aws_db_instance.small", "13.98"),
    // In two zones: 2 × 0.072 × 730 = 105.12; gp3: 2 × 100 × 0.115 = 23; backups are assumed to need no more
    ("aws_db_instance.both_zones", "128.12"),
    // 0.145 × 730 = 105.85; io1: 200 × 0.125 = 25, 2000 IOPS × 0.10 = 200
    ("aws_db_instance.busy", "330.85"),
    // In two zones: 2 × 0.034 × 730 = 49.64; gp2: 2 × 50 × 0.115 = 11.50
    ("aws_db_instance.mysql", "61.14"),
    // 0.016 × 730
    ("aws_elasticache_cluster.one", "11.68"),
    // 2 × 0.068 × 730
    ("aws_elasticache_replication_group.pair", "99.28"),
    // Three groups of one and two replicas: 9 × 0.149 × 730
    ("aws_elasticache_replication_group.groups", "978.93"),
    // Valkey: 2 × 0.206 × 0.8 × 730 = 240.608
    ("aws_elasticache_replication_group.valkey", "240.61"),
    // Assumed: 1 GB 0.023, 1000 writing requests 0.005, 10000 reading ones 0.004
    ("aws_s3_bucket.assets", "0.03"),
];

/// What has no rate, and the reason that is told.
const UNKNOWN: &[(&str, &str)] = &[
    ("aws_sqs_queue.jobs", "the price book has no rate for aws_sqs_queue"),
    ("aws_elasticache_cluster.memcached", "engine = memcached"),
    ("aws_instance.spot", "instance_market_options = [{\"market_type\":\"spot\"}]"),
    ("aws_db_instance.busy_in_both_zones", "multi_az = true"),
];

fn estimate(terms: &Terms) -> Estimate {
    let plan = PlannedValues::read(PLAN, None).expect("it is a plan");
    Books::builtin().expect("it is a book").estimate(&plan, terms)
}

fn months(estimate: &Estimate) -> BTreeMap<&str, Option<String>> {
    let month = |hourly: Decimal| format!("{:.2}", (hourly * HOURS_A_MONTH).round_dp(2));
    let all = estimate.resources.iter();
    all.map(|one| (one.address.as_str(), one.hourly().map(month))).collect()
}

#[test]
fn a_real_plan_costs_what_was_computed_by_hand() {
    let estimate = estimate(&Terms::default());
    assert_eq!(estimate.resources.len(), 38);
    assert_eq!(estimate.priced(), (34, 38));
    let by_hand: BTreeMap<&str, &str> = MONTHS.iter().copied().collect();
    for (address, month) in months(&estimate) {
        let unknown = UNKNOWN.iter().any(|(one, _)| *one == address);
        let expected = by_hand.get(address).copied().unwrap_or("0.00");
        assert_eq!(month.as_deref(), (!unknown).then_some(expected), "{address}");
    }
    for (address, part) in UNKNOWN {
        let one = estimate.resources.iter().find(|one| one.address == *address).expect(address);
        let Pricing::Unknown { why } = &one.pricing else { panic!("{one:?}") };
        assert!(why.contains(part), "{address}: {why}");
    }
    let free = estimate.resources.iter().filter(|one| one.pricing == Pricing::Free).count();
    assert_eq!((MONTHS.len(), free, UNKNOWN.len()), (22, 12, 4), "each is one of them");
    let assumed = estimate.resources.iter().filter(|one| one.is_assumed());
    let assumed: Vec<&str> = assumed.map(|one| one.address.as_str()).collect();
    let expected = [
        "aws_db_instance.both_zones",
        "aws_instance.plain",
        "aws_lb.inner",
        "aws_lb.public",
        "aws_nat_gateway.this",
        "aws_s3_bucket.assets",
    ];
    assert_eq!(assumed, expected);
}

#[test]
fn a_day_an_extension_and_an_early_end_are_to_the_cent() {
    let estimate = estimate(&Terms::default());
    // All months together are 2516.093: 3.4467… an hour.
    let rate = estimate.hourly();
    assert_eq!((rate * HOURS_A_MONTH).round_dp(3), decimal("2516.093"));
    assert_eq!(hourly(&estimate.currency, rate), "$3.45/h");
    assert_eq!(amount("USD", estimate.during(Span::hours(24))), "$82.72");
    assert_eq!(amount("USD", estimate.during(Span::hours(4))), "$13.79");
    let began = at("2026-11-20T10:00:00Z");
    let held = Reservation::of(&[], began, began + Span::hours(24), rate);
    assert_eq!(held.total().round_dp(2), decimal("82.72"));
    let living = [Interval { from: began, to: None, hourly: rate }];
    let extended = Reservation::of(&living, began + Span::hours(20), began + Span::hours(28), rate);
    assert_eq!(extended.total().round_dp(2), decimal("96.51"));
    // Destroyed after 90 minutes: 1.5 × 3.4467 = 5.17; the rest is given back.
    let ended = began + Span::minutes(90);
    let destroyed = [Interval { to: Some(ended), ..living[0] }];
    assert_eq!(accrued(&destroyed, began + Span::days(30)).round_dp(2), decimal("5.17"));
    let settled = Reservation::settled(&destroyed, ended);
    assert_eq!((held.total() - settled.total()).round_dp(2), decimal("77.55"));
}

#[test]
fn usage_and_discounts_are_the_terms_own() {
    let number = |name: &str, number: &str| (name.to_owned(), decimal(number));
    let terms = Terms {
        usage: [
            number("aws_s3_bucket.storage_gb", "500"),
            number("aws_s3_bucket.write_requests", "200000"),
            number("aws_nat_gateway.processed_gb", "100"),
            number("aws_lb.capacity_units", "3"),
            number("aws_db_instance.backup_gb_above_storage", "50"),
        ]
        .into(),
        discounts: [number("aws_instance", "0.25"), number("*", "0.1")].into(),
    };
    assert_eq!(terms.problems(&Books::builtin().expect("it is a book")), []);
    let estimate = estimate(&terms);
    let months = months(&estimate);
    for (address, month) in [
        // (500 × 0.023 + 200 × 0.005 + 0.004) × 0.9
        ("aws_s3_bucket.assets", "11.25"),
        // (32.85 + 100 × 0.045) × 0.9 = 33.615
        ("aws_nat_gateway.this", "33.62"),
        // (16.425 + 3 × 5.84 + 7.30) × 0.9 = 37.1205
        ("aws_lb.public", "37.12"),
        // (128.12 + 50 × 0.095) × 0.9 = 119.583
        ("aws_db_instance.both_zones", "119.58"),
        // 199.83 × 0.75 = 149.8725
        ("aws_instance.data", "149.87"),
        // 3.65 × 0.9 = 3.285
        ("aws_eip.nat", "3.28"),
    ] {
        assert_eq!(months[address].as_deref(), Some(month), "{address}");
    }
    let data = estimate.resources.iter().find(|one| one.address == "aws_instance.data");
    let listed = data.and_then(|one| one.listed()).expect("it is priced") * HOURS_A_MONTH;
    assert_eq!(listed.round_dp(2), decimal("199.83"), "the book's own rate stays known");
}
