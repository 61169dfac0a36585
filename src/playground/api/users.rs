//! `users.*`, `dnd.info` and `usergroups.*`.

use serde_json::{Value, json};

use super::args::Args;
use super::conversations::page;
use super::{Answer, Refusal};
use crate::playground::Presence;
use crate::playground::inner::Inner;
use crate::playground::people::User;

pub(super) fn info(inner: &Inner, args: &Args) -> Answer {
    let (team, now) = (&inner.who.team_id, inner.now());
    user(inner, args, |u| json!({"user": u.json(team, now)}))
}

pub(super) fn list(inner: &Inner, args: &Args) -> Answer {
    let (team, now) = (&inner.who.team_id, inner.now());
    let all = inner.look(|s| s.people.iter().map(|u| u.json(team, now)).collect());
    page(all, "members", args)
}

pub(super) fn by_email(inner: &Inner, args: &Args) -> Answer {
    let email = args.required("email")?;
    inner.look(|s| {
        let found = s.people.iter().find(|u| u.email == email && !u.deleted && !u.is_bot);
        let found = found.ok_or("users_not_found")?;
        Ok(json!({"user": found.json(&inner.who.team_id, inner.now())}))
    })
}

pub(super) fn presence(inner: &Inner, args: &Args) -> Answer {
    user(
        inner,
        args,
        |u| json!({"presence": if u.presence == Presence::Active { "active" } else { "away" }}),
    )
}

pub(super) fn dnd(inner: &Inner, args: &Args) -> Answer {
    let now = inner.now();
    user(inner, args, |u| {
        let until = u.snoozed_until.filter(|until| *until > now);
        json!({
            "dnd_enabled": until.is_some(),
            "next_dnd_start_ts": until.map_or(1, |_| now.seconds()),
            "next_dnd_end_ts": until.map_or(1, |until| until.seconds()),
            "snooze_enabled": until.is_some(),
            "snooze_endtime": until.map(|until| until.seconds()),
        })
    })
}

pub(super) fn groups(inner: &Inner) -> Answer {
    let team = &inner.who.team_id;
    let all: Vec<Value> = inner.look(|s| s.groups.iter().map(|g| g.json(team)).collect());
    Ok(json!({"usergroups": all}))
}

pub(super) fn group_members(inner: &Inner, args: &Args) -> Answer {
    let id = args.required("usergroup")?;
    inner.look(|s| {
        let group = s.groups.iter().find(|g| g.id == id).ok_or("no_such_subteam")?;
        Ok(json!({"users": group.members}))
    })
}

fn user(inner: &Inner, args: &Args, show: impl Fn(&User) -> Value) -> Answer {
    let id = args.text("user").ok_or("user_not_found")?;
    inner.look(|s| s.user(id).map(show).ok_or_else(|| Refusal::from("user_not_found")))
}
