//! To the cent of a month.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_month_of_each_is_what_was_computed_by_hand() {
    let db = |class: &str, more: Value| {
        let mut values =
            json!({ "engine": "postgres", "instance_class": class, "allocated_storage": 20 });
        values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        values
    };
    let root = |disk: Value| json!({ "instance_type": "t3.micro", "root_block_device": [disk] });
    let cases: Vec<(&str, Value, &str)> = vec![
        // 0.0104 × 730 + 8 × 0.10: without a disk of its own it gets 8 GB of gp2, which is assumed.
        ("aws_instance", json!({ "instance_type": "t3.micro" }), "8.39"),
        // A block that is not there is an empty list of some providers.
        (
            "aws_instance",
            json!({ "instance_type": "t3.micro", "instance_market_options": [], "root_block_device": [] }),
            "8.39",
        ),
        // 0.0416 × 730 + 0.80
        ("aws_instance", json!({ "instance_type": "t3.medium", "tenancy": "default" }), "31.17"),
        // 0.096 × 730 + 0.80
        ("aws_instance", json!({ "instance_type": "m5.large", "monitoring": false }), "70.88"),
        // 0.34 × 730 + 0.80
        ("aws_instance", json!({ "instance_type": "c5.2xlarge" }), "249"),
        // 7.592 + 20 × 0.08
        ("aws_instance", root(json!({ "volume_type": "gp3", "volume_size": 20 })), "9.19"),
        // 7.592 + 100 × 0.08 + (4000 − 3000) × 0.005 + (250 − 125) × 0.04
        (
            "aws_instance",
            root(
                json!({ "volume_type": "gp3", "volume_size": 100, "iops": 4000, "throughput": 250 }),
            ),
            "25.59",
        ),
        // 7.592 + 50 × 0.125 + 1000 × 0.065
        (
            "aws_instance",
            root(json!({ "volume_type": "io1", "volume_size": 50, "iops": 1000 })),
            "78.84",
        ),
        // 7.592 + 0.80 + 500 × 0.045 + 500 × 0.015
        (
            "aws_instance",
            json!({ "instance_type": "t3.micro", "ebs_block_device": [
                { "volume_type": "st1", "volume_size": 500 }, { "volume_type": "sc1", "volume_size": 500 },
            ] }),
            "38.39",
        ),
        ("aws_ebs_volume", json!({ "type": "gp3", "size": 100 }), "8"),
        ("aws_ebs_volume", json!({ "size": 100 }), "10"),
        (
            "aws_ebs_volume",
            json!({ "type": "gp3", "size": 100, "iops": 3000, "throughput": 125 }),
            "8",
        ),
        // 8 + 13000 × 0.005 + 875 × 0.04
        (
            "aws_ebs_volume",
            json!({ "type": "gp3", "size": 100, "iops": 16000, "throughput": 1000 }),
            "108",
        ),
        // 12.50 + 130
        ("aws_ebs_volume", json!({ "type": "io2", "size": 100, "iops": 2000 }), "142.5"),
        ("aws_ebs_volume", json!({ "type": "sc1", "size": 1000 }), "15"),
        // 0.016 × 730 + 20 × 0.115
        ("aws_db_instance", db("db.t4g.micro", json!({})), "13.98"),
        // 0.018 × 730 + 2.30
        ("aws_db_instance", db("db.t3.micro", json!({ "storage_type": "gp2" })), "15.44"),
        // In two zones: 2 × 0.036 × 730 + 2 × 2.30
        ("aws_db_instance", db("db.t3.small", json!({ "multi_az": true })), "57.16"),
        // 0.145 × 730 + 20 × 0.125 + 1000 × 0.10
        (
            "aws_db_instance",
            db("db.t3.large", json!({ "storage_type": "io1", "iops": 1000 })),
            "208.35",
        ),
        // 0.072 × 730 + 2.30
        ("aws_db_instance", db("db.t3.medium", json!({ "storage_type": "gp3" })), "54.86"),
        // 0.017 × 730 + 2.30
        ("aws_db_instance", db("db.t3.micro", json!({ "engine": "mysql" })), "14.71"),
        // 0.136 × 730 + 2.30
        ("aws_db_instance", db("db.t3.large", json!({ "engine": "mariadb" })), "101.58"),
        // 0.016 × 730
        (
            "aws_elasticache_cluster",
            json!({ "engine": "redis", "node_type": "cache.t4g.micro" }),
            "11.68",
        ),
        // 3 × 0.156 × 730
        (
            "aws_elasticache_cluster",
            json!({ "engine": "redis", "node_type": "cache.m5.large", "num_cache_nodes": 3 }),
            "341.64",
        ),
        // 2 × 0.068 × 730
        (
            "aws_elasticache_replication_group",
            json!({ "node_type": "cache.t3.medium", "num_cache_clusters": 2 }),
            "99.28",
        ),
        // 3 groups of a first node and 2 replicas: 9 × 0.149 × 730
        (
            "aws_elasticache_replication_group",
            json!({ "node_type": "cache.m6g.large", "num_node_groups": 3, "replicas_per_node_group": 2 }),
            "978.93",
        ),
        // 2 × 0.206 × 0.8 × 730
        (
            "aws_elasticache_replication_group",
            json!({ "engine": "valkey", "node_type": "cache.r6g.large", "num_cache_clusters": 2 }),
            "240.61",
        ),
        // 0.023 + 0.005 + 10 × 0.0004
        ("aws_s3_bucket", json!({ "bucket": "b" }), "0.03"),
        // 0.045 × 730 + 0.045
        ("aws_nat_gateway", json!({}), "32.9"),
        ("aws_eip", json!({}), "3.65"),
        // (0.0225 + 0.008 + 2 × 0.005) × 730 = 29.565
        ("aws_lb", json!({}), "29.56"),
        // (0.0225 + 0.008) × 730 = 22.265
        ("aws_lb", json!({ "internal": true }), "22.26"),
        // (0.0225 + 0.006) × 730
        ("aws_lb", json!({ "load_balancer_type": "network", "internal": true }), "20.8"),
        ("aws_security_group", json!({}), "0"),
        ("aws_iam_role_policy_attachment", json!({}), "0"),
        ("terraform_data", json!({}), "0"),
    ];
    assert!(cases.len() >= 30);
    let wanted: Vec<(&str, Value)> =
        cases.iter().map(|(kind, values, _)| (*kind, values.clone())).collect();
    let estimate = priced(&wanted, &Terms::default());
    for ((kind, values, expected), one) in cases.iter().zip(&estimate.resources) {
        assert_eq!(monthly(one).as_deref(), Some(*expected), "{kind} {values}: {one:?}");
    }
    assert_eq!(estimate.priced(), (cases.len(), cases.len()));
    assert_eq!(
        (estimate.currency.as_str(), estimate.as_of.as_deref()),
        ("USD", Some("2026-07-20"))
    );
}

#[test]
fn what_has_no_rate_is_unknown_and_says_why() {
    let cases = [
        ("aws_msk_cluster", json!({}), "no rate for aws_msk_cluster"),
        ("aws_instance", json!({ "instance_type": "x9.huge" }), "no rate for x9.huge"),
        ("aws_instance", json!({}), "`instance_type` is not set"),
        (
            "aws_instance",
            json!({ "instance_type": "t3.micro", "tenancy": "host" }),
            "tenancy = host",
        ),
        (
            "aws_instance",
            json!({ "instance_type": "t3.micro", "monitoring": true }),
            "monitoring = true",
        ),
        (
            "aws_db_instance",
            json!({ "engine": "oracle-ee", "instance_class": "db.t3.micro" }),
            "engine = oracle-ee",
        ),
        (
            "aws_db_instance",
            json!({ "engine": "postgres", "instance_class": "db.t3.micro", "allocated_storage": 20,
                    "storage_type": "gp3", "iops": 12000 }),
            "iops = 12000, storage_throughput = nothing, storage_type = gp3",
        ),
        (
            "aws_db_instance",
            json!({ "engine": "postgres", "instance_class": "db.t3.micro", "allocated_storage": 100,
                    "storage_type": "io1", "iops": 1000, "multi_az": true }),
            "multi_az = true",
        ),
        (
            "aws_ebs_volume",
            json!({ "type": "gp3", "size": "many" }),
            "`size` is `many`, and no number",
        ),
        ("google_compute_instance", json!({}), "no price book for google"),
    ];
    let wanted: Vec<(&str, Value)> =
        cases.iter().map(|(kind, values, _)| (*kind, values.clone())).collect();
    let estimate = priced(&wanted, &Terms::default());
    for ((kind, values, why), one) in cases.iter().zip(&estimate.resources) {
        let Pricing::Unknown { why: said } = &one.pricing else {
            panic!("{kind} {values}: {one:?}")
        };
        assert!(said.contains(why), "{kind} {values}: {said}");
    }
    assert_eq!(estimate.priced(), (0, cases.len()));
    assert_eq!(estimate.hourly(), Decimal::ZERO);
}

#[test]
fn usage_and_discounts_are_what_was_agreed() {
    let terms = Terms {
        usage: [("aws_s3_bucket.storage_gb".to_owned(), decimal("200"))].into(),
        discounts: [("aws_instance".to_owned(), decimal("0.25")), ("*".to_owned(), decimal("0.1"))]
            .into(),
    };
    let wanted = [
        ("aws_s3_bucket", json!({})),
        ("aws_instance", json!({ "instance_type": "t3.micro" })),
        ("aws_eip", json!({})),
    ];
    let estimate = priced(&wanted, &terms);
    // (200 × 0.023 + 0.009) × 0.9, (7.592 + 0.80) × 0.75, 3.65 × 0.9 = 3.285, which goes to the even cent.
    let months: Vec<_> = estimate.resources.iter().map(|one| monthly(one).unwrap()).collect();
    assert_eq!(months, ["4.15", "6.29", "3.28"]);
    let assumed: Vec<_> = estimate.resources.iter().map(PricedResource::is_assumed).collect();
    assert_eq!(
        assumed,
        [true, true, false],
        "the disk of an instance that has none of its own is assumed"
    );
}

#[test]
fn an_extension_and_an_early_end_are_by_the_hour() {
    let estimate = priced(&[("aws_eip", json!({})), ("aws_eip", json!({}))], &Terms::default());
    assert_eq!(estimate.during(Span::hours(24)).round_dp(2).to_string(), "0.24");
    assert_eq!(estimate.during(Span::hours(28)).round_dp(2).to_string(), "0.28");
    assert_eq!(estimate.during(Span::minutes(30)), decimal("0.005"));
}

#[test]
fn who_knows_better_goes_before_amount_by_amount() {
    let usage = |said: &[(&str, &str)]| -> Usage {
        said.iter().map(|(name, amount)| ((*name).to_owned(), decimal(amount))).collect()
    };
    let installation = Terms {
        usage: usage(&[
            ("aws_s3_bucket.storage_gb", "1000"),
            ("aws_s3_bucket.write_requests", "0"),
        ]),
        discounts: BTreeMap::from([("*".to_owned(), decimal("0.5"))]),
    };
    let template =
        usage(&[("aws_s3_bucket.storage_gb", "100"), ("aws_s3_bucket.read_requests", "0")]);
    let team = usage(&[("aws_s3_bucket.storage_gb", "200")]);
    let bucket = |terms: &Terms| {
        let estimate = priced(&[("aws_s3_bucket", json!({}))], terms);
        assert!(estimate.resources[0].is_assumed(), "whoever said it: it is in no plan");
        monthly(&estimate.resources[0]).unwrap()
    };
    // (1000 × 0.023 + 0.004 of the book's own reading requests) / 2
    assert_eq!(bucket(&installation), "11.5");
    // 100 × 0.023 / 2; the installation's writing requests stay nothing.
    let with_template = installation.with_usage(template);
    assert_eq!(bucket(&with_template), "1.15");
    // 200 × 0.023 / 2; the template's reading requests stay nothing.
    assert_eq!(bucket(&with_template.with_usage(team)), "2.3");
    assert_eq!(bucket(&installation.with_usage(Usage::new())), "11.5");
}

#[test]
fn usage_that_no_book_knows_is_told_with_what_there_is() {
    let books = Books::builtin().unwrap();
    let strange = "aws_s3_bucket.storage".to_owned();
    let known = "aws_s3_bucket.storage_gb".to_owned();
    let unknown = books.unknown_usage([&strange, &known]);
    assert_eq!(unknown.len(), 1);
    let told = unknown[0].to_string();
    assert!(told.starts_with("no price book knows the usage `aws_s3_bucket.storage`; there are: "));
    assert!(told.contains("aws_s3_bucket.storage_gb"), "{told}");
    let none = Books::default().unknown_usage([&known]);
    assert_eq!(
        none[0].to_string(),
        "no price book knows the usage `aws_s3_bucket.storage_gb`; no price book asks for usage"
    );
}
