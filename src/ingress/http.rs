//! Deliveries that come by HTTP: a limit on the body, then the signature over its raw bytes, and only
//! then a look at what it says.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use secrecy::SecretString;
use serde_json::{Value, json};
use tower_http::limit::RequestBodyLimitLayer;

use super::Ingress;
use super::delivery::{Delivery, read_command, read_event, read_interaction};
use crate::domain::clock::real_now;
use crate::slack::signature::{Signed, verify};

/// No delivery of Slack's is larger; a view's state of 250 kB is the largest.
pub const LARGEST_BODY: usize = 1024 * 1024;
/// Slack gives up on an answer after 3 s.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Door {
    ingress: Ingress,
    signing_secret: SecretString,
}

/// The routes that Slack is pointed to. Options are asked for at the address of interactions, or at one
/// of their own.
pub fn routes(ingress: Ingress, signing_secret: SecretString) -> Router {
    Router::new()
        .route("/slack/commands", post(command))
        .route("/slack/interactions", post(interaction))
        .route("/slack/options", post(interaction))
        .route("/slack/events", post(event))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .with_state(Door { ingress, signing_secret })
}

async fn command(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refused) = door.refusal(&headers, &body) {
        return refused;
    }
    let fields = form(&body);
    if fields.contains_key("ssl_check") {
        return StatusCode::OK.into_response();
    }
    door.take(read_command(&json!(fields))).await
}

async fn interaction(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refused) = door.refusal(&headers, &body) {
        return refused;
    }
    let fields = form(&body);
    if fields.contains_key("ssl_check") {
        return StatusCode::OK.into_response();
    }
    let payload = fields.get("payload").and_then(|text| serde_json::from_str::<Value>(text).ok());
    door.take(payload.and_then(|payload| read_interaction(&payload))).await
}

async fn event(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refused) = door.refusal(&headers, &body) {
        return refused;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else { return malformed() };
    if body["type"] == "url_verification" {
        return Json(json!({ "challenge": body["challenge"] })).into_response();
    }
    door.take(read_event(&body)).await
}

impl Door {
    /// The answer to what Slack has not signed; `None` lets it in.
    fn refusal(&self, headers: &HeaderMap, body: &[u8]) -> Option<Response> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
        let signed = Signed {
            timestamp: header("x-slack-request-timestamp"),
            signature: header("x-slack-signature"),
        };
        let error = verify(&self.signing_secret, signed, body, real_now()).err()?;
        tracing::warn!(%error, "a delivery was refused");
        // Told to try again, Slack would.
        let refused = (StatusCode::UNAUTHORIZED, [("x-slack-no-retry", "1")], "unauthorised\n");
        Some(refused.into_response())
    }

    /// Acknowledges, and handles on a task of its own what needs no answer in the acknowledgement.
    async fn take(&self, delivery: Option<Delivery>) -> Response {
        let Some(delivery) = delivery else { return malformed() };
        let answers = matches!(delivery, Delivery::Submitted(_) | Delivery::Suggest(_));
        let ingress = self.ingress.clone();
        let held = ingress.under_way.begin();
        let handled = tokio::spawn(async move {
            let answer = ingress.handle(delivery).await;
            drop(held);
            answer
        });
        if !answers {
            return StatusCode::OK.into_response();
        }
        // Handling goes on when its answer comes too late to be heard.
        match tokio::time::timeout(ANSWERS_WITHIN, handled).await {
            Ok(Ok(Some(answer))) => Json(answer).into_response(),
            _ => StatusCode::OK.into_response(),
        }
    }
}

fn malformed() -> Response {
    (StatusCode::BAD_REQUEST, [("x-slack-no-retry", "1")], "malformed").into_response()
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}
