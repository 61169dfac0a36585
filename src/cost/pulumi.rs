//! What `pulumi preview --json` prints: one digest, or the events of a preview, a line each.
//!
//! A digest leaves out what stays as it is, unless `--show-sames` asks for it; the events have everything.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::plan::{NotAPlan, PlannedValues, Wanted};

/// Stand in a preview for what is not known before the update: a text, a number, a boolean, a list and so on; source:
/// `plugin.UnknownStringValue` and its like in Pulumi's SDK, as `policies/lib/planned.rego` has them, too.
const UNKNOWN: [&str; 5] = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];
/// The steps of what will be there, in the order of `policies/lib/planned.rego`. What is deleted, read or refreshed is
/// not; a replacement comes as a create, too.
const STAYS: [&str; 6] =
    ["same", "create", "update", "create-replacement", "import", "import-replacement"];
/// Stands in a digest for what is secret.
const SECRET: &str = "[secret]";
/// Marks what is secret, or otherwise special, among events; source: `resource.SigKey` of Pulumi's SDK.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";

/// Whether it is a preview's digest or its events.
pub(super) fn is_preview(printed: &[u8]) -> bool {
    let first = serde_json::Deserializer::from_slice(printed).into_iter::<Value>().next();
    let Some(Ok(first)) = first else { return false };
    first.get("steps").is_some()
        || first.get("sequence").is_some()
        || first.get("changeSummary").is_some()
}

impl PlannedValues {
    /// Reads a digest or events. `region`: where its provider works, if neither says it.
    pub fn of_pulumi(printed: &[u8], region: Option<&str>) -> Result<PlannedValues, NotAPlan> {
        let not = |why: String| NotAPlan { command: "pulumi preview --json", why };
        let mut said = Said { default: region.map(str::to_owned), ..Said::default() };
        for value in serde_json::Deserializer::from_slice(printed).into_iter::<Value>() {
            said.hear(&value.map_err(|error| not(error.to_string()))?);
        }
        if !said.is_preview {
            return Err(not("it has neither `steps` nor events".to_owned()));
        }
        let resources = said.order.iter().filter_map(|urn| said.wanted(urn, said.states.get(urn)?));
        Ok(PlannedValues { resources: resources.collect() })
    }
}

/// What was heard so far.
#[derive(Debug, Default)]
struct Said {
    is_preview: bool,
    /// Where the default provider works.
    default: Option<String>,
    /// Where each other provider works; `None`: that is not known.
    providers: BTreeMap<String, Option<String>>,
    /// What each resource will be, and in which order they came.
    states: BTreeMap<String, Value>,
    order: Vec<String>,
}

impl Said {
    fn hear(&mut self, value: &Value) {
        let config = [value.pointer("/config"), value.pointer("/preludeEvent/config")];
        if let Some(region) =
            config.into_iter().flatten().find_map(|all| all["aws:region"].as_str())
        {
            self.default = Some(region.to_owned());
        }
        if let Some(steps) = value["steps"].as_array() {
            self.is_preview = true;
            for step in steps {
                self.step(step, &step["newState"]);
            }
        }
        self.is_preview |= value.get("sequence").is_some();
        if let Some(step) = value.pointer("/resourcePreEvent/metadata") {
            self.step(step, &step["new"]);
        }
    }

    fn step(&mut self, step: &Value, state: &Value) {
        let op = step["op"].as_str().unwrap_or_default();
        let (Some(urn), true) = (step["urn"].as_str(), STAYS.contains(&op)) else { return };
        let kind = state["type"].as_str().unwrap_or_default();
        if kind.starts_with("pulumi:providers:") {
            let region =
                state["inputs"].get("region").map(|region| known(region).and_then(Value::as_str));
            let region = match region {
                Some(set) => set.map(str::to_owned),
                None => self.default.clone(),
            };
            self.providers.insert(urn.to_owned(), region);
        } else if state["custom"] == true {
            // Components and the stack itself only hold others together.
            if self.states.insert(urn.to_owned(), state.clone()).is_none() {
                self.order.push(urn.to_owned());
            }
        }
    }

    fn wanted(&self, urn: &str, state: &Value) -> Option<Wanted> {
        let kind = state["type"].as_str()?;
        let (values, unknown) = attributes(&state["inputs"]);
        let region = match state["inputs"].get("region") {
            Some(own) => known(own).and_then(Value::as_str).map(str::to_owned),
            None => self.region(state["provider"].as_str().unwrap_or_default()),
        };
        Some(Wanted {
            address: urn.splitn(4, "::").last().unwrap_or(urn).to_owned(),
            kind: kind.to_owned(),
            provider: kind.split(':').next().unwrap_or_default().to_owned(),
            region,
            values,
            unknown,
        })
    }

    /// Where the provider works that is referred to as `<urn>::<id>`.
    fn region(&self, provider: &str) -> Option<String> {
        let urn = provider.rsplit_once("::").map_or(provider, |(urn, _)| urn);
        self.providers.get(urn).cloned().unwrap_or_else(|| self.default.clone())
    }
}

/// The value, unless it is not known before the update or nobody may see it.
fn known(value: &Value) -> Option<&Value> {
    match value {
        Value::String(text) if UNKNOWN.contains(&text.as_str()) || text == SECRET => None,
        Value::Object(map) if map.contains_key(SIGNATURE) => None,
        value => Some(value),
    }
}

/// Properties by Terraform's names, and what of them is not known.
fn attributes(inputs: &Value) -> (Value, BTreeSet<String>) {
    let mut unknown = BTreeSet::new();
    let mut values = Map::new();
    for (property, value) in inputs.as_object().into_iter().flatten() {
        let name = block_name(&snake(property), value);
        match known(value) {
            None => {
                // It may be blocks, which nobody can see.
                unknown.extend(name.strip_suffix('s').map(str::to_owned));
                unknown.insert(name);
            }
            Some(Value::Object(block)) => {
                let block = plain(block, &name, &mut unknown);
                values.insert(name, block);
            }
            Some(Value::Array(blocks)) => {
                let blocks = blocks.iter().map(|one| match one {
                    Value::Object(block) => plain(block, &name, &mut unknown),
                    other => other.clone(),
                });
                let blocks = blocks.collect();
                values.insert(name, Value::Array(blocks));
            }
            Some(value) => {
                values.insert(name, value.clone());
            }
        }
    }
    (Value::Object(values), unknown)
}

fn plain(block: &Map<String, Value>, name: &str, unknown: &mut BTreeSet<String>) -> Value {
    let mut plain = Map::new();
    for (property, value) in block {
        let attribute = snake(property);
        match known(value) {
            Some(value) => {
                plain.insert(attribute, value.clone());
            }
            None => {
                unknown.insert(format!("{name}.{attribute}"));
            }
        }
    }
    Value::Object(plain)
}

/// Where Terraform repeats a block, Pulumi has a list with the name in the plural: `ebsBlockDevices`.
fn block_name(name: &str, value: &Value) -> String {
    let blocks = value.as_array().is_some_and(|all| all.iter().any(Value::is_object));
    let singular = name.strip_suffix('s').filter(|_| blocks);
    singular.unwrap_or(name).to_owned()
}

/// `instanceType` is `instance_type`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judged and priced are the same resources.
    #[test]
    fn policy_has_the_same_steps_and_marks() {
        let rules = include_str!("../../policies/lib/planned.rego");
        let steps = STAYS.map(|step| format!("{step:?}")).join(", ");
        assert!(rules.contains(&format!("step.op in {{{steps}}}")), "{steps}");
        let marks = UNKNOWN.map(|mark| format!("\t{mark:?},\n")).concat();
        assert!(rules.contains(&format!("pulumi_unknown := {{\n{marks}}}")), "{marks}");
    }
}
