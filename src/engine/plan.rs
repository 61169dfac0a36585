//! What a plan would do.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

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

/// One resource of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub resource: String,
    pub kind: String,
    pub action: Action,
}

/// What a plan would do; reads and what stays as it is are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanSummary {
    pub changes: Vec<Change>,
    /// What others changed since the last run.
    pub drift: Vec<Change>,
    /// Created, counting the new half of what is replaced.
    pub add: u64,
    pub change: u64,
    /// Deleted, counting the old half of what is replaced.
    pub remove: u64,
}

impl fmt::Display for PlanSummary {
    /// `+3 ~0 -0`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{} ~{} -{}", self.add, self.change, self.remove)
    }
}

impl Action {
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

/// Values are skipped while reading: they are most of a plan, and secret.
#[derive(Deserialize)]
struct ShownChange {
    address: String,
    r#type: String,
    change: ShownActions,
}

#[derive(Deserialize)]
struct ShownActions {
    actions: Vec<String>,
    #[serde(default)]
    importing: Option<IgnoredAny>,
}

/// Reads what `show -json` prints of a plan.
pub(super) fn summarise(json: &[u8]) -> Result<PlanSummary, serde_json::Error> {
    let shown: Shown = serde_json::from_slice(json)?;
    let mut summary = PlanSummary::default();
    for change in shown.resource_changes.into_iter().map(Change::from) {
        let (add, changed, remove) = match change.action {
            Action::Create => (1, 0, 0),
            Action::Update => (0, 1, 0),
            Action::Delete => (0, 0, 1),
            Action::Replace => (1, 0, 1),
            Action::Forget | Action::Import => (0, 0, 0),
            Action::Read | Action::Nothing => continue,
        };
        summary.add += add;
        summary.change += changed;
        summary.remove += remove;
        summary.changes.push(change);
    }
    summary.drift = shown.resource_drift.into_iter().map(Change::from).collect();
    Ok(summary)
}

impl From<ShownChange> for Change {
    fn from(shown: ShownChange) -> Change {
        let words: Vec<&str> = shown.change.actions.iter().map(String::as_str).collect();
        let action = match Action::of(&words) {
            Action::Nothing if shown.change.importing.is_some() => Action::Import,
            action => action,
        };
        Change { resource: shown.address, kind: shown.r#type, action }
    }
}
