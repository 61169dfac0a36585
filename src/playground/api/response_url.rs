//! Posts to a `response_url`: five within 30 minutes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::args::Args;
use super::chat::{Draft, post_as_app, rewrite};
use super::{Refusal, log};
use crate::playground::inner::Inner;
use crate::playground::{limits, views};

/// As the log of calls names it.
const NAME: &str = "response_url";

pub(super) async fn take(
    State(inner): State<Arc<Inner>>,
    Path(key): Path<String>,
    (headers, body): (HeaderMap, Bytes),
) -> Response {
    let read = read(&headers, &body);
    let arguments = read.as_ref().map_or(Value::Null, |a| a.json());
    if let Some(fault) = inner.faults.meet(NAME, &[]) {
        let status = match fault {
            crate::playground::Fault::Http(status) => status,
            _ => 500,
        };
        log(&inner, NAME, &arguments, (status, None));
        return StatusCode::from_u16(status).unwrap_or_default().into_response();
    }
    let outcome = read.and_then(|args| apply(&inner, &key, &args));
    let (status, text) = match &outcome {
        Ok(()) => (StatusCode::OK, "ok".to_string()),
        Err(r) if r.code == "expired_url" || r.code == "used_url" => {
            (StatusCode::NOT_FOUND, r.code.clone())
        }
        Err(r) => (StatusCode::BAD_REQUEST, r.code.clone()),
    };
    log(&inner, NAME, &arguments, (status.as_u16(), outcome.err().map(|r| r.code)));
    (status, text).into_response()
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Args, Refusal> {
    let content = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let json = match content.starts_with("application/x-www-form-urlencoded") {
        true => url::form_urlencoded::parse(body)
            .find(|(key, _)| key == "payload")
            .map(|(_, value)| value.into_owned().into_bytes())
            .ok_or("invalid_payload")?,
        false => body.to_vec(),
    };
    match serde_json::from_slice(&json) {
        Ok(Value::Object(fields)) => Ok(Args::of(fields)),
        _ => Err("invalid_payload".into()),
    }
}

fn apply(inner: &Inner, key: &str, args: &Args) -> Result<(), Refusal> {
    let deleting = args.flag("delete_original");
    let draft = match deleting {
        true => Draft::default(),
        false => Draft::read(args, limits::Writing::Post)?,
    };
    inner.change(|s| {
        let url = s.response_urls.get_mut(key).ok_or("expired_url")?;
        if url.made.elapsed() > inner.timings.response_url {
            return Err("expired_url".into());
        }
        if url.uses >= limits::RESPONSE_URL_USES {
            return Err("used_url".into());
        }
        url.uses += 1;
        let (user, channel, original) = (url.user.clone(), url.channel.clone(), url.ts.clone());
        if let Some(ts) = original.as_ref().filter(|_| deleting) {
            s.messages.retain(|m| m.channel != channel || m.ts != *ts);
            s.ephemerals.retain(|m| m.channel != channel || m.ts != *ts);
            return Ok(());
        }
        if let Some(ts) = original.filter(|_| args.flag("replace_original")) {
            let edited = s.ts(inner.now());
            let blocks = views::named(s, draft.blocks);
            let message = s.message_mut(&channel, &ts).ok_or("message_not_found")?;
            rewrite(message, (Some(draft.text), Some(blocks)), edited);
            return Ok(());
        }
        let public = args.text("response_type") == Some("in_channel");
        let only_for = (!public).then_some(user);
        post_as_app(inner, s, &channel, Draft { only_for, ..draft });
        Ok(())
    })
}
