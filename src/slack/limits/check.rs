//! Checks of whole messages and views: what Slack would refuse, or cut.

use std::collections::HashSet;
use std::fmt;

use serde_json::Value;

use super::*;

/// One thing that Slack would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as in `blocks[3].accessory.options[0].text`.
    pub path: String,
    /// What is wrong, with the limit.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.rule)
    }
}

/// What Slack would refuse in the arguments of chat.postMessage, chat.update, chat.postEphemeral or a
/// post to a `response_url`; and a missing `text`, which notifications and screen readers need.
pub fn check_message(message: &Value) -> Vec<Violation> {
    let mut check = Check::new(Scope::Message);
    check.text_within("text", &message["text"], MESSAGE_TEXT);
    check.blocks("blocks", &message["blocks"]);
    let attachments = message["attachments"].as_array();
    for (i, attachment) in attachments.into_iter().flatten().enumerate() {
        check.blocks(&format!("attachments[{i}].blocks"), &attachment["blocks"]);
    }
    if check.characters >= MESSAGE_CHARACTERS {
        let rule =
            format!("{} characters in all, stay under {MESSAGE_CHARACTERS}", check.characters);
        check.violation("blocks", rule);
    }
    check.violations
}

/// What Slack would refuse in the `view` of views.open, views.push, views.update or views.publish.
pub fn check_view(view: &Value) -> Vec<Violation> {
    let mut check = Check::new(Scope::View);
    let modal = match view["type"].as_str() {
        Some("modal") => true,
        Some("home") => false,
        _ => {
            check.violation("type", "neither `modal` nor `home`");
            true
        }
    };
    for key in ["title", "submit", "close"] {
        match (&view[key], modal) {
            (Value::Null, true) if key == "title" => check.violation(key, "is missing"),
            (Value::Null, _) => {}
            (_, false) => check.violation(key, "App Home has none"),
            (text, true) => check.plain(key, text, VIEW_TITLE),
        }
    }
    check.optional_text("private_metadata", &view["private_metadata"], PRIVATE_METADATA);
    check.optional_text("callback_id", &view["callback_id"], ID);
    check.optional_text("external_id", &view["external_id"], ID);
    if view["blocks"].is_array() {
        check.blocks("blocks", &view["blocks"]);
    } else {
        check.violation("blocks", "is missing");
    }
    let blocks = view["blocks"].as_array();
    let has_input = blocks.into_iter().flatten().any(|block| block["type"] == "input");
    if modal && has_input && view["submit"].is_null() {
        check.violation("submit", "is missing, with an input block in the view");
    }
    let bytes = view.to_string().len();
    if bytes > VIEW_BYTES {
        check.violation("", format!("{bytes} bytes of JSON, at most {VIEW_BYTES}"));
    }
    if check.focused > 1 {
        check.violation("blocks", "focus_on_load in more than one element");
    }
    check.violations
}

/// What Slack would refuse in an answer to a `block_suggestion`.
pub fn check_options(answer: &Value) -> Vec<Violation> {
    let mut check = Check::new(Scope::View);
    check.option_lists("", answer, (0, SELECT_OPTIONS));
    check.violations
}

/// Where `action_id`s must differ: in a message within their block, in a view within all of it.
#[derive(PartialEq, Eq)]
pub(super) enum Scope {
    Message,
    View,
}

/// The walk over one message or view.
pub(super) struct Check {
    scope: Scope,
    violations: Vec<Violation>,
    block_ids: HashSet<String>,
    action_ids: HashSet<String>,
    characters: usize,
    pub(super) focused: usize,
}

impl Check {
    fn new(scope: Scope) -> Check {
        Check {
            scope,
            violations: Vec::new(),
            block_ids: HashSet::new(),
            action_ids: HashSet::new(),
            characters: 0,
            focused: 0,
        }
    }

    pub(super) fn violation(&mut self, path: &str, rule: impl Into<String>) {
        self.violations.push(Violation { path: path.into(), rule: rule.into() });
    }

    fn blocks(&mut self, path: &str, blocks: &Value) {
        let Some(list) = blocks.as_array() else {
            if !blocks.is_null() {
                self.violation(path, "is no list");
            }
            return;
        };
        let most = if self.scope == Scope::Message { MESSAGE_BLOCKS } else { VIEW_BLOCKS };
        self.count(path, list.len(), (0, most));
        for (i, block) in list.iter().enumerate() {
            let path = format!("{path}[{i}]");
            if let Some(id) = self.id(&path, "block_id", block)
                && !self.block_ids.insert(id.clone())
            {
                self.violation(&path, format!("the block_id `{id}` is there twice"));
            }
            if self.scope == Scope::Message {
                self.action_ids.clear();
            }
            self.block(&path, block);
        }
    }

    /// The action_id of an interactive element: it must be there, since it says what was pressed.
    pub(super) fn action_id(&mut self, path: &str, element: &Value) {
        match self.id(path, "action_id", element) {
            None => self.violation(path, "has no action_id"),
            Some(id) if !self.action_ids.insert(id.clone()) => {
                self.violation(path, format!("the action_id `{id}` is there twice"));
            }
            Some(_) => {}
        }
    }

    fn id(&mut self, path: &str, key: &str, owner: &Value) -> Option<String> {
        let id = owner[key].as_str()?.to_owned();
        self.text_within(&format!("{path}.{key}"), &owner[key], ID);
        Some(id)
    }

    pub(super) fn count(&mut self, path: &str, n: usize, (least, most): (usize, usize)) {
        if n < least || n > most {
            self.violation(path, format!("{n} of them, must be {least} to {most}"));
        }
    }

    /// A bare string that must be there.
    pub(super) fn text_within(&mut self, path: &str, text: &Value, most: usize) {
        let Some(text) = text.as_str() else {
            self.violation(path, "is missing, or is no text");
            return;
        };
        let n = text.chars().count();
        if n == 0 {
            self.violation(path, "is empty");
        } else if n > most {
            self.violation(path, format!("{n} characters, at most {most}"));
        }
    }

    /// A bare string that may be missing, or empty.
    pub(super) fn optional_text(&mut self, path: &str, text: &Value, most: usize) {
        if !text.is_null() && text != "" {
            self.text_within(path, text, most);
        }
    }

    /// A visible bare string: it counts towards the characters of a message.
    pub(super) fn visible_text(&mut self, path: &str, text: &Value, most: usize) {
        self.characters += text.as_str().map_or(0, |text| text.chars().count());
        self.text_within(path, text, most);
    }

    /// A `plain_text` object.
    pub(super) fn plain(&mut self, path: &str, text: &Value, most: usize) {
        if text["type"] != "plain_text" {
            self.violation(path, "must be a plain_text object");
        }
        self.rich(path, text, most);
    }

    /// A `plain_text` or `mrkdwn` object.
    pub(super) fn rich(&mut self, path: &str, text: &Value, most: usize) {
        match text["type"].as_str() {
            Some("plain_text") if !text["verbatim"].is_null() => {
                self.violation(path, "verbatim is for mrkdwn alone");
            }
            Some("mrkdwn") if !text["emoji"].is_null() => {
                self.violation(path, "emoji is for plain_text alone");
            }
            Some("plain_text" | "mrkdwn") => {}
            _ => self.violation(path, "is no text object"),
        }
        self.visible_text(&format!("{path}.text"), &text["text"], most);
    }
}

#[cfg(test)]
mod tests;
