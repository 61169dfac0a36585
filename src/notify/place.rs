//! Where in Slack a message stands.

use serde_json::json;

use super::Notifier;
use crate::domain::Person;
use crate::slack::CallError;

/// A channel, and the thread in it.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) channel: String,
    pub(super) thread: Option<String>,
}

impl Notifier {
    /// The DM between the bot and a person. Slack opens it once and names the same one ever after.
    pub(super) async fn dm(&self, person: &Person) -> Result<String, CallError> {
        let body = json!({ "users": person.user });
        let answer = self.slack.call("conversations.open", &body).await?;
        Ok(answer["channel"]["id"].as_str().unwrap_or_default().to_owned())
    }
}
