//! What `show -json` prints of Terraform's and OpenTofu's plans.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::{NotAPlan, PlannedValues, Wanted};

impl PlannedValues {
    /// Reads the JSON of a plan. `region`: where its provider works, if the plan does not say it.
    pub fn of_terraform(json: &[u8], region: Option<&str>) -> Result<PlannedValues, NotAPlan> {
        let not = |why: String| NotAPlan { command: "terraform show -json", why };
        let plan: Value = serde_json::from_slice(json).map_err(|error| not(error.to_string()))?;
        let Some(root) = plan.pointer("/planned_values/root_module") else {
            return Err(not("it has no `planned_values`".to_owned()));
        };
        let changes = plan["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let unknown: BTreeMap<&str, &Value> = changes
            .iter()
            .filter_map(|change| {
                Some((change["address"].as_str()?, change.pointer("/change/after_unknown")?))
            })
            .collect();
        let said = Said { plan: &plan, unknown, region };
        let mut resources = Vec::new();
        said.collect(root, "", &plan["configuration"]["root_module"], &mut resources);
        Ok(PlannedValues { resources })
    }
}

struct Said<'a> {
    plan: &'a Value,
    unknown: BTreeMap<&'a str, &'a Value>,
    region: Option<&'a str>,
}

impl Said<'_> {
    /// A module's resources, and those of the modules in it. `path`: the calls that lead to it.
    fn collect(&self, module: &Value, path: &str, configured: &Value, into: &mut Vec<Wanted>) {
        for resource in module["resources"].as_array().into_iter().flatten() {
            if resource["mode"] == "managed" {
                into.extend(self.wanted(resource, configured));
            }
        }
        for child in module["child_modules"].as_array().into_iter().flatten() {
            let address = child["address"].as_str().unwrap_or_default();
            // `module.a["x"].module.b` is, in the module `module.a`, the call `b`.
            let own = address.strip_prefix(path).unwrap_or(address).trim_start_matches('.');
            let call = own.strip_prefix("module.").unwrap_or(own);
            let call = call.split(['.', '[']).next().unwrap_or_default();
            let inner = &configured["module_calls"][call]["module"];
            self.collect(child, address, inner, into);
        }
    }

    fn wanted(&self, resource: &Value, configured: &Value) -> Option<Wanted> {
        let (address, kind) = (resource["address"].as_str()?, resource["type"].as_str()?);
        let name = resource["name"].as_str()?;
        let same = |one: &&Value| one["type"] == *kind && one["name"] == *name;
        let own = configured["resources"].as_array().and_then(|all| all.iter().find(same));
        let own = own.unwrap_or(&Value::Null);
        let values = resource["values"].clone();
        let unknown = self.unknown.get(address).and_then(|unknown| unknown.as_object());
        let unknown: BTreeSet<String> = unknown
            .into_iter()
            .flatten()
            .flat_map(|(name, marks)| unknown_of(name, marks, &own["expressions"][name.as_str()]))
            .collect();
        let region = match unknown.contains("region") {
            true => None,
            false => self.region(&values, own),
        };
        Some(Wanted {
            address: address.to_owned(),
            kind: kind.to_owned(),
            provider: kind.split('_').next().unwrap_or_default().to_owned(),
            region,
            unknown,
            values,
        })
    }

    /// Since its sixth version AWS's provider has it with each resource; before, with the provider.
    fn region(&self, values: &Value, configured: &Value) -> Option<String> {
        if let Some(own) = values["region"].as_str() {
            return Some(own.to_owned());
        }
        let key = configured["provider_config_key"].as_str().unwrap_or_default();
        let set = &self.plan["configuration"]["provider_config"][key]["expressions"]["region"];
        if let Some(text) = set["constant_value"].as_str() {
            return Some(text.to_owned());
        }
        if set.is_null() {
            return self.region.map(str::to_owned);
        }
        // Only the root module's variables stand in a plan, and of a text with several parts only the names of the parts.
        let [reference] = set["references"].as_array()?.as_slice() else { return None };
        let variable = reference.as_str()?.strip_prefix("var.").filter(|_| !key.contains(':'))?;
        self.plan["variables"][variable]["value"].as_str().map(str::to_owned)
    }
}

/// What of an attribute, or of the blocks of a name, is marked as unknown and written into the template. What nobody has
/// written is the provider's to fill in, and no less known for that.
fn unknown_of(name: &str, marks: &Value, written: &Value) -> Vec<String> {
    match (marks, written) {
        (Value::Bool(true), written) if !written.is_null() => vec![name.to_owned()],
        (Value::Array(blocks), written) => {
            let marked = blocks.iter().filter_map(Value::as_object).flatten();
            let marked = marked.filter(|(_, is)| **is == Value::Bool(true));
            let written = written.as_array().map(Vec::as_slice).unwrap_or_default();
            // Blocks that are not written one by one are made by `dynamic`, which the plan does not show.
            let all_shown = written.len() >= blocks.len();
            let set = |attribute: &str| {
                !all_shown || written.iter().any(|block| !block[attribute].is_null())
            };
            marked
                .filter(|(attribute, _)| set(attribute))
                .map(|(attribute, _)| format!("{name}.{attribute}"))
                .collect()
        }
        _ => Vec::new(),
    }
}
