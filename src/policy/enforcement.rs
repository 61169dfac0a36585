//! `data.enforcement`: how hard each rule is, and who may go past it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::PolicyError;
use super::data::Origins;
use super::rules::{RuleKind, RuleRef};
use crate::domain::decision::Level;

/// What an organisation says of a rule, whatever the rule says of itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Enforcement {
    pub level: Option<Level>,
    pub overridable_by: Option<Vec<String>>,
}

/// What `data.enforcement` says, by `<namespace>.<rule>`. It was checked when the bundle was loaded: what is
/// wrong then is not there.
pub(super) fn of(data: &Value) -> BTreeMap<String, Enforcement> {
    let entries = data.get("enforcement").and_then(Value::as_object);
    let read = entries.into_iter().flatten().filter_map(|(name, value)| {
        serde_json::from_value(value.clone()).ok().map(|read| (name.clone(), read))
    });
    read.collect()
}

/// What is wrong with it, each with the file that says it.
pub(super) fn check(data: &Value, origins: &Origins, rules: &[RuleRef]) -> Vec<PolicyError> {
    const SHAPE: &str =
        "write {level: advisory | overridable | mandatory, overridable_by: [\"role:…\"]}";
    let wrong = |path: &[&str], what: String| {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        PolicyError::file(origins.of(&path), format!("`data.enforcement`: {what}"))
    };
    let entries = match data.get("enforcement") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            let hint = "write `<namespace>.<rule>: {level: advisory}`";
            return vec![wrong(&["enforcement"], "it is no mapping".to_owned()).hint(hint)];
        }
    };
    let mut errors = Vec::new();
    for (name, value) in entries {
        let wrong = |what: String| wrong(&["enforcement", name], format!("`{name}`{what}"));
        let rule = rules.iter().find(|rule| *name == full(rule));
        match (serde_json::from_value::<Enforcement>(value.clone()), rule) {
            (Err(error), _) => errors.push(wrong(format!(": {error}")).hint(SHAPE)),
            (Ok(said), Some(rule)) => errors.extend(
                meaningless(&said, rule).map(|(what, hint)| wrong(format!(" {what}")).hint(hint)),
            ),
            (Ok(_), None) => {}
        }
        let of_namespace = |rule: &&RuleRef| name.starts_with(&format!("{}.", rule.namespace()));
        // Of a package that is not loaded nothing is known, and it says nothing either.
        if let (None, Some(_)) = (rule, rules.iter().find(of_namespace)) {
            let nearest = rules.iter().map(full).min_by_key(|full| strsim::levenshtein(full, name));
            errors.push(
                wrong(" is no rule".to_owned())
                    .hint(format!("did you mean `{}`?", nearest.unwrap_or_default())),
            );
        }
    }
    errors
}

/// What is said of a rule and can mean nothing for its kind, and what to write. Passed over silently it would be
/// taken for something that holds.
fn meaningless(said: &Enforcement, rule: &RuleRef) -> Option<(String, &'static str)> {
    let overridable = said.level == Some(Level::Overridable) || said.overridable_by.is_some();
    let place = rule.definitions.first().map(|one| format!(" ({})", one.place)).unwrap_or_default();
    match rule.kind {
        RuleKind::Approval if overridable => Some((
            format!("asks for an approval{place}: those who may go past it are its approvers"),
            "name them as its `approvers`; `{level: advisory}` makes a warning of it",
        )),
        RuleKind::Warn if overridable || said.level == Some(Level::Mandatory) => Some((
            format!("only warns{place}: there is nothing to go past"),
            "call the rule `deny_…`, or leave this out",
        )),
        RuleKind::Exception => Some((
            format!("is an exception{place}: it has no level"),
            "say it of the rule that it lets pass, or leave this out",
        )),
        RuleKind::Deny | RuleKind::Approval | RuleKind::Warn => None,
    }
}

fn full(rule: &RuleRef) -> String {
    format!("{}.{}", rule.namespace(), rule.name)
}
