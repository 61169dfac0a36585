//! What people do, behind [`Persona`](super::Persona) and the page alike.

use std::sync::Arc;

use serde_json::{Value, json};

use super::api::{Args, Draft, post_as_app};
use super::inner::Inner;
use super::interact::{Place, Spot, as_sent, element};
use super::{ActError, DeliveredKind, Input, Message, Offered, limits, values};

/// Whom Slack speaks as when a command fails.
const SLACKBOT: &str = "USLACKBOT";
/// Sends what was typed into a conversation: a command to the app, anything else as a message.
pub(super) async fn types(
    inner: &Arc<Inner>,
    user: &str,
    channel: &str,
    text: &str,
) -> Result<(), ActError> {
    if !text.starts_with('/') {
        return says(inner, user, (channel, None), text).await;
    }
    let name = text.split_whitespace().next().unwrap_or(text);
    if !inner.commands.is_empty() && !inner.commands.iter().any(|c| c == name) {
        let told = format!("`{name}` is not a valid command. In this workspace there are: ");
        slackbot(inner, user, (channel, None), &(told.clone() + &inner.commands.join(", ")));
        return Err(ActError::nothing(&format!("the command {name}"), &inner.commands.join(", ")));
    }
    let fields = inner.command_fields(user, channel, text);
    let answer = match inner.deliver(DeliveredKind::Command, fields).await {
        Ok(answer) => answer,
        Err(error) => {
            slackbot(inner, user, (channel, None), &shown(&error));
            return Err(error);
        }
    };
    let Some(Value::Object(fields)) = answer else { return Ok(()) };
    if fields.is_empty() {
        return Ok(());
    }
    let args = Args::of(fields);
    let mut draft = Draft::read(&args, limits::Writing::Post).map_err(|refusal| {
        let why = [vec![refusal.code], refusal.messages].concat();
        ActError::BadAnswer { what: name.into(), why }
    })?;
    draft.only_for = (args.text("response_type") != Some("in_channel")).then(|| user.into());
    inner.change(|s| post_as_app(inner, s, channel, draft));
    Ok(())
}

/// Sends what was typed into a thread, where Slack takes no app's commands.
pub(super) async fn replies(
    inner: &Arc<Inner>,
    user: &str,
    (channel, thread): (&str, &str),
    text: &str,
) -> Result<(), ActError> {
    if !text.starts_with('/') {
        return says(inner, user, (channel, Some(thread)), text).await;
    }
    let name = text.split_whitespace().next().unwrap_or(text);
    let told = format!("`{name}` is not supported in threads. Sorry!");
    slackbot(inner, user, (channel, Some(thread)), &told);
    Ok(())
}

/// Presses a button, or chooses in a select, menu, date picker …, and tells the app.
pub(super) async fn acts(
    inner: &Inner,
    user: &str,
    spot: &Spot,
    input: Option<&Input>,
) -> Result<(), ActError> {
    let element = inner.look(|s| element(s, spot))?;
    let mut action = json!({
        "type": element["type"], "action_id": spot.action_id, "block_id": spot.block_id,
    });
    match (element["type"].as_str(), input) {
        (Some("button"), _) => {
            for key in ["text", "value", "style", "url"] {
                if let Some(value) = element.get(key) {
                    action[key] = value.clone();
                }
            }
        }
        (Some("overflow"), Some(input)) => {
            action["selected_option"] = values::overflow(&element, input).map_err(misfit(spot))?;
        }
        (_, Some(input)) => {
            let state = enter(inner, spot, input)?;
            for (key, value) in state.as_object().into_iter().flatten() {
                action[key] = value.clone();
            }
        }
        (kind, None) => {
            let what = format!("a choice for the {}", kind.unwrap_or_default());
            return Err(ActError::nothing(&what, "an input must be given"));
        }
    }
    action["action_ts"] = inner.quietly(|s| s.ts(inner.now())).into();
    let payload = inner.block_actions(user, &spot.place, action)?;
    inner.deliver(DeliveredKind::Interaction, payload).await.map(|_| ())
}

/// Enters a value without telling the app, as in a form's field.
pub(super) fn enter(inner: &Inner, spot: &Spot, input: &Input) -> Result<Value, ActError> {
    inner.change(|s| {
        let element = element(s, spot)?;
        let place = match &spot.place {
            Place::View(id) => id.clone(),
            Place::Message { ts, .. } => ts.clone(),
        };
        let key = (place, spot.block_id.clone(), spot.action_id.clone());
        let offered = s.offered.get(&key).cloned().unwrap_or_default();
        let state = values::entered(&element, input, &offered).map_err(misfit(spot))?;
        match &spot.place {
            Place::View(id) => {
                if let Some(view) = s.view_mut(id) {
                    put(&mut view.values, spot, &state);
                    view.touched.push((spot.block_id.clone(), spot.action_id.clone()));
                }
            }
            Place::Message { channel, ts } => {
                if let Some(message) = s.message_mut(channel, ts) {
                    put(&mut message.values, spot, &state);
                }
            }
        }
        Ok(state)
    })
}

/// Asks the app for the options of an external select.
pub(super) async fn options(
    inner: &Inner,
    user: &str,
    spot: &Spot,
    typed: &str,
) -> Result<Vec<Offered>, ActError> {
    inner.look(|s| element(s, spot))?;
    let payload = inner.block_suggestion(user, spot, typed)?;
    let answer = inner.deliver(DeliveredKind::Options, payload).await?.unwrap_or_default();
    let options = limits::suggestions(&answer)
        .map_err(|why| ActError::BadAnswer { what: "block_suggestion".into(), why })?;
    let offered = options
        .iter()
        .map(|o| Offered {
            label: o["text"]["text"].as_str().unwrap_or_default().into(),
            value: o["value"].as_str().unwrap_or_default().into(),
        })
        .collect();
    let place = match &spot.place {
        Place::View(id) => id.clone(),
        Place::Message { ts, .. } => ts.clone(),
    };
    let key = (place, spot.block_id.clone(), spot.action_id.clone());
    inner.quietly(|s| s.offered.entry(key).or_default().extend(options));
    Ok(offered)
}

/// Opens the app's Home tab.
pub(super) async fn opens_home(inner: &Arc<Inner>, user: &str) {
    let event = inner.change(|s| {
        let channel = s.open_dm(user, &inner.who.bot_user);
        let mut event = json!({
            "type": "app_home_opened", "user": user, "channel": channel, "tab": "home",
            "event_ts": s.ts(inner.now()),
        });
        if let Some(home) = s.homes.get(user) {
            event["view"] = home.payload();
        }
        event
    });
    Inner::emit(inner, event).await;
}

async fn says(
    inner: &Arc<Inner>,
    user: &str,
    (channel, thread): (&str, Option<&str>),
    text: &str,
) -> Result<(), ActError> {
    let (message, dm) = inner.change(|s| {
        let ts = s.ts(inner.now());
        let mut message = person_message(user, channel, as_sent(s, text), ts);
        message.thread_ts = thread.map(Into::into);
        s.messages.push(message.clone());
        (message, s.channel(channel).is_some_and(|c| c.dm_with().is_some()))
    });
    let mentioned = message.text.contains(&format!("<@{}", inner.who.bot_user));
    if dm || mentioned {
        let mut event = message.json();
        event["channel"] = channel.into();
        event["event_ts"] = message.ts.clone().into();
        if dm {
            event["channel_type"] = "im".into();
        } else {
            event["type"] = "app_mention".into();
        }
        Inner::emit(inner, event).await;
    }
    Ok(())
}

fn put(values: &mut serde_json::Map<String, Value>, spot: &Spot, state: &Value) {
    let block = values.entry(spot.block_id.clone()).or_insert_with(|| json!({}));
    block[&spot.action_id] = state.clone();
}

fn misfit(spot: &Spot) -> impl Fn(String) -> ActError {
    let what = format!("a fitting value for {}/{}", spot.block_id, spot.action_id);
    move |why| ActError::nothing(&what, &why)
}

/// What Slack shows to the person for a failed command.
fn shown(error: &ActError) -> String {
    match error {
        ActError::Timeout { what, .. } => {
            format!("{what} failed with the error \"operation_timeout\"")
        }
        ActError::Failed { what, .. } => {
            format!("{what} failed with the error \"dispatch_failed\"")
        }
        other => other.to_string(),
    }
}

fn slackbot(inner: &Inner, user: &str, (channel, thread): (&str, Option<&str>), text: &str) {
    inner.change(|s| {
        let ts = s.ts(inner.now());
        let mut message = person_message(SLACKBOT, channel, text.into(), ts);
        message.only_for = Some(user.into());
        message.thread_ts = thread.map(Into::into);
        s.ephemerals.push(message);
    });
}

fn person_message(user: &str, channel: &str, text: String, ts: String) -> Message {
    Message {
        channel: channel.into(),
        ts,
        thread_ts: None,
        user: user.into(),
        from_app: false,
        text,
        blocks: Vec::new(),
        extra: Default::default(),
        reply_broadcast: false,
        only_for: None,
        edited: None,
        earlier: Vec::new(),
        reactions: Default::default(),
        values: Default::default(),
    }
}
