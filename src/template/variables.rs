//! From values to the variables of the source: the JSON that `-var-file` takes, with the right types.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{Inputs, Manifest};

/// A variable that the bot itself fills when the source declares it; never an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reserved {
    /// `map(string)`: the tags for everything that is made.
    Tags,
    /// `string`: the environment's name.
    Environment,
    /// `string`: the folder under which preview sites are made.
    SiteRoot,
    /// `string`: where those sites answer, without a slash at the end.
    SiteUrl,
    /// `string`: a folder of the run's own, which a provisioner may write to.
    RunDir,
}

impl Reserved {
    pub const ALL: [Reserved; 5] = [
        Reserved::Tags,
        Reserved::Environment,
        Reserved::SiteRoot,
        Reserved::SiteUrl,
        Reserved::RunDir,
    ];

    /// What all their names begin with; a template declares no others that do.
    pub const PREFIX: &'static str = "mayfly_";

    /// The variable's name.
    pub fn name(self) -> &'static str {
        match self {
            Reserved::Tags => "mayfly_tags",
            Reserved::Environment => "mayfly_environment",
            Reserved::SiteRoot => "mayfly_site_root",
            Reserved::SiteUrl => "mayfly_site_url",
            Reserved::RunDir => "mayfly_run_dir",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Reserved> {
        Reserved::ALL.into_iter().find(|reserved| reserved.name() == name)
    }
}

/// The values of the reserved variables for one run.
#[derive(Debug, Clone, Default)]
pub struct ReservedValues {
    pub environment: String,
    pub tags: BTreeMap<String, String>,
    pub site_root: String,
    /// Without a slash at the end.
    pub site_url: String,
    pub run_dir: String,
}

/// All that the variables of one run are made of.
#[derive(Debug, Clone, Copy)]
pub struct Supplied<'a> {
    pub inputs: &'a Inputs,
    /// Secret and generated values, by input.
    pub secrets: &'a BTreeMap<String, SecretString>,
    pub reserved: &'a ReservedValues,
}

impl Manifest {
    /// The variables, for a file that only the engine's user can read: it holds secrets in clear.
    ///
    /// Only what the source declares is in it; an engine complains of anything else. The template's own
    /// tags are beneath the bot's, which win.
    pub fn variables(&self, supplied: Supplied<'_>) -> Map<String, Value> {
        let mut variables = Map::new();
        for input in &self.inputs {
            let value = match supplied.secrets.get(&input.name) {
                Some(secret) => Some(Value::from(secret.expose_secret())),
                None => supplied.inputs.get(&input.name).cloned(),
            };
            if let Some(value) = value {
                variables.insert(input.name.clone(), value);
            }
        }
        for reserved in &self.reserved {
            let value = self.reserved_value(*reserved, supplied.reserved);
            variables.insert(reserved.name().into(), value);
        }
        variables
    }

    /// The tags for what the template makes: its own, and the bot's over them.
    pub fn all_tags(&self, of_bot: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.extend(of_bot.clone());
        tags
    }

    fn reserved_value(&self, reserved: Reserved, values: &ReservedValues) -> Value {
        match reserved {
            Reserved::Tags => {
                let tags = self.all_tags(&values.tags);
                Value::Object(tags.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
            Reserved::Environment => values.environment.as_str().into(),
            Reserved::SiteRoot => values.site_root.as_str().into(),
            Reserved::SiteUrl => values.site_url.as_str().into(),
            Reserved::RunDir => values.run_dir.as_str().into(),
        }
    }
}
