//! Bringing commands, interactions and events to the app: signed HTTP, or a socket.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::api::KEPT;
use super::inner::{Inner, locked};
use super::settings::Delivery;
use super::sign::signature;
use crate::domain::clock::real_now;

/// What was brought to the app.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub kind: DeliveredKind,
    /// Where to; `None` over a socket.
    pub url: Option<Url>,
    /// The headers with signature and timestamp; empty over a socket.
    pub headers: Vec<(String, String)>,
    /// The raw body; over a socket the envelope.
    pub body: String,
    /// What it says: the payload, or the command's fields.
    pub payload: Value,
    /// The HTTP status of the answer; over a socket 200 for an ack; `None` when none came.
    pub status: Option<u16>,
    /// What came back.
    pub answer: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveredKind {
    Command,
    /// `block_actions`, `view_submission`, `view_closed`.
    Interaction,
    /// `block_suggestion`.
    Options,
    Event,
}

/// Why an act of a person came to nothing, as Slack would show it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ActError {
    #[error("no app is installed in the workspace: call `install` first")]
    NotInstalled,
    /// Slack shows `operation_timeout`.
    #[error("{what} failed with the error \"operation_timeout\": no ack within {limit:?}")]
    Timeout { what: String, limit: Duration },
    /// Slack shows `dispatch_failed`.
    #[error("{what} failed with the error \"dispatch_failed\": {why}")]
    Failed { what: String, why: String },
    /// The app's answer is not what Slack takes.
    #[error("Slack does not take the app's answer to {what}: {}", .why.join("; "))]
    BadAnswer { what: String, why: Vec<String> },
    #[error("{what} is not there: {there}")]
    NothingThere { what: String, there: String },
}

impl ActError {
    pub(super) fn nothing(what: &str, there: &str) -> ActError {
        ActError::NothingThere { what: what.into(), there: there.into() }
    }
}

impl Inner {
    /// Brings it to the app and waits for the ack; the result is what the ack carries, if anything.
    pub async fn deliver(
        &self,
        kind: DeliveredKind,
        payload: Value,
    ) -> Result<Option<Value>, ActError> {
        let outgoing = match self.outgoing(kind, &payload)? {
            Some(request) => self.send(request).await,
            None => self.send_over_socket(kind, &payload, None).await,
        };
        outgoing.and_then(|d| accepted(&d).map(|()| d.answer))
    }

    /// Whether the app is reached by HTTP rather than over sockets.
    pub fn by_http(&self) -> Result<bool, ActError> {
        let delivery = locked(&self.delivery).clone().ok_or(ActError::NotInstalled)?;
        Ok(matches!(delivery, Delivery::Http { .. }))
    }

    /// Brings an event to the app, and again in the background if it fails.
    pub async fn emit(inner: &Arc<Inner>, event: Value) {
        let payload = inner.event_payload(event);
        let mut why = match inner.attempt(&payload, None).await {
            Attempt::Done => return,
            Attempt::Again(why) => why,
        };
        let background = inner.clone();
        locked(&inner.tasks).spawn(async move {
            for (n, pause) in background.timings.event_retries.into_iter().enumerate() {
                tokio::time::sleep(pause).await;
                match background.attempt(&payload, Some((n as u32 + 1, why))).await {
                    Attempt::Done => return,
                    Attempt::Again(reason) => why = reason,
                }
            }
        });
    }

    /// Sends what was sent before, byte for byte.
    pub async fn resend(&self, what: &Delivered) -> Result<Delivered, ActError> {
        match what.url {
            Some(_) => self.send(what.clone()).await,
            None => self.resend_over_socket(what).await,
        }
    }

    pub(super) fn record(&self, delivered: &Delivered) {
        let mut all = locked(&self.delivered);
        if all.len() >= KEPT {
            all.drain(..KEPT / 2);
        }
        all.push(delivered.clone());
    }

    /// The signed request, or `None` when the app is reached over a socket.
    fn outgoing(
        &self,
        kind: DeliveredKind,
        payload: &Value,
    ) -> Result<Option<Delivered>, ActError> {
        let Delivery::Http { commands, interactions, events, options } =
            locked(&self.delivery).clone().ok_or(ActError::NotInstalled)?
        else {
            return Ok(None);
        };
        let (url, body) = match kind {
            DeliveredKind::Command => (commands, form(payload)),
            DeliveredKind::Interaction => {
                (interactions, form(&json!({"payload": payload.to_string()})))
            }
            DeliveredKind::Options => (options, form(&json!({"payload": payload.to_string()}))),
            DeliveredKind::Event => (events, payload.to_string()),
        };
        let content = match kind {
            DeliveredKind::Event => "application/json",
            _ => "application/x-www-form-urlencoded",
        };
        let at = real_now().seconds();
        let headers = vec![
            ("content-type".to_string(), content.to_string()),
            ("x-slack-request-timestamp".into(), at.to_string()),
            ("x-slack-signature".into(), signature(&self.who.signing_secret, at, &body)),
        ];
        let payload = payload.clone();
        Ok(Some(Delivered {
            kind,
            url: Some(url),
            headers,
            body,
            payload,
            status: None,
            answer: None,
        }))
    }

    async fn send(&self, mut sent: Delivered) -> Result<Delivered, ActError> {
        (sent.status, sent.answer) = (None, None);
        let what = sent.what();
        let Some(url) = sent.url.clone() else { return Err(ActError::NotInstalled) };
        let mut request = self.http.post(url).body(sent.body.clone());
        for (name, value) in &sent.headers {
            request = request.header(name, value);
        }
        let limit = self.timings.acknowledge;
        let answer = tokio::time::timeout(limit, async {
            let response = request.send().await?;
            let stop = response.headers().get("x-slack-no-retry").is_some_and(|v| v == "1");
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, stop, response.text().await?))
        });
        let outcome = answer.await;
        if let Ok(Ok((status, stop, body))) = &outcome {
            sent.status = Some(*status);
            sent.answer = parsed(body);
            if *stop {
                sent.headers.push(("x-slack-no-retry".into(), "1".into()));
            }
        }
        self.record(&sent);
        match outcome {
            Err(_) => Err(ActError::Timeout { what, limit }),
            Ok(Err(error)) => {
                Err(ActError::Failed { what, why: format!("the app cannot be reached: {error}") })
            }
            Ok(Ok(_)) => Ok(sent),
        }
    }

    async fn attempt(&self, payload: &Value, retry: Option<(u32, &'static str)>) -> Attempt {
        let sent = match self.outgoing(DeliveredKind::Event, payload) {
            // Without an app there is nobody to tell, now or later.
            Err(_) => return Attempt::Done,
            Ok(None) => self.send_over_socket(DeliveredKind::Event, payload, retry).await,
            Ok(Some(mut request)) => {
                if let Some((n, why)) = retry {
                    request.headers.push(("x-slack-retry-num".into(), n.to_string()));
                    request.headers.push(("x-slack-retry-reason".into(), why.into()));
                }
                self.send(request).await
            }
        };
        match sent {
            Ok(d) if d.status.is_some_and(|s| (200..300).contains(&s)) => Attempt::Done,
            Ok(d) if d.headers.iter().any(|(name, _)| name == "x-slack-no-retry") => Attempt::Done,
            Ok(_) => Attempt::Again("http_error"),
            Err(ActError::Timeout { .. }) => Attempt::Again("http_timeout"),
            Err(_) => Attempt::Again("connection_failed"),
        }
    }

    fn event_payload(&self, event: Value) -> Value {
        let who = &self.who;
        let event_id = self.quietly(|s| s.id("Ev"));
        json!({
            "token": who.verification, "team_id": who.team_id, "api_app_id": who.app_id,
            "event": event, "type": "event_callback", "event_id": event_id,
            "event_time": self.now().seconds(), "is_ext_shared_channel": false,
            "authorizations": [{
                "enterprise_id": null, "team_id": who.team_id, "user_id": who.bot_user,
                "is_bot": true, "is_enterprise_install": false,
            }],
        })
    }
}

enum Attempt {
    Done,
    Again(&'static str),
}

impl Delivered {
    /// What it is, for messages: the command's name or the payload's type.
    pub(super) fn what(&self) -> String {
        let text = |key: &str| self.payload[key].as_str();
        match self.kind {
            DeliveredKind::Command => text("command").unwrap_or("the command").into(),
            DeliveredKind::Event => "the event".into(),
            _ => text("type").unwrap_or("the interaction").into(),
        }
    }
}

fn accepted(delivered: &Delivered) -> Result<(), ActError> {
    match delivered.status {
        Some(status) if (200..300).contains(&status) => Ok(()),
        status => Err(ActError::Failed {
            what: delivered.what(),
            why: format!("the app answered with status {}", status.unwrap_or_default()),
        }),
    }
}

/// JSON, or a bare text as `{"text": …}`, or nothing.
fn parsed(body: &str) -> Option<Value> {
    if body.trim().is_empty() {
        return None;
    }
    Some(serde_json::from_str(body).unwrap_or_else(|_| json!({"text": body})))
}

fn form(fields: &Value) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        form.append_pair(name, value.as_str().unwrap_or_default());
    }
    form.finish()
}
