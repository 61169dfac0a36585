//! Views as the workspace keeps them: ids, hashes, what a person entered.

use serde_json::{Map, Value, json};

use super::inner::Inner;
use super::state::State;
use super::{View, blocks, ids, values};

/// A view that is shown for the first time, on top of these.
pub(super) fn fresh(inner: &Inner, state: &mut State, wanted: Value, below: &[View]) -> View {
    let id = state.id("V");
    let mut json = filled(state, wanted);
    json.insert("id".into(), id.clone().into());
    json.insert("team_id".into(), inner.who.team_id.clone().into());
    json.insert("app_id".into(), inner.who.app_id.clone().into());
    json.insert("app_installed_team_id".into(), inner.who.team_id.clone().into());
    json.insert("bot_id".into(), inner.who.bot_id.clone().into());
    let previous = below.last().map_or(Value::Null, |v| v.id.clone().into());
    json.insert("previous_view_id".into(), previous);
    let root = below.first().map_or(&id, |v| &v.id);
    json.insert("root_view_id".into(), root.clone().into());
    json.insert("hash".into(), hash(state).into());
    let values = values::initial_values(blocks::list(&json["blocks"]));
    View { id, json, values, errors: Default::default(), touched: Vec::new() }
}

/// Replaces a view's content; what the person entered stays where block and action are the same.
pub(super) fn replace(state: &mut State, id: &str, wanted: Value) -> Option<View> {
    let new = filled(state, wanted);
    let hash = hash(state);
    let view = state.view_mut(id)?;
    let mut entered = values::initial_values(blocks::list(&new["blocks"]));
    view.touched.retain(|(block, action)| {
        let old = &view.values[block][action];
        match entered.get_mut(block).and_then(|b| b.get_mut(action)) {
            Some(state) if state["type"] == old["type"] => {
                *state = old.clone();
                true
            }
            _ => false,
        }
    });
    for (key, value) in new {
        view.json.insert(key, value);
    }
    view.json.insert("hash".into(), hash.into());
    view.values = entered;
    view.errors.clear();
    Some(view.clone())
}

/// Blocks and elements without an id are given one, as Slack does.
pub(super) fn named(state: &mut State, blocks: Vec<Value>) -> Vec<Value> {
    let mut blocks = blocks;
    for block in &mut blocks {
        name(state, block, "block_id");
        if let Some(element) = block.get_mut("accessory") {
            name(state, element, "action_id");
        }
        if let Some(element) = block.get_mut("element") {
            name(state, element, "action_id");
        }
        if block["type"] == "actions"
            && let Some(elements) = block.get_mut("elements").and_then(Value::as_array_mut)
        {
            elements.iter_mut().for_each(|element| name(state, element, "action_id"));
        }
    }
    blocks
}

fn name(state: &mut State, thing: &mut Value, key: &str) {
    if thing["type"] == "image" && key == "action_id" {
        return;
    }
    if let Some(fields) = thing.as_object_mut()
        && !fields.contains_key(key)
    {
        fields.insert(key.into(), ids::letters(state.rng.as_mut(), 5).into());
    }
}

/// Every key that Slack's view object has, with its default.
fn filled(state: &mut State, wanted: Value) -> Map<String, Value> {
    let defaults = json!({
        "type": "modal", "title": null, "submit": null, "close": null, "blocks": [],
        "private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false,
        "notify_on_close": false,
    });
    let (Value::Object(mut view), Value::Object(wanted)) = (defaults, wanted) else {
        return Map::new();
    };
    view.extend(wanted);
    if view["type"] == "home" {
        view.insert("title".into(), json!({"type": "plain_text", "text": "Home", "emoji": true}));
    }
    if let Some(Value::Array(blocks)) = view.remove("blocks") {
        view.insert("blocks".into(), named(state, blocks).into());
    }
    view
}

fn hash(state: &mut State) -> String {
    format!("{}.{}", state.rng.below(u32::MAX), ids::letters(state.rng.as_mut(), 8))
}
