//! All that is in the workspace, behind one lock; who holds the lock never awaits.

use std::collections::HashMap;

use serde_json::Value;
use tokio::time::Instant;

use super::people::{Channel, ChannelKind, Group, Seed, User};
use super::{Message, View, ids};
use crate::domain::{Rng, Timestamp};

/// What stays the same while the workspace runs.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub team_id: String,
    pub team_domain: String,
    pub app_id: String,
    pub bot_user: String,
    pub bot_id: String,
    pub bot_token: String,
    pub app_token: String,
    pub signing_secret: String,
    /// The old shared token that payloads still carry.
    pub verification: String,
}

pub(super) struct Trigger {
    pub user: String,
    /// The view that the interaction came from; `views.push` needs one.
    pub view: Option<String>,
    pub made: Instant,
    pub used: bool,
}

pub(super) struct ResponseUrl {
    pub user: String,
    pub channel: String,
    /// The message that the interaction came from.
    pub ts: Option<String>,
    pub made: Instant,
    pub uses: u32,
}

/// What the app uploads.
pub(super) struct File {
    pub id: String,
    /// The secret of its upload's address.
    pub key: String,
    pub name: String,
    /// What it shows, for whoever cannot see it.
    pub alt: String,
    /// As announced, in bytes.
    pub length: usize,
    pub bytes: Option<axum::body::Bytes>,
    /// Whether the app has said that all is there.
    pub is_complete: bool,
}

pub(super) struct State {
    pub people: Vec<User>,
    pub groups: Vec<Group>,
    pub channels: Vec<Channel>,
    /// In the order in which they were posted, which is the order of `ts`.
    pub messages: Vec<Message>,
    pub ephemerals: Vec<Message>,
    /// User id → open modals, the root first.
    pub stacks: HashMap<String, Vec<View>>,
    /// User id → the published Home tab.
    pub homes: HashMap<String, View>,
    pub triggers: HashMap<String, Trigger>,
    pub response_urls: HashMap<String, ResponseUrl>,
    /// In the order in which they were announced.
    pub files: Vec<File>,
    /// (view or message, block, action) → what the app last offered there.
    pub offered: HashMap<(String, String, String), Vec<Value>>,
    pub rng: Box<dyn Rng>,
    last_micros: i64,
}

impl State {
    pub fn new(rng: Box<dyn Rng>, seed: Seed) -> State {
        let Seed { people, groups, channels } = seed;
        State {
            people,
            groups,
            channels,
            messages: Vec::new(),
            ephemerals: Vec::new(),
            stacks: HashMap::new(),
            homes: HashMap::new(),
            triggers: HashMap::new(),
            response_urls: HashMap::new(),
            files: Vec::new(),
            offered: HashMap::new(),
            rng,
            last_micros: 0,
        }
    }

    /// A message id: later than every earlier one, also when the clock stands.
    pub fn ts(&mut self, now: Timestamp) -> String {
        self.last_micros = (now.0 * 1000).max(self.last_micros + 1);
        format!("{}.{:06}", self.last_micros / 1_000_000, self.last_micros % 1_000_000)
    }

    pub fn id(&mut self, prefix: &str) -> String {
        ids::id(self.rng.as_mut(), prefix)
    }

    pub fn secret(&mut self, bytes: usize) -> String {
        ids::secret(self.rng.as_mut(), bytes)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.people.iter().find(|u| u.id == id)
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|c| c.id == id)
    }

    /// By id, `name` or `#name`.
    pub fn channel_called(&self, what: &str) -> Option<&Channel> {
        let name = what.strip_prefix('#').unwrap_or(what);
        self.channels.iter().find(|c| c.id == what || (!c.name.is_empty() && c.name == name))
    }

    /// The DM between the app and a person, if it was ever opened.
    pub fn dm(&self, user: &str) -> Option<&Channel> {
        self.channels.iter().find(|c| c.dm_with() == Some(user))
    }

    /// The id of the DM with a person, opening it if need be.
    pub fn open_dm(&mut self, user: &str, bot_user: &str) -> String {
        if let Some(dm) = self.dm(user) {
            return dm.id.clone();
        }
        let dm = Channel {
            id: self.id("D"),
            name: String::new(),
            kind: ChannelKind::Dm(user.into()),
            members: vec![user.into(), bot_user.into()],
            archived: false,
        };
        let id = dm.id.clone();
        self.channels.push(dm);
        id
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        let mut all = self.messages.iter().chain(&self.ephemerals);
        all.find(|m| m.channel == channel && m.ts == ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        let mut all = self.messages.iter_mut().chain(&mut self.ephemerals);
        all.find(|m| m.channel == channel && m.ts == ts)
    }

    /// An open modal or a Home tab, with the user who sees it.
    pub fn view(&self, id: &str) -> Option<(&str, &View)> {
        let modals = self.stacks.iter().flat_map(|(u, s)| s.iter().map(move |v| (u, v)));
        let mut all = modals.chain(self.homes.iter());
        all.find(|(_, v)| v.id == id).map(|(u, v)| (u.as_str(), v))
    }

    pub fn view_mut(&mut self, id: &str) -> Option<&mut View> {
        let mut all = self.stacks.values_mut().flatten().chain(self.homes.values_mut());
        all.find(|v| v.id == id)
    }

    /// A fresh `trigger_id` for what this person just did.
    pub fn trigger(&mut self, user: &str, view: Option<&str>) -> String {
        let id = format!(
            "{}.{}.{}",
            self.rng.below(u32::MAX),
            self.rng.below(u32::MAX),
            ids::secret(self.rng.as_mut(), 16)
        );
        let trigger = Trigger {
            user: user.into(),
            view: view.map(Into::into),
            made: Instant::now(),
            used: false,
        };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// A fresh secret for a `response_url`.
    pub fn response_key(&mut self, user: &str, channel: &str, ts: Option<&str>) -> String {
        let key = self.secret(12);
        let url = ResponseUrl {
            user: user.into(),
            channel: channel.into(),
            ts: ts.map(Into::into),
            made: Instant::now(),
            uses: 0,
        };
        self.response_urls.insert(key.clone(), url);
        key
    }
}
