//! `conversations.*` and `users.conversations`.

use serde_json::{Value, json};

use super::args::Args;
use super::chat::readable;
use super::{Answer, Refusal};
use crate::playground::Message;
use crate::playground::inner::Inner;
use crate::playground::people::{Channel, ChannelKind};

/// How many a list has when the call does not say.
const PAGE: usize = 100;

pub(super) fn open(inner: &Inner, args: &Args) -> Answer {
    let bot = &inner.who.bot_user;
    if let Some(id) = args.text("channel") {
        return inner.look(|s| {
            let channel = readable(inner, s, id)?;
            Ok(json!({"channel": {"id": channel.id}, "no_op": true, "already_open": true}))
        });
    }
    let users = args.text("users").ok_or("users_list_not_supplied")?;
    if users.contains(',') {
        // Group DMs are no part of this workspace.
        return Err("not_enough_users".into());
    }
    inner.change(|s| {
        let user = s.user(users).ok_or("user_not_found")?;
        if user.deleted {
            return Err("user_disabled".into());
        }
        if user.is_bot {
            return Err("cannot_dm_bot".into());
        }
        let known = s.dm(users).is_some();
        let id = s.open_dm(users, bot);
        let full = s.channel(&id).filter(|_| args.flag("return_im")).map(|c| c.json(bot));
        let channel = full.unwrap_or_else(|| json!({"id": id}));
        Ok(json!({"channel": channel, "no_op": known, "already_open": known}))
    })
}

pub(super) fn list(inner: &Inner, args: &Args) -> Answer {
    let types = args.text("types").unwrap_or("public_channel");
    let all = inner.look(|s| {
        let bot = &inner.who.bot_user;
        let fits = |c: &&Channel| match &c.kind {
            ChannelKind::Public => types.contains("public_channel"),
            ChannelKind::Private => types.contains("private_channel") && c.has(bot),
            ChannelKind::Dm(_) => types.contains("im"),
        };
        let all = s.channels.iter().filter(fits);
        let all = all.filter(|c| !(c.archived && args.flag("exclude_archived")));
        all.map(|c| c.json(bot)).collect::<Vec<_>>()
    });
    page(all, "channels", args)
}

/// The conversations of a person, or of the app when none is named.
pub(super) fn of_user(inner: &Inner, args: &Args) -> Answer {
    let types = args.text("types").unwrap_or("public_channel");
    let user = args.text("user").unwrap_or(&inner.who.bot_user);
    let all = inner.look(|s| {
        s.user(user).ok_or("user_not_found")?;
        let fits = |c: &&Channel| match c.kind {
            ChannelKind::Public => types.contains("public_channel"),
            ChannelKind::Private => types.contains("private_channel") && c.has(&inner.who.bot_user),
            ChannelKind::Dm(_) => types.contains("im"),
        };
        let all = s.channels.iter().filter(|c| c.has(user)).filter(fits);
        Ok::<_, Refusal>(all.map(|c| c.json(&inner.who.bot_user)).collect::<Vec<_>>())
    })?;
    page(all, "channels", args)
}

pub(super) fn info(inner: &Inner, args: &Args) -> Answer {
    let id = args.text("channel").ok_or("channel_not_found")?;
    inner.look(|s| Ok(json!({"channel": readable(inner, s, id)?.json(&inner.who.bot_user)})))
}

pub(super) fn members(inner: &Inner, args: &Args) -> Answer {
    let id = args.text("channel").ok_or("channel_not_found")?;
    let members = inner.look(|s| Ok::<_, Refusal>(readable(inner, s, id)?.members.clone()))?;
    page(members.into_iter().map(Value::from).collect(), "members", args)
}

/// Newest first; replies only when they were broadcast.
pub(super) fn history(inner: &Inner, args: &Args) -> Answer {
    let mut all = seen(inner, args, |m| m.thread_ts.is_none() || m.reply_broadcast)?;
    all.reverse();
    let limit = args.number("limit").unwrap_or(PAGE).max(1);
    let has_more = all.len() > limit;
    all.truncate(limit);
    Ok(json!({"messages": all, "has_more": has_more, "pin_count": 0}))
}

/// The parent, then its replies, oldest first.
pub(super) fn replies(inner: &Inner, args: &Args) -> Answer {
    let ts = args.required("ts")?;
    let all = seen(inner, args, |m| m.ts == ts || m.thread_ts.as_deref() == Some(ts))?;
    if all.is_empty() {
        return Err("thread_not_found".into());
    }
    Ok(json!({"messages": all, "has_more": false}))
}

pub(super) fn join(inner: &Inner, args: &Args) -> Answer {
    let id = args.text("channel").ok_or("channel_not_found")?;
    let bot = &inner.who.bot_user;
    inner.change(|s| {
        let channel = s.channels.iter_mut().find(|c| c.id == id).ok_or("channel_not_found")?;
        match channel.kind {
            ChannelKind::Private => return Err("channel_not_found".into()),
            ChannelKind::Dm(_) => return Err("method_not_supported_for_channel_type".into()),
            ChannelKind::Public if channel.archived => return Err("is_archived".into()),
            ChannelKind::Public => {}
        }
        if !channel.has(bot) {
            channel.members.push(bot.clone());
        }
        Ok(json!({"channel": channel.json(bot)}))
    })
}

fn seen(
    inner: &Inner,
    args: &Args,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Vec<Value>, Refusal> {
    let id = args.text("channel").ok_or("channel_not_found")?;
    let (oldest, latest) = (args.text("oldest").unwrap_or("0"), args.text("latest"));
    let inclusive = args.flag("inclusive");
    let within = |m: &Message| {
        let ts = m.ts.as_str();
        let after = ts > oldest || (inclusive && ts == oldest) || oldest == "0";
        let before = latest.is_none_or(|l| ts < l || (inclusive && ts == l));
        after && before
    };
    inner.look(|s| {
        let channel = readable(inner, s, id)?;
        if !channel.has(&inner.who.bot_user) {
            return Err("not_in_channel".into());
        }
        let all = s.messages.iter().filter(|m| m.channel == channel.id && wanted(m) && within(m));
        Ok(all.map(|m| with_replies(&s.messages, m)).collect())
    })
}

/// A parent says how many replies it has.
fn with_replies(all: &[Message], message: &Message) -> Value {
    let mut json = message.json();
    let replies: Vec<&Message> =
        all.iter().filter(|m| m.thread_ts.as_ref() == Some(&message.ts)).collect();
    if let Some(last) = replies.last() {
        json["thread_ts"] = message.ts.clone().into();
        json["reply_count"] = replies.len().into();
        json["latest_reply"] = last.ts.clone().into();
    }
    json
}

/// One page of a list; the cursor is the place of the next one.
pub(super) fn page(all: Vec<Value>, key: &str, args: &Args) -> Answer {
    let limit = args.number("limit").unwrap_or(PAGE).clamp(1, 1000);
    let from = match args.text("cursor") {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| "invalid_cursor")?,
    };
    let next = if from + limit < all.len() { (from + limit).to_string() } else { String::new() };
    let items: Vec<Value> = all.into_iter().skip(from).take(limit).collect();
    let mut answer = json!({"response_metadata": {"next_cursor": next}});
    answer[key] = items.into();
    Ok(answer)
}
