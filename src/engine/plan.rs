//! What a plan would do.

use serde::Deserialize;

use super::difference::{Values, differences};
use crate::domain::plan::{Change, PlanSummary, PlannedResource};

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    /// Destroyed and made anew, in either order.
    Replace,
    Delete,
    /// Only read.
    Read,
    /// Leaves the state and lives on.
    Forget,
    /// Enters the state as it is.
    Import,
    Nothing,
}

impl Action {
    /// What it comes to for whoever reads the plan; `None` for what makes, changes and ends nothing.
    pub fn change(self) -> Option<Change> {
        match self {
            Action::Create => Some(Change::Create),
            Action::Update => Some(Change::Update),
            Action::Replace => Some(Change::Replace),
            Action::Delete => Some(Change::Delete),
            Action::Read | Action::Forget | Action::Import | Action::Nothing => None,
        }
    }

    /// From the list that plans hold (`["delete","create"]`), or the word that events hold (`replace`).
    pub(super) fn of(words: &[&str]) -> Action {
        match words {
            ["create"] => Action::Create,
            ["update"] => Action::Update,
            ["delete"] | ["remove"] => Action::Delete,
            ["replace"]
            | ["delete", "create"]
            | ["create", "delete"]
            | ["forget", "create"]
            | ["create", "forget"] => Action::Replace,
            ["read"] | ["open"] | ["renew"] | ["close"] => Action::Read,
            ["forget"] => Action::Forget,
            ["import"] => Action::Import,
            _ => Action::Nothing,
        }
    }
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    resource_changes: Vec<ShownChange>,
    #[serde(default)]
    resource_drift: Vec<ShownChange>,
    #[serde(default)]
    relevant_attributes: Vec<Relevant>,
}

/// An attribute that something else is changed by.
#[derive(Deserialize)]
struct Relevant {
    resource: String,
    #[serde(default)]
    attribute: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct ShownChange {
    address: String,
    change: ShownActions,
}

#[derive(Deserialize)]
struct ShownActions {
    actions: Vec<String>,
    #[serde(flatten)]
    values: Values,
}

/// Reads what `show -json` prints of a plan: what it would do, and what others did.
pub(super) fn summarise(json: &[u8]) -> Result<(PlanSummary, PlanSummary), serde_json::Error> {
    let shown: Shown = serde_json::from_slice(json)?;
    let plan = summary(shown.resource_changes);
    let drift = summary(shown.resource_drift);
    let drift =
        PlanSummary { resources: matters(drift.resources, &plan, &shown.relevant_attributes) };
    Ok((plan, drift))
}

fn summary(shown: Vec<ShownChange>) -> PlanSummary {
    let one = |shown: ShownChange| {
        let words: Vec<&str> = shown.change.actions.iter().map(String::as_str).collect();
        let change = Action::of(&words).change()?;
        // What comes or goes whole would repeat the template, or the state.
        let attributes = match change {
            Change::Update | Change::Replace => differences(&shown.change.values),
            Change::Create | Change::Delete => Vec::new(),
        };
        Some(PlannedResource { address: shown.address, change, attributes })
    };
    PlanSummary { resources: shown.into_iter().filter_map(one).collect() }
}

/// Of all that is not as the state has it, what the template wants otherwise: what is gone, and what the
/// plan would put back, or changes something else by. The rest is nobody's doing: a provider fills in an
/// attribute after the fact (a bucket gets its encryption from a resource of its own), and a check right
/// after the create would call that drift.
fn matters(
    drift: Vec<PlannedResource>,
    plan: &PlanSummary,
    relevant: &[Relevant],
) -> Vec<PlannedResource> {
    let one = |mut drifted: PlannedResource| {
        if drifted.change == Change::Delete {
            return Some(drifted);
        }
        let planned = plan.resources.iter().find(|planned| planned.address == drifted.address);
        let is_planned = |name: &str| {
            planned.is_some_and(|planned| planned.attributes.iter().any(|a| a.name == name))
        };
        let leads_on = |name: &str| {
            let names = |r: &Relevant| r.attribute.first().is_none_or(|first| first == name);
            relevant.iter().any(|r| r.resource == drifted.address && names(r))
        };
        let wanted = |name: &str| is_planned(name) || leads_on(name);
        let kept =
            drifted.attributes.iter().filter(|a| wanted(&a.name)).cloned().collect::<Vec<_>>();
        match (kept.is_empty(), planned) {
            (false, _) => drifted.attributes = kept,
            // Made anew for a reason that stands in no attribute: all is told.
            (true, Some(planned)) if planned.change != Change::Update => {}
            (true, _) => return None,
        }
        Some(drifted)
    };
    drift.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(address: &str, actions: &[&str]) -> serde_json::Value {
        json!({
            "address": address, "mode": "managed", "type": "aws_vpc", "name": "x",
            "change": {"actions": actions, "before": {"secret": "hunter2"}, "after": {}},
        })
    }

    #[test]
    fn every_action_is_counted_as_the_engine_counts_it() {
        let plan = json!({
            "format_version": "1.2",
            "resource_changes": [
                shown("new", &["create"]),
                shown("changed", &["update"]),
                shown("gone", &["delete"]),
                shown("anew", &["delete", "create"]),
                shown("anew_first", &["create", "delete"]),
                shown("left", &["forget"]),
                shown("same", &["no-op"]),
                shown("seen", &["read"]),
            ],
            "resource_drift": [shown("changed", &["update"]), shown("vanished", &["delete"])],
        });
        let (summary, drift) = summarise(plan.to_string().as_bytes()).unwrap();
        assert_eq!(summary.to_string(), "+3 ~1 -3");
        let changes: Vec<_> =
            summary.resources.iter().map(|r| (r.address.as_str(), r.change)).collect();
        assert_eq!(
            changes,
            [
                ("new", Change::Create),
                ("changed", Change::Update),
                ("gone", Change::Delete),
                ("anew", Change::Replace),
                ("anew_first", Change::Replace),
            ]
        );
        let addresses: Vec<&str> = drift.resources.iter().map(|r| r.address.as_str()).collect();
        assert_eq!(addresses, ["changed", "vanished"]);
        let told = |plan: &PlanSummary| -> Vec<usize> {
            plan.resources.iter().map(|r| r.attributes.len()).collect()
        };
        assert_eq!(told(&summary), [0, 1, 0, 1, 1], "what comes or goes whole tells no attributes");
        assert_eq!(told(&drift), [1, 0]);
    }

    fn turned(
        address: &str,
        before: serde_json::Value,
        after: serde_json::Value,
    ) -> serde_json::Value {
        json!({"address": address, "change": {"actions": ["update"], "before": before, "after": after}})
    }

    #[test]
    fn drift_is_what_the_template_wants_otherwise() {
        let kept =
            json!({"address": "same", "change": {"actions": ["no-op"], "before": {}, "after": {}}});
        let plan = json!({
            "resource_changes": [
                kept,
                turned("bucket", json!({"tags": "b"}), json!({"tags": "a"})),
                turned("reads", json!({"address": "1.1.1.2"}), json!({"address": "1.1.1.1"})),
            ],
            "resource_drift": [
                // The encryption came from a resource of its own, and nobody wants it otherwise.
                turned(
                    "bucket",
                    json!({"tags": "a", "encryption": null}),
                    json!({"tags": "b", "encryption": "kms"}),
                ),
                turned("same", json!({"encryption": null}), json!({"encryption": "kms"})),
                // Another resource is changed because of it.
                turned("host", json!({"ip": "1.1.1.1", "seen": 1}), json!({"ip": "1.1.1.2", "seen": 2})),
            ],
            "relevant_attributes": [{"resource": "host", "attribute": ["ip", 0]}],
        });
        let drift = summarise(plan.to_string().as_bytes()).unwrap().1;
        let found: Vec<(&str, Vec<&str>)> = drift
            .resources
            .iter()
            .map(|r| (r.address.as_str(), r.attributes.iter().map(|a| a.name.as_str()).collect()))
            .collect();
        assert_eq!(found, [("bucket", vec!["tags"]), ("host", vec!["ip"])]);
        let tags = &drift.resources[0].attributes[0];
        assert_eq!((tags.before.as_deref(), tags.after.as_deref()), (Some("a"), Some("b")));
    }

    #[test]
    fn an_empty_plan_is_one_and_half_a_plan_is_none() {
        assert_eq!(summarise(b"{}").unwrap().0.to_string(), "+0 ~0 -0");
        assert!(summarise(b"{\"resource_changes\": [").is_err());
    }
}
