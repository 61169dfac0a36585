//! What differs between a resource before and after, out of a plan's JSON.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::plan::{AttributeChange, SENSITIVE, UNKNOWN};

/// A resource's values in a plan, by attribute, and which of them are secret or not known yet. The marks
/// have the shape of the values: `true` stands for all that is below.
#[derive(Default, Deserialize)]
pub(super) struct Values {
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
}

impl Values {
    /// Values and marks of the same shape, both before and after.
    pub(super) fn known(before: (Value, Value), after: (Value, Value)) -> Values {
        let ((before, before_sensitive), (after, after_sensitive)) = (before, after);
        Values { before, after, before_sensitive, after_sensitive, after_unknown: Value::Null }
    }
}

/// The top-level attributes that differ, by name; those that nobody knows yet stand last, for they say
/// the least.
pub(super) fn differences(values: &Values) -> Vec<AttributeChange> {
    let of = |values: &Value, name: &str| match values {
        Value::Object(values) => values.get(name).cloned().unwrap_or_default(),
        // A mark for the whole resource is one for each attribute.
        Value::Bool(true) => Value::Bool(true),
        _ => Value::Null,
    };
    let one = |name: &String| {
        let unknown = of(&values.after_unknown, name);
        let before = of(&values.before, name);
        let after = marked(of(&values.after, name), &unknown, UNKNOWN);
        if before == after {
            return None;
        }
        // What is secret on one side is so on the other: only the mark may be new.
        let secret = [of(&values.before_sensitive, name), of(&values.after_sensitive, name)];
        let hidden =
            |value| secret.iter().fold(value, |value, mark| marked(value, mark, SENSITIVE));
        let (before, after) = (hidden(before), hidden(after));
        Some(AttributeChange { name: name.clone(), before: text(before), after: text(after) })
    };
    let all = [&values.before, &values.after, &values.after_unknown];
    let names: BTreeSet<&String> =
        all.iter().filter_map(|v| v.as_object()).flat_map(Map::keys).collect();
    let mut found: Vec<AttributeChange> = names.into_iter().filter_map(one).collect();
    found.sort_by_key(|attribute| attribute.after.as_deref() == Some(UNKNOWN));
    found
}

/// The value with `word` in place of whatever the mark says `true` of.
fn marked(value: Value, mark: &Value, word: &str) -> Value {
    match (value, mark) {
        // That something is not set is no secret.
        (Value::Null, Value::Bool(true)) if word == SENSITIVE => Value::Null,
        (_, Value::Bool(true)) => word.into(),
        (value, Value::Object(marks)) => {
            let mut values = match value {
                Value::Object(values) => values,
                // Nothing is known of it but the marks below.
                Value::Null => Map::new(),
                other => return other,
            };
            let was_empty = values.is_empty();
            for (key, mark) in marks {
                let inner = values.get(key).cloned().unwrap_or_default();
                match marked(inner, mark, word) {
                    Value::Null => {}
                    inner => drop(values.insert(key.clone(), inner)),
                }
            }
            if values.is_empty() && was_empty { Value::Null } else { Value::Object(values) }
        }
        (Value::Array(values), Value::Array(marks)) => {
            let longest = values.len().max(marks.len());
            let (mut values, mut marks) = (values.into_iter(), marks.iter());
            let item = |_| {
                let mark = marks.next().unwrap_or(&Value::Null);
                marked(values.next().unwrap_or_default(), mark, word)
            };
            Value::Array((0..longest).map(item).collect())
        }
        (value, _) => value,
    }
}

/// Compact JSON, a string without its quotes; `None` for what is not set.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(values: Value) -> Vec<(String, Option<String>, Option<String>)> {
        let values: Values = serde_json::from_value(values).unwrap();
        differences(&values).into_iter().map(|a| (a.name, a.before, a.after)).collect()
    }

    fn change(
        name: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> (String, Option<String>, Option<String>) {
        (name.to_owned(), before.map(str::to_owned), after.map(str::to_owned))
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let values = json!({
            "before": {
                "size": 1, "name": "same", "tags": {"a": "x"}, "gone": "y", "id": "i-1", "list": [1],
            },
            "after": {"size": 2, "name": "same", "tags": {"a": "x", "b": "\"q\""}, "new": true, "list": [1]},
            "after_unknown": {"id": true, "tags": {}, "list": [false]},
            "before_sensitive": {"tags": {}, "list": [false]}, "after_sensitive": false,
        });
        assert_eq!(
            found(values),
            [
                change("gone", Some("y"), None),
                change("new", None, Some("true")),
                change("size", Some("1"), Some("2")),
                change("tags", Some(r#"{"a":"x"}"#), Some(r#"{"a":"x","b":"\"q\""}"#)),
                change("id", Some("i-1"), Some("(known after apply)")),
            ]
        );
    }

    #[test]
    fn what_is_secret_is_marked_wherever_it_stands() {
        let values = json!({
            "before": {
                "password": "hunter1", "login": {"user": "a", "pass": "hunter1"},
                "keys": ["k1", "hunter1"], "same": "hunter9",
            },
            "after": {
                "password": "hunter2", "login": {"user": "b", "pass": "hunter2"},
                "keys": ["k2", "hunter2"], "same": "hunter9",
            },
            "before_sensitive": {
                "password": true, "login": {"pass": true}, "keys": [false, true], "same": true,
            },
            "after_sensitive": {
                "password": true, "login": {"pass": true}, "keys": [false, true], "same": true,
            },
        });
        let found = found(values);
        assert!(!format!("{found:?}").contains("hunter"), "{found:?}");
        assert_eq!(
            found,
            [
                change("keys", Some(r#"["k1","(sensitive)"]"#), Some(r#"["k2","(sensitive)"]"#)),
                change(
                    "login",
                    Some(r#"{"user":"a","pass":"(sensitive)"}"#),
                    Some(r#"{"user":"b","pass":"(sensitive)"}"#)
                ),
                change("password", Some("(sensitive)"), Some("(sensitive)")),
            ]
        );
    }

    #[test]
    fn a_resource_that_is_secret_as_a_whole_tells_no_value() {
        let values = json!({
            "before": {"a": "hunter1"}, "after": {"a": "hunter2"},
            "before_sensitive": true, "after_sensitive": true,
        });
        assert_eq!(found(values), [change("a", Some("(sensitive)"), Some("(sensitive)"))]);
    }

    #[test]
    fn what_was_secret_stays_so_and_what_is_not_set_is_said() {
        let values = json!({
            "before": {"a": "hunter1", "b": null}, "after": {"a": "hunter2", "b": "hunter3"},
            "before_sensitive": {"a": true}, "after_sensitive": {"b": true},
        });
        let hidden = Some("(sensitive)");
        assert_eq!(found(values), [change("a", hidden, hidden), change("b", None, hidden)]);
    }

    #[test]
    fn what_is_not_known_yet_is_marked_below_too() {
        let values = json!({
            "before": {"tags_all": {"a": "x"}, "none": null},
            "after": {"none": null},
            "after_unknown": {"tags_all": {"b": true}, "none": {}},
        });
        assert_eq!(
            found(values),
            [change("tags_all", Some(r#"{"a":"x"}"#), Some(r#"{"b":"(known after apply)"}"#))]
        );
    }
}
