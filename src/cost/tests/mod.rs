//! Estimates against sums that were done by hand, and what is no plan and no book.

mod accruals;
mod amounts;
mod books;
mod budgets;
mod plans;
mod pulumi;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::*;
use crate::domain::Span;
use crate::domain::cost::HOURS_A_MONTH;
use crate::domain::usage::Usage;

const REGION: &str = "us-east-1";

/// A plan that makes these, all of their attributes known.
fn plan(resources: &[(&str, Value)]) -> Value {
    let resource = |(n, (kind, values)): (usize, &(&str, Value))| {
        json!({
            "address": format!("{kind}.r{n}"), "mode": "managed", "type": kind,
            "name": format!("r{n}"), "values": values,
        })
    };
    let resources: Vec<Value> = resources.iter().enumerate().map(resource).collect();
    json!({
        "planned_values": { "root_module": { "resources": resources } },
        "configuration": { "provider_config": { "aws": { "expressions": {
            "region": { "constant_value": REGION },
        } } }, "root_module": {} },
    })
}

/// With the region where the plan has it for resources that say whose they are.
fn read(plan: &Value) -> PlannedValues {
    PlannedValues::of_terraform(plan.to_string().as_bytes(), Some(REGION)).unwrap()
}

fn priced(resources: &[(&str, Value)], terms: &Terms) -> Estimate {
    Books::builtin().unwrap().estimate(&read(&plan(resources)), terms)
}

/// A month, to the cent; `None`: unknown.
fn monthly(one: &PricedResource) -> Option<String> {
    Some((one.hourly()? * HOURS_A_MONTH).round_dp(2).normalize().to_string())
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Why it is unknown; what it is priced by, where it is not.
fn why(one: &PricedResource) -> String {
    match &one.pricing {
        Pricing::Unknown { why } => why.clone(),
        known => format!("{known:?}"),
    }
}

/// A moment, as RFC 3339.
fn at(text: &str) -> crate::domain::Timestamp {
    crate::domain::Timestamp(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}
