//! Inputs out of variables: what the source says need not be said again in the manifest.

use serde_json::Value;

use super::decode::decode;
use super::hcl::{HclDefault, Shape, Variable};
use super::rules::scalar_text;
use super::{Choice, Input, InputKind, RawValue};

/// The kind of input that fits a variable; none when no form can ask for such a value.
pub(super) fn kind(variable: &Variable) -> Option<InputKind> {
    let rules = &variable.rules;
    let min = rules.min_length.unwrap_or(0);
    let max = rules.max_length.unwrap_or(InputKind::LONGEST_TEXT).min(InputKind::LONGEST_TEXT);
    if variable.sensitive && matches!(variable.shape, Shape::String | Shape::Any) {
        return Some(InputKind::Secret { min, max });
    }
    match (variable.shape, &rules.options) {
        (Shape::Other | Shape::Strings, _) => None,
        (Shape::Bool, _) => Some(InputKind::Boolean),
        (_, Some(options)) => {
            Some(InputKind::Choice { options: options.iter().map(|value| choice(value)).collect() })
        }
        (Shape::Number, None) => Some(InputKind::Number { min: rules.min, max: rules.max }),
        (_, None) => Some(InputKind::String { pattern: rules.pattern.clone(), min, max }),
    }
}

/// The input for a variable that the manifest does not describe.
pub(super) fn input(variable: &Variable) -> Option<Input> {
    let kind = kind(variable)?;
    let default = default_for(&kind, variable);
    let required = variable.default.is_none();
    let hint = variable.description.as_ref().map(|text| text.chars().take(2000).collect());
    let (name, label) = (variable.name.clone(), label(&variable.name));
    Some(Input { name, label, hint, placeholder: None, kind, default, required })
}

/// The variable's own default as a value of that kind, if a form can show it.
pub(super) fn default_for(kind: &InputKind, variable: &Variable) -> Option<Value> {
    if matches!(kind, InputKind::Secret { .. } | InputKind::Generated { .. }) {
        return None;
    }
    let Some(HclDefault::Literal(value)) = &variable.default else { return None };
    let raw = match value {
        Value::Array(items) => {
            RawValue::Many(items.iter().map(scalar_text).collect::<Option<_>>()?)
        }
        scalar => RawValue::Text(scalar_text(scalar)?),
    };
    // A default that breaks the variable's own rule is no use as one; the engine says what is wrong.
    decode(kind, &raw).ok().flatten()
}

/// `instance_size` as people read it: `Instance size`.
pub(super) fn label(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

fn choice(value: &str) -> Choice {
    Choice { value: value.into(), label: value.into() }
}
