//! What a plan comes to, in one shape for all engines.

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;

text_enum! {
    /// What a plan does with a resource.
    Change { Create = "create", Update = "update", Replace = "replace", Delete = "delete" }
}

/// A resource that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedResource {
    /// The engine's address of it: `aws_s3_bucket.this`.
    pub address: String,
    pub change: Change,
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
}

impl std::fmt::Display for PlanSummary {
    /// `+3 ~0 -0`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (create, update, delete) = self.counts();
        write!(f, "+{create} ~{update} -{delete}")
    }
}
