//! The payloads that Slack sends when a person does something.

use serde_json::{Map, Value, json};

use super::blocks;
use super::inner::Inner;
use super::state::State;
use super::{ActError, Button, View};

/// Where a person presses, chooses or types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Message {
        channel: String,
        ts: String,
    },
    /// A modal or the Home tab.
    View(String),
}

/// One element, by block and action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub place: Place,
    pub block_id: String,
    pub action_id: String,
}

impl Inner {
    /// A slash command's form fields; `text` is as typed.
    pub fn command_fields(&self, user: &str, channel: &str, typed: &str) -> Value {
        let (command, text) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        self.quietly(|s| {
            let text = as_sent(s, text.trim());
            let name = s.user(user).map(|u| u.name.clone()).unwrap_or_default();
            let channel_name = match s.channel(channel) {
                Some(c) if c.dm_with().is_some() => "directmessage".into(),
                Some(c) => c.name.clone(),
                None => String::new(),
            };
            let key = s.response_key(user, channel, None);
            json!({
                "token": self.who.verification, "team_id": self.who.team_id,
                "team_domain": self.who.team_domain, "channel_id": channel,
                "channel_name": channel_name, "user_id": user, "user_name": name,
                "command": command, "text": text, "api_app_id": self.who.app_id,
                "is_enterprise_install": "false", "response_url": self.response_url(&key),
                "trigger_id": s.trigger(user, None),
            })
        })
    }

    /// `block_actions` for this action, with a trigger and, in a message, a `response_url`.
    pub fn block_actions(
        &self,
        user: &str,
        place: &Place,
        action: Value,
    ) -> Result<Value, ActError> {
        self.quietly(|s| {
            let mut payload = self.about(s, user, place)?;
            payload.insert("type".into(), "block_actions".into());
            let view = match place {
                Place::View(id) => Some(id.as_str()),
                Place::Message { channel, ts } => {
                    let key = s.response_key(user, channel, Some(ts));
                    payload.insert("response_url".into(), self.response_url(&key).into());
                    None
                }
            };
            payload.insert("trigger_id".into(), s.trigger(user, view).into());
            payload.insert("actions".into(), json!([action]));
            Ok(Value::Object(payload))
        })
    }

    /// `block_suggestion` for what was typed into an external select.
    pub fn block_suggestion(
        &self,
        user: &str,
        spot: &Spot,
        typed: &str,
    ) -> Result<Value, ActError> {
        self.look(|s| {
            let mut payload = self.about(s, user, &spot.place)?;
            payload.insert("type".into(), "block_suggestion".into());
            payload.insert("block_id".into(), spot.block_id.clone().into());
            payload.insert("action_id".into(), spot.action_id.clone().into());
            payload.insert("value".into(), typed.into());
            Ok(Value::Object(payload))
        })
    }

    pub fn view_submission(&self, user: &str, view: &View) -> Value {
        self.quietly(|s| {
            let mut payload = self.common(s, user);
            payload.insert("type".into(), "view_submission".into());
            payload.insert("trigger_id".into(), s.trigger(user, Some(&view.id)).into());
            payload.insert("view".into(), view.payload());
            payload.insert("response_urls".into(), json!([]));
            Value::Object(payload)
        })
    }

    pub fn view_closed(&self, user: &str, view: &View, cleared: Cleared) -> Value {
        self.look(|s| {
            let mut payload = self.common(s, user);
            payload.insert("type".into(), "view_closed".into());
            payload.insert("view".into(), view.payload());
            payload.insert("is_cleared".into(), (cleared == Cleared::All).into());
            Value::Object(payload)
        })
    }

    fn response_url(&self, key: &str) -> String {
        format!("{}/hooks/{key}", self.base_url())
    }

    fn common(&self, state: &State, user: &str) -> Map<String, Value> {
        let name = state.user(user).map(|u| u.name.clone()).unwrap_or_default();
        let who = &self.who;
        let common = json!({
            "user": {"id": user, "username": name, "name": name, "team_id": who.team_id},
            "api_app_id": who.app_id, "token": who.verification,
            "team": {"id": who.team_id, "domain": who.team_domain},
            "enterprise": null, "is_enterprise_install": false,
        });
        common.as_object().cloned().unwrap_or_default()
    }

    /// The common fields and where it happened.
    fn about(
        &self,
        state: &State,
        user: &str,
        place: &Place,
    ) -> Result<Map<String, Value>, ActError> {
        let mut payload = self.common(state, user);
        match place {
            Place::View(id) => {
                let (_, view) = state.view(id).ok_or_else(|| gone_view(id))?;
                payload.insert("container".into(), json!({"type": "view", "view_id": id}));
                payload.insert("view".into(), view.payload());
            }
            Place::Message { channel, ts } => {
                let message = state.message(channel, ts).ok_or_else(|| gone_message(ts))?;
                let ephemeral = message.only_for.is_some();
                let mut container = json!({
                    "type": "message", "message_ts": ts, "channel_id": channel,
                    "is_ephemeral": ephemeral,
                });
                if let Some(thread) = &message.thread_ts {
                    container["thread_ts"] = thread.clone().into();
                }
                payload.insert("container".into(), container);
                let name = state.channel(channel).map(|c| match c.dm_with() {
                    Some(_) => "directmessage".to_string(),
                    None => c.name.clone(),
                });
                payload.insert("channel".into(), json!({"id": channel, "name": name}));
                payload.insert("state".into(), json!({"values": message.values}));
                // Of an ephemeral message Slack keeps no copy that it could send.
                if !ephemeral {
                    payload.insert("message".into(), message.json());
                }
            }
        }
        Ok(payload)
    }
}

/// How a view was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cleared {
    /// This one alone.
    One,
    /// The whole stack with it.
    All,
}

/// The element's own object, or what is there instead.
pub(super) fn element(state: &State, spot: &Spot) -> Result<Value, ActError> {
    let blocks = match &spot.place {
        Place::View(id) => state.view(id).ok_or_else(|| gone_view(id))?.1.blocks(),
        Place::Message { channel, ts } => {
            &state.message(channel, ts).ok_or_else(|| gone_message(ts))?.blocks
        }
    };
    let all = blocks::elements(blocks);
    let found = all
        .iter()
        .find(|(block, e)| *block == spot.block_id && e["action_id"] == spot.action_id.as_str());
    found.map(|(_, e)| (*e).clone()).ok_or_else(|| {
        let there: Vec<String> = all
            .iter()
            .map(|(block, e)| format!("{block}/{}", e["action_id"].as_str().unwrap_or_default()))
            .collect();
        let what = format!("the element {}/{}", spot.block_id, spot.action_id);
        ActError::nothing(&what, &there.join(", "))
    })
}

pub(super) fn missing(what: &str, there: &[Button]) -> ActError {
    let labels: Vec<&str> = there.iter().map(|b| b.label.as_str()).collect();
    let there = if labels.is_empty() { "there are no buttons".into() } else { labels.join(", ") };
    ActError::nothing(&format!("the button `{what}`"), &there)
}

/// The element in the block with this id or label, or with this action id.
pub(super) fn spot(place: Place, blocks: &[Value], field: &str) -> Result<Spot, ActError> {
    let all = blocks::elements(blocks);
    let label = |id: &str| blocks::block(blocks, id).and_then(|b| b["label"]["text"].as_str());
    let found = all
        .iter()
        .find(|(block, _)| *block == field)
        .or_else(|| all.iter().find(|(_, e)| e["action_id"] == field))
        .or_else(|| all.iter().find(|(block, _)| label(block) == Some(field)));
    let Some((block_id, element)) = found else {
        let there: Vec<&str> = all.iter().map(|(block, _)| *block).collect();
        return Err(ActError::nothing(&format!("the field `{field}`"), &there.join(", ")));
    };
    let action_id = element["action_id"].as_str().unwrap_or_default().into();
    Ok(Spot { place, block_id: block_id.to_string(), action_id })
}

fn gone_view(id: &str) -> ActError {
    ActError::nothing(&format!("the view {id}"), "it was closed or never opened")
}

fn gone_message(ts: &str) -> ActError {
    ActError::nothing(&format!("the message {ts}"), "it was deleted or never posted")
}

/// What Slack makes of typed text: `&`, `<`, `>` escaped, `@name`, `#name` and addresses as
/// `<@U…|name>`, `<#C…|name>`, `<https://…>`, also behind `key=`.
pub(super) fn as_sent(state: &State, typed: &str) -> String {
    let escaped = typed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.split(' ').map(|word| word_as_sent(state, word)).collect::<Vec<_>>().join(" ")
}

fn word_as_sent(state: &State, word: &str) -> String {
    let (lead, rest) = match word.split_once('=') {
        Some((key, rest)) if !key.contains("://") => (&word[..key.len() + 1], rest),
        _ => ("", word),
    };
    if rest.starts_with("http://") || rest.starts_with("https://") {
        return format!("{lead}<{rest}>");
    }
    let end = rest
        .char_indices()
        .skip(1)
        .find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '-' && *c != '_');
    let (name, tail) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
    let linked = match (name.strip_prefix('@'), name.strip_prefix('#')) {
        (Some(name), _) => {
            let user = state.people.iter().find(|u| u.name == name);
            user.map(|u| format!("<@{}|{name}>", u.id))
        }
        (_, Some(name)) => state.channel_called(name).map(|c| format!("<#{}|{name}>", c.id)),
        _ => None,
    };
    linked.map_or_else(|| word.to_string(), |linked| format!("{lead}{linked}{tail}"))
}
