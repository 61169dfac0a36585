//! The documented shape of what rules see at each decision point, as JSON Schema.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::input::Input;
use crate::domain::decision::Point;

/// The input at a point.
pub fn of(point: Point) -> Value {
    match point {
        Point::Plan => plan(
            "What `terraform show -json` prints of a plan, with `mayfly` beside it. Values that are sensitive are \
             \"(sensitive)\".",
            terraform_properties(),
            &["resource_changes", "mayfly"],
        ),
        point => input(point),
    }
}

/// The input at `plan` where Pulumi plans.
pub fn pulumi_plan() -> Value {
    plan(
        "What `pulumi preview --json` prints, with `mayfly` beside it. Values that are secret are \"(sensitive)\".",
        pulumi_properties(),
        &["steps", "mayfly"],
    )
}

/// As it is written to `policies/schema/`.
///
/// # Errors
/// None that can be met: it is JSON.
pub fn text(schema: &Value) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

fn input(point: Point) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let mut schema = settings.into_generator().into_root_schema_for::<Input>().to_value();
    schema["title"] = json!(format!("What policies see at `{point}`"));
    schema["properties"]["point"] =
        json!({"description": "The decision point.", "const": point.as_str()});
    // What is always there, and what never is, beyond what the type says.
    let there: &[&str] = match point {
        Point::Request | Point::Plan => &[],
        Point::Extend | Point::Update | Point::Destroy => &["environment"],
        Point::Approve => &["approval"],
    };
    for key in there {
        if let Some(required) = schema["required"].as_array_mut() {
            required.push(json!(key));
        }
        schema["properties"][*key] = not_null(&schema["properties"][*key]);
    }
    schema
}

/// The schema of an option, of what is there.
fn not_null(schema: &Value) -> Value {
    let inner = schema["anyOf"].as_array().into_iter().flatten();
    let mut inner = inner.filter(|one| one["type"] != "null").cloned();
    let mut there = inner.next().unwrap_or_else(|| schema.clone());
    if let Some(description) = schema.get("description") {
        there["description"] = description.clone();
    }
    there
}

fn plan(description: &str, properties: Value, required: &[&str]) -> Value {
    let mut inner = input(Point::Plan);
    let definitions =
        inner.as_object_mut().and_then(|inner| inner.remove("$defs")).unwrap_or_default();
    let dialect =
        inner.as_object_mut().and_then(|inner| inner.remove("$schema")).unwrap_or_default();
    inner["title"] = json!("Everything but the plan");
    let mut schema = json!({
        "$schema": dialect,
        "title": "What policies see at `plan`",
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "$defs": definitions,
    });
    schema["properties"]["mayfly"] = inner;
    schema
}

fn terraform_properties() -> Value {
    let change = json!({
        "type": "object",
        "properties": {
            "actions": {
                "description": "One of [\"no-op\"], [\"create\"], [\"read\"], [\"update\"], [\"delete\"], [\"delete\", \"create\"], [\"create\", \"delete\"], [\"forget\"].",
                "type": "array",
                "items": {"type": "string"},
            },
            "before": {"description": "The values before; null where it is created."},
            "after": {"description": "The values after, without those that are not known yet; null where it is destroyed."},
            "after_unknown": {"description": "True in place of every value that is not known before it is applied."},
            "before_sensitive": {"description": "True in place of every sensitive value."},
            "after_sensitive": {"description": "True in place of every sensitive value."},
            "replace_paths": {"description": "The attributes that force a replacement.", "type": "array"},
        },
        "required": ["actions"],
    });
    json!({
        "format_version": {"type": "string"},
        "terraform_version": {"type": "string"},
        "variables": {
            "description": "The variables of the root module.",
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"value": {}}},
        },
        "planned_values": {"description": "What there will be, module by module.", "type": "object"},
        "resource_changes": {
            "description": "What happens to each resource, those of all modules in one list.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "address": {"description": "module.a.aws_s3_bucket.b[0]", "type": "string"},
                    "module_address": {"type": "string"},
                    "mode": {"enum": ["managed", "data"]},
                    "type": {"type": "string"},
                    "name": {"type": "string"},
                    "index": {"type": ["string", "integer"]},
                    "provider_name": {"type": "string"},
                    "change": change,
                },
                "required": ["address", "type", "name", "change"],
            },
        },
        "output_changes": {"type": "object"},
        "resource_drift": {"description": "What was changed behind the engine's back.", "type": "array"},
        "prior_state": {"type": "object"},
        "configuration": {"description": "The source, as expressions.", "type": "object"},
    })
}

fn pulumi_properties() -> Value {
    let state = json!({
        "type": ["object", "null"],
        "properties": {
            "urn": {"type": "string"},
            "type": {"description": "aws:s3/bucketV2:BucketV2", "type": "string"},
            "custom": {"description": "False of a component, which is nothing by itself.", "type": "boolean"},
            "inputs": {"description": "What the program says.", "type": "object"},
            "outputs": {"description": "What there is.", "type": "object"},
            "parent": {"type": "string"},
            "provider": {"type": "string"},
            "protect": {"type": "boolean"},
        },
    });
    json!({
        "config": {"type": "object"},
        "steps": {
            "description": "What happens to each resource.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "op": {
                        "description": "same, create, update, delete, replace, create-replacement, delete-replaced, read, refresh, import …",
                        "type": "string",
                    },
                    "urn": {"description": "urn:pulumi:stack::project::type::name", "type": "string"},
                    "provider": {"type": "string"},
                    "oldState": state,
                    "newState": state,
                    "diffReasons": {"type": "array", "items": {"type": "string"}},
                    "replaceReasons": {"type": "array", "items": {"type": "string"}},
                    "detailedDiff": {"type": ["object", "null"]},
                },
                "required": ["op", "urn"],
            },
        },
        "diagnostics": {"type": "array"},
        "changeSummary": {
            "description": "How many steps there are of each kind.",
            "type": "object",
            "additionalProperties": {"type": "integer"},
        },
        "duration": {"type": "integer"},
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Every file of `policies/schema/`, by its name.
    fn schemas() -> Vec<(String, Value)> {
        let mut schemas: Vec<(String, Value)> =
            Point::ALL.iter().map(|point| (format!("{point}.json"), of(*point))).collect();
        schemas.push(("plan-pulumi.json".to_owned(), pulumi_plan()));
        schemas
    }

    /// With `MAYFLY_WRITE_SCHEMAS` they are written.
    #[test]
    fn the_files_are_what_the_types_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schema");
        let write = std::env::var_os("MAYFLY_WRITE_SCHEMAS").is_some();
        for (name, schema) in schemas() {
            let (path, wanted) = (folder.join(&name), text(&schema).unwrap());
            if write {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &wanted).unwrap();
            }
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                there == wanted,
                "policies/schema/{name} is not what the types say: run this test with MAYFLY_WRITE_SCHEMAS=1"
            );
        }
        assert_eq!(
            std::fs::read_dir(&folder).unwrap().count(),
            schemas().len(),
            "no others are there"
        );
    }

    #[test]
    fn an_environment_is_there_where_there_is_one() {
        let required = |point: Point| of(point)["required"].to_string();
        assert!(!required(Point::Request).contains("environment"));
        assert!(required(Point::Extend).contains("environment"));
        assert!(of(Point::Extend)["properties"]["environment"].get("anyOf").is_none());
        assert!(required(Point::Approve).contains("approval"));
    }
}
