//! What a person enters in a form, and `state.values` as Slack writes them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::blocks::{block, elements, list};

/// What a person enters in one field.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Typed text, for text, number, e-mail and URL inputs.
    Text(String),
    /// One option, by its value or its label: selects and radio buttons.
    Option(String),
    /// Several options, by value or label: multi-selects and checkboxes.
    Options(Vec<String>),
    /// `YYYY-MM-DD`.
    Date(String),
    /// `HH:MM`.
    Time(String),
    /// Seconds since the epoch.
    DateTime(i64),
    /// One id of a person, channel or conversation.
    Id(String),
    /// Several such ids.
    Ids(Vec<String>),
    /// Nothing: what was there is cleared.
    Empty,
}

impl From<&str> for Input {
    fn from(text: &str) -> Input {
        Input::Text(text.into())
    }
}

/// Why a value does not fit a field; the text names the field.
pub(super) type Misfit = String;

/// The state of an element before anyone touched it; `None` for what has no state (buttons, overflow).
pub(super) fn initial(element: &Value) -> Option<Value> {
    let kind = element["type"].as_str().unwrap_or_default();
    let (key, from, empty) = shape(kind)?;
    let value = match element.get(from) {
        Some(value) => value.clone(),
        None => empty,
    };
    Some(json!({"type": kind, key: value}))
}

/// `state.values` of blocks before anyone touched them.
pub(super) fn initial_values(blocks: &[Value]) -> Map<String, Value> {
    let mut values = Map::new();
    for (block_id, element) in elements(blocks) {
        let Some(state) = initial(element) else { continue };
        let of_block = values.entry(block_id.to_string()).or_insert_with(|| json!({}));
        of_block[element["action_id"].as_str().unwrap_or_default()] = state;
    }
    values
}

/// What the element's state becomes by this input; `offered` are the options of an external select.
pub(super) fn entered(element: &Value, input: &Input, offered: &[Value]) -> Result<Value, Misfit> {
    let kind = element["type"].as_str().unwrap_or_default();
    let misfit = || format!("a {kind} does not take {input:?}");
    let (key, _, empty) = shape(kind).ok_or_else(misfit)?;
    let value = match (key, input) {
        (_, Input::Empty) => empty,
        ("value", Input::Text(text)) if text.is_empty() => Value::Null,
        ("value", Input::Text(text)) => text.clone().into(),
        ("selected_option", Input::Option(wanted) | Input::Text(wanted)) => {
            option(element, wanted, offered)?
        }
        ("selected_options", Input::Options(wanted)) => {
            let picked: Result<Vec<Value>, Misfit> =
                wanted.iter().map(|one| option(element, one, offered)).collect();
            picked?.into()
        }
        ("selected_options", Input::Option(one)) => json!([option(element, one, offered)?]),
        ("selected_date", Input::Date(date) | Input::Text(date)) => date.clone().into(),
        ("selected_time", Input::Time(time) | Input::Text(time)) => time.clone().into(),
        ("selected_date_time", Input::DateTime(seconds)) => (*seconds).into(),
        ("selected_user" | "selected_channel" | "selected_conversation", one) => match one {
            Input::Id(id) | Input::Text(id) => id.clone().into(),
            _ => return Err(misfit()),
        },
        ("selected_users" | "selected_channels" | "selected_conversations", Input::Ids(ids)) => {
            ids.clone().into()
        }
        _ => return Err(misfit()),
    };
    Ok(json!({"type": kind, key: value}))
}

/// What Slack's own form refuses before anything is sent: block id → message.
pub(super) fn refused_by_form(
    blocks: &[Value],
    values: &Map<String, Value>,
) -> BTreeMap<String, String> {
    let mut errors = BTreeMap::new();
    for (block_id, element) in elements(blocks) {
        let Some(block) = block(blocks, block_id) else { continue };
        if block["type"] != "input" {
            continue;
        }
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let state = values.get(block_id).map_or(&Value::Null, |b| &b[action_id]);
        if let Some(error) = field_error(block, element, state) {
            errors.insert(block_id.to_string(), error);
        }
    }
    errors
}

fn field_error(block: &Value, element: &Value, state: &Value) -> Option<String> {
    let kind = element["type"].as_str().unwrap_or_default();
    let (key, _, empty) = shape(kind)?;
    let value = &state[key];
    if value.is_null() || *value == empty || value.as_str() == Some("") {
        let optional = block["optional"].as_bool().unwrap_or_default();
        return (!optional).then(|| "Please complete this required field.".into());
    }
    let text = value.as_str().unwrap_or_default();
    let length = text.chars().count() as u64;
    match kind {
        "plain_text_input" => {
            // 3,000 is what every text input holds when it names no limit of its own.
            let max = element["max_length"].as_u64().unwrap_or(3000);
            let min = element["min_length"].as_u64().unwrap_or(0);
            if length > max {
                return Some(format!("Must be {max} characters or fewer"));
            }
            (length < min).then(|| format!("Must be {min} characters or more"))
        }
        "number_input" => number_error(element, text),
        "email_text_input" => {
            (!text.contains('@')).then(|| "Please enter a valid email address.".into())
        }
        "url_text_input" => url::Url::parse(text).err().map(|_| "Please enter a valid URL.".into()),
        _ => None,
    }
}

fn number_error(element: &Value, text: &str) -> Option<String> {
    let Ok(number) = text.parse::<f64>() else {
        return Some("Please enter a number.".into());
    };
    if element["is_decimal_allowed"] != true && number.fract() != 0.0 {
        return Some("Please enter a whole number.".into());
    }
    let bound = |key: &str| element[key].as_str().and_then(|b| b.parse::<f64>().ok());
    if bound("min_value").is_some_and(|min| number < min) {
        return Some(format!("Must be {} or more", element["min_value"].as_str()?));
    }
    if bound("max_value").is_some_and(|max| number > max) {
        return Some(format!("Must be {} or less", element["max_value"].as_str()?));
    }
    None
}

/// The chosen option as Slack repeats it in the state: text and value.
fn option(element: &Value, wanted: &str, offered: &[Value]) -> Result<Value, Misfit> {
    let all = all_options(element).chain(offered.iter());
    let choices: Vec<&Value> = all.collect();
    let found = choices.iter().find(|o| o["value"] == wanted);
    let found = found.or_else(|| choices.iter().find(|o| o["text"]["text"] == wanted));
    found.map(|o| (*o).clone()).ok_or_else(|| {
        let offered: Vec<&str> =
            choices.iter().filter_map(|o| o["text"]["text"].as_str()).collect();
        format!("`{wanted}` is not offered; the options are: {}", offered.join(", "))
    })
}

/// The element's own options, those in groups and the initial ones.
fn all_options(element: &Value) -> impl Iterator<Item = &Value> {
    list(&element["options"])
        .iter()
        .chain(list(&element["option_groups"]).iter().flat_map(|g| list(&g["options"])))
        .chain(element.get("initial_option"))
        .chain(list(&element["initial_options"]))
}

/// The state's key, the element's key for the initial value, and the empty value.
fn shape(kind: &str) -> Option<(&'static str, &'static str, Value)> {
    let none = Value::Null;
    Some(match kind {
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" => {
            ("value", "initial_value", none)
        }
        "static_select" | "external_select" | "radio_buttons" => {
            ("selected_option", "initial_option", none)
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            ("selected_options", "initial_options", json!([]))
        }
        "datepicker" => ("selected_date", "initial_date", none),
        "timepicker" => ("selected_time", "initial_time", none),
        "datetimepicker" => ("selected_date_time", "initial_date_time", none),
        "users_select" => ("selected_user", "initial_user", none),
        "channels_select" => ("selected_channel", "initial_channel", none),
        "conversations_select" => ("selected_conversation", "initial_conversation", none),
        "multi_users_select" => ("selected_users", "initial_users", json!([])),
        "multi_channels_select" => ("selected_channels", "initial_channels", json!([])),
        "multi_conversations_select" => {
            ("selected_conversations", "initial_conversations", json!([]))
        }
        "rich_text_input" => ("rich_text_value", "initial_value", none),
        _ => return None,
    })
}

/// An option that the app offers in an external select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub label: String,
    pub value: String,
}

/// What was chosen in an overflow menu, which has no state.
pub(super) fn overflow(element: &Value, input: &Input) -> Result<Value, Misfit> {
    match input {
        Input::Option(wanted) | Input::Text(wanted) => option(element, wanted, &[]),
        _ => Err(format!("an overflow menu does not take {input:?}")),
    }
}
