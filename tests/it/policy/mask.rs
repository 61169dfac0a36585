//! A masked plan is the plan: what is not secret in it is neither changed nor added to.

use mayfly::domain::plan::SENSITIVE;
use mayfly::policy::mask;
use serde_json::{Value, json};

use super::of_the_tree;

fn masked(plan: &Value) -> Value {
    mask(plan.to_string().as_bytes(), str::to_owned).expect("it is JSON")
}

/// Where they differ by more than that a value is struck.
fn difference(plan: &Value, masked: &Value, at: &str) -> Option<String> {
    match (plan, masked) {
        (_, Value::String(text)) if text == SENSITIVE => None,
        (Value::Object(of_plan), Value::Object(of_masked)) => {
            if !of_plan.keys().eq(of_masked.keys()) {
                let keys = |map: &serde_json::Map<String, Value>| {
                    map.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
                };
                return Some(format!("{at}: {} became {}", keys(of_plan), keys(of_masked)));
            }
            let both = of_plan.iter().zip(of_masked.values());
            both.into_iter()
                .find_map(|((key, one), other)| difference(one, other, &format!("{at}/{key}")))
        }
        (Value::Array(of_plan), Value::Array(of_masked)) if of_plan.len() == of_masked.len() => {
            let both = of_plan.iter().zip(of_masked).enumerate();
            both.into_iter()
                .find_map(|(n, (one, other))| difference(one, other, &format!("{at}/{n}")))
        }
        _ => (plan != masked).then(|| format!("{at}: {plan} became {masked}")),
    }
}

#[test]
fn real_plans_stay_as_they_are() {
    let (mut plans, mut without_secrets) = (0, 0);
    for folder in ["tests/policy/corpus/inputs", "tests/policy/plans"] {
        for entry in std::fs::read_dir(of_the_tree(folder)).expect("is there") {
            let path = entry.expect("is readable").path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("is readable");
            let plan: Value = serde_json::from_str(&text).expect("is JSON");
            let masked = masked(&plan);
            assert_eq!(difference(&plan, &masked, ""), None, "{}", path.display());
            plans += 1;
            if !masked.to_string().contains(SENSITIVE) {
                assert_eq!(masked, plan, "{}", path.display());
                without_secrets += 1;
            }
        }
    }
    assert!(plans >= 9 && without_secrets >= 4, "{without_secrets} of {plans}");
}

#[test]
fn nothing_is_put_in_that_a_rule_could_take_for_something() {
    // A rule may well be `deny if input.configuration.root_module.module_calls`: `null` is something, too.
    for plan in [
        json!({}),
        json!({ "configuration": {} }),
        json!({ "configuration": { "root_module": {} } }),
        json!({ "configuration": { "root_module": {
            "resources": [{ "type": "aws_s3_bucket" }],
            "module_calls": { "a": {}, "b": { "module": {} } },
        } } }),
        json!({ "configuration": { "root_module": { "variables": { "size": {} } } } }),
    ] {
        assert_eq!(masked(&plan), plan);
    }
}
