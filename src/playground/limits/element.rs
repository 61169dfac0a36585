//! Interactive elements.

use serde_json::Value;

use super::ID;
use super::check::Check;
use super::object::{self, Marks};

const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2_000;
const SELECT_OPTIONS: usize = 100;
const CHOICES: usize = 10;
const OVERFLOW_OPTIONS: usize = 5;
const PLACEHOLDER: usize = 150;
const INPUT_LENGTH: u64 = 3_000;
pub(super) const ALT_TEXT: usize = 2_000;

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Accessory,
    Actions,
    Input,
}

/// What elements have in common, and where each kind may stand.
pub(super) fn element(check: &mut Check, element: &Value, place: Place, at: &str) {
    let Some(fields) = element.as_object() else {
        return check.add("must be an object", at);
    };
    let kind = element["type"].as_str().unwrap_or_default();
    let Some((keys, places)) = known(kind) else {
        return check.add(&format!("unsupported element type: {kind}"), &format!("{at}/type"));
    };
    check.that(places.contains(&place), &format!("a {kind} is not allowed here"), at);
    if kind == "image" {
        return image(check, element, at);
    }
    let common = ["type", "action_id", "confirm", "focus_on_load", "placeholder"];
    let all: Vec<&str> = common.iter().chain(keys).copied().collect();
    check.keys(fields, &all, at);
    check.length(element, "action_id", 1..=ID, at);
    object::confirm(check, element, at);
    object::optional_plain(check, element, "placeholder", PLACEHOLDER, at);
    by_kind(check, kind, element, at);
}

fn by_kind(check: &mut Check, kind: &str, element: &Value, at: &str) {
    match kind {
        "button" => button(check, element, at),
        "static_select" | "multi_static_select" => {
            object::options(check, element, SELECT_OPTIONS, Marks::Plain, at);
        }
        "radio_buttons" | "checkboxes" => {
            object::options(check, element, CHOICES, Marks::Any, at);
        }
        "overflow" => object::options(check, element, OVERFLOW_OPTIONS, Marks::Plain, at),
        "external_select" | "multi_external_select" => {
            if let Some(initial) = element.get("initial_option") {
                object::option(check, initial, Marks::Plain, &format!("{at}/initial_option"));
            }
        }
        "plain_text_input" => text_input(check, element, at),
        "number_input" => number_input(check, element, at),
        "datepicker" => pattern(check, element, "initial_date", "0000-00-00", at),
        "timepicker" => pattern(check, element, "initial_time", "00:00", at),
        _ => {}
    }
    let most = &element["max_selected_items"];
    let fits = most.is_null() || most.as_u64().is_some_and(|n| n > 0);
    check.that(fits, "must be at least 1", &format!("{at}/max_selected_items"));
}

pub(super) fn image(check: &mut Check, image: &Value, at: &str) {
    check.that(
        image.get("image_url").is_some() || image.get("slack_file").is_some(),
        "missing required field: image_url",
        at,
    );
    check.length(image, "image_url", 1..=object::URL, at);
    check.required(image, "alt_text", 1..=ALT_TEXT, at);
}

fn button(check: &mut Check, button: &Value, at: &str) {
    match button.get("text") {
        Some(text) => object::plain_text(check, text, BUTTON_TEXT, &format!("{at}/text")),
        None => check.add("missing required field: text", at),
    }
    check.length(button, "value", 1..=BUTTON_VALUE, at);
    check.length(button, "url", 1..=object::URL, at);
    check.length(button, "accessibility_label", 1..=BUTTON_TEXT, at);
    object::style(check, button, at);
}

fn text_input(check: &mut Check, input: &Value, at: &str) {
    let bound = |key: &str| input.get(key).map(|v| v.as_u64().unwrap_or(u64::MAX));
    let (min, max) = (bound("min_length"), bound("max_length"));
    check.that(
        min.is_none_or(|n| n <= INPUT_LENGTH),
        "must be at most 3000",
        &format!("{at}/min_length"),
    );
    let fits = max.is_none_or(|n| (1..=INPUT_LENGTH).contains(&n));
    check.that(fits, "must be between 1 and 3000", &format!("{at}/max_length"));
    let ordered = min.zip(max).is_none_or(|(min, max)| min <= max);
    check.that(ordered, "must not be greater than max_length", &format!("{at}/min_length"));
    let longest = max.unwrap_or(INPUT_LENGTH).min(INPUT_LENGTH) as usize;
    check.length(input, "initial_value", 0..=longest, at);
}

fn number_input(check: &mut Check, input: &Value, at: &str) {
    let decimal = input["is_decimal_allowed"].is_boolean();
    check.that(decimal, "missing required field: is_decimal_allowed", at);
    for key in ["initial_value", "min_value", "max_value"] {
        let number = |v: &Value| v.as_str().is_some_and(|t| t.parse::<f64>().is_ok());
        let fits = input.get(key).is_none_or(number);
        check.that(fits, "must be a number, as a string", &format!("{at}/{key}"));
    }
}

/// `0` in the pattern stands for any digit.
fn pattern(check: &mut Check, of: &Value, key: &str, pattern: &str, at: &str) {
    let Some(value) = of.get(key) else { return };
    let text = value.as_str().unwrap_or_default();
    let fits = text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(c, p)| match p {
            b'0' => c.is_ascii_digit(),
            _ => c == p,
        });
    check.that(fits, &format!("must look like {pattern}"), &format!("{at}/{key}"));
}

type Known = (&'static [&'static str], &'static [Place]);

/// The keys of each kind beyond the common ones, and where it may stand.
fn known(kind: &str) -> Option<Known> {
    use Place::{Accessory, Actions, Input};
    const ALL: &[Place] = &[Accessory, Actions, Input];
    const FORM: &[Place] = &[Accessory, Input];
    Some(match kind {
        "button" => {
            (&["text", "url", "value", "style", "accessibility_label"], &[Accessory, Actions])
        }
        "image" => (&[], &[Accessory]),
        "overflow" => (&["options"], &[Accessory, Actions]),
        "static_select" => (&["options", "option_groups", "initial_option"], ALL),
        "external_select" => (&["initial_option", "min_query_length"], ALL),
        "users_select" => (&["initial_user"], ALL),
        "channels_select" => (&["initial_channel", "response_url_enabled"], ALL),
        "conversations_select" => (
            &[
                "initial_conversation",
                "default_to_current_conversation",
                "response_url_enabled",
                "filter",
            ],
            ALL,
        ),
        "multi_static_select" => {
            (&["options", "option_groups", "initial_options", "max_selected_items"], FORM)
        }
        "multi_external_select" => {
            (&["initial_options", "min_query_length", "max_selected_items"], FORM)
        }
        "multi_users_select" => (&["initial_users", "max_selected_items"], FORM),
        "multi_channels_select" => (&["initial_channels", "max_selected_items"], FORM),
        "multi_conversations_select" => (
            &[
                "initial_conversations",
                "default_to_current_conversation",
                "max_selected_items",
                "filter",
            ],
            FORM,
        ),
        "radio_buttons" => (&["options", "initial_option"], ALL),
        "checkboxes" => (&["options", "initial_options"], ALL),
        "datepicker" => (&["initial_date"], ALL),
        "timepicker" => (&["initial_time", "timezone"], ALL),
        "datetimepicker" => (&["initial_date_time"], &[Actions, Input]),
        "plain_text_input" => (
            &["initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"],
            &[Input],
        ),
        "email_text_input" | "url_text_input" | "rich_text_input" => {
            (&["initial_value", "dispatch_action_config"], &[Input])
        }
        "number_input" => (
            &[
                "is_decimal_allowed",
                "initial_value",
                "min_value",
                "max_value",
                "dispatch_action_config",
            ],
            &[Input],
        ),
        _ => return None,
    })
}
