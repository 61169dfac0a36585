//! A call's arguments, from JSON, a form or the query.

use axum::http::{HeaderMap, Method, Uri, header};
use serde_json::{Map, Value};

use super::Refusal;

/// Methods that read take no JSON: Slack drops the arguments and answers as if there were none, so
/// that `users.info` says `user_not_found` for a user who exists.
const NO_JSON: &[&str] = &[
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    "dnd.info",
    "files.getUploadURLExternal",
    "usergroups.list",
    "usergroups.users.list",
    "users.conversations",
    "users.getPresence",
    "users.info",
    "users.list",
    "users.lookupByEmail",
];

pub(in crate::playground) struct Args {
    fields: Map<String, Value>,
    token: Option<String>,
}

impl Args {
    pub fn read(
        name: &str,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Args, Refusal> {
        let mut fields = form(uri.query().unwrap_or_default().as_bytes());
        let content = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let content = content.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if *method == Method::POST && !body.is_empty() {
            match content {
                "application/json" if NO_JSON.contains(&name) => {}
                "application/json" => {
                    let value: Value = serde_json::from_slice(body).map_err(|_| "invalid_json")?;
                    let Value::Object(more) = value else { return Err("json_not_object".into()) };
                    fields.extend(more);
                }
                "application/x-www-form-urlencoded" => fields.extend(form(body)),
                _ => return Err("invalid_post_type".into()),
            }
        }
        // A token in a JSON body is not looked at; in a form it is an argument like any other.
        let posted = fields.remove("token").filter(|_| content != "application/json");
        let bearer = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let bearer = bearer.and_then(|v| v.strip_prefix("Bearer ")).map(str::to_string);
        let token = bearer.or_else(|| posted.and_then(|t| t.as_str().map(str::to_string)));
        Ok(Args { fields, token })
    }

    pub fn of(fields: Map<String, Value>) -> Args {
        Args { fields, token: None }
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// As the log keeps them.
    pub fn json(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// A text; an empty one counts as absent.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(Value::as_str).filter(|t| !t.is_empty())
    }

    pub fn required(&self, key: &str) -> Result<&str, Refusal> {
        self.text(key).ok_or_else(|| Refusal::missing(key))
    }

    /// `true`, `"true"`, `"1"`, `1`.
    pub fn flag(&self, key: &str) -> bool {
        match self.fields.get(key) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::Number(n)) => n.as_i64() == Some(1),
            Some(Value::String(text)) => text == "true" || text == "1",
            _ => false,
        }
    }

    pub fn number(&self, key: &str) -> Option<usize> {
        match self.fields.get(key)? {
            Value::Number(n) => n.as_u64().map(|n| n as usize),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Structured JSON, also when it came as a string in a form.
    pub fn structure(&self, key: &str) -> Result<Option<Value>, ()> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| ()),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// The ids that the call is about, for faults that are planted on one.
    pub fn about(&self) -> Vec<&str> {
        ["channel", "channel_id", "user", "user_id", "users"]
            .iter()
            .filter_map(|key| self.text(key))
            .collect()
    }

    /// What the app sent beside these keys.
    pub fn beside(&self, known: &[&str]) -> Map<String, Value> {
        let unknown = self.fields.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        unknown.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

fn form(text: &[u8]) -> Map<String, Value> {
    url::form_urlencoded::parse(text)
        .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
        .collect()
}
