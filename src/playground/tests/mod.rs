//! The workspace, judged without the bot: a small app of the test's own stands on the other side.

mod api;
mod delivery;
mod files;
mod limits;
mod page;
mod socket;
mod views;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use url::Url;

use super::{Delivery, Settings, Workspace};

/// What the test's app was sent.
#[derive(Clone)]
pub(super) struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// One field of a form.
    pub fn field(&self, name: &str) -> String {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, v)| v.into_owned()).unwrap_or_default()
    }

    /// The JSON of an event, or of an interaction's `payload`.
    pub fn json(&self) -> Value {
        let text = if self.path == "/events" { self.body.clone() } else { self.field("payload") };
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// How the test's app answers.
#[derive(Clone)]
pub(super) struct Reply {
    pub status: u16,
    pub body: Value,
    pub after: Duration,
    pub no_retry: bool,
}

impl Default for Reply {
    fn default() -> Reply {
        Reply { status: 200, body: Value::Null, after: Duration::ZERO, no_retry: false }
    }
}

pub(super) fn says(body: Value) -> Reply {
    Reply { body, ..Reply::default() }
}

#[derive(Clone, Default)]
pub(super) struct App {
    pub received: Arc<Mutex<Vec<Received>>>,
    /// What it answers, in turn; then plain acks.
    pub replies: Arc<Mutex<Vec<Reply>>>,
}

impl App {
    /// Starts it and installs it in the workspace.
    pub async fn install(slack: &Workspace) -> App {
        let app = App::default();
        let shared = app.clone();
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let app = shared.clone();
            async move {
                let body = String::from_utf8_lossy(&body).into_owned();
                let path = uri.path().to_string();
                app.received.lock().unwrap().push(Received { path, headers, body });
                let reply = {
                    let mut replies = app.replies.lock().unwrap();
                    if replies.is_empty() { Reply::default() } else { replies.remove(0) }
                };
                tokio::time::sleep(reply.after).await;
                let status = StatusCode::from_u16(reply.status).unwrap();
                let text =
                    if reply.body.is_null() { String::new() } else { reply.body.to_string() };
                let stop = if reply.no_retry { "1" } else { "0" };
                (status, [("x-slack-no-retry", stop)], text).into_response()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let at = |path: &str| Url::parse(&format!("{base}/{path}")).unwrap();
        slack.install(Delivery::Http {
            commands: at("commands"),
            interactions: at("interactions"),
            events: at("events"),
            options: at("options"),
        });
        app
    }

    pub fn next(&self, reply: Reply) {
        self.replies.lock().unwrap().push(reply);
    }

    pub fn all(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn last(&self) -> Received {
        self.all().last().cloned().expect("nothing was delivered")
    }
}

/// Without the system's certificates, which take long to read and serve no test.
pub(super) fn client() -> reqwest::Client {
    let none: [reqwest::Certificate; 0] = [];
    reqwest::Client::builder().no_proxy().tls_certs_only(none).build().unwrap()
}

pub(super) fn provider() {
    // Another test of this process may have installed it already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

pub(super) async fn started(settings: Settings) -> Workspace {
    provider();
    Workspace::start(settings).await.unwrap()
}

/// A workspace with Slack's limits in time shortened, and an app in it.
pub(super) async fn workspace() -> (Workspace, App) {
    let mut settings = Settings::on_a_free_port();
    settings.timings.acknowledge = Duration::from_millis(1500);
    settings.timings.event_retries = [0, 20, 40].map(Duration::from_millis);
    let slack = started(settings).await;
    let app = App::install(&slack).await;
    (slack, app)
}

/// Calls the Web API as the bot.
pub(super) async fn call(slack: &Workspace, method: &str, body: Value) -> Value {
    let request = client().post(format!("{}/{method}", slack.api_url()));
    let request = request.bearer_auth(slack.bot_token()).json(&body);
    request.send().await.unwrap().json().await.unwrap()
}

/// The same with a form, as the reading methods want it.
pub(super) async fn form(slack: &Workspace, method: &str, fields: &[(&str, &str)]) -> Value {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = client()
        .post(format!("{}/{method}", slack.api_url()))
        .bearer_auth(slack.bot_token())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    request.send().await.unwrap().json().await.unwrap()
}

pub(super) fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

pub(super) fn button(action_id: &str, label: &str) -> Value {
    json!({"type": "button", "action_id": action_id, "text": plain(label), "value": "v"})
}

pub(super) fn input(block_id: &str, element: Value) -> Value {
    json!({"type": "input", "block_id": block_id, "label": plain(block_id), "element": element})
}

pub(super) fn modal(blocks: Value) -> Value {
    json!({
        "type": "modal", "callback_id": "c", "title": plain("Form"), "submit": plain("Go"),
        "blocks": blocks,
    })
}

/// A trigger out of a command of alice's.
pub(super) async fn trigger(slack: &Workspace, app: &App) -> String {
    slack.person("alice").types("#general", "/infra new").await.unwrap();
    app.last().field("trigger_id")
}
