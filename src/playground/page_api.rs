//! What the browser page talks to. Everything is JSON; people are named `alice`, `bob`, `carol`.
//!
//! `GET /playground/api/state?as=alice` is all that this person sees:
//! ```json
//! {"revision": 12,
//!  "clock": {"now_ms": 1767225600000, "ahead_ms": 3600000},
//!  "team": {"id": "T…", "domain": "playground"},
//!  "app": {"id": "A…", "name": "Mayfly", "user": "U…"},
//!  "commands": ["/infra"],
//!  "me": {"id": "U…", "name": "alice", "real_name": "Alice Adler", "tz": "Europe/Berlin",
//!         "tz_label": "Central European Time", "tz_offset": 3600, "is_bot": false},
//!  "people": [{"id": "U…", "name": "bob"}],
//!  "channels": [{"id": "C…", "name": "general", "private": false, "members": ["U…"], "messages": []}],
//!  "dm": {"id": "D…", "messages": []},
//!  "ephemerals": [{"channel": "C…", "ts": "1767225600.000001", "text": "only you see this"}],
//!  "views": [{"id": "V…", "type": "modal", "title": {}, "submit": {}, "close": null, "blocks": [],
//!             "state": {"values": {}}, "errors": {"block_id": "message", "": "about the whole form"}}],
//!  "home": null}
//! ```
//! `people` have the same fields as `me` and include the app. `views` is the stack of modals, the top
//! one last. A message is
//! `{"channel", "ts", "user", "from_app", "text", "blocks"?, "thread_ts"?, "reply_broadcast",
//! "edited"?, "reactions"?, "ephemeral", "values"}` and whatever else the app sent; replies stand among the
//! channel's messages, with the parent's `ts` in `thread_ts`; `values` is what is chosen in its selects.
//! `user` is a person, the app, or `USLACKBOT`.
//!
//! `GET /playground/api/stream?as=alice` is a stream of server-sent events, one at once and one after
//! every change, `event: changed`, `data: {"revision": 13}`. Several changes may come as one event; the
//! revision never goes back, and the state fetched after an event is at least that new.
//!
//! POSTs answer `{"ok": true, …}`, or `{"ok": false, "error": "what Slack would show"}` when the act
//! came to nothing. They return when the app has acknowledged. `at` is `{"channel": "D…", "ts": "…"}`
//! or `{"view": "V…"}` (modals and Home). An `input` is one of `{"text": "x"}`, `{"option": "value"}`,
//! `{"options": ["value"]}`, `{"date": "2026-01-31"}`, `{"time": "13:30"}`, `{"date_time": 1767225600}`,
//! `{"id": "U…"}`, `{"ids": ["U…"]}`, `"empty"`.
//!
//! | POST /playground/api/… | body | also in the answer |
//! |---|---|---|
//! | `command` | `{"as": "alice", "channel": "C…", "text": "/infra new"}`; `"channel": "dm"` is the DM; other text is a message; with `"thread_ts"` it is a reply | |
//! | `press` | `{"as", "at", "block_id", "action_id"}`; with `"input"` for selects, menus, dates outside of forms and fields with `dispatch_action` | |
//! | `enter` | `{"as", "at", "block_id", "action_id", "input"}`: kept, the app is not told | |
//! | `submit` | `{"as", "view": "V…", "values": [{"block_id", "action_id", "input"}]}` | `"outcome"`: `closed`, `cleared`, `updated`, `pushed`; `errors` (the app refused), `refused` (Slack's own form refused): both with `"errors": {"block_id": "message"}` |
//! | `close` | `{"as", "view": "V…", "stack": "one"}`, or `"all"` for the X | |
//! | `options` | `{"as", "at", "block_id", "action_id", "typed": "eu"}` | `"options": [{"label", "value"}]` |
//! | `home` | `{"as"}`: opens the Home tab | |
//! | `reload` | `{"as"}`: ephemeral messages vanish | |
//! | `clock` | `{"advance": "1h"}`, any duration, or `"next"` for the next event | `"now_ms"` |
//!
//! A confirm dialog is the page's to show before `press`. Requests must come from this page: `Host`
//! is loopback, and `Origin`, if there is one, is the same host.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use serde_json::{Value, json};

use super::inner::{Inner, locked};
use super::interact::{Cleared, Place, Spot};
use super::page_requests::{Element, Field, Form, Move, Stack, Typed, Who};
use super::{ActError, Input, SubmitOutcome, acts, api, forms, page_files, page_guard, page_state};
use crate::domain::{Clock as _, Span};

pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/playground/api/state", get(state))
        .route("/playground/api/stream", get(stream))
        .route("/playground/api/command", post(command))
        .route("/playground/api/press", post(press))
        .route("/playground/api/enter", post(enter))
        .route("/playground/api/submit", post(submit))
        .route("/playground/api/close", post(close))
        .route("/playground/api/options", post(options))
        .route("/playground/api/home", post(home))
        .route("/playground/api/reload", post(reload))
        .route("/playground/api/clock", post(clock))
        .route("/files-pri/{place}/{name}", get(api::serve_file))
        .fallback(page_files::serve)
        .layer(middleware::from_fn(page_guard::only_from_here))
}

type Shared = State<Arc<Inner>>;

async fn state(State(inner): Shared, Query(who): Query<Who>) -> Response {
    match person(&inner, &who.r#as) {
        Ok(id) => Json(page_state::of(&inner, &id)).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

async fn stream(
    State(inner): Shared,
    Query(_): Query<Who>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut revision = inner.revision.subscribe();
    revision.mark_changed();
    let events = futures_util::stream::unfold(revision, |mut revision| async {
        // The workspace has ended when its sender is gone.
        revision.changed().await.ok()?;
        let now = *revision.borrow_and_update();
        let event = Event::default().event("changed").data(json!({"revision": now}).to_string());
        Some((Ok(event), revision))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn command(State(inner): Shared, Json(typed): Json<Typed>) -> Json<Value> {
    let done = async {
        let user = person(&inner, &typed.r#as)?;
        let channel = match typed.channel.as_str() {
            "dm" => inner.change(|s| s.open_dm(&user, &inner.who.bot_user)),
            id => id.to_string(),
        };
        match &typed.thread_ts {
            Some(thread) => acts::replies(&inner, &user, (&channel, thread), &typed.text).await,
            None => acts::types(&inner, &user, &channel, &typed.text).await,
        }
    };
    told(done.await)
}

async fn press(State(inner): Shared, Json(on): Json<Element>) -> Json<Value> {
    let done = async {
        let user = person(&inner, &on.r#as)?;
        let input = on.input.clone();
        acts::acts(&inner, &user, &on.spot(), input.as_ref()).await
    };
    told(done.await)
}

async fn enter(State(inner): Shared, Json(on): Json<Element>) -> Json<Value> {
    let input = on.input.clone().unwrap_or(Input::Empty);
    told(acts::enter(&inner, &on.spot(), &input).map(|_| ()))
}

async fn submit(State(inner): Shared, Json(form): Json<Form>) -> Json<Value> {
    let done = async {
        let user = person(&inner, &form.r#as)?;
        for Field { block_id, action_id, input } in form.values {
            let spot = Spot { place: Place::View(form.view.clone()), block_id, action_id };
            acts::enter(&inner, &spot, &input)?;
        }
        forms::submit(&inner, &user, &form.view).await
    };
    let (outcome, errors) = match done.await {
        Err(error) => return told(Err(error)),
        Ok(SubmitOutcome::Closed) => ("closed", None),
        Ok(SubmitOutcome::Cleared) => ("cleared", None),
        Ok(SubmitOutcome::Updated(_)) => ("updated", None),
        Ok(SubmitOutcome::Pushed(_)) => ("pushed", None),
        Ok(SubmitOutcome::Errors(errors)) => ("errors", Some(errors)),
        Ok(SubmitOutcome::RefusedByForm(errors)) => ("refused", Some(errors)),
    };
    let mut answer = json!({"ok": true, "outcome": outcome});
    if let Some(errors) = errors {
        answer["errors"] = json!(errors);
    }
    Json(answer)
}

async fn close(State(inner): Shared, Json(form): Json<Form>) -> Json<Value> {
    let cleared = if form.stack == Stack::All { Cleared::All } else { Cleared::One };
    let done = async {
        let user = person(&inner, &form.r#as)?;
        forms::close(&inner, &user, &form.view, cleared).await
    };
    told(done.await)
}

async fn options(State(inner): Shared, Json(on): Json<Element>) -> Json<Value> {
    let asked = async {
        let user = person(&inner, &on.r#as)?;
        acts::options(&inner, &user, &on.spot(), &on.typed).await
    };
    match asked.await {
        Err(error) => told(Err(error)),
        Ok(offered) => {
            let show = |o: super::Offered| json!({"label": o.label, "value": o.value});
            let options: Vec<Value> = offered.into_iter().map(show).collect();
            Json(json!({"ok": true, "options": options}))
        }
    }
}

async fn home(State(inner): Shared, Json(who): Json<Who>) -> Json<Value> {
    match person(&inner, &who.r#as) {
        Err(error) => told(Err(error)),
        Ok(user) => {
            acts::opens_home(&inner, &user).await;
            told(Ok(()))
        }
    }
}

async fn reload(State(inner): Shared, Json(who): Json<Who>) -> Json<Value> {
    told(person(&inner, &who.r#as).map(|user| {
        inner.change(|s| s.ephemerals.retain(|m| m.only_for.as_deref() != Some(&user)));
    }))
}

async fn clock(State(inner): Shared, Json(wanted): Json<Move>) -> Json<Value> {
    let by = match wanted.advance.as_str() {
        "next" => to_the_next_event(&inner).await,
        text => text.parse::<Span>().map_err(|e| e.to_string()),
    };
    match by {
        Err(error) => Json(json!({"ok": false, "error": error})),
        Ok(by) => {
            inner.clock.advance(by);
            inner.change(|_| ());
            Json(json!({"ok": true, "now_ms": inner.now().0}))
        }
    }
}

async fn to_the_next_event(inner: &Inner) -> Result<Span, String> {
    let agenda = locked(&inner.agenda).clone().ok_or("nobody knows what comes next")?;
    let at = agenda.next_event().await.ok_or("nothing is planned")?;
    // A second more, so that what is due at a moment is over it.
    Ok((at - inner.clock.now()) + Span::seconds(1))
}

fn person(inner: &Inner, name: &str) -> Result<String, ActError> {
    let found =
        inner.look(|s| s.people.iter().find(|u| u.name == name && !u.is_bot).map(|u| u.id.clone()));
    found.ok_or_else(|| ActError::nothing(&format!("the person `{name}`"), "alice, bob, carol"))
}

fn told(done: Result<(), ActError>) -> Json<Value> {
    match done {
        Ok(()) => Json(json!({"ok": true})),
        Err(error) => Json(json!({"ok": false, "error": error.to_string()})),
    }
}
