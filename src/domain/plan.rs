//! What a plan comes to, in one shape for all engines.

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;

text_enum! {
    /// What a plan does with a resource.
    Change { Create = "create", Update = "update", Replace = "replace", Delete = "delete" }
}

/// Stands for a value that the engine knows to be secret.
pub const SENSITIVE: &str = "(sensitive)";
/// Stands for a value that only making the change tells.
pub const UNKNOWN: &str = "(known after apply)";
/// The most characters that are kept of one value: more than anybody compares by eye.
const LONGEST_VALUE: usize = 200;

/// A resource that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedResource {
    /// The engine's address of it: `aws_s3_bucket.this`.
    pub address: String,
    pub change: Change,
    /// What differs, of an update or a replacement. Empty for what comes or goes whole.
    #[serde(default)]
    pub attributes: Vec<AttributeChange>,
}

/// A top-level attribute of a resource that is one thing before and another after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    pub name: String,
    /// Compact JSON, a string without its quotes; `None`: it is not set.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The resources that a plan changes, in the plan's order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    pub resources: Vec<PlannedResource>,
}

impl PlanSummary {
    /// How many are created, updated and deleted; a replacement counts as created and deleted.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: &[Change]| {
            self.resources.iter().filter(|r| wanted.contains(&r.change)).count()
        };
        (
            count(&[Change::Create, Change::Replace]),
            count(&[Change::Update]),
            count(&[Change::Delete, Change::Replace]),
        )
    }

    /// As it may be kept and told: every value is scrubbed by `hide`, and then cut. In this order, for
    /// of a secret that was cut in two neither part would be found.
    pub fn shortened(mut self, hide: impl Fn(&str) -> String) -> PlanSummary {
        let attributes = self.resources.iter_mut().flat_map(|resource| &mut resource.attributes);
        for value in attributes.flat_map(|attribute| [&mut attribute.before, &mut attribute.after])
        {
            *value = value.as_deref().map(|value| cut(hide(value)));
        }
        self
    }
}

fn cut(value: String) -> String {
    match value.char_indices().nth(LONGEST_VALUE) {
        None => value,
        Some(_) => value.chars().take(LONGEST_VALUE - 1).chain(['…']).collect(),
    }
}

impl std::fmt::Display for PlanSummary {
    /// `+3 ~0 -0`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (create, update, delete) = self.counts();
        write!(f, "+{create} ~{update} -{delete}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_scrubbed_before_it_is_cut() {
        let secret = "hunter2-hunter2";
        let attribute = |before: String| AttributeChange {
            name: "password".into(),
            before: Some(before),
            after: None,
        };
        let plan = PlanSummary {
            resources: vec![PlannedResource {
                address: "a.b".into(),
                change: Change::Update,
                // The secret stands across the cut.
                attributes: vec![
                    attribute(format!("{}{secret}", "x".repeat(LONGEST_VALUE - 5))),
                    attribute("ä".repeat(LONGEST_VALUE)),
                ],
            }],
        };
        let plan = plan.shortened(|text| text.replace(secret, "[secret]"));
        let kept = |n: usize| plan.resources[0].attributes[n].before.clone().unwrap_or_default();
        assert!(!kept(0).contains("hunt"), "{}", kept(0));
        assert_eq!(kept(0).chars().count(), LONGEST_VALUE);
        assert!(kept(0).ends_with('…'));
        assert_eq!(kept(1), "ä".repeat(LONGEST_VALUE), "what fits stays whole");
    }

    #[test]
    fn a_plan_that_was_kept_before_there_were_attributes_reads() {
        let kept = r#"{"resources":[{"address":"a.b","change":"update"}]}"#;
        let plan: PlanSummary = serde_json::from_str(kept).expect("it reads");
        assert_eq!(plan.resources[0].attributes, []);
    }
}
