//! `chat.*` and `reactions.add`.

use serde_json::{Map, Value, json};

use super::args::Args;
use super::{Answer, Refusal};
use crate::playground::inner::Inner;
use crate::playground::people::{Channel, ChannelKind};
use crate::playground::state::State;
use crate::playground::{Message, limits, values, views};

/// What the app wants said.
#[derive(Debug, Clone, Default)]
pub(in crate::playground) struct Draft {
    pub text: String,
    pub blocks: Vec<Value>,
    pub extra: Map<String, Value>,
    pub thread_ts: Option<String>,
    pub reply_broadcast: bool,
    pub only_for: Option<String>,
}

const KNOWN: &[&str] = &[
    "channel",
    "text",
    "blocks",
    "thread_ts",
    "reply_broadcast",
    "ts",
    "user",
    "as_user",
    "response_type",
    "replace_original",
    "delete_original",
];

impl Draft {
    pub fn read(args: &Args, writing: limits::Writing) -> Result<Draft, Refusal> {
        let blocks = blocks(args)?.unwrap_or_default();
        let text = args.text("text").unwrap_or_default().to_string();
        if text.trim().is_empty() && blocks.is_empty() && !args.has("attachments") {
            return Err("no_text".into());
        }
        limits::message(&text, &blocks, writing)?;
        Ok(Draft {
            text,
            blocks,
            extra: args.beside(KNOWN),
            thread_ts: args.text("thread_ts").map(Into::into),
            reply_broadcast: args.flag("reply_broadcast"),
            only_for: None,
        })
    }
}

/// Writes it down as the app's message and returns it.
pub(in crate::playground) fn post_as_app(
    inner: &Inner,
    state: &mut State,
    channel: &str,
    draft: Draft,
) -> Message {
    let blocks = views::named(state, draft.blocks);
    let mut extra = draft.extra;
    extra.insert("bot_id".into(), inner.who.bot_id.clone().into());
    extra.insert("app_id".into(), inner.who.app_id.clone().into());
    extra.insert("team".into(), inner.who.team_id.clone().into());
    let message = Message {
        channel: channel.into(),
        ts: state.ts(inner.now()),
        thread_ts: draft.thread_ts,
        user: inner.who.bot_user.clone(),
        from_app: true,
        text: draft.text,
        values: values::initial_values(&blocks),
        blocks,
        extra,
        reply_broadcast: draft.reply_broadcast,
        only_for: draft.only_for,
        edited: None,
        earlier: Vec::new(),
        reactions: Default::default(),
    };
    let all = if message.only_for.is_some() { &mut state.ephemerals } else { &mut state.messages };
    all.push(message.clone());
    message
}

pub(super) fn post(inner: &Inner, args: &Args) -> Answer {
    let wanted = args.text("channel").ok_or("channel_not_found")?;
    let mut draft = Draft::read(args, limits::Writing::Post)?;
    let message = inner.change(|s| {
        let channel = writable(inner, s, wanted)?;
        draft.thread_ts = thread_root(s, &channel, draft.thread_ts)?;
        Ok::<_, Refusal>(post_as_app(inner, s, &channel, draft))
    })?;
    let mut json = message.json();
    json["bot_profile"] = json!({"id": inner.who.bot_id, "app_id": inner.who.app_id});
    Ok(json!({"channel": message.channel, "ts": message.ts, "message": json}))
}

pub(super) fn post_ephemeral(inner: &Inner, args: &Args) -> Answer {
    let wanted = args.text("channel").ok_or("channel_not_found")?;
    let user = args.required("user")?.to_string();
    let mut draft = Draft::read(args, limits::Writing::Post)?;
    let message = inner.change(|s| {
        let channel = writable(inner, s, wanted)?;
        if !s.channel(&channel).is_some_and(|c| c.has(&user)) {
            return Err(Refusal::from("user_not_in_channel"));
        }
        draft.only_for = Some(user);
        Ok(post_as_app(inner, s, &channel, draft))
    })?;
    Ok(json!({"message_ts": message.ts}))
}

pub(super) fn update(inner: &Inner, args: &Args) -> Answer {
    let channel = args.text("channel").ok_or("channel_not_found")?;
    let ts = args.required("ts")?;
    let draft = Draft::read(args, limits::Writing::Update)?;
    let message = inner.change(|s| {
        let channel = readable(inner, s, channel)?.id.clone();
        own(s, &channel, ts)?;
        let edited = s.ts(inner.now());
        let blocks = args.has("blocks").then(|| views::named(s, draft.blocks));
        let message = s.message_mut(&channel, ts).ok_or("message_not_found")?;
        rewrite(message, (args.has("text").then_some(draft.text), blocks), edited);
        message.extra.extend(draft.extra);
        Ok::<_, Refusal>(message.clone())
    })?;
    Ok(json!({
        "channel": message.channel, "ts": message.ts, "text": message.text,
        "message": message.json(),
    }))
}

/// Replaces what is given and keeps the rest, as Slack does; the old text and blocks are remembered.
pub(in crate::playground) fn rewrite(
    message: &mut Message,
    (text, blocks): (Option<String>, Option<Vec<Value>>),
    edited: String,
) {
    message.earlier.push((message.text.clone(), message.blocks.clone()));
    message.text = text.unwrap_or_else(|| message.text.clone());
    if let Some(blocks) = blocks {
        message.values = values::initial_values(&blocks);
        message.blocks = blocks;
    }
    message.edited = Some(edited);
}

pub(super) fn delete(inner: &Inner, args: &Args) -> Answer {
    let channel = args.text("channel").ok_or("channel_not_found")?;
    let ts = args.required("ts")?;
    inner.change(|s| {
        let channel = readable(inner, s, channel)?.id.clone();
        own(s, &channel, ts).map_err(|refusal| match refusal.code.as_str() {
            "cant_update_message" => "cant_delete_message".into(),
            _ => refusal,
        })?;
        s.messages.retain(|m| m.channel != channel || m.ts != ts);
        Ok(json!({"channel": channel, "ts": ts}))
    })
}

pub(super) fn permalink(inner: &Inner, args: &Args) -> Answer {
    let channel = args.text("channel").ok_or("channel_not_found")?;
    let ts = args.required("message_ts")?;
    inner.look(|s| {
        let channel = readable(inner, s, channel)?;
        s.message(&channel.id, ts).ok_or("message_not_found")?;
        let place = format!("archives/{}/p{}", channel.id, ts.replace('.', ""));
        Ok(json!({"channel": channel.id, "permalink": format!("{}/{place}", inner.base_url())}))
    })
}

pub(super) fn react(inner: &Inner, args: &Args) -> Answer {
    let channel = args.text("channel").ok_or("channel_not_found")?;
    let ts = args.required("timestamp")?;
    let name = args.text("name").ok_or("invalid_name")?.trim_matches(':');
    inner.change(|s| {
        let channel = readable(inner, s, channel)?.id.clone();
        let message = s.message_mut(&channel, ts).ok_or("message_not_found")?;
        let users = message.reactions.entry(name.into()).or_default();
        if users.contains(&inner.who.bot_user) {
            return Err("already_reacted".into());
        }
        users.push(inner.who.bot_user.clone());
        Ok(json!({}))
    })
}

/// The blocks, if the argument is there at all.
fn blocks(args: &Args) -> Result<Option<Vec<Value>>, Refusal> {
    match args.structure("blocks") {
        Ok(None) => Ok(None),
        Ok(Some(Value::Array(blocks))) => Ok(Some(blocks)),
        _ => Err("invalid_blocks_format".into()),
    }
}

/// The conversation that the app may post to, given by id, by `#name` or by a person's id.
pub(super) fn writable(inner: &Inner, state: &mut State, wanted: &str) -> Result<String, Refusal> {
    if let Some(user) = state.user(wanted) {
        if user.deleted {
            return Err("user_disabled".into());
        }
        return Ok(state.open_dm(wanted, &inner.who.bot_user));
    }
    let channel = state.channel_called(wanted).ok_or("channel_not_found")?;
    let member = channel.has(&inner.who.bot_user);
    match &channel.kind {
        ChannelKind::Dm(user) if state.user(user).is_some_and(|u| u.deleted) => {
            return Err("user_disabled".into());
        }
        // A private channel that the app is not in does not exist for it.
        ChannelKind::Private if !member => return Err("channel_not_found".into()),
        _ if channel.archived => return Err("is_archived".into()),
        _ if !member => return Err("not_in_channel".into()),
        _ => {}
    }
    Ok(channel.id.clone())
}

/// The conversation that the app may look into.
pub(super) fn readable<'a>(
    inner: &Inner,
    state: &'a State,
    id: &str,
) -> Result<&'a Channel, Refusal> {
    let channel = state.channel(id).ok_or("channel_not_found")?;
    if channel.kind == ChannelKind::Private && !channel.has(&inner.who.bot_user) {
        return Err("channel_not_found".into());
    }
    Ok(channel)
}

/// The thread's parent for a reply to it or to one of its replies.
fn thread_root(
    state: &State,
    channel: &str,
    thread: Option<String>,
) -> Result<Option<String>, Refusal> {
    let Some(thread) = thread else { return Ok(None) };
    let parent = state.messages.iter().find(|m| m.channel == channel && m.ts == thread);
    match parent {
        Some(parent) => Ok(Some(parent.thread_ts.clone().unwrap_or(thread))),
        // A parent that was deleted keeps its thread while replies are left.
        None if state.messages.iter().any(|m| m.thread_ts.as_ref() == Some(&thread)) => {
            Ok(Some(thread))
        }
        None => Err("thread_not_found".into()),
    }
}

fn own(state: &State, channel: &str, ts: &str) -> Result<(), Refusal> {
    let message = state.messages.iter().find(|m| m.channel == channel && m.ts == ts);
    let message = message.ok_or("message_not_found")?;
    if message.from_app { Ok(()) } else { Err("cant_update_message".into()) }
}
