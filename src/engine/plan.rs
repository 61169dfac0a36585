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
    Ok((summary(shown.resource_changes), summary(shown.resource_drift)))
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
            "resource_drift": [shown("drifted", &["update"])],
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
        assert_eq!(drift.resources[0].address, "drifted");
        let told = |plan: &PlanSummary| -> Vec<usize> {
            plan.resources.iter().map(|r| r.attributes.len()).collect()
        };
        assert_eq!(told(&summary), [0, 1, 0, 1, 1], "what comes or goes whole tells no attributes");
        assert_eq!(told(&drift), [1]);
    }

    #[test]
    fn an_empty_plan_is_one_and_half_a_plan_is_none() {
        assert_eq!(summarise(b"{}").unwrap().0.to_string(), "+0 ~0 -0");
        assert!(summarise(b"{\"resource_changes\": [").is_err());
    }
}
