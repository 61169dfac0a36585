//! Socket Mode, and everything over TLS.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};

use super::*;
use crate::playground::{ActError, DeliveredKind, SocketChoice, SocketDisconnect, Tls};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn short() -> Workspace {
    let mut settings = Settings::on_a_free_port();
    settings.timings.acknowledge = Duration::from_millis(1500);
    settings.timings.event_retries = [0, 20, 40].map(Duration::from_millis);
    settings.timings.disconnect_warning = Duration::from_millis(1500);
    let slack = started(settings).await;
    slack.install(Delivery::Socket);
    slack
}

async fn address(slack: &Workspace) -> String {
    let request = client().post(format!("{}/apps.connections.open", slack.api_url()));
    let answer = request.bearer_auth(slack.app_token()).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["url"].as_str().unwrap().to_string()
}

async fn connect(slack: &Workspace) -> Socket {
    let (mut socket, _) = tokio_tungstenite::connect_async(address(slack).await).await.unwrap();
    let hello = next(&mut socket).await.unwrap();
    assert_eq!(hello["type"], "hello");
    socket
}

/// The next text frame; `None` when the socket ends.
async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await? {
            Ok(Frame::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Frame::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

async fn ack(socket: &mut Socket, envelope: &Value, payload: Option<Value>) {
    let mut ack = json!({"envelope_id": envelope["envelope_id"]});
    if let Some(payload) = payload {
        ack["payload"] = payload;
    }
    socket.send(Frame::Text(ack.to_string().into())).await.unwrap();
}

#[tokio::test]
async fn an_address_serves_once() {
    let slack = short().await;
    let url = address(&slack).await;
    assert!(url.starts_with("ws://127.0.0.1:"), "{url}");
    let (_socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    assert!(tokio_tungstenite::connect_async(&url).await.is_err());
    let refused = call(&slack, "apps.connections.open", json!({})).await;
    assert_eq!(refused["error"], "not_allowed_token_type", "a bot token opens none");
}

#[tokio::test]
async fn a_command_goes_over_the_socket_and_its_ack_may_carry_the_answer() {
    let slack = short().await;
    let mut socket = connect(&slack).await;
    let alice = slack.person("alice");
    let answering = async {
        let envelope = next(&mut socket).await.unwrap();
        ack(&mut socket, &envelope, Some(json!({"text": "hi"}))).await;
        envelope
    };
    let (typed, envelope) = tokio::join!(alice.types("#general", "/infra help"), answering);
    typed.unwrap();
    assert_eq!(envelope["type"], "slash_commands");
    assert_eq!(envelope["accepts_response_payload"], true);
    assert_eq!(envelope["payload"]["command"], "/infra");
    assert_eq!(alice.ephemerals("#general")[0].text, "hi");
    let again = async {
        let again = next(&mut socket).await.unwrap();
        ack(&mut socket, &again, None).await;
        again
    };
    let (replayed, again) = tokio::join!(slack.redeliver_last(), again);
    assert_eq!(replayed.unwrap().kind, DeliveredKind::Command);
    assert_eq!(again, envelope);
}

#[tokio::test]
async fn without_an_ack_a_command_fails_and_an_event_is_retried() {
    let slack = short().await;
    let alice = slack.person("alice");
    let none = alice.types("#general", "/infra x").await.unwrap_err();
    assert!(matches!(none, ActError::Failed { .. }), "{none}");
    let mut socket = connect(&slack).await;
    let late = alice.types("#general", "/infra x").await.unwrap_err();
    assert!(matches!(late, ActError::Timeout { .. }), "{late}");
    next(&mut socket).await.unwrap();
    alice.opens_home().await;
    let first = next(&mut socket).await.unwrap();
    assert_eq!((&first["type"], &first["retry_attempt"]), (&json!("events_api"), &json!(0)));
    assert_eq!(first["accepts_response_payload"], false);
    let retry = next(&mut socket).await.unwrap();
    assert_eq!(retry["retry_attempt"], 1);
    assert_eq!(retry["payload"]["event_id"], first["payload"]["event_id"]);
    ack(&mut socket, &retry, None).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(slack.deliveries().last().unwrap().status, Some(200));
}

#[tokio::test]
async fn a_socket_that_dies_before_its_ack_hands_over_to_another() {
    let slack = short().await;
    let mut old = connect(&slack).await;
    let mut new = connect(&slack).await;
    slack.prefer_socket(SocketChoice::Oldest);
    let alice = slack.person("alice");
    let dying = async {
        let first = next(&mut old).await.unwrap();
        drop(old);
        let second = next(&mut new).await.unwrap();
        ack(&mut new, &second, None).await;
        (first, second)
    };
    let (typed, (first, second)) = tokio::join!(alice.types("#general", "/infra x"), dying);
    typed.unwrap();
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_warned_socket_still_gets_payloads_until_it_is_closed() {
    let slack = short().await;
    let mut socket = connect(&slack).await;
    slack.socket_disconnect(SocketDisconnect::Warning);
    let warned = next(&mut socket).await.unwrap();
    assert_eq!((&warned["type"], &warned["reason"]), (&json!("disconnect"), &json!("warning")));
    let alice = slack.person("alice");
    let late = async {
        let envelope = next(&mut socket).await.unwrap();
        ack(&mut socket, &envelope, None).await;
    };
    let (typed, ()) = tokio::join!(alice.types("#general", "/infra x"), late);
    typed.unwrap();
    assert_eq!(next(&mut socket).await, None, "and then it ends");
    let mut socket = connect(&slack).await;
    slack.socket_disconnect(SocketDisconnect::RefreshRequested);
    assert_eq!(next(&mut socket).await.unwrap()["reason"], "refresh_requested");
    assert_eq!(next(&mut socket).await, None);
    assert_eq!(slack.open_sockets(), 0);
}

#[tokio::test]
async fn ten_sockets_and_no_more_and_each_gets_its_share() {
    let slack = short().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(connect(&slack).await);
    }
    let (mut eleventh, _) = tokio_tungstenite::connect_async(address(&slack).await).await.unwrap();
    assert_eq!(next(&mut eleventh).await.unwrap()["reason"], "too_many_websockets");
    assert_eq!(slack.open_sockets(), 10);
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    for (n, mut socket) in sockets.into_iter().enumerate() {
        let tell = tell.clone();
        tokio::spawn(async move {
            while let Some(envelope) = next(&mut socket).await {
                tell.send(n).unwrap();
                ack(&mut socket, &envelope, None).await;
            }
        });
    }
    for _ in 0..40 {
        slack.person("alice").types("#general", "/infra x").await.unwrap();
    }
    let mut used = std::collections::HashSet::new();
    while let Ok(n) = told.try_recv() {
        used.insert(n);
    }
    assert!(used.len() > 3, "any of them gets any payload: {used:?}");
}

#[tokio::test]
async fn over_tls_only_who_trusts_the_ca_gets_through() {
    let settings = Settings { tls: Tls::TestCa, ..Settings::on_a_free_port() };
    let slack = started(settings).await;
    slack.install(Delivery::Socket);
    let url = format!("{}/apps.connections.open", slack.api_url());
    assert!(url.starts_with("https://"), "{url}");
    assert!(client().post(&url).bearer_auth(slack.app_token()).send().await.is_err());
    let ca = reqwest::Certificate::from_pem(slack.ca_pem().unwrap().as_bytes()).unwrap();
    let trusting = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
    let answer = trusting.post(&url).bearer_auth(slack.app_token()).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let url = answer["url"].as_str().unwrap();
    assert!(url.starts_with("wss://"), "{url}");

    use rustls::pki_types::pem::PemObject as _;
    let mut roots = rustls::RootCertStore::empty();
    let pem = slack.ca_pem().unwrap().as_bytes();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
    let config =
        rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = Some(Connector::Rustls(Arc::new(config)));
    let connecting = tokio_tungstenite::connect_async_tls_with_config(url, None, false, connector);
    let (mut socket, _) = connecting.await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap()["type"], "hello");
}

#[tokio::test]
async fn it_stops_and_frees_its_port() {
    let slack = short().await;
    let mut socket = connect(&slack).await;
    let address = slack.page_url();
    slack.clone().stop().await;
    assert_eq!(next(&mut socket).await, None);
    assert!(client().get(&address).send().await.is_err());
    let port = url::Url::parse(&address).unwrap().port().unwrap();
    std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
}

#[tokio::test]
async fn it_refuses_to_listen_beyond_this_machine() {
    provider();
    let settings = Settings { listen: ([0, 0, 0, 0], 0).into(), ..Settings::on_a_free_port() };
    let refused = Workspace::start(settings).await.err().unwrap();
    assert!(refused.to_string().contains("127.0.0.1"), "{refused}");
}
