//! All that the page shows to one person, as JSON.

use serde_json::{Value, json};

use super::inner::Inner;
use super::people::{ChannelKind, User};
use super::{Message, Snapshot, View};
use crate::domain::Timestamp;

/// See [`page_api`](super::page_api) for its form.
pub(super) fn of(inner: &Inner, user: &str) -> Value {
    // Read first: a state that is newer than its revision is fetched once more, the reverse is not.
    let revision = *inner.revision.borrow();
    let (who, now) = (&inner.who, inner.now());
    inner.look(|s| {
        let seen = Snapshot::of(s, user);
        let channels: Vec<Value> = s
            .channels
            .iter()
            .filter(|c| c.dm_with().is_none() && c.has(user))
            .map(|c| {
                let messages = seen.channels.get(&c.name).map(|all| shown(all));
                let private = c.kind == ChannelKind::Private;
                json!({
                    "id": c.id, "name": c.name, "private": private, "members": c.members,
                    "messages": messages,
                })
            })
            .collect();
        let app = s.user(&who.bot_user).map(|u| u.real_name.clone());
        json!({
            "revision": revision,
            "clock": {"now_ms": now.0, "ahead_ms": inner.clock.ahead().millis()},
            "team": {"id": who.team_id, "domain": who.team_domain},
            "app": {"id": who.app_id, "name": app, "user": who.bot_user},
            "commands": inner.commands,
            "me": s.user(user).map(|u| person(u, now)),
            "people": s.people.iter().map(|u| person(u, now)).collect::<Vec<_>>(),
            "channels": channels,
            "dm": {"id": seen.dm_id, "messages": shown(&seen.dm)},
            "ephemerals": shown(&seen.ephemerals),
            "views": seen.views.iter().map(view).collect::<Vec<_>>(),
            "home": seen.home.as_ref().map(view),
        })
    })
}

fn person(user: &User, now: Timestamp) -> Value {
    let full = user.json("", now);
    json!({
        "id": user.id, "name": user.name, "real_name": user.real_name, "tz": full["tz"],
        "tz_label": user.tz_label, "tz_offset": full["tz_offset"], "is_bot": user.is_bot,
        "deleted": user.deleted,
    })
}

fn shown(messages: &[Message]) -> Vec<Value> {
    messages.iter().map(message).collect()
}

fn message(message: &Message) -> Value {
    let mut json = message.json();
    json["channel"] = message.channel.clone().into();
    json["from_app"] = message.from_app.into();
    json["ephemeral"] = message.only_for.is_some().into();
    json["reply_broadcast"] = message.reply_broadcast.into();
    json["values"] = message.values.clone().into();
    json
}

fn view(view: &View) -> Value {
    let mut json = view.payload();
    json["errors"] = json!(view.errors);
    json
}
