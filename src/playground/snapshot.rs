//! What one person sees at one moment.

use std::collections::BTreeMap;

use super::people::Channel;
use super::state::State;
use super::{Message, View};

/// All that a person sees; only conversations that the person is in.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Channel name (without `#`) → its messages, threads included, oldest first.
    pub channels: BTreeMap<String, Vec<Message>>,
    pub dm_id: Option<String>,
    /// The DM with the app, threads included, oldest first.
    pub dm: Vec<Message>,
    /// Ephemeral messages for this person, in all conversations, oldest first.
    pub ephemerals: Vec<Message>,
    /// Open modals; the last one is on top.
    pub views: Vec<View>,
    pub home: Option<View>,
}

impl Snapshot {
    pub(super) fn of(state: &State, user: &str) -> Snapshot {
        let messages = |channel: &Channel| -> Vec<Message> {
            state.messages.iter().filter(|m| m.channel == channel.id).cloned().collect()
        };
        let mine = state.channels.iter().filter(|c| c.dm_with().is_none() && c.has(user));
        let dm = state.dm(user);
        let only_mine = state.ephemerals.iter().filter(|m| m.only_for.as_deref() == Some(user));
        Snapshot {
            channels: mine.map(|c| (c.name.clone(), messages(c))).collect(),
            dm_id: dm.map(|c| c.id.clone()),
            dm: dm.map(messages).unwrap_or_default(),
            ephemerals: only_mine.cloned().collect(),
            views: state.stacks.get(user).cloned().unwrap_or_default(),
            home: state.homes.get(user).cloned(),
        }
    }

    /// The latest message of the DM that says this.
    pub fn dm_says(&self, text: &str) -> Option<Message> {
        self.dm.iter().rev().find(|m| m.says(text)).cloned()
    }

    /// The latest message of a channel that says this.
    pub fn channel_says(&self, channel: &str, text: &str) -> Option<Message> {
        let channel = channel.strip_prefix('#').unwrap_or(channel);
        self.channels.get(channel)?.iter().rev().find(|m| m.says(text)).cloned()
    }

    /// The latest ephemeral message that says this.
    pub fn ephemeral_says(&self, text: &str) -> Option<Message> {
        self.ephemerals.iter().rev().find(|m| m.says(text)).cloned()
    }

    /// The modal on top.
    pub fn view(&self) -> Option<&View> {
        self.views.last()
    }

    /// In a few lines, for failed waits.
    pub fn describe(&self) -> String {
        let mut lines = Vec::new();
        let mut tell = |place: &str, messages: &[Message]| {
            // The latest eight tell enough.
            for m in messages.iter().rev().take(8).rev() {
                let buttons: Vec<String> =
                    m.buttons().iter().map(|b| format!("[{}]", b.label)).collect();
                let reply = if m.thread_ts.is_some() { " ↳" } else { "" };
                let text = m.plain().replace('\n', " / ");
                lines.push(format!("  {place}{reply} {}: {text} {}", m.ts, buttons.concat()));
            }
        };
        self.channels.iter().for_each(|(name, all)| tell(&format!("#{name}"), all));
        tell("DM", &self.dm);
        tell("only you", &self.ephemerals);
        for view in self.views.iter().chain(&self.home) {
            let text = view.plain().replace('\n', " / ");
            lines.push(format!(
                "  view {} \"{}\": {text} {:?}",
                view.id,
                view.title(),
                view.errors
            ));
        }
        if lines.is_empty() { "  nothing at all".into() } else { lines.join("\n") }
    }
}
