//! Fits what templates gave to Slack's limits, so that a long fact is shortened and never refused.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::limits::{self, cut, cut_marked};
use super::{Broadcast, Rendered};

/// Stands between an action and what makes it unique in its view.
const TAIL: char = '@';

/// The action of an element's `action_id`. Slack wants action ids to be unique within a view, and within a
/// block of a message, where several buttons may do the same to different things: behind the action stands
/// `@` and a tail that means nothing. (The fields of a form are `value@…`; their block tells the input.)
pub fn action_of(action_id: &str) -> &str {
    action_id.split_once(TAIL).map_or(action_id, |(action, _)| action)
}

/// An action id of its own for one of several elements with the same action.
pub(super) fn tailed(action: &str, tail: &str) -> String {
    cut(&format!("{action}{TAIL}{tail}"), limits::ID)
}

/// A message from `text` and `blocks`.
pub(super) fn message(mut page: Value, broadcast: Broadcast) -> Rendered {
    clean(&mut page, "message", "");
    // A fact may have marks; a notification shows them as they stand.
    let text = undated(page["text"].as_str().unwrap_or_default()).replace(['`', '*'], "");
    let text = cut_marked(&text.split_whitespace().collect::<Vec<_>>().join(" "), limits::SENTENCE);
    let mut blocks = match page["blocks"].take() {
        Value::Array(blocks) => blocks,
        _ => Vec::new(),
    };
    blocks.truncate(limits::MESSAGE_BLOCKS);
    for block in &mut blocks {
        unique_actions(std::slice::from_mut(block));
    }
    shorten(&mut blocks);
    Rendered { text, blocks: blocks.into(), broadcast }
}

/// Dates by what stands for them where nobody knows the reader's zone.
fn undated(text: &str) -> String {
    let mut plain = text.to_owned();
    while let Some(begin) = plain.find("<!date^") {
        let Some(length) = plain[begin..].find('>') else { break };
        let shown = plain[begin..begin + length].rsplit('|').next().unwrap_or_default().to_owned();
        plain.replace_range(begin..=begin + length, &shown);
    }
    plain
}

/// A modal or a home.
pub(super) fn view(mut page: Value) -> Value {
    clean(&mut page, "view", "");
    if let Some(blocks) = page["blocks"].as_array_mut() {
        blocks.truncate(limits::VIEW_BLOCKS);
        unique_actions(blocks);
    }
    if let Some(view) = page.as_object_mut() {
        view.remove("text");
    }
    page
}

/// Shortens and removes below `value`, which stands under `key` in something of the kind `owner`; false
/// when nothing is left of it that Slack would take.
fn clean(value: &mut Value, owner: &str, key: &str) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => {
            items.retain_mut(|item| clean(item, owner, key));
            items.truncate(most_items(owner, key));
            !(items.is_empty()
                && matches!(key, "elements" | "fields" | "options" | "initial_options"))
        }
        Value::Object(object) => clean_object(object, owner, key),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
    }
}

fn clean_object(object: &mut Map<String, Value>, owner: &str, key: &str) -> bool {
    let kind = match (object.get("type").and_then(Value::as_str), key) {
        (Some("plain_text" | "mrkdwn"), _) => return clean_text(object, owner, key),
        (Some(kind), _) => kind.to_owned(),
        (None, "options" | "initial_option" | "initial_options") => "option".to_owned(),
        (None, "") => owner.to_owned(),
        (None, key) => key.to_owned(),
    };
    let keys: Vec<String> = object.keys().cloned().collect();
    for key in keys {
        let keep = object.get_mut(&key).is_none_or(|inner| clean(inner, &kind, &key));
        if !keep {
            object.remove(&key);
        }
    }
    match kind.as_str() {
        "section" => object.contains_key("text") || object.contains_key("fields"),
        "context" | "actions" => object.contains_key("elements"),
        "header" | "button" => object.contains_key("text"),
        _ => true,
    }
}

fn clean_text(object: &mut Map<String, Value>, owner: &str, key: &str) -> bool {
    let marked = object.get("type").is_some_and(|kind| kind == "mrkdwn");
    let most = longest(owner, key);
    let Some(Value::String(text)) = object.get_mut("text") else { return false };
    let trimmed = text.trim();
    *text = if marked { cut_marked(trimmed, most) } else { cut(trimmed, most) };
    let empty = text.is_empty();
    if marked {
        // Without it Slack looks for names of channels and people in what users typed.
        object.insert("verbatim".into(), true.into());
    }
    !empty
}

/// The most characters of a text under `key` in something of the kind `owner`.
fn longest(owner: &str, key: &str) -> usize {
    match (owner, key) {
        ("section", "text") => limits::SECTION_TEXT,
        ("section", "fields") => limits::FIELD_TEXT,
        ("header", _) => limits::HEADER_TEXT,
        ("context", _) => limits::CONTEXT_TEXT,
        ("button", "text") => limits::BUTTON_TEXT,
        ("option", _) => limits::OPTION_TEXT,
        ("confirm", "title") => limits::CONFIRM_TITLE,
        ("confirm", "text") => limits::CONFIRM_TEXT,
        ("confirm", _) => limits::CONFIRM_BUTTON,
        ("modal" | "view", "title" | "submit" | "close") => limits::VIEW_TITLE,
        (_, "placeholder") => limits::PLACEHOLDER,
        _ => limits::LABEL,
    }
}

fn most_items(owner: &str, key: &str) -> usize {
    match (owner, key) {
        ("context", "elements") => limits::CONTEXT_ELEMENTS,
        ("actions", "elements") => limits::ACTIONS_ELEMENTS,
        (_, "fields") => limits::SECTION_FIELDS,
        ("radio_buttons" | "checkboxes", "options") => limits::FEW_OPTIONS,
        (_, "options") => limits::SELECT_OPTIONS,
        _ => usize::MAX,
    }
}

/// Gives the second and later elements of the same action id a tail.
fn unique_actions(blocks: &mut [Value]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for element in blocks.iter_mut().flat_map(elements) {
        let Some(id) = element["action_id"].as_str().map(str::to_owned) else { continue };
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            element["action_id"] = tailed(&id, &times.to_string()).into();
        }
    }
}

/// The interactive elements of a block.
fn elements(block: &mut Value) -> Vec<&mut Value> {
    let Value::Object(block) = block else { return Vec::new() };
    block
        .iter_mut()
        .flat_map(|(key, inner)| match (key.as_str(), inner) {
            ("accessory" | "element", one) => vec![one],
            ("elements", Value::Array(many)) => many.iter_mut().collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// Shortens the longest texts until all together fit into a message.
fn shorten(blocks: &mut [Value]) {
    loop {
        let all: usize = blocks.iter().map(characters).sum();
        if all < limits::MESSAGE_CHARACTERS {
            return;
        }
        let excess = all + 1 - limits::MESSAGE_CHARACTERS;
        let texts = blocks.iter_mut().filter_map(|block| block.pointer_mut("/text/text"));
        let Some(longest) = texts.max_by_key(|text| text.as_str().map_or(0, |t| t.chars().count()))
        else {
            return;
        };
        let text = longest.as_str().unwrap_or_default();
        let length = text.chars().count();
        // A third at a time takes from several long texts rather than all from one.
        let wanted = length.saturating_sub(excess).max(length * 2 / 3);
        if wanted < 100 {
            return;
        }
        *longest = cut_marked(text, wanted).into();
    }
}

/// The characters of all texts below.
pub(super) fn characters(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(characters).sum(),
        Value::Object(object) => object
            .iter()
            .map(|(key, inner)| match (key.as_str(), inner) {
                ("text", Value::String(text)) => text.chars().count(),
                _ => characters(inner),
            })
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_empty_goes_and_what_is_long_is_cut() {
        let page = json!({
            "text": " One \n sentence. ",
            "blocks": [
                { "type": "section", "text": { "type": "mrkdwn", "text": " " } },
                { "type": "context", "elements": [{ "type": "mrkdwn", "text": "" }, null] },
                { "type": "section", "text": { "type": "mrkdwn", "text": "x".repeat(4000) } },
                { "type": "actions", "elements": [{
                    "type": "button", "action_id": "a", "value": null,
                    "text": { "type": "plain_text", "text": "y".repeat(90) },
                }] },
            ],
        });
        let message = message(page, Broadcast::No);
        assert_eq!(message.text, "One sentence.");
        assert_eq!(message.blocks.as_array().map(Vec::len), Some(2));
        let length = |pointer: &str| {
            message.blocks.pointer(pointer).and_then(Value::as_str).map(|t| t.chars().count())
        };
        assert!(length("/0/text/text").is_some_and(|n| n <= 3000));
        assert_eq!(length("/1/elements/0/text/text"), Some(75));
        assert_eq!(message.blocks.pointer("/1/elements/0/value"), None);
    }

    #[test]
    fn equal_actions_get_tails_that_lead_back() {
        let button = json!({ "type": "button", "action_id": "destroy",
            "text": { "type": "plain_text", "text": "Destroy" } });
        let page = json!({ "type": "home", "blocks": [
            { "type": "actions", "elements": [button] }, { "type": "actions", "elements": [button] } ] });
        let view = view(page);
        let id = |n: usize| view["blocks"][n]["elements"][0]["action_id"].as_str().unwrap_or("");
        assert_eq!((id(0), id(1)), ("destroy", "destroy@2"));
        assert_eq!(action_of(id(1)), "destroy");
    }

    #[test]
    fn a_message_of_many_long_texts_stays_below_what_slack_takes() {
        let section =
            json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x ".repeat(1400) } });
        let page = json!({ "text": "t", "blocks": vec![section; 20] });
        let message = message(page, Broadcast::No);
        assert!(characters(&message.blocks) < 12_000, "{}", characters(&message.blocks));
        assert_eq!(message.blocks.as_array().map(Vec::len), Some(20));
    }
}
