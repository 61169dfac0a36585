//! What a preview printed, as a plan.

use std::collections::BTreeSet;

use serde_json::Value;

use super::events::{Change, action};
use super::stack::is_secret;
use crate::domain::plan::{AttributeChange, Change as Planned, PlanSummary, PlannedResource};
use crate::engine::difference::{Values, differences};

/// What an update would do.
pub(super) fn planned(printed: &[u8]) -> PlanSummary {
    let mut resources = Vec::new();
    for event in lines(printed) {
        let Some(body) = event.get("resourcePreEvent") else { continue };
        let Some(change) = Change::of(body) else { continue };
        let Some(kind) = action(&change.op, true).and_then(|action| action.change()) else {
            continue;
        };
        let attributes = differing(body, kind, "inputs");
        resources.push(PlannedResource { address: change.resource, change: kind, attributes });
    }
    PlanSummary { resources }
}

/// What others have changed: a resource is read (`refresh`), and comes out as updated or deleted.
pub(super) fn drifted(printed: &[u8]) -> PlanSummary {
    let mut read = BTreeSet::new();
    let mut resources = Vec::new();
    for event in lines(printed) {
        if let Some(change) = event.get("resourcePreEvent").and_then(Change::of)
            && change.op == "refresh"
        {
            read.insert(change.urn);
            continue;
        }
        let Some(body) = event.get("resOutputsEvent") else { continue };
        let Some(change) = Change::of(body) else { continue };
        let Some(kind) = action(&change.op, true).and_then(|action| action.change()) else {
            continue;
        };
        if read.contains(&change.urn) {
            let attributes = differing(body, kind, "outputs");
            resources.push(PlannedResource { address: change.resource, change: kind, attributes });
        }
    }
    PlanSummary { resources }
}

/// What differs of a resource that stays: in what the program gives it, or in what it came out as.
fn differing(event: &Value, change: Planned, side: &str) -> Vec<AttributeChange> {
    if !matches!(change, Planned::Update | Planned::Replace) {
        return Vec::new();
    }
    let of = |when: &str| {
        let path = format!("/metadata/{when}/{side}");
        let values = event.pointer(&path).cloned().unwrap_or_default();
        let mark = secret_parts(&values);
        (values, mark)
    };
    differences(&Values::known(of("old"), of("new")))
}

/// `true` in the place of each secret part.
fn secret_parts(value: &Value) -> Value {
    match value {
        Value::Object(map) if is_secret(map) => Value::Bool(true),
        Value::Object(map) => {
            let marked = map.iter().map(|(key, value)| (key.clone(), secret_parts(value)));
            marked.filter(|(_, mark)| !mark.is_null()).collect()
        }
        Value::Array(items) => items.iter().map(secret_parts).collect(),
        _ => Value::Null,
    }
}

fn lines(printed: &[u8]) -> impl Iterator<Item = Value> {
    printed.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str, op: &str, old: Value, new: Value) -> String {
        let metadata = json!({"op": op, "urn": "urn:pulumi:e::p::file:index:File::page",
            "type": "file:index:File", "old": {"inputs": old, "outputs": old},
            "new": {"inputs": new, "outputs": new}});
        json!({ kind: {"metadata": metadata, "planning": true} }).to_string() + "\n"
    }

    #[test]
    fn a_plan_has_before_and_after_with_secrets_masked() {
        let secret = |text: &str| {
            json!({"4dabf18193072939515e22adb298388d":
            "1b47061264138c4ac30d75fd1eb44270", "ciphertext": text})
        };
        let old = json!({"content": "calm", "path": "/x", "key": secret("a")});
        let new = json!({"content": "wild", "path": "/x", "key": secret("b")});
        let printed = event("resourcePreEvent", "refresh", old.clone(), old.clone())
            + &event("resOutputsEvent", "refresh", old.clone(), old.clone())
            + &event("resourcePreEvent", "update", old.clone(), new.clone())
            + &event("resOutputsEvent", "update", old.clone(), new.clone());
        let plan = planned(printed.as_bytes());
        assert_eq!(plan.to_string(), "+0 ~1 -0");
        let attributes = &plan.resources[0].attributes;
        let one = |name: &str| attributes.iter().find(|a| a.name == name).expect(name);
        assert_eq!(one("content").before.as_deref(), Some("calm"));
        assert_eq!(one("content").after.as_deref(), Some("wild"));
        assert_eq!(one("key").after.as_deref(), Some("(sensitive)"));
        assert_eq!(attributes.len(), 2, "{attributes:?}");
    }

    #[test]
    fn drift_is_what_a_refresh_found_and_not_what_a_plan_would_do() {
        let (calm, wild) = (json!({"content": "calm"}), json!({"content": "wild"}));
        let printed = event("resourcePreEvent", "refresh", calm.clone(), calm.clone())
            + &event("resOutputsEvent", "update", calm.clone(), wild.clone());
        let drift = drifted(printed.as_bytes());
        assert_eq!(drift.resources[0].attributes[0].after.as_deref(), Some("wild"));
        let printed = event("resourcePreEvent", "update", calm.clone(), wild.clone())
            + &event("resOutputsEvent", "update", calm, wild);
        assert!(drifted(printed.as_bytes()).resources.is_empty());
    }
}
