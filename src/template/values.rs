//! From what a person gave to values that fit the manifest, with every error at once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::decode::decode;
use super::problem::nearest;
use super::{Input, Manifest};

/// What a form or a command gave, unchecked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawInputs(pub BTreeMap<String, RawValue>);

/// One unchecked value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue {
    /// A text field, a single select, or the right side of `key=value`.
    Text(String),
    /// A multi select.
    Many(Vec<String>),
}

impl RawInputs {
    /// From `key=value` pairs; of a key that comes twice the last one counts.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> RawInputs {
        let text = |(key, value): (K, V)| (key.into(), RawValue::Text(value.into()));
        RawInputs(pairs.into_iter().map(text).collect())
    }

    /// Adds or replaces a value.
    pub fn set(&mut self, name: impl Into<String>, value: RawValue) {
        self.0.insert(name.into(), value);
    }
}

/// Values that fit the manifest, by input: strings, numbers, booleans and lists of strings. Secret and
/// generated values are never among them, so that this can be stored, shown and logged.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Inputs(BTreeMap<String, Value>);

impl From<BTreeMap<String, Value>> for Inputs {
    /// Takes back what was stored.
    fn from(values: BTreeMap<String, Value>) -> Inputs {
        Inputs(values)
    }
}

impl Inputs {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// In the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// What is wrong with one field of a form, in words for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {message}")]
pub struct FieldError {
    pub input: String,
    /// What is wrong and what would pass.
    pub message: String,
}

impl Manifest {
    /// The values that a run needs: what was given, then the defaults; or everything that is wrong.
    pub fn parse_inputs(&self, raw: &RawInputs) -> Result<Inputs, Vec<FieldError>> {
        let (mut values, mut errors) = self.read_given(raw);
        for input in self.inputs.iter().filter(|input| input.in_form()) {
            if values.contains_key(&input.name) || errors.iter().any(|e| e.input == input.name) {
                continue;
            }
            match &input.default {
                Some(default) => {
                    values.insert(input.name.clone(), default.clone());
                }
                None if input.required => {
                    errors.push(field_error(&input.name, "A value is needed."))
                }
                None => {}
            }
        }
        if errors.is_empty() { Ok(Inputs(values)) } else { Err(errors) }
    }

    /// Checks only what was given, for a form that a command prefills: missing values are no error.
    pub fn check_given(&self, raw: &RawInputs) -> Result<Inputs, Vec<FieldError>> {
        let (values, errors) = self.read_given(raw);
        if errors.is_empty() { Ok(Inputs(values)) } else { Err(errors) }
    }

    fn read_given(&self, raw: &RawInputs) -> (BTreeMap<String, Value>, Vec<FieldError>) {
        let mut values = BTreeMap::new();
        let mut errors = Vec::new();
        for (name, value) in &raw.0 {
            let read = match self.input(name) {
                None => Err(self.no_such_input(name)),
                Some(input) => read_one(input, value),
            };
            match read {
                Ok(Some(value)) => {
                    values.insert(name.clone(), value);
                }
                Ok(None) => {}
                Err(message) => errors.push(field_error(name, &message)),
            }
        }
        (values, errors)
    }

    fn no_such_input(&self, name: &str) -> String {
        let names = || self.inputs.iter().filter(|i| i.in_form()).map(|i| i.name.as_str());
        if let Some(near) = nearest(name, names()) {
            return format!("There is no such input. Did you mean `{near}`?");
        }
        let all = names().collect::<Vec<_>>().join("`, `");
        if all.is_empty() {
            return format!("{} has no inputs.", self.name);
        }
        format!("There is no such input. {} takes `{all}`.", self.name)
    }
}

fn read_one(input: &Input, value: &RawValue) -> Result<Option<Value>, String> {
    if input.is_secret() {
        // The value is already in Slack, and repeating it would put it in one more place.
        return Err(
            "Secrets are asked for on a page of their own, never in Slack. Leave it out, and \
                    treat what you typed as known to others."
                .into(),
        );
    }
    if input.is_generated() {
        return Err("Mayfly makes this value itself. Leave it out.".into());
    }
    decode(&input.kind, value)
}

fn field_error(input: &str, message: &str) -> FieldError {
    FieldError { input: input.into(), message: message.into() }
}
