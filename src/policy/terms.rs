//! The data that Mayfly itself reads, and that its own rules read: teams, roles, quotas, approvals, budgets.
//!
//! A budget that is no amount, or a list that is none, would silently be no budget and nobody: it is refused when it
//! is loaded. Keys that are not named here are whoever's, and may be anything.

use serde_json::Value;

use super::PolicyError;
use super::data::Origins;

/// What has to stand at a key, and what to write.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Keys by name: some that are known, or one shape for all.
    Named(&'static [(&'static str, Shape)]),
    Each(&'static Shape),
    Text,
    Texts,
    /// Digits in a text: YAML makes a float of a number with a fraction.
    Amount,
    Currency,
    Whole,
    /// Whole, and one at least.
    Some,
    Percent,
    Switch,
    OneOf(&'static [&'static str]),
}

const ASKED: [(&str, Shape); 2] = [("approvers", Shape::Texts), ("needed", Shape::Some)];

const TEAM: Shape = Shape::Named(&[
    ("members", Shape::Texts),
    ("group", Shape::Text),
    ("project", Shape::Text),
    ("cost_center", Shape::Text),
    ("templates", Shape::Texts),
    ("quota", Shape::Named(&[("person", Shape::Whole), ("team", Shape::Whole)])),
    ("budget", Shape::Named(&[("monthly", Shape::Amount), ("currency", Shape::Currency)])),
]);

const PRODUCTION: Shape = Shape::Named(&[
    ("words", Shape::Texts),
    ("inputs", Shape::Texts),
    ("projects", Shape::Texts),
    ("templates", Shape::Texts),
    ASKED[0],
    ASKED[1],
]);

const COST: Shape = Shape::Named(&[
    ("currency", Shape::Currency),
    ("total", Shape::Amount),
    ("hourly", Shape::Amount),
    ASKED[0],
    ASKED[1],
]);

const DATA: Shape = Shape::Named(&[
    ("teams", Shape::Each(&TEAM)),
    ("roles", Shape::Each(&Shape::Texts)),
    (
        "quotas",
        Shape::Named(&[("person", Shape::Whole), ("team", Shape::Whole), ("all", Shape::Whole)]),
    ),
    (
        "approval",
        Shape::Named(&[("production", PRODUCTION), ("cost", COST), ("other_team", Shape::Switch)]),
    ),
    (
        "budget",
        Shape::Named(&[
            ("over", Shape::OneOf(&["deny", "approval"])),
            ASKED[0],
            ASKED[1],
            ("warn_at_percent", Shape::Percent),
            ("required", Shape::Switch),
            ("unpriced", Shape::OneOf(&["quiet", "warn"])),
        ]),
    ),
]);

/// What is wrong with it, each with the file that says it.
pub(super) fn check(data: &Value, origins: &Origins) -> Vec<PolicyError> {
    let mut errors = Vec::new();
    let mut path = Vec::new();
    DATA.check(data, &mut path, &mut |path: &[String], what, hint| {
        let key = path.join(".");
        let error = PolicyError::file(origins.of(path), format!("`data.{key}` {what}"));
        errors.push(error.hint(hint));
    });
    // A budget without an amount is none, and nobody who writes one means that.
    for (name, team) in data["teams"].as_object().into_iter().flatten() {
        let budget = team["budget"].as_object();
        if budget.is_some_and(|budget| budget.get("monthly").is_none_or(Value::is_null)) {
            let path = ["teams", name, "budget"].map(str::to_owned);
            let what = format!("`data.teams.{name}.budget` has no `monthly`");
            let hint = format!("write {}, or leave the budget out", Shape::Amount.wanted());
            errors.push(PolicyError::file(origins.of(&path), what).hint(hint));
        }
    }
    errors
}

type Tell<'t> = dyn FnMut(&[String], String, String) + 't;

impl Shape {
    fn check(self, value: &Value, path: &mut Vec<String>, tell: &mut Tell<'_>) {
        // A key with nothing behind it is one that is not there.
        if value.is_null() {
            return;
        }
        let inner: Vec<(&String, &Value, Shape)> = match (self, value) {
            (Shape::Named(known), Value::Object(all)) => {
                let shape = |name: &str| known.iter().find(|(key, _)| *key == name);
                all.iter().filter_map(|(key, value)| Some((key, value, shape(key)?.1))).collect()
            }
            (Shape::Each(shape), Value::Object(all)) => {
                all.iter().map(|(key, value)| (key, value, *shape)).collect()
            }
            _ if self.fits(value) => return,
            _ => {
                let hint = format!("write {}", self.wanted());
                tell(path, format!("is {}", kind_of(value)), hint);
                return;
            }
        };
        for (key, value, shape) in inner {
            path.push(key.clone());
            shape.check(value, path, tell);
            path.pop();
        }
    }

    fn fits(self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Shape::Named(_) | Shape::Each(_) => false,
            Shape::Text => text.is_some(),
            Shape::Texts => {
                value.as_array().is_some_and(|all| all.iter().all(|one| one.is_string()))
            }
            Shape::Amount => text.is_some_and(is_amount),
            Shape::Currency => text.is_some_and(|text| {
                text.len() == 3 && text.bytes().all(|one| one.is_ascii_uppercase())
            }),
            Shape::Whole => value.is_u64(),
            Shape::Some => {
                value.as_u64().is_some_and(|needed| (1..=u64::from(u32::MAX)).contains(&needed))
            }
            Shape::Percent => value.as_u64().is_some_and(|share| share <= 1000),
            Shape::Switch => value.is_boolean(),
            Shape::OneOf(words) => text.is_some_and(|text| words.contains(&text)),
        }
    }

    fn wanted(self) -> String {
        match self {
            Shape::Named(_) | Shape::Each(_) => "a mapping, `name: …`".to_owned(),
            Shape::Text => "a text; one of digits alone in quotes".to_owned(),
            Shape::Texts => "a list of texts: `[\"role:operator\"]`, `[U0ALICE01]`".to_owned(),
            Shape::Amount => "an amount in quotes, with digits and a point: \"200.00\"".to_owned(),
            Shape::Currency => "three capital letters: USD".to_owned(),
            Shape::Whole => "a whole number without quotes: 3".to_owned(),
            Shape::Some => "a whole number without quotes, 1 at least".to_owned(),
            Shape::Percent => "a whole number of per cent without quotes: 80".to_owned(),
            Shape::Switch => "true or false".to_owned(),
            Shape::OneOf(words) => words.join(" or "),
        }
    }
}

/// Digits, and maybe a point with digits: what both the rules and the budget's arithmetic read.
fn is_amount(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole) && digits(fraction) && text.parse::<rust_decimal::Decimal>().is_ok()
}

/// What stands there, for whoever wrote it.
fn kind_of(value: &Value) -> String {
    match value {
        Value::Object(_) => "a mapping".to_owned(),
        Value::Array(_) => format!("the list {value}"),
        Value::String(_) => format!("the text {value}"),
        Value::Number(_) => format!("the number {value}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(data: Value) -> Vec<String> {
        check(&data, &Origins::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_shipped_data_show_is_taken() {
        let good = json!({
            "teams": {
                "payments": {
                    "members": ["U0ALICE01", "T0:U1"], "group": "S0", "project": "checkout",
                    "cost_center": "CC-1", "quota": { "person": 3, "team": 12 },
                    "budget": { "monthly": "200.00", "currency": "USD" }, "templates": ["quick"],
                    "colour": 5,
                },
                "empty": null,
            },
            "roles": { "lead": ["user:U1", "group:S1"] },
            "quotas": { "person": 5, "team": 25, "all": null },
            "approval": {
                "cost": { "total": "100", "hourly": "5.00", "approvers": [], "needed": 1 },
                "databases": { "whatever": [1] },
            },
            "budget": { "over": "approval", "warn_at_percent": 80, "required": true },
            "sizes": 5,
        });
        assert_eq!(told(good), Vec::<String>::new());
        assert_eq!(told(json!({ "teams": null })), Vec::<String>::new());
    }

    #[test]
    fn what_would_be_nothing_is_refused_with_its_key_and_what_to_write() {
        for (data, key, hint) in [
            (
                json!({"teams": {"a": {"budget": {"monthly": 200}}}}),
                "teams.a.budget.monthly",
                "in quotes",
            ),
            (
                json!({"teams": {"a": {"budget": {"monthly": "1,000"}}}}),
                "teams.a.budget.monthly",
                "200.00",
            ),
            (
                json!({"teams": {"a": {"budget": {"monthly": "-5"}}}}),
                "teams.a.budget.monthly",
                "200.00",
            ),
            (
                json!({"teams": {"a": {"budget": {"currency": "USD"}}}}),
                "teams.a.budget",
                "in quotes",
            ),
            (json!({"teams": {"a": {"budget": "200"}}}), "teams.a.budget", "a mapping"),
            (json!({"teams": {"a": {"members": "U1"}}}), "teams.a.members", "a list"),
            (json!({"teams": {"a": {"cost_center": 1001}}}), "teams.a.cost_center", "in quotes"),
            (
                json!({"teams": {"a": {"quota": {"team": "12"}}}}),
                "teams.a.quota.team",
                "whole number",
            ),
            (json!({"teams": ["a"]}), "teams", "a mapping"),
            (json!({"roles": {"lead": "user:U1"}}), "roles.lead", "a list"),
            (json!({"roles": {"lead": [{"user": "U1"}]}}), "roles.lead", "a list"),
            (json!({"quotas": {"person": -1}}), "quotas.person", "whole number"),
            (json!({"approval": {"cost": {"total": 100}}}), "approval.cost.total", "in quotes"),
            (json!({"approval": {"cost": {"needed": "2"}}}), "approval.cost.needed", "1 at least"),
            (
                json!({"approval": {"production": {"needed": 0}}}),
                "approval.production.needed",
                "1 at least",
            ),
            (
                json!({"approval": {"production": {"approvers": "team:x"}}}),
                "approval.production.approvers",
                "a list",
            ),
            (json!({"approval": {"other_team": "no"}}), "approval.other_team", "true or false"),
            (json!({"budget": {"over": "ask"}}), "budget.over", "deny or approval"),
            (json!({"budget": {"warn_at_percent": "80"}}), "budget.warn_at_percent", "80"),
        ] {
            let told = told(data.clone());
            assert_eq!(told.len(), 1, "{data}: {told:?}");
            assert!(told[0].contains(&format!("`data.{key}`")), "{data}: {told:?}");
            assert!(told[0].contains("hint: write ") && told[0].contains(hint), "{data}: {told:?}");
        }
    }
}
