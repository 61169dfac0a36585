//! What there will be once a plan is applied, whichever engine planned it.

use std::collections::BTreeSet;

use serde_json::Value;

/// The text is no plan; says of which engine, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not what `{command}` prints: {why}")]
pub struct NotAPlan {
    pub(super) command: &'static str,
    pub(super) why: String,
}

/// All resources that there will be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedValues {
    pub resources: Vec<Wanted>,
}

/// A resource that there will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub address: String,
    /// The engine's type of it: `aws_instance`, `aws:ec2/instance:Instance`.
    pub kind: String,
    /// As its type begins: `aws`.
    pub provider: String,
    pub region: Option<String>,
    /// Its attributes, by the names that Terraform's providers give them.
    pub values: Value,
    /// What the apply alone tells: attributes, and `<block>.<attribute>` of blocks.
    pub(super) unknown: BTreeSet<String>,
}

/// A resource's own attributes, or those of one of its blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub block: Option<&'a str>,
    pub values: &'a Value,
}

/// What is known of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute<'a> {
    Known(&'a Value),
    /// Nobody sets it: it is what the provider makes of it.
    Unset,
    /// It depends on what is not there yet.
    Unknown,
}

impl PlannedValues {
    /// Reads what an engine printed of a plan: `terraform show -json`, `tofu show -json`, `pulumi preview --json`, or
    /// the events of a preview. `region`: where its provider works, if the plan does not say it.
    pub fn read(printed: &[u8], region: Option<&str>) -> Result<PlannedValues, NotAPlan> {
        match super::pulumi::is_preview(printed) {
            true => PlannedValues::of_pulumi(printed, region),
            false => PlannedValues::of_terraform(printed, region),
        }
    }
}

/// Types that nobody is charged for, of providers that work in no cloud.
pub(super) fn is_never_charged(kind: &str) -> bool {
    const LOCAL: &[&str] = &["terraform_data", "null_resource"];
    const BEGINNINGS: &[&str] = &[
        "random_", "time_", "tls_", "local_", "random:", "time:", "tls:", "local:", "null:",
        "command:",
    ];
    LOCAL.contains(&kind) || BEGINNINGS.iter().any(|provider| kind.starts_with(provider))
}

impl Wanted {
    pub(super) fn attribute<'a>(&self, of: Part<'a>, name: &str) -> Attribute<'a> {
        let is_unknown = || match of.block {
            Some(block) => self.unknown.contains(&format!("{block}.{name}")),
            None => self.unknown.contains(name),
        };
        match &of.values[name] {
            Value::Null if is_unknown() => Attribute::Unknown,
            Value::Null => Attribute::Unset,
            value => Attribute::Known(value),
        }
    }

    /// Whether a block of this name depends on what is not there yet.
    pub(super) fn is_unknown(&self, block: &str) -> bool {
        self.unknown.contains(block) && self.values[block].is_null()
    }
}
