//! `views.*`.

use serde_json::{Value, json};

use super::args::Args;
use super::{Answer, Refusal};
use crate::playground::inner::Inner;
use crate::playground::state::{State, Trigger};
use crate::playground::{View, limits, views};

pub(super) fn open(inner: &Inner, args: &Args) -> Answer {
    let wanted = wanted(args, "modal")?;
    inner.change(|s| {
        unique(s, &wanted, None)?;
        let user = trigger(inner, s, args)?.user.clone();
        let view = views::fresh(inner, s, wanted, &[]);
        s.stacks.insert(user, vec![view.clone()]);
        Ok(shown(&view))
    })
}

pub(super) fn push(inner: &Inner, args: &Args) -> Answer {
    let wanted = wanted(args, "modal")?;
    inner.change(|s| {
        unique(s, &wanted, None)?;
        // Looked at before the trigger is spent, because a refused call does not spend it.
        let (user, from) = {
            let id = args.required("trigger_id")?;
            let trigger = s.triggers.get(id).ok_or_else(bad_trigger)?;
            (trigger.user.clone(), trigger.view.clone())
        };
        let stack = s.stacks.get(&user).cloned().unwrap_or_default();
        if !from.is_some_and(|from| stack.iter().any(|v| v.id == from)) {
            return Err("not_found".into());
        }
        if stack.len() >= limits::MODAL_STACK {
            return Err("push_limit_reached".into());
        }
        trigger(inner, s, args)?;
        let view = views::fresh(inner, s, wanted, &stack);
        s.stacks.entry(user).or_default().push(view.clone());
        Ok(shown(&view))
    })
}

pub(super) fn update(inner: &Inner, args: &Args) -> Answer {
    let wanted = args.structure("view").map_err(|()| Refusal::missing("view"))?;
    let wanted = wanted.ok_or_else(|| Refusal::missing("view"))?;
    limits::view(&wanted)?;
    inner.change(|s| {
        let id = match (args.text("view_id"), args.text("external_id")) {
            (Some(id), _) => id.to_string(),
            (None, Some(external)) => by_external(s, external).ok_or("not_found")?,
            (None, None) => return Err(Refusal::missing("view_id")),
        };
        let (_, old) = s.view(&id).ok_or("not_found")?;
        if old.json["type"] != wanted["type"] {
            return Err(Refusal::arguments("[ERROR] the view's type cannot change".into()));
        }
        if args.text("hash").is_some_and(|hash| hash != old.hash()) {
            return Err("hash_conflict".into());
        }
        unique(s, &wanted, Some(&id))?;
        views::replace(s, &id, wanted).map(|view| shown(&view)).ok_or("not_found".into())
    })
}

pub(super) fn publish(inner: &Inner, args: &Args) -> Answer {
    let user = args.required("user_id")?.to_string();
    let wanted = wanted(args, "home")?;
    inner.change(|s| {
        s.user(&user).filter(|u| !u.is_bot).ok_or("user_not_found")?;
        let old = s.homes.get(&user);
        if let (Some(hash), Some(old)) = (args.text("hash"), old)
            && hash != old.hash()
        {
            return Err("hash_conflict".into());
        }
        if let Some(id) = old.map(|old| old.id.clone()) {
            return views::replace(s, &id, wanted).map(|v| shown(&v)).ok_or("not_found".into());
        }
        let view = views::fresh(inner, s, wanted, &[]);
        s.homes.insert(user, view.clone());
        Ok(shown(&view))
    })
}

fn shown(view: &View) -> Value {
    json!({"view": view.payload()})
}

fn wanted(args: &Args, kind: &str) -> Result<Value, Refusal> {
    let view = args.structure("view").map_err(|()| Refusal::missing("view"))?;
    let view = view.ok_or_else(|| Refusal::missing("view"))?;
    limits::view(&view)?;
    if view["type"] != kind {
        return Err(Refusal::arguments(format!(
            "[ERROR] view type must be {kind} [json-pointer:/view/type]"
        )));
    }
    Ok(view)
}

/// Spends the trigger: it lives 3 s and serves once.
fn trigger<'a>(inner: &Inner, state: &'a mut State, args: &Args) -> Result<&'a Trigger, Refusal> {
    let id = args.required("trigger_id")?;
    let trigger = state.triggers.get_mut(id).ok_or_else(bad_trigger)?;
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if trigger.made.elapsed() > inner.timings.trigger {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    Ok(trigger)
}

fn bad_trigger() -> Refusal {
    Refusal::arguments("invalid `trigger_id`".into())
}

/// An external id is unique among all views of the workspace.
fn unique(state: &State, wanted: &Value, own: Option<&str>) -> Result<(), Refusal> {
    let Some(external) = wanted["external_id"].as_str().filter(|e| !e.is_empty()) else {
        return Ok(());
    };
    match by_external(state, external) {
        Some(id) if Some(id.as_str()) != own => Err("duplicate_external_id".into()),
        _ => Ok(()),
    }
}

fn by_external(state: &State, external: &str) -> Option<String> {
    let all = state.stacks.values().flatten().chain(state.homes.values());
    all.filter(|v| v.json["external_id"] == external).map(|v| v.id.clone()).next()
}
