//! Socket Mode: single-use addresses, envelopes and their acks, disconnects.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::delivery::{ActError, Delivered, DeliveredKind};
use super::hub::Out;
use super::ids;
use super::inner::{Inner, locked};
use super::settings::{SocketDisconnect, Tls};

/// How often Slack pings a socket.
const PING: Duration = Duration::from_secs(10);
/// How often it is looked whether a socket has come for what waits for one.
const LOOK: Duration = Duration::from_millis(20);

/// What came of one sending over one socket.
enum Sent {
    Acked(Option<Value>),
    /// The socket closed before it acked.
    Lost,
    Late,
}

/// A fresh single-use address, as `apps.connections.open` gives it.
pub(super) fn ticket(inner: &Inner) -> String {
    let ticket = inner.quietly(|s| ids::secret(s.rng.as_mut(), 16));
    inner.sockets.awaits(ticket.clone());
    let scheme = if inner.tls == Tls::Plain { "ws" } else { "wss" };
    format!("{scheme}://{}/link/?ticket={ticket}&app_id={}", inner.address, inner.who.app_id)
}

pub(super) async fn connect(
    State(inner): State<Arc<Inner>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let ticket = query.get("ticket").cloned().unwrap_or_default();
    if !inner.sockets.redeem(&ticket) {
        return (StatusCode::UNAUTHORIZED, "the ticket is unknown or used").into_response();
    }
    upgrade.on_upgrade(move |socket| serve(inner, socket))
}

impl Inner {
    /// Sends an envelope and waits for its ack; when the socket closes first it goes over another.
    pub async fn send_over_socket(
        &self,
        kind: DeliveredKind,
        payload: &Value,
        retry: Option<(u32, &'static str)>,
    ) -> Result<Delivered, ActError> {
        let kind_name = match kind {
            DeliveredKind::Command => "slash_commands",
            DeliveredKind::Event => "events_api",
            _ => "interactive",
        };
        let mut envelope = json!({
            "envelope_id": self.quietly(|s| ids::uuid(s.rng.as_mut())), "payload": payload,
            "type": kind_name, "accepts_response_payload": kind != DeliveredKind::Event,
        });
        if kind == DeliveredKind::Event {
            envelope["retry_attempt"] = retry.map_or(0, |(n, _)| n).into();
            envelope["retry_reason"] = retry.map_or("", |(_, why)| why).into();
        }
        let delivered = Delivered {
            kind,
            url: None,
            headers: Vec::new(),
            body: envelope.to_string(),
            payload: payload.clone(),
            status: None,
            answer: None,
        };
        self.resend_over_socket(&delivered).await
    }

    /// The same envelope, byte for byte.
    pub async fn resend_over_socket(&self, what: &Delivered) -> Result<Delivered, ActError> {
        let mut sent = Delivered { status: None, answer: None, ..what.clone() };
        let envelope: Value = serde_json::from_str(&sent.body).unwrap_or_default();
        let id = envelope["envelope_id"].as_str().unwrap_or_default().to_string();
        let limit = self.timings.acknowledge;
        let deadline = Instant::now() + limit;
        let mut handed_once = false;
        loop {
            let drawn = self.quietly(|s| s.rng.below(u32::MAX));
            let Some(wait) = self.sockets.hand(&id, &sent.body, drawn) else {
                if handed_once && Instant::now() < deadline {
                    tokio::time::sleep(LOOK).await;
                    continue;
                }
                self.record(&sent);
                let why = "the app has no socket open".to_string();
                return Err(ActError::Failed { what: sent.what(), why });
            };
            handed_once = true;
            let outcome = match tokio::time::timeout_at(deadline, wait).await {
                Ok(Ok(payload)) => Sent::Acked(payload),
                Ok(Err(_)) => Sent::Lost,
                Err(_) => Sent::Late,
            };
            match outcome {
                Sent::Lost => continue,
                Sent::Late => {
                    self.record(&sent);
                    return Err(ActError::Timeout { what: sent.what(), limit });
                }
                Sent::Acked(payload) => {
                    sent.status = Some(200);
                    sent.answer = payload.filter(|_| sent.kind != DeliveredKind::Event);
                    self.record(&sent);
                    return Ok(sent);
                }
            }
        }
    }

    /// Announces the end to every socket, and ends it.
    pub fn disconnect_sockets(inner: &Arc<Inner>, reason: SocketDisconnect) {
        let name = match reason {
            SocketDisconnect::Warning => "warning",
            SocketDisconnect::RefreshRequested => "refresh_requested",
            SocketDisconnect::LinkDisabled => "link_disabled",
        };
        let text = disconnect(name);
        let doomed = inner.sockets.all();
        for socket in &doomed {
            // A socket that is gone needs no announcement.
            drop(socket.send(Out::Text(text.clone())));
        }
        let pause = match reason {
            SocketDisconnect::Warning => inner.timings.disconnect_warning,
            _ => Duration::ZERO,
        };
        locked(&inner.tasks).spawn(async move {
            tokio::time::sleep(pause).await;
            for socket in doomed {
                drop(socket.send(Out::Close));
            }
        });
    }
}

async fn serve(inner: Arc<Inner>, mut socket: WebSocket) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let (id, count) = match inner.sockets.add(out) {
        Ok(added) => added,
        Err(_) => {
            // Nothing is lost if the app has hung up already.
            drop(socket.send(Frame::Text(disconnect("too_many_websockets").into())).await);
            return;
        }
    };
    let hello = json!({
        "type": "hello", "num_connections": count,
        "connection_info": {"app_id": inner.who.app_id},
        "debug_info": {
            "host": "applink-playground", "build_number": 1,
            "approximate_connection_time": 18_060,
        },
    });
    if socket.send(Frame::Text(hello.to_string().into())).await.is_ok() {
        exchange(&inner, &mut socket, &mut outgoing).await;
    }
    inner.sockets.remove(id);
}

/// Until either side ends it.
async fn exchange(
    inner: &Inner,
    socket: &mut WebSocket,
    outgoing: &mut mpsc::UnboundedReceiver<Out>,
) {
    let mut ping = tokio::time::interval(PING);
    loop {
        let sent = tokio::select! {
            out = outgoing.recv() => match out {
                Some(Out::Text(text)) => socket.send(Frame::Text(text.into())).await,
                Some(Out::Close) | None => {
                    // The app may have closed it first.
                    drop(socket.send(Frame::Close(None)).await);
                    return;
                }
            },
            _ = ping.tick() => socket.send(Frame::Ping("Ping from applink".into())).await,
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    inner.sockets.acked(&text);
                    Ok(())
                }
                Some(Ok(Frame::Close(_))) | Some(Err(_)) | None => return,
                Some(Ok(_)) => Ok(()),
            },
        };
        if sent.is_err() {
            return;
        }
    }
}

fn disconnect(reason: &str) -> String {
    json!({
        "type": "disconnect", "reason": reason, "debug_info": {"host": "applink-playground"},
    })
    .to_string()
}
