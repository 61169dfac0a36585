//! What the page posts.

use serde::Deserialize;

use super::Input;
use super::interact::{Place, Spot};

#[derive(Deserialize)]
pub(super) struct Who {
    pub r#as: String,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    pub r#as: String,
    pub channel: String,
    /// The thread's parent, when it is typed there.
    pub thread_ts: Option<String>,
    pub text: String,
}

#[derive(Deserialize)]
pub(super) struct Element {
    pub r#as: String,
    pub at: At,
    pub block_id: String,
    pub action_id: String,
    pub input: Option<Input>,
    #[serde(default)]
    pub typed: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum At {
    Message { channel: String, ts: String },
    View { view: String },
}

#[derive(Deserialize)]
pub(super) struct Form {
    pub r#as: String,
    pub view: String,
    #[serde(default)]
    pub values: Vec<Field>,
    #[serde(default)]
    pub stack: Stack,
}

#[derive(Deserialize)]
pub(super) struct Field {
    pub block_id: String,
    pub action_id: String,
    pub input: Input,
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stack {
    #[default]
    One,
    All,
}

#[derive(Deserialize)]
pub(super) struct Move {
    pub advance: String,
}

impl Element {
    /// The element that it names.
    pub fn spot(&self) -> Spot {
        let place = match &self.at {
            At::View { view } => Place::View(view.clone()),
            At::Message { channel, ts } => {
                Place::Message { channel: channel.clone(), ts: ts.clone() }
            }
        };
        Spot { place, block_id: self.block_id.clone(), action_id: self.action_id.clone() }
    }
}
