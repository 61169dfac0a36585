//! What stands in a form's fields.

use serde_json::Value;

use crate::commands::Create;
use crate::domain::actions::{
    COST_CENTER_BLOCK, FormData, PROJECT_BLOCK, REASON_BLOCK, TTL_BLOCK, read_input_block,
};
use crate::template::{RawInputs, RawValue};

/// What a form carries along; `None` when it is not one of ours.
pub(super) fn form_data(metadata: &str) -> Option<FormData> {
    serde_json::from_str(metadata).ok()
}

/// Reads a form's `state.values`.
pub(super) fn read(form: FormData, values: &Value) -> Create {
    let mut inputs = RawInputs::default();
    let mut create = Create {
        template: form.template,
        inputs: RawInputs::default(),
        ttl: String::new(),
        project: String::new(),
        cost_center: String::new(),
        reason: None,
        seen: form.seen,
    };
    for (block, actions) in values.as_object().into_iter().flatten() {
        let element = actions.as_object().and_then(|actions| actions.values().next());
        let Some(value) = element.and_then(element_value) else { continue };
        match (read_input_block(block), value) {
            (Some(input), value) => inputs.set(input, value),
            (None, RawValue::Text(text)) => match block.as_str() {
                TTL_BLOCK => create.ttl = text,
                PROJECT_BLOCK => create.project = text,
                COST_CENTER_BLOCK => create.cost_center = text,
                REASON_BLOCK => create.reason = Some(text),
                _ => {}
            },
            (None, RawValue::Many(_)) => {}
        }
    }
    create.inputs = inputs;
    create
}

/// The value of one element, whatever its type; `None` when nothing is filled in.
fn element_value(element: &Value) -> Option<RawValue> {
    let text = |value: &Value| value.as_str().map(|text| RawValue::Text(text.to_owned()));
    let many = |list: &Value, pick: fn(&Value) -> &Value| {
        let all = list.as_array()?.iter().filter_map(|one| pick(one).as_str().map(str::to_owned));
        Some(RawValue::Many(all.collect()))
    };
    match element["type"].as_str()? {
        "static_select" | "external_select" | "radio_buttons" | "overflow" => {
            text(&element["selected_option"]["value"])
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            many(&element["selected_options"], |one| &one["value"])
        }
        "users_select" => text(&element["selected_user"]),
        "channels_select" => text(&element["selected_channel"]),
        "conversations_select" => text(&element["selected_conversation"]),
        "datepicker" => text(&element["selected_date"]),
        _ => text(&element["value"]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_element_gives_its_value() {
        let form = FormData { template: "t".into(), version: "v".into(), seen: None };
        let values = json!({
            "in_text": { "value": { "type": "plain_text_input", "value": "007" } },
            "in_empty": { "value": { "type": "plain_text_input", "value": null } },
            "in_number": { "value": { "type": "number_input", "value": "3" } },
            "in_one": { "value": { "type": "static_select", "selected_option": { "value": "teal" } } },
            "in_many": { "value": { "type": "multi_static_select", "selected_options": [{ "value": "a" }, { "value": "b" }] } },
            "in_user": { "value": { "type": "users_select", "selected_user": "U1" } },
            "in_day": { "value": { "type": "datepicker", "selected_date": "2026-01-31" } },
            "ttl": { "value": { "type": "plain_text_input", "value": "4h" } },
            "other": { "value": { "type": "plain_text_input", "value": "ignored" } },
        });
        let create = read(form, &values);
        let text = |text: &str| Some(RawValue::Text(text.to_owned()));
        let got = |name: &str| create.inputs.0.get(name).cloned();
        assert_eq!(got("text"), text("007"));
        assert_eq!(got("empty"), None);
        assert_eq!(got("number"), text("3"));
        assert_eq!(got("one"), text("teal"));
        assert_eq!(got("many"), Some(RawValue::Many(vec!["a".into(), "b".into()])));
        assert_eq!(got("user"), text("U1"));
        assert_eq!(got("day"), text("2026-01-31"));
        assert_eq!(create.ttl, "4h");
        assert_eq!(create.inputs.0.len(), 6);
    }
}
