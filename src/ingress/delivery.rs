//! Slack's payloads, read into one closed enum. What is not understood is `Other`, never an error: Slack
//! adds kinds, and an unknown one must be acknowledged all the same.

use serde_json::Value;

use crate::domain::Person;

/// The most characters that are kept of any id or key that Slack sends.
const LONGEST_KEY: usize = 255;

/// What Slack delivered.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// A slash command.
    Typed(Typed),
    /// A button or a select in a message, in a modal or in App Home.
    Pressed(Pressed),
    /// A form.
    Submitted(Submitted),
    /// What was typed into an external select.
    Suggest(Suggest),
    HomeOpened(Person),
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    pub person: Person,
    pub channel: String,
    pub text: String,
    pub trigger: String,
    pub response_url: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Pressed {
    pub person: Person,
    pub action: String,
    /// The button's value, or the chosen option's.
    pub value: String,
    pub trigger: String,
    /// Where an answer goes, when it was pressed in a message.
    pub response_url: Option<String>,
    /// The modal that it was pressed in.
    pub modal: Option<String>,
    /// Whether it was pressed in App Home.
    pub home: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    pub person: Person,
    pub view: String,
    pub callback: String,
    pub metadata: String,
    /// `state.values`.
    pub values: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Suggest {
    pub metadata: String,
    pub block: String,
    pub typed: String,
}

/// Reads a slash command's fields, which look the same by form and by socket.
pub(super) fn read_command(fields: &Value) -> Option<Delivery> {
    let person = Person { workspace: key(&fields["team_id"])?, user: key(&fields["user_id"])? };
    Some(Delivery::Typed(Typed {
        person,
        channel: key(&fields["channel_id"])?,
        text: as_typed(fields["text"].as_str().unwrap_or_default()),
        trigger: key(&fields["trigger_id"])?,
        response_url: fields["response_url"].as_str().unwrap_or_default().to_owned(),
    }))
}

/// What the person typed, out of what Slack makes of it: addresses are `<https://…>` or
/// `<http://typed|typed>`, and `&`, `<` and `>` are escaped. Mentions stay: their ids are what is wanted.
fn as_typed(sent: &str) -> String {
    let mut typed = String::with_capacity(sent.len());
    let mut rest = sent;
    while let Some((before, behind)) = rest.split_once('<') {
        typed.push_str(before);
        let Some((inner, after)) = behind.split_once('>') else {
            typed.push('<');
            rest = behind;
            continue;
        };
        let address = ["http://", "https://", "mailto:"].iter().any(|lead| inner.starts_with(lead));
        match inner.split_once('|') {
            Some((_, label)) if address => typed.push_str(label),
            None if address => typed.push_str(inner),
            _ => typed.extend(["<", inner, ">"]),
        }
        rest = after;
    }
    typed.push_str(rest);
    // Ampersands last, or what was typed as `&lt;` would become `<`.
    typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Reads an interaction. `None`: it lacks what every interaction of its kind has.
pub fn read_interaction(payload: &Value) -> Option<Delivery> {
    match payload["type"].as_str()? {
        "block_actions" => pressed(payload),
        "view_submission" => {
            let view = &payload["view"];
            Some(Delivery::Submitted(Submitted {
                person: person(payload)?,
                view: key(&view["id"])?,
                callback: view["callback_id"].as_str().unwrap_or_default().to_owned(),
                metadata: view["private_metadata"].as_str().unwrap_or_default().to_owned(),
                values: view["state"]["values"].clone(),
            }))
        }
        "block_suggestion" => Some(Delivery::Suggest(Suggest {
            metadata: payload["view"]["private_metadata"].as_str().unwrap_or_default().to_owned(),
            block: key(&payload["block_id"])?,
            typed: payload["value"].as_str().unwrap_or_default().to_owned(),
        })),
        _ => Some(Delivery::Other),
    }
}

fn pressed(payload: &Value) -> Option<Delivery> {
    let action = payload["actions"].as_array()?.first()?;
    let view = &payload["view"];
    let modal = (view["type"] == "modal").then(|| key(&view["id"])).flatten();
    let value = action["value"].as_str().or(action["selected_option"]["value"].as_str());
    Some(Delivery::Pressed(Pressed {
        person: person(payload)?,
        action: key(&action["action_id"])?,
        value: value.unwrap_or_default().chars().take(2000).collect(),
        trigger: key(&payload["trigger_id"])?,
        response_url: payload["response_url"].as_str().map(str::to_owned),
        modal,
        home: view["type"] == "home",
    }))
}

/// Reads an event callback's body.
pub(super) fn read_event(body: &Value) -> Option<Delivery> {
    let event = &body["event"];
    match event["type"].as_str()? {
        "app_home_opened" if event["tab"].as_str().unwrap_or("home") == "home" => {
            let person = Person { workspace: key(&body["team_id"])?, user: key(&event["user"])? };
            Some(Delivery::HomeOpened(person))
        }
        _ => Some(Delivery::Other),
    }
}

/// Who acted: with the workspace that the person is of, which in a shared channel is not ours. `team`
/// is null for apps that a whole organisation has installed.
fn person(payload: &Value) -> Option<Person> {
    let workspace = key(&payload["user"]["team_id"]).or_else(|| key(&payload["team"]["id"]))?;
    Some(Person { workspace, user: key(&payload["user"]["id"])? })
}

fn key(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (!text.is_empty() && text.len() <= LONGEST_KEY).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_as_it_was_typed() {
        for (sent, typed) in [
            ("new x note=&lt;b&gt; &amp; c", "new x note=<b> & c"),
            ("note=&amp;lt;", "note=&lt;"),
            (
                "url=<https://example.com/?a=1&amp;b=2> next",
                "url=https://example.com/?a=1&b=2 next",
            ),
            ("host=<http://example.com|example.com>", "host=example.com"),
            ("to=<mailto:a@example.com|a@example.com>", "to=a@example.com"),
            ("who=<@U1|bob> where=<#C1|general>", "who=<@U1|bob> where=<#C1|general>"),
            ("a < b", "a < b"),
            ("", ""),
        ] {
            assert_eq!(as_typed(sent), typed);
        }
    }
}
