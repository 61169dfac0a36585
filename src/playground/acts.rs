//! What people do, behind [`Persona`](super::Persona) and the page alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::api::{Args, Draft, post_as_app};
use super::interact::{Cleared, Place, Spot, as_sent, element};
use super::persona::SubmitOutcome;
use super::workspace::Inner;
use super::{ActError, DeliveredKind, Input, Message, Offered, View, limits, values, views};

/// Whom Slack speaks as when a command fails.
const SLACKBOT: &str = "USLACKBOT";
/// What Slack says above a form when the app did not answer its submission.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

/// Sends what was typed into a conversation: a command to the app, anything else as a message.
pub(super) async fn types(
    inner: &Arc<Inner>,
    user: &str,
    channel: &str,
    text: &str,
) -> Result<(), ActError> {
    if !text.starts_with('/') {
        return says(inner, user, channel, text).await;
    }
    let name = text.split_whitespace().next().unwrap_or(text);
    if !inner.commands.is_empty() && !inner.commands.iter().any(|c| c == name) {
        let told = format!("`{name}` is not a valid command. In this workspace there are: ");
        slackbot(inner, user, channel, &(told.clone() + &inner.commands.join(", ")));
        return Err(ActError::nothing(&format!("the command {name}"), &inner.commands.join(", ")));
    }
    let fields = inner.command_fields(user, channel, text);
    let answer = match inner.deliver(DeliveredKind::Command, fields).await {
        Ok(answer) => answer,
        Err(error) => {
            slackbot(inner, user, channel, &shown(&error));
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

/// Submits a modal with what is entered in it.
pub(super) async fn submit(
    inner: &Inner,
    user: &str,
    view_id: &str,
) -> Result<SubmitOutcome, ActError> {
    let view = own_modal(inner, user, view_id)?;
    let refused = values::refused_by_form(view.blocks(), &view.values);
    if !refused.is_empty() {
        show_errors(inner, view_id, refused.clone());
        return Ok(SubmitOutcome::RefusedByForm(refused));
    }
    show_errors(inner, view_id, BTreeMap::new());
    let payload = inner.view_submission(user, &view);
    match inner.deliver(DeliveredKind::Interaction, payload).await {
        Ok(answer) => answered(inner, user, view_id, answer.unwrap_or_default())
            .inspect_err(|_| show_trouble(inner, view_id)),
        Err(error) => {
            show_trouble(inner, view_id);
            Err(error)
        }
    }
}

/// Closes a modal, or all of them with it, and tells the app where a view asks for it.
pub(super) async fn close(
    inner: &Inner,
    user: &str,
    view_id: &str,
    cleared: Cleared,
) -> Result<(), ActError> {
    own_modal(inner, user, view_id)?;
    let gone: Vec<View> = inner.change(|s| {
        let Some(stack) = s.stacks.get_mut(user) else { return Vec::new() };
        let at = stack.iter().position(|v| v.id == view_id).unwrap_or_default();
        let clears = cleared == Cleared::All || stack[at].flag("clear_on_close");
        stack.split_off(if clears { 0 } else { at })
    });
    for view in gone.iter().rev().filter(|v| v.flag("notify_on_close")) {
        let payload = inner.view_closed(user, view, cleared);
        inner.deliver(DeliveredKind::Interaction, payload).await?;
    }
    Ok(())
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

async fn says(inner: &Arc<Inner>, user: &str, channel: &str, text: &str) -> Result<(), ActError> {
    let (message, dm) = inner.change(|s| {
        let ts = s.ts(inner.now());
        let message = person_message(user, channel, as_sent(s, text), ts);
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

/// What the app's answer to a submission does to the stack.
fn answered(
    inner: &Inner,
    user: &str,
    view_id: &str,
    answer: Value,
) -> Result<SubmitOutcome, ActError> {
    let bad = |why: Vec<String>| ActError::BadAnswer { what: "view_submission".into(), why };
    match answer["response_action"].as_str() {
        None => {
            inner.change(|s| s.stacks.entry(user.into()).or_default().retain(|v| v.id != view_id));
            Ok(SubmitOutcome::Closed)
        }
        Some("clear") => {
            inner.change(|s| s.stacks.remove(user));
            Ok(SubmitOutcome::Cleared)
        }
        Some("errors") => {
            let errors = field_errors(inner, view_id, &answer["errors"]).map_err(bad)?;
            show_errors(inner, view_id, errors.clone());
            Ok(SubmitOutcome::Errors(errors))
        }
        Some(action @ ("update" | "push")) => {
            let wanted = answer["view"].clone();
            limits::view(&wanted).map_err(|r| bad([vec![r.code], r.messages].concat()))?;
            inner.change(|s| {
                if action == "update" {
                    let view = views::replace(s, view_id, wanted);
                    return view
                        .map(|v| SubmitOutcome::Updated(Box::new(v)))
                        .ok_or_else(|| bad(vec!["the view was closed meanwhile".into()]));
                }
                let stack = s.stacks.get(user).cloned().unwrap_or_default();
                if stack.len() >= limits::MODAL_STACK {
                    return Err(bad(vec!["push_limit_reached".into()]));
                }
                let view = views::fresh(inner, s, wanted, &stack);
                s.stacks.entry(user.into()).or_default().push(view.clone());
                Ok(SubmitOutcome::Pushed(Box::new(view)))
            })
        }
        Some(other) => Err(bad(vec![format!("unknown response_action `{other}`")])),
    }
}

/// Errors must stand on input blocks of the view.
fn field_errors(
    inner: &Inner,
    view_id: &str,
    errors: &Value,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    let inputs: Vec<String> = inner.look(|s| {
        let blocks = s.view(view_id).map_or(&[][..], |(_, v)| v.blocks());
        let inputs = blocks.iter().filter(|b| b["type"] == "input");
        inputs.filter_map(|b| b["block_id"].as_str().map(Into::into)).collect()
    });
    let given = errors.as_object().cloned().unwrap_or_default();
    let mut wrong: Vec<String> = given
        .iter()
        .filter(|(id, text)| !inputs.contains(id) || text.as_str().is_none_or(str::is_empty))
        .map(|(id, text)| format!("`{id}` is no input block with a message: {text}"))
        .collect();
    if given.is_empty() {
        wrong.push("`errors` is empty".into());
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(given.into_iter().map(|(k, v)| (k, v.as_str().unwrap_or_default().into())).collect())
}

fn own_modal(inner: &Inner, user: &str, view_id: &str) -> Result<View, ActError> {
    inner.look(|s| {
        let stack = s.stacks.get(user).map_or(&[][..], Vec::as_slice);
        stack.iter().find(|v| v.id == view_id).cloned().ok_or_else(|| {
            let there: Vec<String> =
                stack.iter().map(|v| format!("{} ({})", v.id, v.title())).collect();
            let there = if there.is_empty() { "no modal is open".into() } else { there.join(", ") };
            ActError::nothing(&format!("the modal {view_id}"), &there)
        })
    })
}

/// The general trouble stands under the empty block id.
fn show_trouble(inner: &Inner, view_id: &str) {
    show_errors(inner, view_id, BTreeMap::from([(String::new(), TROUBLE.into())]));
}

fn show_errors(inner: &Inner, view_id: &str, errors: BTreeMap<String, String>) {
    inner.change(|s| {
        if let Some(view) = s.view_mut(view_id) {
            view.errors = errors;
        }
    });
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

fn slackbot(inner: &Inner, user: &str, channel: &str, text: &str) {
    inner.change(|s| {
        let ts = s.ts(inner.now());
        let mut message = person_message(SLACKBOT, channel, text.into(), ts);
        message.only_for = Some(user.into());
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
