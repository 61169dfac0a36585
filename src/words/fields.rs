//! A template's form: which of Slack's elements asks for which input.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::actions::{self, FormData};
use crate::domain::form::{CostsBy, LONGEST_REASON};
use crate::template::{Input, InputKind, Manifest, RawInputs, RawValue};

use super::approvals::estimate;
use super::fit::tailed;
use super::limits::{self, cut};
use super::options::option;
use super::policy;
use super::{FormModel, FormNext, FormVerdict};

/// The blocks that every form has; the same words name them in what is wrong.
const ASKED_ALWAYS: [&str; 3] =
    [actions::TTL_BLOCK, actions::PROJECT_BLOCK, actions::COST_CENTER_BLOCK];
/// The longest tag that clouds take is longer.
const LONGEST_TAG: usize = 100;

/// What `view-form` is made of.
pub(super) fn form(form: &FormModel<'_>) -> Value {
    let manifest = form.manifest;
    let carried = FormData {
        template: manifest.name.clone(),
        version: form.version.to_owned(),
        seen: form.verdict.map(|verdict| verdict.digest.clone()),
    };
    let fields = manifest.inputs.iter().filter(|input| input.in_form());
    let secrets = manifest.inputs.iter().filter(|input| input.is_secret());
    json!({
        "name": manifest.name,
        "title": manifest.title,
        "description": manifest.description,
        "owner": manifest.owner,
        "version": form.version.chars().take(12).collect::<String>(),
        "metadata": serde_json::to_string(&carried).unwrap_or_default(),
        "verdict": form.verdict.map(|verdict| verdict_of(verdict, form)),
        "costs": form.costs.map(|costs| json!({
            "estimate": estimate(&costs.priced),
            "ttl": costs.ttl.millis(),
            "by": match costs.by {
                CostsBy::Nothing => "nothing",
                CostsBy::Last => "last",
                CostsBy::OtherInputs => "other",
            },
            "no_book": costs.no_book.as_ref().map(|book| cut(book, 120)),
        })),
        "project": tag(actions::PROJECT_BLOCK, form.project),
        "cost_center": tag(actions::COST_CENTER_BLOCK, form.cost_center),
        "fields": fields.map(|input| field(input, form)).collect::<Vec<_>>(),
        "secrets": secrets.map(|input| input.label.as_str()).collect::<Vec<_>>(),
        "ttl": {
            "block": actions::TTL_BLOCK,
            "action": tailed(actions::FIELD, actions::TTL_BLOCK),
            "initial": form.ttl.unwrap_or(manifest.ttl.default).compact(),
            "default": manifest.ttl.default.millis(),
            "maximum": manifest.ttl.maximum.millis(),
        },
    })
}

/// The errors that Slack shows on the fields, by block, from what is wrong with which input. What concerns
/// no field of the form stands on its first one; `ttl`, `project` and `cost_center` are questions that every
/// form asks.
pub fn form_errors(manifest: &Manifest, problems: &[(String, String)]) -> Value {
    let in_form = |name: &str| manifest.input(name).is_some_and(Input::in_form);
    let first = manifest.inputs.iter().find(|input| input.in_form());
    let first = first.map_or(actions::TTL_BLOCK.into(), |input| actions::input_block(&input.name));
    let mut errors: BTreeMap<String, String> = BTreeMap::new();
    for (name, problem) in problems {
        // Only a form that has come back asks for a reason; only then one can be missing.
        let reason = name == actions::REASON_BLOCK && !in_form(name);
        let (block, problem) = if reason || ASKED_ALWAYS.contains(&name.as_str()) {
            (name.clone(), problem.clone())
        } else if in_form(name) {
            (actions::input_block(name), problem.clone())
        } else if name.is_empty() {
            (first.clone(), problem.clone())
        } else {
            (first.clone(), format!("{name}: {problem}"))
        };
        let there = errors.entry(block).or_default();
        let both = if there.is_empty() { problem } else { format!("{there} {problem}") };
        *there = cut(&both, limits::LABEL);
    }
    json!(errors)
}

/// What is asked for the bill.
fn tag(block: &str, initial: Option<&str>) -> Value {
    json!({
        "block": block,
        "action": tailed(actions::FIELD, block),
        "initial": initial.map(|text| cut(text.trim(), LONGEST_TAG)).filter(|text| !text.is_empty()),
        "longest": LONGEST_TAG,
    })
}

/// What policy said, and what can be done about it here.
fn verdict_of(verdict: &FormVerdict, form: &FormModel<'_>) -> Value {
    let mut decision = policy::decision(&verdict.decision, policy::FINDINGS);
    for finding in decision["findings"].as_array_mut().into_iter().flatten() {
        let input = finding["field"].as_str().and_then(|name| form.manifest.input(name));
        if let Some(input) = input {
            finding["field"] = label(input).into();
        }
    }
    let next = match verdict.next {
        FormNext::Continue => "continue",
        FormNext::Override => "override",
        FormNext::AskException => "ask",
        FormNext::Change => "change",
    };
    json!({
        "decision": decision,
        "next": next,
        "block": actions::REASON_BLOCK,
        "action": tailed(actions::FIELD, actions::REASON_BLOCK),
        "reason": form.reason.map(|reason| cut(reason, LONGEST_REASON)),
        "longest": LONGEST_REASON,
    })
}

/// A field; every key is always there, so that a template can ask for each.
fn field(input: &Input, form: &FormModel<'_>) -> Value {
    let block = actions::input_block(&input.name);
    let mut field = Map::new();
    let nothing = [
        "initial",
        "initial_many",
        "options",
        "min",
        "max",
        "decimal",
        "multiline",
        "placeholder",
        "hint",
        "range_from",
        "range_to",
    ];
    field.extend(nothing.map(|key| (key.to_owned(), Value::Null)));
    for (key, value) in [
        ("action", json!(tailed(actions::FIELD, &block))),
        ("block", json!(block)),
        ("label", json!(label(input))),
        ("hint", json!(input.hint)),
        ("placeholder", json!(input.placeholder)),
        ("optional", json!(!input.required)),
        ("kind", json!(input.kind.word())),
    ] {
        field.insert(key.into(), value);
    }
    let (control, own) = control(&input.kind, &initial(input, form));
    field.insert("control".into(), control.into());
    if let Value::Object(own) = own {
        field.extend(own);
    }
    field.into()
}

fn label(input: &Input) -> &str {
    if input.label.trim().is_empty() { &input.name } else { &input.label }
}

/// What stands in the field at first: what was entered or what the command gave if it fits, or the default.
fn initial(input: &Input, form: &FormModel<'_>) -> Value {
    let default = || input.default.clone().unwrap_or_default();
    let Some(given) = given(&input.name, form) else { return default() };
    let mut raw = RawInputs::default();
    raw.set(input.name.as_str(), given.clone());
    match (form.manifest.check_given(&raw), given) {
        (Ok(values), _) => values.get(&input.name).cloned().unwrap_or_else(default),
        // It is theirs to mend, where a field can show it at all.
        (Err(_), RawValue::Text(typed)) if is_text(&input.kind) => typed.into(),
        (Err(_), _) => default(),
    }
}

/// What was entered counts before what the command gave; of that the last.
fn given(name: &str, form: &FormModel<'_>) -> Option<RawValue> {
    if let Some(entered) = form.entered {
        return entered.0.get(name).cloned();
    }
    let typed = form.prefilled.iter().rev().find(|(input, _)| input == name);
    typed.map(|(_, typed)| RawValue::Text(typed.clone()))
}

fn is_text(kind: &InputKind) -> bool {
    matches!(kind, InputKind::String { .. } | InputKind::Text { .. } | InputKind::Duration { .. })
}

/// Slack's element for an input, and what belongs to it.
fn control(kind: &InputKind, initial: &Value) -> (&'static str, Value) {
    let text = match initial {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    match kind {
        InputKind::String { min, max, .. } => {
            ("plain_text_input", lengths(*min, *max, false, text))
        }
        InputKind::Text { min, max } => ("plain_text_input", lengths(*min, *max, true, text)),
        InputKind::Duration { min, max } => (
            "plain_text_input",
            json!({
                "initial": text.map(|text| cut(&text, 40)), "min": 0, "max": 40, "multiline": false,
                "range_from": min.to_string(), "range_to": max.to_string(),
            }),
        ),
        InputKind::Integer { min, max } => {
            let (min, max) = (min.map(|n| n.to_string()), max.map(|n| n.to_string()));
            ("number_input", range(min, max, false, text))
        }
        InputKind::Number { min, max } => {
            let (min, max) = (min.map(|n| n.to_string()), max.map(|n| n.to_string()));
            ("number_input", range(min, max, true, text))
        }
        InputKind::Boolean => ("yes_no", json!({ "initial": text })),
        InputKind::Choice { options } => {
            let chosen = options.iter().find(|o| Some(o.value.as_str()) == initial.as_str());
            let listed = options.len() <= limits::SELECT_OPTIONS && !options.is_empty();
            let all = listed.then(|| options.iter().map(option).collect::<Vec<_>>());
            let control = if listed { "static_select" } else { "external_select" };
            (control, json!({ "options": all, "initial": chosen.map(option) }))
        }
        InputKind::MultiChoice { options, max } => {
            let wanted: Vec<&str> =
                initial.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let chosen = options.iter().filter(|o| wanted.contains(&o.value.as_str()));
            let chosen: Vec<Value> = chosen.map(option).collect();
            // Checkboxes know no most, so that they serve only where all may be ticked.
            let few = options.len() <= limits::FEW_OPTIONS && *max >= options.len();
            let control = match options.len() {
                0 => "multi_external_select",
                _ if few => "checkboxes",
                n if n <= limits::SELECT_OPTIONS => "multi_static_select",
                _ => "multi_external_select",
            };
            let listed = control != "multi_external_select";
            let all = listed.then(|| options.iter().map(option).collect::<Vec<_>>());
            let chosen = (!chosen.is_empty()).then_some(chosen);
            (control, json!({ "options": all, "initial_many": chosen, "max": (*max).max(1) }))
        }
        InputKind::User => ("users_select", json!({ "initial": text })),
        InputKind::Channel => ("conversations_select", json!({ "initial": text })),
        InputKind::Date => ("datepicker", json!({ "initial": text })),
        // Neither is in a form.
        InputKind::Secret { .. } | InputKind::Generated { .. } => ("none", json!({})),
    }
}

fn lengths(min: usize, max: usize, multiline: bool, initial: Option<String>) -> Value {
    let max = max.clamp(1, limits::INPUT_LENGTH);
    let fits = |text: &String| text.chars().count() <= max;
    json!({
        "initial": initial.filter(fits), "min": min.min(max), "max": max, "multiline": multiline,
    })
}

fn range(
    min: Option<String>,
    max: Option<String>,
    decimal: bool,
    initial: Option<String>,
) -> Value {
    json!({
        "initial": initial, "min": min, "max": max, "decimal": decimal,
        "range_from": min, "range_to": max,
    })
}
