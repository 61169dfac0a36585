//! Plans without what is secret in them: whatever the engine calls sensitive, and every secret that the run knows.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::domain::plan::SENSITIVE;

/// What is printed is no JSON.
#[derive(Debug, thiserror::Error)]
#[error("what the engine prints of its plan is no JSON: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// The key by which Pulumi marks objects that are not what they seem, and the mark of a secret among them.
const PULUMI_KEY: &str = "4dabf18193072939515e22adb298388d";
const PULUMI_SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

/// Which value's secrets stand beside it under which key, in `terraform show -json`.
const BESIDE: [(&str, &str); 3] =
    [("before", "before_sensitive"), ("after", "after_sensitive"), ("values", "sensitive_values")];

/// Reads what an engine prints of a plan and masks its secrets; every other text is given to `hide`.
pub fn mask(printed: &[u8], hide: impl Fn(&str) -> String) -> Result<Value, Unreadable> {
    let mut plan = read(printed)?;
    let mut struck = BTreeSet::new();
    mask_variables(&mut plan, &mut struck);
    mask_constants(&mut plan);
    mask_marked(&mut plan, &mut struck);
    // The configuration repeats what its source says, and marks nothing of it.
    if let Some(configuration) = plan.get_mut("configuration") {
        mask_declared(configuration, &struck);
    }
    hide_all(&mut plan, &hide);
    Ok(plan)
}

/// One value, or the events of a preview of Pulumi's, a line each: those become what `pulumi preview --json` prints
/// of them, with what stays as it is.
fn read(printed: &[u8]) -> Result<Value, Unreadable> {
    let mut values: Vec<Value> = serde_json::Deserializer::from_slice(printed)
        .into_iter::<Value>()
        .collect::<Result<_, _>>()?;
    let is_event = |value: &Value| value.get("sequence").is_some();
    if values.len() == 1 && !values.iter().all(is_event) {
        return Ok(values.remove(0));
    }
    if values.is_empty() || !values.iter().all(is_event) {
        // Nothing, or more than one thing: the parser says so.
        return Ok(serde_json::from_slice(printed)?);
    }
    let mut config = Value::from(Map::new());
    let mut steps = Vec::new();
    for event in &mut values {
        if let Some(found) = event.pointer_mut("/preludeEvent/config") {
            config = found.take();
        }
        let Some(metadata) = event.pointer_mut("/resourcePreEvent/metadata") else { continue };
        let mut step = metadata.take();
        if let Some(step) = step.as_object_mut() {
            for (theirs, digest) in [("new", "newState"), ("old", "oldState")] {
                let state = step.remove(theirs).unwrap_or_default();
                step.insert(digest.to_owned(), state);
            }
        }
        steps.push(step);
    }
    Ok(json!({ "config": config, "steps": steps }))
}

/// The values of variables that the configuration calls sensitive.
fn mask_variables(plan: &mut Value, struck: &mut BTreeSet<String>) {
    let declared = plan["configuration"]["root_module"]["variables"].as_object();
    let sensitive: Vec<String> = declared
        .into_iter()
        .flatten()
        .filter(|(_, variable)| variable["sensitive"] == true)
        .map(|(name, _)| name.clone())
        .collect();
    for name in sensitive {
        if let Some(value) = plan.pointer_mut(&format!("/variables/{name}/value")) {
            strike(value, struck);
        }
        let declared = format!("/configuration/root_module/variables/{name}/default");
        if let Some(value) = plan.pointer_mut(&declared) {
            strike(value, struck);
        }
    }
}

/// What the configuration gives as a constant to an attribute that is sensitive somewhere, in any module; and the
/// defaults of modules' sensitive variables.
fn mask_constants(plan: &mut Value) {
    let changes = plan["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut sensitive: BTreeSet<(String, String)> = BTreeSet::new();
    for change in changes {
        let kind = change["type"].as_str().unwrap_or_default();
        let marks = ["before_sensitive", "after_sensitive"].map(|marks| &change["change"][marks]);
        for (attribute, mark) in marks.into_iter().filter_map(Value::as_object).flatten() {
            if mark_says(mark) {
                sensitive.insert((kind.to_owned(), attribute.clone()));
            }
        }
    }
    if let Some(root) = plan.pointer_mut("/configuration/root_module") {
        mask_module(root, &sensitive);
    }
}

/// Whether anything in it is sensitive.
fn mark_says(mark: &Value) -> bool {
    match mark {
        Value::Bool(mark) => *mark,
        Value::Array(marks) => marks.iter().any(mark_says),
        Value::Object(marks) => marks.values().any(mark_says),
        _ => false,
    }
}

/// What stands under a key. Never by `value[key]`: to be changed, that puts a `null` in where nothing is, and a rule
/// takes it for something.
fn object_in<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Map<String, Value>> {
    value.get_mut(key).and_then(Value::as_object_mut)
}

fn mask_module(module: &mut Value, sensitive: &BTreeSet<(String, String)>) {
    for variable in object_in(module, "variables").into_iter().flat_map(Map::values_mut) {
        if variable["sensitive"] == true
            && let Some(default) = variable.get_mut("default")
        {
            *default = Value::from(SENSITIVE);
        }
    }
    let resources = module.get_mut("resources").and_then(Value::as_array_mut);
    for resource in resources.into_iter().flatten() {
        let kind = resource["type"].as_str().unwrap_or_default().to_owned();
        for (attribute, expression) in object_in(resource, "expressions").into_iter().flatten() {
            if sensitive.contains(&(kind.clone(), attribute.clone())) {
                mask_constant(expression);
            }
        }
    }
    for call in object_in(module, "module_calls").into_iter().flat_map(Map::values_mut) {
        let secret: Vec<String> = call["module"]["variables"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, variable)| variable["sensitive"] == true)
            .map(|(name, _)| name.clone())
            .collect();
        for (name, expression) in object_in(call, "expressions").into_iter().flatten() {
            if secret.contains(name) {
                mask_constant(expression);
            }
        }
        if let Some(called) = call.get_mut("module") {
            mask_module(called, sensitive);
        }
    }
}

/// The constants of an expression, and of the blocks in it.
fn mask_constant(expression: &mut Value) {
    match expression {
        Value::Array(all) => all.iter_mut().for_each(mask_constant),
        Value::Object(all) => {
            for (key, held) in all {
                match key.as_str() {
                    "constant_value" => *held = Value::from(SENSITIVE),
                    _ => mask_constant(held),
                }
            }
        }
        _ => {}
    }
}

/// Whatever an object says is sensitive of what it holds.
fn mask_marked(value: &mut Value, struck: &mut BTreeSet<String>) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| mask_marked(one, struck)),
        Value::Object(all) => {
            if all.get(PULUMI_KEY).is_some_and(|mark| mark == PULUMI_SECRET) {
                *value = Value::from(SENSITIVE);
                return;
            }
            for (held, marks) in BESIDE {
                let marks = all.get(marks).cloned().unwrap_or_default();
                if let Some(held) = all.get_mut(held) {
                    mask_by(held, &marks, struck);
                }
            }
            // An output: `{"sensitive": true, "value": …}`.
            if all.get("sensitive") == Some(&Value::Bool(true))
                && let Some(held) = all.get_mut("value")
            {
                strike(held, struck);
            }
            all.values_mut().for_each(|one| mask_marked(one, struck));
        }
        _ => {}
    }
}

/// Masks what `marks`, of the same shape as far as it goes, says `true` of.
fn mask_by(value: &mut Value, marks: &Value, struck: &mut BTreeSet<String>) {
    match (marks, value) {
        (Value::Bool(true), value) if !value.is_null() => strike(value, struck),
        (Value::Object(marks), Value::Object(all)) => {
            for (key, marks) in marks {
                if let Some(held) = all.get_mut(key) {
                    mask_by(held, marks, struck);
                }
            }
        }
        (Value::Array(marks), Value::Array(all)) => {
            all.iter_mut().zip(marks).for_each(|(held, marks)| mask_by(held, marks, struck));
        }
        _ => {}
    }
}

/// Puts the mark in place of a value, and remembers its texts.
fn strike(value: &mut Value, struck: &mut BTreeSet<String>) {
    remember(value, struck);
    *value = Value::from(SENSITIVE);
}

fn remember(value: &Value, struck: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if !text.is_empty() => drop(struck.insert(text.clone())),
        Value::Array(all) => all.iter().for_each(|one| remember(one, struck)),
        Value::Object(all) => all.values().for_each(|one| remember(one, struck)),
        _ => {}
    }
}

/// Masks what was struck elsewhere: a password that is written in the source is secret there as well. Only whole
/// texts, and only here: what is planned keeps whatever happens to be like a secret.
fn mask_declared(value: &mut Value, struck: &BTreeSet<String>) {
    match value {
        Value::String(text) if struck.contains(text) => *value = Value::from(SENSITIVE),
        Value::Array(all) => all.iter_mut().for_each(|one| mask_declared(one, struck)),
        Value::Object(all) => all.values_mut().for_each(|one| mask_declared(one, struck)),
        _ => {}
    }
}

/// Strikes known secrets, wherever they stand: also where they are a part of something, or a key.
fn hide_all(value: &mut Value, hide: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = hide(text),
        Value::Array(all) => all.iter_mut().for_each(|one| hide_all(one, hide)),
        Value::Object(all) => {
            let entries = std::mem::take(all);
            for (key, mut held) in entries {
                hide_all(&mut held, hide);
                all.insert(hide(&key), held);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_preview_become_its_digest() {
        let events = [
            json!({ "sequence": 0, "preludeEvent": { "config": { "aws:region": "us-east-1" } } }),
            json!({ "sequence": 1, "resourcePreEvent": { "metadata": {
                "op": "same", "urn": "u", "new": { "type": "t", "inputs": { "a": "hunter2" } },
            } } }),
            json!({ "sequence": 2, "summaryEvent": {} }),
        ];
        let printed: String = events.iter().map(|event| format!("{event}\n")).collect();
        let masked = mask(printed.as_bytes(), |text| text.replace("hunter2", "*")).unwrap();
        assert_eq!(masked["config"]["aws:region"], "us-east-1");
        let step = &masked["steps"][0];
        assert_eq!((&step["op"], &step["newState"]["inputs"]["a"]), (&json!("same"), &json!("*")));
        assert_eq!(masked["steps"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn what_is_secret_in_a_resource_is_secret_where_the_source_says_it() {
        let plan = json!({
            "planned_values": { "root_module": { "resources": [{
                "values": { "password": "hunter2", "engine": "postgres", "pin": "" },
                "sensitive_values": { "password": true, "pin": true },
            }] } },
            "configuration": { "root_module": {
                "resources": [{ "expressions": {
                    "password": { "constant_value": "hunter2" },
                    "engine": { "constant_value": "postgres" },
                    "name": { "constant_value": "" },
                    "size": { "references": ["var.size"] },
                } }],
                "module_calls": { "a": { "expressions": { "word": { "constant_value": ["hunter2"] } } } },
            } },
        });
        let masked = mask(plan.to_string().as_bytes(), str::to_owned).unwrap();
        assert!(!masked.to_string().contains("hunter2"), "{masked}");
        let said = &masked["configuration"]["root_module"]["resources"][0]["expressions"];
        assert_eq!(said["password"]["constant_value"], SENSITIVE);
        assert_eq!(said["engine"]["constant_value"], "postgres");
        assert_eq!(said["name"]["constant_value"], "");
        assert_eq!(said["size"]["references"][0], "var.size");
    }

    #[test]
    fn nothing_that_is_sensitive_is_left() {
        let plan = json!({
            "variables": { "password": { "value": "hunter2" }, "size": { "value": "small" } },
            "configuration": { "root_module": { "variables": {
                "password": { "sensitive": true, "default": "hunter2" }, "size": {},
            }, "resources": [{ "type": "db", "expressions": {
                "password": { "constant_value": "hunter3" }, "name": { "constant_value": "kept" },
            } }], "module_calls": { "m": {
                "expressions": { "key": { "constant_value": "hunter3" } },
                "module": { "variables": { "key": { "sensitive": true, "default": "hunter3" } } },
            } } } },
            "planned_values": {
                "outputs": { "url": { "sensitive": true, "value": { "a": "hunter2" } } },
                "root_module": { "child_modules": [{ "resources": [{
                    "values": { "password": "hunter2", "list": [{ "a": "hunter2", "b": "kept" }] },
                    "sensitive_values": { "password": true, "list": [{ "a": true }] },
                }] }] },
            },
            "resource_changes": [{ "type": "db", "change": {
                "before": null,
                "before_sensitive": true,
                "after": { "password": "hunter2", "tags": { "hunter2": "x-hunter2-y" }, "name": "kept" },
                "after_sensitive": { "password": true, "gone": true },
            } }],
            "steps": [{ "newState": { "inputs": { "password": {
                "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                "plaintext": "hunter2",
            } } } }],
        });
        let masked =
            mask(plan.to_string().as_bytes(), |text| text.replace("hunter2", "*")).unwrap();
        let text = masked.to_string();
        assert!(!text.contains("hunter"), "{text}");
        let kept = "/configuration/root_module/resources/0/expressions/name/constant_value";
        assert_eq!(masked.pointer(kept).and_then(Value::as_str), Some("kept"));
        for (place, value) in [
            ("/variables/password/value", SENSITIVE),
            ("/variables/size/value", "small"),
            ("/planned_values/outputs/url/value", SENSITIVE),
            ("/planned_values/root_module/child_modules/0/resources/0/values/list/0/a", SENSITIVE),
            ("/planned_values/root_module/child_modules/0/resources/0/values/list/0/b", "kept"),
            ("/resource_changes/0/change/after/password", SENSITIVE),
            ("/resource_changes/0/change/after/tags/*", "x-*-y"),
            ("/resource_changes/0/change/after/name", "kept"),
            ("/steps/0/newState/inputs/password", SENSITIVE),
        ] {
            assert_eq!(masked.pointer(place).and_then(Value::as_str), Some(value), "{place}");
        }
        assert_eq!(masked.pointer("/resource_changes/0/change/before"), Some(&Value::Null));
        for wrong in [b"no".as_slice(), b"", b"{} {}"] {
            assert!(mask(wrong, str::to_owned).is_err());
        }
    }
}
