//! The Web API over HTTP: arguments, tokens, faults, rate limits, the log; then one file per family.

mod args;
mod chat;
mod conversations;
mod files;
mod limiter;
mod response_url;
mod users;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use serde_json::{Value, json};

use super::inner::{Inner, locked};
use super::settings::RateLimits;
use super::{Call, Fault, page_api, socket};
pub(super) use args::Args;
pub(super) use chat::{Draft, post_as_app};
pub(super) use files::serve as serve_file;
pub(super) use limiter::Limiter;

/// Slack's own limit on a request's size is not documented; a view may have 250 kB.
const BODY_BYTES: usize = 2 * 1024 * 1024;

/// How many calls and deliveries are remembered.
pub(super) const KEPT: usize = 10_000;

/// What the app's token may do; `auth.test` says so in `x-oauth-scopes`.
const SCOPES: &str = "app_mentions:read,channels:history,channels:join,channels:read,chat:write,\
    commands,dnd:read,files:write,groups:history,groups:read,im:history,im:read,im:write,reactions:write,\
    usergroups:read,users:read,users:read.email";

/// Why a call is refused: Slack's code, and the details that `response_metadata.messages` carries.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub code: String,
    pub messages: Vec<String>,
}

impl From<&str> for Refusal {
    fn from(code: &str) -> Refusal {
        Refusal { code: code.into(), messages: Vec::new() }
    }
}

impl Refusal {
    pub fn arguments(message: String) -> Refusal {
        Refusal { code: "invalid_arguments".into(), messages: vec![message] }
    }

    fn missing(argument: &str) -> Refusal {
        Refusal::arguments(format!("[ERROR] missing required field: {argument}"))
    }
}

/// What a method answers, without `ok`.
type Answer = Result<Value, Refusal>;

/// Every route of the workspace.
pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/hooks/{key}", post(response_url::take))
        .route("/upload/v1/{key}", post(files::upload))
        .route("/link", get(socket::connect))
        .route("/link/", get(socket::connect))
        .merge(page_api::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(inner)
}

async fn call(
    State(inner): State<Arc<Inner>>,
    Path(name): Path<String>,
    (method, uri, headers, body): (Method, Uri, HeaderMap, Bytes),
) -> Response {
    let args = match Args::read(&name, &method, &uri, &headers, &body) {
        Ok(args) => args,
        Err(refusal) => return answer(&inner, &name, &Value::Null, Err(refusal)),
    };
    let arguments = args.json();
    let fault = inner.faults.meet(&name, &args.about());
    match &fault {
        Some(Fault::Slack(code)) => {
            return answer(&inner, &name, &arguments, Err(code.as_str().into()));
        }
        Some(Fault::Http(status)) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            log(&inner, &name, &arguments, (status.as_u16(), None));
            return status.into_response();
        }
        Some(Fault::RateLimited(after)) => {
            return too_many(&inner, &name, &arguments, after.as_secs());
        }
        Some(Fault::DropBefore) => return dropped(&inner, &name, &arguments),
        Some(Fault::Delay(pause)) => tokio::time::sleep(*pause).await,
        Some(Fault::DropAfter) | None => {}
    }
    if let Err(refusal) = authorised(&inner, &name, &args) {
        return answer(&inner, &name, &arguments, Err(refusal));
    }
    if inner.rate_limits == RateLimits::On
        && let Some(after) = inner.limiter.wait(&name, args.text("channel").unwrap_or_default())
    {
        return too_many(&inner, &name, &arguments, after);
    }
    let outcome = dispatch(&inner, &name, &args);
    if fault == Some(Fault::DropAfter) {
        return dropped(&inner, &name, &arguments);
    }
    answer(&inner, &name, &arguments, outcome)
}

fn dispatch(inner: &Inner, method: &str, args: &Args) -> Answer {
    match method {
        "api.test" => Ok(json!({"args": args.json()})),
        "auth.test" => Ok(auth_test(inner)),
        "apps.connections.open" => Ok(json!({"url": socket::ticket(inner)})),
        "chat.postMessage" => chat::post(inner, args),
        "chat.postEphemeral" => chat::post_ephemeral(inner, args),
        "chat.update" => chat::update(inner, args),
        "chat.delete" => chat::delete(inner, args),
        "chat.getPermalink" => chat::permalink(inner, args),
        "reactions.add" => chat::react(inner, args),
        "files.getUploadURLExternal" => files::upload_url(inner, args),
        "files.completeUploadExternal" => files::complete(inner, args),
        "conversations.open" => conversations::open(inner, args),
        "conversations.list" => conversations::list(inner, args),
        "conversations.info" => conversations::info(inner, args),
        "conversations.members" => conversations::members(inner, args),
        "conversations.history" => conversations::history(inner, args),
        "conversations.replies" => conversations::replies(inner, args),
        "conversations.join" => conversations::join(inner, args),
        "users.conversations" => conversations::of_user(inner, args),
        "users.info" => users::info(inner, args),
        "users.list" => users::list(inner, args),
        "users.lookupByEmail" => users::by_email(inner, args),
        "users.getPresence" => users::presence(inner, args),
        "dnd.info" => users::dnd(inner, args),
        "usergroups.list" => users::groups(inner),
        "usergroups.users.list" => users::group_members(inner, args),
        "views.open" => views::open(inner, args),
        "views.push" => views::push(inner, args),
        "views.update" => views::update(inner, args),
        "views.publish" => views::publish(inner, args),
        _ => Err("unknown_method".into()),
    }
}

fn auth_test(inner: &Inner) -> Value {
    let who = &inner.who;
    let (user, team) = inner.look(|s| {
        let user = s.user(&who.bot_user).map(|u| u.name.clone()).unwrap_or_default();
        (user, who.team_domain.clone())
    });
    json!({
        "url": format!("{}/", inner.base_url()), "team": team, "user": user,
        "team_id": who.team_id, "user_id": who.bot_user, "bot_id": who.bot_id,
        "is_enterprise_install": false,
    })
}

/// The app's token opens sockets and nothing else; the bot's does all the rest.
fn authorised(inner: &Inner, method: &str, args: &Args) -> Result<(), Refusal> {
    let who = &inner.who;
    let token = args.token().ok_or("not_authed")?;
    let for_sockets = method == "apps.connections.open";
    if token == who.bot_token {
        return if for_sockets { Err("not_allowed_token_type".into()) } else { Ok(()) };
    }
    if token == who.app_token {
        let allowed = for_sockets || method == "auth.test";
        return if allowed { Ok(()) } else { Err("not_allowed_token_type".into()) };
    }
    Err("invalid_auth".into())
}

fn answer(inner: &Inner, method: &str, arguments: &Value, outcome: Answer) -> Response {
    let error = outcome.as_ref().err().map(|r| r.code.clone());
    log(inner, method, arguments, (200, error));
    let body = match outcome {
        Ok(mut fields) => {
            let mut body = json!({"ok": true});
            if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object_mut()) {
                body.append(fields);
            }
            body
        }
        Err(refusal) => {
            let mut body = json!({"ok": false, "error": refusal.code});
            if !refusal.messages.is_empty() {
                body["response_metadata"] = json!({"messages": refusal.messages});
            }
            body
        }
    };
    ([("x-oauth-scopes", SCOPES), ("x-slack-req-id", "playground")], axum::Json(body))
        .into_response()
}

fn too_many(inner: &Inner, method: &str, arguments: &Value, seconds: u64) -> Response {
    log(inner, method, arguments, (429, Some("ratelimited".into())));
    let body = axum::Json(json!({"ok": false, "error": "ratelimited"}));
    let wait = [("retry-after", seconds.max(1).to_string())];
    (StatusCode::TOO_MANY_REQUESTS, wait, body).into_response()
}

/// A body that fails at once makes the server break the connection.
fn dropped(inner: &Inner, method: &str, arguments: &Value) -> Response {
    log(inner, method, arguments, (0, None));
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(broken)])).into_response()
}

fn log(inner: &Inner, method: &str, arguments: &Value, (status, error): (u16, Option<String>)) {
    let mut calls = locked(&inner.calls);
    // A demo may run for days: the latest are what anybody asks for.
    if calls.len() >= KEPT {
        calls.drain(..KEPT / 2);
    }
    calls.push(Call {
        method: method.into(),
        arguments: arguments.clone(),
        status,
        error,
        at: inner.now(),
    });
}
