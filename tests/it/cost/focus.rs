//! A written file against the columns of FOCUS 1.2, transcribed from the specification: repository
//! FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, tag v1.2, `specification/columns/*.md` ("Content constraints" and the
//! requirements above them) and `specification/attributes/*.md`.

use std::collections::{BTreeMap, BTreeSet};

use mayfly::cost::focus::{CostRow, TypeRate, by_type, write};
use mayfly::cost::{Books, PlannedValues, Terms};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{at, decimal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Mandatory,
    Recommended,
    Conditional,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    /// Of these values.
    OneOf(&'static [&'static str]),
    /// Numeric Format: no sign but a minus, no separators, at most one point.
    Number,
    /// Number range: any valid non-negative decimal value.
    Price,
    /// Date/Time Format: `YYYY-MM-DDTHH:mm:ssZ`.
    Time,
    /// Currency Format: three letters of ISO 4217.
    Currency,
    /// Unit Format, of what Mayfly uses.
    Unit,
    /// Key-Value Format: a JSON object of numbers, texts, booleans or nulls.
    Map,
}

use Kind::{Currency, Map, Number, OneOf, Price, Text, Time, Unit};
use Level::{Conditional, Mandatory, Recommended};

const NULLS: bool = true;
const NO_NULLS: bool = false;

/// Column, feature level, whether nulls are allowed, and its values. All that are mandatory in 1.2, and all others that
/// a file of usage charges can have.
const COLUMNS: &[(&str, Level, bool, Kind)] = &[
    ("AvailabilityZone", Recommended, NULLS, Text),
    ("BilledCost", Mandatory, NO_NULLS, Number),
    ("BillingAccountId", Mandatory, NO_NULLS, Text),
    ("BillingAccountName", Mandatory, NULLS, Text),
    ("BillingAccountType", Conditional, NO_NULLS, Text),
    ("BillingCurrency", Mandatory, NO_NULLS, Currency),
    ("BillingPeriodEnd", Mandatory, NO_NULLS, Time),
    ("BillingPeriodStart", Mandatory, NO_NULLS, Time),
    (
        "ChargeCategory",
        Mandatory,
        NO_NULLS,
        OneOf(&["Usage", "Purchase", "Tax", "Credit", "Adjustment"]),
    ),
    ("ChargeClass", Mandatory, NULLS, OneOf(&["Correction"])),
    ("ChargeDescription", Mandatory, NULLS, Text),
    ("ChargeFrequency", Recommended, NO_NULLS, OneOf(&["One-Time", "Recurring", "Usage-Based"])),
    ("ChargePeriodEnd", Mandatory, NO_NULLS, Time),
    ("ChargePeriodStart", Mandatory, NO_NULLS, Time),
    ("ConsumedQuantity", Conditional, NULLS, Number),
    ("ConsumedUnit", Conditional, NULLS, Unit),
    ("ContractedCost", Mandatory, NO_NULLS, Number),
    ("ContractedUnitPrice", Conditional, NULLS, Price),
    ("EffectiveCost", Mandatory, NO_NULLS, Number),
    ("InvoiceId", Recommended, NULLS, Text),
    ("InvoiceIssuerName", Mandatory, NO_NULLS, Text),
    ("ListCost", Mandatory, NO_NULLS, Number),
    ("ListUnitPrice", Conditional, NULLS, Price),
    ("PricingCategory", Conditional, NULLS, OneOf(&["Standard", "Dynamic", "Committed", "Other"])),
    ("PricingQuantity", Mandatory, NULLS, Number),
    ("PricingUnit", Mandatory, NULLS, Unit),
    ("ProviderName", Mandatory, NO_NULLS, Text),
    ("PublisherName", Mandatory, NO_NULLS, Text),
    ("RegionId", Conditional, NULLS, Text),
    ("RegionName", Conditional, NULLS, Text),
    ("ResourceId", Conditional, NULLS, Text),
    ("ResourceName", Conditional, NULLS, Text),
    ("ResourceType", Conditional, NULLS, Text),
    ("ServiceCategory", Mandatory, NO_NULLS, OneOf(CATEGORIES)),
    ("ServiceName", Mandatory, NO_NULLS, Text),
    ("ServiceSubcategory", Recommended, NO_NULLS, Text),
    ("SubAccountId", Conditional, NULLS, Text),
    ("SubAccountName", Conditional, NULLS, Text),
    ("SubAccountType", Conditional, NULLS, Text),
    ("Tags", Conditional, NULLS, Map),
];

/// `servicecategory.md`, "Allowed values".
const CATEGORIES: &[&str] = &[
    "AI and Machine Learning",
    "Analytics",
    "Business Applications",
    "Compute",
    "Databases",
    "Developer Tools",
    "Multicloud",
    "Identity",
    "Integration",
    "Internet of Things",
    "Management and Governance",
    "Media",
    "Migration",
    "Mobile",
    "Networking",
    "Security",
    "Storage",
    "Web",
    "Other",
];

/// `servicesubcategory.md`, "Allowed values", of the categories that Mayfly writes.
const SUBCATEGORIES: &[(&str, &[&str])] = &[
    (
        "Compute",
        &[
            "Containers",
            "End User Computing",
            "Quantum Compute",
            "Serverless Compute",
            "Virtual Machines",
            "Other (Compute)",
        ],
    ),
    (
        "Databases",
        &[
            "Caching",
            "Data Warehouses",
            "Ledger Databases",
            "NoSQL Databases",
            "Relational Databases",
            "Time Series Databases",
            "Other (Databases)",
        ],
    ),
    (
        "Integration",
        &["API Management", "Messaging", "Workflow Orchestration", "Other (Integration)"],
    ),
    (
        "Networking",
        &[
            "Application Networking",
            "Content Delivery",
            "Network Connectivity",
            "Network Infrastructure",
            "Network Routing",
            "Network Security",
            "Other (Networking)",
        ],
    ),
    (
        "Storage",
        &[
            "Backup Storage",
            "Block Storage",
            "File Storage",
            "Object Storage",
            "Storage Platforms",
            "Other (Storage)",
        ],
    ),
    ("Other", &["Other (Other)"]),
];

/// A record's fields by column; `None` is null: an empty field without quotes.
type Record = BTreeMap<String, Option<String>>;

/// RFC 4180.
fn records(text: &str) -> Vec<Vec<Option<String>>> {
    let mut records = vec![Vec::new()];
    let (mut field, mut was_quoted, mut inside) = (String::new(), false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => (inside, was_quoted) = (!inside, true),
            ',' | '\n' if !inside => {
                let value = std::mem::take(&mut field);
                let last = records.last_mut().expect("there is one");
                last.push((was_quoted || !value.is_empty()).then_some(value));
                was_quoted = false;
                if letter == '\n' {
                    records.push(Vec::new());
                }
            }
            '\r' if !inside => {}
            other => field.push(other),
        }
    }
    assert!(!inside && field.is_empty(), "the last record is not ended");
    records.pop();
    records
}

/// Everything in which the file is not what the specification asks for.
fn violations(text: &str) -> Vec<String> {
    let mut records = records(text).into_iter();
    let header: Vec<String> = records.next().unwrap_or_default().into_iter().flatten().collect();
    let mut found = of_header(&header);
    for (n, record) in records.enumerate() {
        if record.len() != header.len() {
            found.push(format!("record {n}: {} fields for {} columns", record.len(), header.len()));
            continue;
        }
        let record: Record = header.iter().cloned().zip(record).collect();
        found.extend(of_record(&record).into_iter().map(|what| format!("record {n}: {what}")));
    }
    found
}

fn of_header(header: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let there: BTreeSet<&str> = header.iter().map(String::as_str).collect();
    if there.len() != header.len() {
        found.push("a column is there twice".to_owned());
    }
    let known: BTreeSet<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    for (name, level, ..) in COLUMNS {
        if *level == Mandatory && !there.contains(name) {
            found.push(format!("{name} is not there"));
        }
    }
    found.extend(
        there
            .iter()
            .filter(|name| !known.contains(*name) && !name.starts_with("x_"))
            .map(|name| format!("{name} is no column of the specification, and has no x_")),
    );
    // Column handling: custom columns come after all others.
    if header.iter().skip_while(|name| !name.starts_with("x_")).any(|name| !name.starts_with("x_"))
    {
        found.push("custom columns stand among the specification's".to_owned());
    }
    found
}

fn of_record(record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    for (name, _, nulls, kind) in COLUMNS {
        match record.get(*name) {
            Some(Some(value)) if value.trim().is_empty() => {
                found.push(format!("{name} is empty, not null"))
            }
            Some(Some(value)) if !fits(*kind, value) => found.push(format!("{name} is `{value}`")),
            Some(None) if !nulls => found.push(format!("{name} is null")),
            _ => {}
        }
    }
    found.extend(relations(record));
    found
}

fn fits(kind: Kind, value: &str) -> bool {
    let number = |pattern: &str| regex::Regex::new(pattern).expect("a pattern").is_match(value);
    match kind {
        Text => true,
        OneOf(allowed) => allowed.contains(&value),
        Number => number(r"^-?\d+(\.\d+)?(E-?\d+)?$"),
        Price => number(r"^\d+(\.\d+)?(E-?\d+)?$"),
        Time => {
            number(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
                && chrono::DateTime::parse_from_rfc3339(value).is_ok()
        }
        Currency => number("^[A-Z]{3}$"),
        Unit => ["Hours", "Days", "Months", "GB-Hours", "Units"].contains(&value),
        Map => serde_json::from_str::<Value>(value).is_ok_and(|value| {
            value
                .as_object()
                .is_some_and(|map| map.values().all(|one| !one.is_object() && !one.is_array()))
        }),
    }
}

/// What the requirements say of several columns together, for usage that corrects nothing.
fn relations(record: &Record) -> Vec<String> {
    let text = |name: &str| record.get(name).and_then(|value| value.as_deref());
    let number = |name: &str| text(name).and_then(|value| value.parse::<Decimal>().ok());
    let mut found = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    let both = |one: &str, other: &str| text(one).is_some() == text(other).is_some();
    must(
        both("PricingQuantity", "PricingUnit"),
        "PricingUnit is null exactly where PricingQuantity is",
    );
    must(
        both("ConsumedQuantity", "ConsumedUnit"),
        "ConsumedUnit is null exactly where ConsumedQuantity is",
    );
    must(both("RegionId", "RegionName"), "RegionName is null exactly where RegionId is");
    must(both("ResourceId", "ResourceType"), "ResourceType is null exactly where ResourceId is");
    must(
        both("SubAccountId", "SubAccountName"),
        "SubAccountName is null exactly where SubAccountId is",
    );
    must(
        text("ResourceName").is_none() || text("ResourceId").is_some(),
        "a ResourceName needs a ResourceId",
    );
    must(
        text("ResourceName") != text("ResourceId"),
        "ResourceName must not be the ResourceId again",
    );
    if text("ChargeCategory") == Some("Usage") && text("ChargeClass").is_none() {
        for name in [
            "PricingQuantity",
            "ConsumedQuantity",
            "ListUnitPrice",
            "ContractedUnitPrice",
            "PricingCategory",
        ] {
            must(
                !record.contains_key(name) || text(name).is_some(),
                &format!("{name} is null for usage"),
            );
        }
    }
    for (cost, price) in [("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice")]
    {
        if let (Some(price), Some(quantity)) = (number(price), number("PricingQuantity")) {
            must(
                number(cost) == Some(price * quantity),
                &format!("{cost} is price times quantity"),
            );
        }
    }
    let period = |name: &str| [text(&format!("{name}Start")), text(&format!("{name}End"))];
    let ([from, to], [begin, end]) = (period("ChargePeriod"), period("BillingPeriod"));
    // Texts of this form sort as the moments do. Both ends are exclusive.
    must(from < to && begin < end, "a period ends after it began");
    must(begin <= from && to <= end, "the charge period lies in its billing period");
    let of_category =
        SUBCATEGORIES.iter().find(|(category, _)| Some(*category) == text("ServiceCategory"));
    if let Some(sub) = text("ServiceSubcategory") {
        must(
            of_category.is_some_and(|(_, all)| all.contains(&sub)),
            "ServiceSubcategory is its category's",
        );
    }
    found
}

fn row(kind: &str, hourly: &str, listed: &str) -> CostRow {
    CostRow {
        environment_id: "env-1".into(),
        environment_name: "jade-otter".into(),
        requester: "U0ADA".into(),
        team: Some("payments".into()),
        project: Some("check,out \"2\"".into()),
        cost_center: None,
        rate: TypeRate {
            provider: "aws".into(),
            region: Some("us-east-1".into()),
            kind: kind.into(),
            resources: 2,
            listed: decimal(listed),
            hourly: decimal(hourly),
        },
        currency: "USD".into(),
        from: at("2026-11-30T10:20:30Z"),
        to: at("2026-11-30T22:00:00Z"),
        unpriced: 3,
    }
}

fn written(rows: &[CostRow]) -> String {
    let mut out = Vec::new();
    write(rows, "installation-1", &mut out).expect("a buffer takes it");
    String::from_utf8(out).expect("it is text")
}

/// The first record after the header, by column.
fn first(text: &str) -> Record {
    let mut records = records(text).into_iter();
    let header = records.next().expect("a header").into_iter().flatten();
    header.zip(records.next().expect("a record")).collect()
}

#[test]
fn a_written_file_is_what_the_specification_asks_for() {
    let plan = PlannedValues::read(include_bytes!("plan/plan.json"), None).expect("it is a plan");
    let discounts = [("*".to_owned(), decimal("0.1"))].into();
    let terms = Terms { discounts, ..Terms::default() };
    let estimate = Books::builtin().expect("it is a book").estimate(&plan, &terms);
    let rates = by_type(&estimate);
    let kinds: Vec<&str> = rates.iter().map(|rate| rate.kind.as_str()).collect();
    let expected = [
        "aws_db_instance",
        "aws_ebs_volume",
        "aws_eip",
        "aws_elasticache_cluster",
        "aws_elasticache_replication_group",
        "aws_instance",
        "aws_lb",
        "aws_nat_gateway",
        "aws_s3_bucket",
    ];
    assert_eq!(kinds, expected, "what is free or unknown has no row");
    assert_eq!(rates.iter().map(|rate| rate.hourly).sum::<Decimal>(), estimate.hourly());
    let base = row("", "0", "0");
    let mut rows: Vec<CostRow> =
        rates.into_iter().map(|rate| CostRow { rate, ..base.clone() }).collect();
    let thin = CostRow {
        team: None,
        project: None,
        rate: TypeRate {
            provider: "hetzner".into(),
            region: None,
            kind: "hcloud_server".into(),
            ..rows[0].rate.clone()
        },
        ..rows[0].clone()
    };
    rows.push(thin);
    let text = written(&rows);
    assert_eq!(violations(&text), Vec::<String>::new(), "{text}");
    assert_eq!(records(&text).len(), 11);
    // Nobody loses more than a millionth of a dollar by the digits of prices.
    let costs: Decimal = rows[..9].iter().map(CostRow::cost).sum();
    let exact = estimate.hourly() * mayfly::domain::cost::hours(base.to - base.from);
    assert!((costs - exact).abs() < decimal("0.000001"), "{costs} {exact}");
}

#[test]
fn a_record_says_what_is_asked_of_it() {
    let record = first(&written(&[row("aws_db_instance", "0.09", "0.1")]));
    for (name, value) in [
        // 11 h 39 min 30 s are 11.65833333 hours.
        ("PricingQuantity", Some("11.65833333")),
        ("ContractedUnitPrice", Some("0.09")),
        ("BilledCost", Some("1.0492499997")),
        ("ListCost", Some("1.165833333")),
        ("BillingPeriodStart", Some("2026-11-01T00:00:00Z")),
        ("BillingPeriodEnd", Some("2026-12-01T00:00:00Z")),
        ("ChargePeriodStart", Some("2026-11-30T10:20:30Z")),
        ("ChargeClass", None),
        ("ServiceName", Some("Amazon Relational Database Service")),
        ("ServiceCategory", Some("Databases")),
        ("RegionName", Some("US East (N. Virginia)")),
        ("ChargeDescription", Some("2 × aws_db_instance of jade-otter at $0.09/h")),
        ("x_EnvironmentId", Some("env-1")),
        ("x_Requester", Some("U0ADA")),
        ("BillingAccountId", Some("installation-1")),
        ("BillingAccountName", None),
        ("x_Estimated", Some("true")),
        ("x_CostCenter", None),
        ("x_UnpricedResources", Some("3")),
    ] {
        assert_eq!(record[name].as_deref(), value, "{name}");
    }
    let tags: Value =
        serde_json::from_str(record["Tags"].as_deref().expect("there are tags")).expect("JSON");
    let same = serde_json::json!({
        "mayfly:installation": "installation-1", "mayfly:environment": "jade-otter", "mayfly:owner": "U0ADA",
        "mayfly:team": "payments", "mayfly:project": "check,out \"2\"",
    });
    assert_eq!(tags, same, "those that everything has that is made, and none of what is not said");
}

#[test]
fn a_charge_is_cut_at_the_month() {
    let whole = CostRow { to: at("2026-12-02T00:00:00Z"), ..row("aws_eip", "0.005", "0.005") };
    let of = |month: &str| whole.within(month.parse().expect("a month"));
    let parts: Vec<CostRow> = ["2026-11", "2026-12"].into_iter().flat_map(of).collect();
    assert_eq!(
        (parts[0].to, parts[1].from),
        (at("2026-12-01T00:00:00Z"), at("2026-12-01T00:00:00Z"))
    );
    assert_eq!(violations(&written(&parts)), Vec::<String>::new());
    assert_eq!(of("2027-01"), None);
    assert!(
        violations(&written(std::slice::from_ref(&whole)))
            .join(" ")
            .contains("lies in its billing period")
    );
}

#[test]
fn no_field_is_a_formula_and_no_number_has_an_apostrophe() {
    let mut bad = row("aws_eip", "0.005", "0.005");
    bad.requester = "=HYPERLINK(\"x\")".into();
    bad.project = Some("  ".into());
    let text = written(&[bad]);
    assert!(text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
    let record = first(&text);
    assert_eq!(
        (record["x_Project"].as_deref(), record["BilledCost"].as_deref()),
        (None, Some("0.05829166665"))
    );
}

#[test]
fn planted_violations_are_found() {
    let text = written(&[row("aws_db_instance", "0.09", "0.1")]);
    for (good, bad, found) in [
        ("\"BilledCost\",", "", "BilledCost is not there"),
        ("\"x_Estimated\"", "\"Estimated\"", "Estimated is no column of the specification"),
        ("\"x_Estimated\"", "\"x_Requester\"", "a column is there twice"),
        ("\"Usage\"", "\"usage\"", "ChargeCategory is `usage`"),
        ("\"USD\"", "\"dollars\"", "BillingCurrency is `dollars`"),
        ("\"USD\"", "", "BillingCurrency is null"),
        ("\"USD\"", "\"\"", "BillingCurrency is empty, not null"),
        ("1.0492499997", "1,04", "fields for"),
        ("1.165833333,", "+1.165833333,", "ListCost is `+1.165833333`"),
        ("1.165833333,", "1.17,", "ListCost is price times quantity"),
        ("\"Hours\"", "\"hrs\"", "PricingUnit is `hrs`"),
        ("\"Hours\"", "", "PricingUnit is null exactly where PricingQuantity is"),
        ("2026-11-30T22:00:00Z", "2026-11-30 22:00", "ChargePeriodEnd is `2026-11-30 22:00`"),
        (
            "2026-11-30T22:00:00Z",
            "2026-12-30T22:00:00Z",
            "the charge period lies in its billing period",
        ),
        ("\"Databases\"", "\"Database\"", "ServiceCategory is `Database`"),
        ("\"Relational Databases\"", "\"Object Storage\"", "ServiceSubcategory is its category's"),
        ("\"US East (N. Virginia)\"", "", "RegionName is null exactly where RegionId is"),
        ("\"\"payments\"\"", "[1]", "Tags is"),
        ("\"Standard\"", "", "PricingCategory is null for usage"),
    ] {
        let planted = text.replace(good, bad);
        assert_ne!(planted, text, "{good}");
        let violations = violations(&planted).join("\n");
        assert!(violations.contains(found), "{good} → {bad}: {violations}");
    }
}
