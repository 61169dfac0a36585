//! Slack's limits, as Slack states them in its Block Kit reference.
//!
//! The playground has its own copy of them on purpose: it judges the bot by Slack's rules, not by
//! what the bot believes them to be.

mod block;
mod check;
mod element;
mod object;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::api::Refusal;
use super::blocks::{elements, list};
use check::Check;

/// Blocks in a message.
const MESSAGE_BLOCKS: usize = 50;
/// Blocks in a modal or a Home tab.
const VIEW_BLOCKS: usize = 100;
/// Characters of all texts in a message's blocks: Slack refuses from here on.
const MESSAGE_BLOCKS_CHARACTERS: usize = 12_000;
/// Characters of `text` in a new message.
const POST_TEXT: usize = 40_000;
/// Characters of `text` in `chat.update`.
const UPDATE_TEXT: usize = 4_000;
/// Bytes of a view.
const VIEW_BYTES: usize = 250_000;
/// Title, submit and close of a view.
const VIEW_TITLE: usize = 24;
const PRIVATE_METADATA: usize = 3_000;
/// block_id, action_id, callback_id, external_id.
pub(super) const ID: usize = 255;
/// Open modals on top of each other.
pub(super) const MODAL_STACK: usize = 3;
/// Uses of a `response_url`.
pub(super) const RESPONSE_URL_USES: u32 = 5;
/// Options that an external select is given.
const SUGGESTIONS: usize = 100;
/// Sockets of one app.
pub(super) const SOCKETS: usize = 10;

/// What kind of writing a message's text is for: the lengths differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Post,
    Update,
}

/// Text and blocks of a message.
pub(super) fn message(text: &str, blocks: &[Value], writing: Writing) -> Result<(), Refusal> {
    let longest = if writing == Writing::Post { POST_TEXT } else { UPDATE_TEXT };
    if text.chars().count() > longest {
        return Err("msg_too_long".into());
    }
    let mut check = Check::default();
    check.at_most(blocks.len(), MESSAGE_BLOCKS, "/blocks");
    block::all(&mut check, blocks);
    unique_block_ids(&mut check, blocks);
    for (n, block) in blocks.iter().enumerate() {
        unique_action_ids(&mut check, std::slice::from_ref(block), &format!("/blocks/{n}"));
    }
    check.finish("invalid_blocks")?;
    if characters(&blocks.to_vec().into()) >= MESSAGE_BLOCKS_CHARACTERS {
        return Err("msg_blocks_too_long".into());
    }
    Ok(())
}

/// A view for `views.open`, `push`, `update` and `publish`, or in a submission's answer.
pub(super) fn view(view: &Value) -> Result<(), Refusal> {
    if view.to_string().len() > VIEW_BYTES {
        return Err("view_too_large".into());
    }
    let Some(fields) = view.as_object() else {
        return Err(Refusal::arguments("[ERROR] must be an object [json-pointer:/view]".into()));
    };
    let mut check = Check::default();
    let kind = view["type"].as_str().unwrap_or_default();
    check.that(matches!(kind, "modal" | "home"), "unknown type; modal or home", "/type");
    check.keys(fields, VIEW_KEYS, "");
    match kind {
        "modal" => modal(&mut check, fields),
        _ => check.that(view.get("submit").is_none(), "a home has no submit", "/submit"),
    }
    check.length(view, "private_metadata", 0..=PRIVATE_METADATA, "");
    check.length(view, "callback_id", 0..=ID, "");
    check.length(view, "external_id", 0..=ID, "");
    match view["blocks"].as_array() {
        None => check.add("missing required field: blocks", ""),
        Some(blocks) => {
            check.at_most(blocks.len(), VIEW_BLOCKS, "/blocks");
            block::all(&mut check, blocks);
            unique_block_ids(&mut check, blocks);
            unique_action_ids(&mut check, blocks, "/blocks");
            one_focus(&mut check, blocks);
        }
    }
    check.finish("invalid_arguments")
}

/// What the app answers to a `block_suggestion`: its options, those in groups flattened.
pub(super) fn suggestions(answer: &Value) -> Result<Vec<Value>, Vec<String>> {
    let mut check = Check::default();
    let options: Vec<Value> = match (answer.get("options"), answer.get("option_groups")) {
        (Some(options), _) => list(options).to_vec(),
        (None, Some(groups)) => {
            check.at_most(list(groups).len(), SUGGESTIONS, "/option_groups");
            list(groups).iter().flat_map(|g| list(&g["options"]).to_vec()).collect()
        }
        (None, None) => return Err(vec!["neither `options` nor `option_groups`".into()]),
    };
    check.at_most(options.len(), SUGGESTIONS, "/options");
    for (n, option) in options.iter().enumerate() {
        object::option(&mut check, option, object::Marks::Plain, &format!("/options/{n}"));
    }
    match check.finish("invalid_arguments") {
        Ok(()) => Ok(options),
        Err(refusal) => Err(refusal.messages),
    }
}

const VIEW_KEYS: &[&str] = &[
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
];

fn modal(check: &mut Check, view: &Map<String, Value>) {
    for key in ["title", "submit", "close"] {
        match view.get(key) {
            Some(text) => object::plain_text(check, text, VIEW_TITLE, &format!("/{key}")),
            None => check.that(key != "title", "missing required field: title", ""),
        }
    }
    let blocks = view.get("blocks").map_or(&[][..], |b| list(b));
    if blocks.iter().any(|b| b["type"] == "input") && !view.contains_key("submit") {
        check.add("submit is required when an input block is within the blocks array", "/submit");
    }
}

fn unique_block_ids(check: &mut Check, blocks: &[Value]) {
    let mut seen = HashSet::new();
    for (n, id) in blocks.iter().enumerate().filter_map(|(n, b)| Some((n, b["block_id"].as_str()?)))
    {
        let new = seen.insert(id);
        check.that(
            new,
            &format!("`block_id` {id:?} already exists"),
            &format!("/blocks/{n}/block_id"),
        );
    }
}

fn unique_action_ids(check: &mut Check, blocks: &[Value], at: &str) {
    let mut seen = HashSet::new();
    for id in elements(blocks).into_iter().filter_map(|(_, e)| e["action_id"].as_str()) {
        check.that(seen.insert(id), &format!("`action_id` {id:?} already exists"), at);
    }
}

fn one_focus(check: &mut Check, blocks: &[Value]) {
    let focused = elements(blocks).into_iter().filter(|(_, e)| e["focus_on_load"] == true).count();
    check.that(focused < 2, "only one element may have focus_on_load", "/blocks");
}

/// The characters of every text, whatever it stands in.
fn characters(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(characters).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, inner)| match (key.as_str(), inner) {
                ("text", Value::String(text)) => text.chars().count(),
                _ => characters(inner),
            })
            .sum(),
        _ => 0,
    }
}
