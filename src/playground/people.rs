//! Who and what is in the workspace at the start: three people of two teams and an operator, their
//! user groups, and a few channels.

use serde_json::{Value, json};

use super::ids;
use crate::domain::{Rng, Timestamp};

/// What `users.getPresence` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Active,
    Away,
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub id: String,
    /// The handle, without `@`.
    pub name: String,
    pub real_name: String,
    pub email: String,
    /// IANA name of the time zone.
    pub tz: chrono_tz::Tz,
    pub tz_label: String,
    pub deleted: bool,
    pub is_bot: bool,
    pub presence: Presence,
    pub snoozed_until: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub members: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChannelKind {
    Public,
    Private,
    /// Between the app and this person.
    Dm(String),
}

#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub id: String,
    /// Without `#`; empty for a DM.
    pub name: String,
    pub kind: ChannelKind,
    pub members: Vec<String>,
    pub archived: bool,
}

pub(super) struct Seed {
    pub people: Vec<User>,
    pub groups: Vec<Group>,
    pub channels: Vec<Channel>,
}

/// Alice of the payments team in Berlin, Bob of the search team in Los Angeles, Carol of the
/// platform team (an operator) in London; the app is in every channel but #general and #random.
pub(super) fn seed(rng: &mut dyn Rng, bot_user: &str, app_name: &str) -> Seed {
    let mut person = |name: &str, real: &str, tz: chrono_tz::Tz, label: &str| User {
        id: ids::id(rng, "U"),
        name: name.into(),
        real_name: real.into(),
        email: format!("{name}@example.com"),
        tz,
        tz_label: label.into(),
        deleted: false,
        is_bot: false,
        presence: Presence::Active,
        snoozed_until: None,
    };
    let alice = person("alice", "Alice Adler", chrono_tz::Europe::Berlin, "Central European Time");
    let bob = person("bob", "Bob Baker", chrono_tz::America::Los_Angeles, "Pacific Time");
    let carol = person("carol", "Carol Clark", chrono_tz::Europe::London, "Greenwich Mean Time");
    let bot = User {
        id: bot_user.into(),
        is_bot: true,
        ..person(&app_name.to_lowercase(), app_name, chrono_tz::UTC, "Coordinated Universal Time")
    };
    let (a, b, c) = (alice.id.clone(), bob.id.clone(), carol.id.clone());
    let group = |rng: &mut dyn Rng, handle: &str, name: &str, member: &String| Group {
        id: ids::id(rng, "S"),
        handle: handle.into(),
        name: name.into(),
        members: vec![member.clone()],
    };
    let groups = vec![
        group(rng, "payments", "Payments team", &a),
        group(rng, "search", "Search team", &b),
        group(rng, "platform", "Platform team", &c),
    ];
    let bot_id = bot.id.clone();
    let mut channel = |name: &str, kind: ChannelKind, members: &[&String]| Channel {
        id: ids::id(rng, "C"),
        name: name.into(),
        kind,
        members: members.iter().map(|m| m.to_string()).collect(),
        archived: false,
    };
    let channels = vec![
        channel("general", ChannelKind::Public, &[&a, &b, &c]),
        channel("random", ChannelKind::Public, &[&a, &b, &c]),
        channel("environments", ChannelKind::Public, &[&a, &b, &c, &bot_id]),
        channel("payments", ChannelKind::Public, &[&a, &c, &bot_id]),
        channel("search", ChannelKind::Public, &[&b, &c, &bot_id]),
        channel("platform-ops", ChannelKind::Private, &[&c, &bot_id]),
    ];
    Seed { people: vec![alice, bob, carol, bot], groups, channels }
}

impl User {
    /// As `users.info` shows it.
    pub fn json(&self, team_id: &str, now: Timestamp) -> Value {
        use chrono::Offset as _;
        let offset = now.utc().with_timezone(&self.tz).offset().fix().local_minus_utc();
        json!({
            "id": self.id, "team_id": team_id, "name": self.name, "deleted": self.deleted,
            "real_name": self.real_name, "tz": self.tz.name(), "tz_label": self.tz_label,
            "tz_offset": offset,
            "profile": {
                "real_name": self.real_name, "real_name_normalized": self.real_name,
                "display_name": self.name, "display_name_normalized": self.name,
                "email": self.email, "team": team_id,
            },
            "is_admin": self.name == "carol", "is_owner": false, "is_primary_owner": false,
            "is_restricted": false, "is_ultra_restricted": false, "is_bot": self.is_bot,
            "is_app_user": false, "is_email_confirmed": true, "updated": 1_700_000_000,
        })
    }
}

impl Channel {
    /// The person on the other side, when it is a DM with the app.
    pub fn dm_with(&self) -> Option<&str> {
        match &self.kind {
            ChannelKind::Dm(user) => Some(user),
            _ => None,
        }
    }

    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|m| m == user)
    }

    /// As `conversations.info` shows it to the app.
    pub fn json(&self, bot_user: &str) -> Value {
        if let Some(user) = self.dm_with() {
            return json!({
                "id": self.id, "is_im": true, "is_channel": false, "is_group": false,
                "is_mpim": false, "user": user, "is_open": true, "is_archived": self.archived,
                "created": 1_700_000_000, "is_org_shared": false,
            });
        }
        let private = self.kind == ChannelKind::Private;
        json!({
            "id": self.id, "name": self.name, "name_normalized": self.name,
            "is_channel": true, "is_group": private, "is_im": false, "is_mpim": false,
            "is_private": private, "is_archived": self.archived, "is_general": self.name == "general",
            "is_member": self.has(bot_user), "is_shared": false, "is_ext_shared": false,
            "is_org_shared": false, "created": 1_700_000_000, "num_members": self.members.len(),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        })
    }
}

impl Group {
    /// As `usergroups.list` shows it.
    pub fn json(&self, team_id: &str) -> Value {
        json!({
            "id": self.id, "team_id": team_id, "is_usergroup": true, "name": self.name,
            "handle": self.handle, "description": "", "is_external": false, "date_delete": 0,
            "users": self.members, "user_count": self.members.len(),
        })
    }
}
