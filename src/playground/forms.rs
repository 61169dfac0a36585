//! Submitting and closing modals.

use std::collections::BTreeMap;

use serde_json::Value;

use super::inner::Inner;
use super::interact::Cleared;
use super::persona::SubmitOutcome;
use super::{ActError, DeliveredKind, View, limits, values, views};

/// What Slack says above a form when the app did not answer its submission.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

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
