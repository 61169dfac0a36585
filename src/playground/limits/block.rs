//! Layout blocks.

use serde_json::Value;

use super::ID;
use super::check::Check;
use super::element::{self, Place};
use super::object::{self, Marks};
use crate::playground::blocks::list;

const SECTION_TEXT: usize = 3_000;
const SECTION_FIELDS: usize = 10;
const FIELD_TEXT: usize = 2_000;
const HEADER_TEXT: usize = 150;
const CONTEXT_ELEMENTS: usize = 10;
const CONTEXT_TEXT: usize = 3_000;
const ACTIONS_ELEMENTS: usize = 25;
const LABEL: usize = 2_000;
const MARKDOWN: usize = 12_000;

pub(super) fn all(check: &mut Check, blocks: &[Value]) {
    for (n, block) in blocks.iter().enumerate() {
        one(check, block, &format!("/blocks/{n}"));
    }
}

fn one(check: &mut Check, block: &Value, at: &str) {
    let Some(fields) = block.as_object() else {
        return check.add("must be an object", at);
    };
    let kind = block["type"].as_str().unwrap_or_default();
    let Some(keys) = known(kind) else {
        return check.add(&format!("unsupported block type: {kind}"), &format!("{at}/type"));
    };
    let all: Vec<&str> = ["type", "block_id"].iter().chain(keys).copied().collect();
    check.keys(fields, &all, at);
    check.length(block, "block_id", 1..=ID, at);
    match kind {
        "section" => section(check, block, at),
        "header" => match block.get("text") {
            Some(text) => object::plain_text(check, text, HEADER_TEXT, &format!("{at}/text")),
            None => check.add("missing required field: text", at),
        },
        "context" => context(check, block, at),
        "actions" => actions(check, block, at),
        "input" => input(check, block, at),
        "image" => {
            element::image(check, block, at);
            object::optional_plain(check, block, "title", LABEL, at);
        }
        "markdown" => check.required(block, "text", 1..=MARKDOWN, at),
        "rich_text" => {
            check.that(block["elements"].is_array(), "missing required field: elements", at);
        }
        _ => {}
    }
}

fn section(check: &mut Check, block: &Value, at: &str) {
    let fields = list(&block["fields"]);
    let empty = block.get("text").is_none() && fields.is_empty();
    check.that(!empty, "missing required field: text or fields", at);
    if let Some(text) = block.get("text") {
        object::text(check, text, Marks::Any, SECTION_TEXT, &format!("{at}/text"));
    }
    check.at_most(fields.len(), SECTION_FIELDS, &format!("{at}/fields"));
    for (n, field) in fields.iter().enumerate() {
        object::text(check, field, Marks::Any, FIELD_TEXT, &format!("{at}/fields/{n}"));
    }
    if let Some(accessory) = block.get("accessory") {
        element::element(check, accessory, Place::Accessory, &format!("{at}/accessory"));
    }
}

fn context(check: &mut Check, block: &Value, at: &str) {
    let elements = list(&block["elements"]);
    check.at_least_one(elements.len(), &format!("{at}/elements"));
    check.at_most(elements.len(), CONTEXT_ELEMENTS, &format!("{at}/elements"));
    for (n, one) in elements.iter().enumerate() {
        let at = format!("{at}/elements/{n}");
        if one["type"] == "image" {
            element::image(check, one, &at);
            continue;
        }
        object::text(check, one, Marks::Any, CONTEXT_TEXT, &at);
    }
}

fn actions(check: &mut Check, block: &Value, at: &str) {
    let elements = list(&block["elements"]);
    check.at_least_one(elements.len(), &format!("{at}/elements"));
    check.at_most(elements.len(), ACTIONS_ELEMENTS, &format!("{at}/elements"));
    for (n, one) in elements.iter().enumerate() {
        element::element(check, one, Place::Actions, &format!("{at}/elements/{n}"));
    }
}

fn input(check: &mut Check, block: &Value, at: &str) {
    for key in ["label", "element"] {
        check.that(block.get(key).is_some(), &format!("missing required field: {key}"), at);
    }
    object::optional_plain(check, block, "label", LABEL, at);
    object::optional_plain(check, block, "hint", LABEL, at);
    if let Some(inner) = block.get("element") {
        element::element(check, inner, Place::Input, &format!("{at}/element"));
    }
}

/// The keys of each kind beyond `type` and `block_id`.
fn known(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "section" => &["text", "fields", "accessory", "expand"],
        "header" => &["text"],
        "divider" => &[],
        "context" | "actions" | "rich_text" => &["elements"],
        "input" => &["label", "element", "hint", "optional", "dispatch_action"],
        "image" => &["image_url", "slack_file", "alt_text", "title"],
        "markdown" => &["text"],
        _ => return None,
    })
}
