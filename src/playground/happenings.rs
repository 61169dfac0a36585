//! What happens in a workspace without the app: accounts close, channels are archived, messages vanish.

use serde_json::json;

use super::ids;
use super::people::{self, ChannelKind};
use super::sign::signature;
use super::{ActError, DeliveredKind, Message, Presence, Workspace};
use crate::domain::Timestamp;

impl Workspace {
    /// Slack's signature of a raw body sent at this time (seconds since the epoch): for tests that
    /// send what Slack would not.
    pub fn signature(&self, timestamp: i64, body: &str) -> String {
        signature(&self.inner.who.signing_secret, timestamp, body)
    }

    /// What Slack does when addresses are saved: `url_verification`, whose challenge must come back,
    /// and `ssl_check` on the commands' address. Over sockets there is nothing to check.
    pub async fn check_addresses(&self) -> Result<(), ActError> {
        let inner = &self.inner;
        if !inner.by_http()? {
            return Ok(());
        }
        let token = &inner.who.verification;
        let challenge = inner.quietly(|s| ids::secret(s.rng.as_mut(), 16));
        let asked = json!({"token": token, "challenge": challenge, "type": "url_verification"});
        let answer = inner.deliver(DeliveredKind::Event, asked).await?.unwrap_or_default();
        if answer["challenge"] != challenge.as_str() && answer["text"] != challenge.as_str() {
            let why = vec![format!("the challenge did not come back: {answer}")];
            return Err(ActError::BadAnswer { what: "url_verification".into(), why });
        }
        let check = json!({"token": token, "ssl_check": "1"});
        inner.deliver(DeliveredKind::Command, check).await.map(|_| ())
    }

    /// A person (or anything) deletes a message: the app is not asked.
    pub fn delete_message(&self, message: &Message) {
        self.inner.change(|s| {
            s.messages.retain(|m| m.channel != message.channel || m.ts != message.ts);
            s.ephemerals.retain(|m| m.channel != message.channel || m.ts != message.ts);
        });
    }

    /// The account is closed. Slack itself accepts posts to an existing DM of a closed account; this
    /// workspace answers `user_disabled` there too, so that a refusal for good can be tried.
    pub fn deactivate(&self, name: &str) {
        self.with_user(name, |u| u.deleted = true);
    }

    pub fn set_presence(&self, name: &str, presence: Presence) {
        self.with_user(name, |u| u.presence = presence);
    }

    /// Do-not-disturb until then; `None` ends it.
    pub fn set_snooze(&self, name: &str, until: Option<Timestamp>) {
        self.with_user(name, |u| u.snoozed_until = until);
    }

    /// Those who are in a user group from now on, by name; its id.
    pub fn set_group(&self, handle: &str, names: &[&str]) -> String {
        let people = names.iter().map(|name| self.person(name).id().to_owned());
        let people: Vec<String> = people.collect();
        self.inner
            .change(|s| {
                let group = s.groups.iter_mut().find(|group| group.handle == handle);
                group.map(|group| {
                    group.members = people;
                    group.id.clone()
                })
            })
            .unwrap_or_default()
    }

    pub fn invite_app(&self, channel: &str) {
        let bot = self.inner.who.bot_user.clone();
        self.with_channel(channel, |c| {
            if !c.has(&bot) {
                c.members.push(bot);
            }
        });
    }

    pub fn remove_app(&self, channel: &str) {
        let bot = self.inner.who.bot_user.clone();
        self.with_channel(channel, |c| c.members.retain(|m| *m != bot));
    }

    pub fn archive(&self, channel: &str) {
        self.with_channel(channel, |c| {
            if !matches!(c.kind, ChannelKind::Dm(_)) {
                c.archived = true;
            }
        });
    }

    fn with_user(&self, name: &str, change: impl FnOnce(&mut people::User)) {
        self.inner.change(|s| s.people.iter_mut().find(|u| u.name == name).map(change));
    }

    fn with_channel(&self, name: &str, change: impl FnOnce(&mut people::Channel)) {
        self.inner.change(|s| {
            let Some(id) = s.channel_called(name).map(|c| c.id.clone()) else { return };
            s.channels.iter_mut().find(|c| c.id == id).map(change);
        });
    }
}
