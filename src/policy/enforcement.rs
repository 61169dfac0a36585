//! `data.enforcement`: how hard each rule is, and who may go past it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::PolicyError;
use super::rules::RuleRef;
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

/// What is wrong with it.
pub(super) fn check(data: &Value, rules: &[RuleRef]) -> Vec<PolicyError> {
    let wrong = |what: String| PolicyError::file("data.enforcement", what);
    let entries = match data.get("enforcement") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(entries)) => entries,
        Some(_) => {
            return vec![
                wrong("it is no mapping".to_owned())
                    .hint("write `<namespace>.<rule>: {level: advisory}`"),
            ];
        }
    };
    let mut errors = Vec::new();
    for (name, value) in entries {
        if let Err(error) = serde_json::from_value::<Enforcement>(value.clone()) {
            errors.push(wrong(format!("`{name}`: {error}")).hint(
                "write {level: advisory | overridable | mandatory, overridable_by: [\"role:…\"]}",
            ));
        }
        let of_namespace = |rule: &&RuleRef| name.starts_with(&format!("{}.", rule.namespace()));
        let known = rules.iter().any(|rule| *name == format!("{}.{}", rule.namespace(), rule.name));
        // Of a package that is not loaded nothing is known, and it says nothing either.
        if let (false, Some(_)) = (known, rules.iter().find(of_namespace)) {
            let nearest = rules
                .iter()
                .map(|rule| format!("{}.{}", rule.namespace(), rule.name))
                .min_by_key(|full| strsim::levenshtein(full, name));
            errors.push(
                wrong(format!("`{name}` is no rule"))
                    .hint(format!("did you mean `{}`?", nearest.unwrap_or_default())),
            );
        }
    }
    errors
}
