//! What is in the workspace: messages, views, and what the app called.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::blocks;
use crate::domain::Timestamp;

/// A message in a channel or a DM, or an ephemeral one.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The conversation's id, `C…` or `D…`.
    pub channel: String,
    /// Slack's message id: seconds and microseconds of business time, unique in the workspace.
    pub ts: String,
    /// The `ts` of the thread's parent, when it is a reply.
    pub thread_ts: Option<String>,
    /// Who wrote it: a person's id or the bot user's.
    pub user: String,
    /// Whether the app wrote it.
    pub from_app: bool,
    /// The text for notifications and screen readers; what is shown when there are no blocks.
    pub text: String,
    /// Slack blocks, each with a `block_id`.
    pub blocks: Vec<Value>,
    /// Everything else the app sent: `attachments`, `unfurl_links`, `metadata`, `mrkdwn` ….
    pub extra: Map<String, Value>,
    /// Whether a reply is shown in the channel, too.
    pub reply_broadcast: bool,
    /// Who alone sees it, when it is ephemeral.
    pub only_for: Option<String>,
    /// The `ts` of the last edit.
    pub edited: Option<String>,
    /// How it looked before each edit, oldest first: `(text, blocks)`.
    pub earlier: Vec<(String, Vec<Value>)>,
    /// Reactions: emoji name to the ids of those who reacted.
    pub reactions: BTreeMap<String, Vec<String>>,
    /// What people chose in the message's own inputs: `state.values`.
    pub(super) values: Map<String, Value>,
}

/// A button that a person sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    pub label: String,
    pub action_id: String,
    pub block_id: String,
    pub value: Option<String>,
    /// Where it leads, for a link button.
    pub url: Option<String>,
    /// `primary`, `danger` or none.
    pub style: Option<String>,
    /// The confirm dialog's object, when there is one.
    pub confirm: Option<Value>,
}

impl Message {
    /// All that a person reads in it, one line per text: of the blocks, or the text if there are none.
    pub fn plain(&self) -> String {
        if self.blocks.is_empty() { self.text.clone() } else { blocks::plain(&self.blocks) }
    }

    /// Every button, in order.
    pub fn buttons(&self) -> Vec<Button> {
        blocks::buttons(&self.blocks)
    }

    /// The button with this action id or label.
    pub fn button(&self, what: &str) -> Option<Button> {
        blocks::button(&self.blocks, what)
    }

    /// Every address that it links to, from mrkdwn `<url|label>` and from link buttons.
    pub fn links(&self) -> Vec<String> {
        let mut links = blocks::links_in(&self.plain());
        links.extend(self.buttons().into_iter().filter_map(|b| b.url));
        links
    }

    /// The files that it shares, as Slack's file objects.
    pub fn files(&self) -> &[Value] {
        self.extra.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a person reads this text anywhere in it.
    pub fn says(&self, text: &str) -> bool {
        self.plain().contains(text) || self.text.contains(text)
    }

    /// As the Web API and the interaction payloads show it.
    pub fn json(&self) -> Value {
        let mut json = Map::new();
        json.insert("type".into(), "message".into());
        json.insert("user".into(), self.user.clone().into());
        json.insert("ts".into(), self.ts.clone().into());
        json.insert("text".into(), self.text.clone().into());
        if !self.blocks.is_empty() {
            json.insert("blocks".into(), self.blocks.clone().into());
        }
        for (key, value) in &self.extra {
            json.insert(key.clone(), value.clone());
        }
        if let Some(thread) = &self.thread_ts {
            json.insert("thread_ts".into(), thread.clone().into());
        }
        if self.reply_broadcast {
            json.insert("subtype".into(), "thread_broadcast".into());
        }
        if let Some(edited) = &self.edited {
            json.insert("edited".into(), serde_json::json!({"user": self.user, "ts": edited}));
        }
        if !self.reactions.is_empty() {
            let reactions: Vec<Value> = self
                .reactions
                .iter()
                .map(|(name, users)| {
                    serde_json::json!({"name": name, "users": users, "count": users.len()})
                })
                .collect();
            json.insert("reactions".into(), reactions.into());
        }
        Value::Object(json)
    }
}

/// A modal or a Home tab.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub id: String,
    /// Slack's view object without `state`.
    pub json: Map<String, Value>,
    /// `state.values`: block id → action id → what is entered.
    pub values: Map<String, Value>,
    /// The errors shown on the fields: block id → message.
    pub errors: BTreeMap<String, String>,
    /// The `block_id/action_id` pairs that the person has touched: kept when the app updates the view.
    pub(super) touched: Vec<(String, String)>,
}

impl View {
    /// The text of its title; empty for a Home tab.
    pub fn title(&self) -> &str {
        self.json.get("title").and_then(|t| t["text"].as_str()).unwrap_or_default()
    }

    pub fn callback_id(&self) -> &str {
        self.text("callback_id")
    }

    pub fn private_metadata(&self) -> &str {
        self.text("private_metadata")
    }

    /// Changes with every update; `views.update` may name it to refuse a stale write.
    pub fn hash(&self) -> &str {
        self.text("hash")
    }

    pub fn blocks(&self) -> &[Value] {
        self.json.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// All that a person reads in it, one line per text.
    pub fn plain(&self) -> String {
        blocks::plain(self.blocks())
    }

    pub fn says(&self, text: &str) -> bool {
        self.title().contains(text) || self.plain().contains(text)
    }

    pub fn buttons(&self) -> Vec<Button> {
        blocks::buttons(self.blocks())
    }

    pub fn button(&self, what: &str) -> Option<Button> {
        blocks::button(self.blocks(), what)
    }

    /// As the interaction payloads show it, with `state`.
    pub fn payload(&self) -> Value {
        let mut json = self.json.clone();
        json.insert("state".into(), serde_json::json!({"values": self.values}));
        Value::Object(json)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.json.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    fn text(&self, key: &str) -> &str {
        self.json.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// One call of the Web API by the app.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    /// The arguments as they were understood.
    pub arguments: Value,
    /// HTTP status of the answer; 0 when the connection was dropped.
    pub status: u16,
    /// Slack's error code, when it was refused.
    pub error: Option<String>,
    /// In business time.
    pub at: Timestamp,
}
