//! What `template.yaml` says, after it was read, completed from the source, and found right.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;

use crate::domain::notice::ChannelNotice;
use crate::domain::usage::Usage;
use crate::domain::{EngineKind, Span};

use super::input::plain;
use super::{Input, Reserved};

/// A template's manifest, complete: with the inputs and outputs that were derived from the source.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// What people type: lower case letters, digits and dashes; the folder bears the same name.
    pub name: String,
    /// At most 75 characters, for it is an option in a picker.
    pub title: String,
    pub description: String,
    /// Who looks after the template, in words.
    pub owner: String,
    pub engine: EngineKind,
    /// The engine versions that serve: what the manifest and the source ask for, all to be met.
    pub engine_versions: Vec<semver::VersionReq>,
    pub weight: Weight,
    /// In the order of the manifest, derived ones after them.
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub ttl: TtlRules,
    pub limits: TimeLimits,
    pub notify: Option<Notify>,
    pub credentials: Credentials,
    /// Tags for everything the template makes, beside Mayfly's own.
    pub tags: BTreeMap<String, String>,
    /// Which of the variables that the bot itself fills are declared in the source.
    pub reserved: BTreeSet<Reserved>,
    /// What Pulumi needs beside itself: `language:yaml`, `resource:command`.
    pub plugins: BTreeSet<String>,
    /// Whether OpenTofu encrypts state and plan, with the environment's own key.
    pub encrypt_state: bool,
    /// How its resources are found by their tag; `None`: they are not looked for.
    pub sweep: Option<Sweep>,
    /// How much its environments use of what no plan knows, by `<resource type>.<usage>`.
    pub usage: BTreeMap<String, StatedUsage>,
}

impl Manifest {
    /// The input of that name.
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// The output of that name.
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// What was entered as a person reads it, in the form's order: the label, and a value; of several, one after the
    /// other. What has no field in this version goes by its name.
    pub fn shown<'a>(
        &self,
        entered: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> Vec<(String, String)> {
        let at = |name: &str| self.inputs.iter().position(|input| input.name == name);
        let mut all: Vec<(&str, &Value)> = entered.into_iter().collect();
        all.sort_by_key(|(name, _)| at(name).unwrap_or(usize::MAX));
        let one = |(name, value): (&str, &Value)| match self.input(name) {
            Some(input) => (input.label.clone(), input.shown(value)),
            None => (name.to_owned(), plain(value)),
        };
        all.into_iter().map(one).collect()
    }

    /// What it says of usage, as prices go by it.
    pub fn usage(&self) -> Usage {
        self.usage.iter().map(|(name, stated)| (name.clone(), stated.amount)).collect()
    }
}

/// An amount of usage and where it stands: whether there is such a usage only the price books know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedUsage {
    pub amount: Decimal,
    /// In the manifest, from one.
    pub line: Option<usize>,
}

/// How a template's resources are found by their tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// By AWS's Resource Groups Tagging API, with the template's credentials.
    Aws,
    /// By a program and its arguments; it runs in the template's folder.
    Command(Vec<String>),
}

/// How much of the machine a run takes; light and heavy runs have separate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Light,
    Heavy,
}

/// An output that people are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub name: String,
    pub label: String,
    pub kind: OutputKind,
}

/// How an output is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    Text,
    /// A URL that a person opens.
    Link,
    /// Sealed, and shown by a reveal link alone.
    Secret,
}

/// How long an environment lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TtlRules {
    /// What the form proposes; counted from *ready*.
    pub default: Span,
    /// The most that extending reaches; counted from *ready*.
    pub maximum: Span,
    /// What passes at least between an accepted warning and the reaping.
    pub grace: Span,
    /// How long before the end people are warned: the longest first, each once.
    pub warnings: Vec<Span>,
    /// What the extend buttons offer, at most [`TtlRules::MOST_EXTENSIONS`].
    pub extensions: Vec<Span>,
}

impl TtlRules {
    /// More buttons than these are no help in a warning.
    pub const MOST_EXTENSIONS: usize = 4;
}

/// How long the steps of a run may take, in real time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLimits {
    pub plan: Span,
    pub apply: Span,
    pub destroy: Span,
    /// How long an engine may say nothing.
    pub silence: Span,
}

impl Default for TimeLimits {
    fn default() -> TimeLimits {
        let hour = Span::minutes(60);
        TimeLimits { plan: hour, apply: hour, destroy: hour, silence: Span::minutes(15) }
    }
}

/// The channel that hears of the template's environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// `#name` or Slack's id, as the manifest has it.
    pub channel: String,
    /// What it hears of; everything unless the manifest says otherwise.
    pub on: BTreeSet<ChannelNotice>,
}

/// What the template's child processes get of the bot's environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// Names of variables that are passed through when they are set.
    pub environment: Vec<String>,
    /// A profile of the cloud's own configuration (`AWS_PROFILE`).
    pub profile: Option<String>,
    /// A role to take on (`AWS_ROLE_ARN`).
    pub role: Option<String>,
}
