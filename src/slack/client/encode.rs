//! How arguments are written: JSON, or a form where Slack reads nothing else.

use serde_json::Value;

/// Methods whose arguments Slack reads from a form only: sent as JSON they are ignored, and
/// `users.info` then answers `user_not_found` for a user who is there. (docs.slack.dev, Web API:
/// "most *write* methods" take JSON.)
const FORM_ONLY: &[&str] = &[
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    "dnd.info",
    "files.getUploadURLExternal",
    "team.info",
    "usergroups.list",
    "usergroups.users.list",
    "users.conversations",
    "users.getPresence",
    "users.info",
    "users.list",
    "users.lookupByEmail",
];

/// The content type and the body for a method's arguments.
pub(super) fn encode(method: &str, arguments: &Value) -> (&'static str, String) {
    if !FORM_ONLY.contains(&method) {
        return ("application/json; charset=utf-8", arguments.to_string());
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in arguments.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => {
                form.append_pair(key, text);
            }
            // Lists and objects go into a form as JSON text.
            other => {
                form.append_pair(key, &other.to_string());
            }
        }
    }
    ("application/x-www-form-urlencoded", form.finish())
}
