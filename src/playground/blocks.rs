//! Reading blocks: the text, buttons and inputs that a person sees in them.

use serde_json::Value;

use super::Button;

/// Every interactive element with the id of its block, in the order in which a person sees them.
pub(super) fn elements(blocks: &[Value]) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for block in blocks {
        let id = block["block_id"].as_str().unwrap_or_default();
        match block["type"].as_str().unwrap_or_default() {
            "section" => found.extend(block.get("accessory").map(|e| (id, e))),
            "actions" => found.extend(list(&block["elements"]).iter().map(|e| (id, e))),
            "input" => found.extend(block.get("element").map(|e| (id, e))),
            _ => {}
        }
    }
    found.retain(|(_, element)| element["type"] != "image");
    found
}

/// The block with this id.
pub(super) fn block<'a>(blocks: &'a [Value], block_id: &str) -> Option<&'a Value> {
    blocks.iter().find(|b| b["block_id"] == block_id)
}

/// Everything that a person reads, one line per text.
pub(super) fn plain(blocks: &[Value]) -> String {
    let mut lines = Vec::new();
    for block in blocks {
        read(block, &mut lines);
    }
    lines.join("\n")
}

/// Every button and every entry of an overflow menu.
pub(super) fn buttons(blocks: &[Value]) -> Vec<Button> {
    elements(blocks)
        .into_iter()
        .filter(|(_, e)| e["type"] == "button")
        .map(|(block_id, e)| Button {
            label: e["text"]["text"].as_str().unwrap_or_default().into(),
            action_id: e["action_id"].as_str().unwrap_or_default().into(),
            block_id: block_id.into(),
            value: e["value"].as_str().map(Into::into),
            url: e["url"].as_str().map(Into::into),
            style: e["style"].as_str().map(Into::into),
            confirm: e.get("confirm").cloned(),
        })
        .collect()
}

/// The button with this action id, or else with this label, or else whose label begins so.
pub(super) fn button(blocks: &[Value], what: &str) -> Option<Button> {
    let all = buttons(blocks);
    let found = all
        .iter()
        .find(|b| b.action_id == what)
        .or_else(|| all.iter().find(|b| b.label == what))
        .or_else(|| all.iter().find(|b| b.label.starts_with(what)));
    found.cloned()
}

/// The addresses in mrkdwn's `<url>` and `<url|label>`.
pub(super) fn links_in(text: &str) -> Vec<String> {
    text.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(inside, _)| inside.split('|').next().unwrap_or(inside))
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
        .map(|url| url.replace("&amp;", "&"))
        .collect()
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Collects texts depth first; ids, values and addresses are not what a person reads.
fn read(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| read(item, lines)),
        Value::Object(fields) => {
            for (key, inner) in fields {
                match (key.as_str(), inner) {
                    ("text" | "alt_text" | "initial_value", Value::String(text)) => {
                        lines.push(text.clone());
                    }
                    ("confirm" | "style", _) => {}
                    _ => read(inner, lines),
                }
            }
        }
        _ => {}
    }
}
