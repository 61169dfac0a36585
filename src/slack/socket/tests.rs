//! Against a small Slack: `apps.connections.open` over HTTP and WebSockets that the tests script.

use super::*;
use crate::domain::rng::SystemRng;
use crate::slack::ClientSettings;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{any, post};
use axum::{Json, Router};
use secrecy::SecretString;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Mutex;

#[derive(Clone)]
struct Server {
    url: String,
    /// What `apps.connections.open` answers before it answers well, and when it was asked.
    refusals: Arc<Mutex<VecDeque<Value>>>,
    asked: Arc<Mutex<Vec<Instant>>>,
    dialled: mpsc::UnboundedSender<Line>,
}

/// One dialled connection, as Slack holds it.
struct Line {
    to_bot: mpsc::UnboundedSender<Message>,
    from_bot: mpsc::UnboundedReceiver<Value>,
}

impl Line {
    fn send(&self, frame: Value) {
        self.to_bot.send(Message::text(frame.to_string())).unwrap();
    }

    fn envelope(&self, id: &str, kind: &str, payload: Value) {
        self.send(json!({ "envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": true }));
    }

    fn disconnect(&self, reason: &str) {
        self.send(json!({ "type": "disconnect", "reason": reason }));
    }

    async fn ack(&mut self) -> Value {
        soon(self.from_bot.recv()).await.expect("the connection closed without an ack")
    }

    async fn ended(&mut self) {
        while soon(self.from_bot.recv()).await.is_some() {}
    }
}

#[track_caller]
fn soon<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        let limit = Duration::from_secs(10);
        tokio::time::timeout(limit, future).await.unwrap_or_else(|_| panic!("too late: {caller}"))
    }
}

async fn open(State(server): State<Server>) -> ([(&'static str, String); 1], Json<Value>) {
    server.asked.lock().unwrap().push(Instant::now());
    let refusal = server.refusals.lock().unwrap().pop_front();
    let ws = format!("{}/link?ticket=a-secret", server.url.replace("http:", "ws:"));
    let answer = refusal.unwrap_or(json!({ "ok": true, "url": ws }));
    ([("retry-after", answer["retry_after"].to_string())], Json(answer))
}

async fn link(State(server): State<Server>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| hold(server, socket))
}

async fn hold(server: Server, mut socket: WebSocket) {
    let (to_bot, mut outgoing) = mpsc::unbounded_channel();
    let (incoming, from_bot) = mpsc::unbounded_channel();
    if server.dialled.send(Line { to_bot, from_bot }).is_err() {
        return;
    }
    loop {
        tokio::select! {
            frame = outgoing.recv() => match frame {
                Some(frame) => if socket.send(frame).await.is_err() { return },
                None => return,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => {
                    if incoming.send(serde_json::from_str(&text).unwrap()).is_err() { return }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}

/// Handles by what the payload says: `sleep` (ms), `answer`, `panic`; keeps the ids.
#[derive(Default)]
struct Handler {
    begun: Mutex<Vec<String>>,
    done: Mutex<Vec<String>>,
}

#[async_trait]
impl Receiver for Handler {
    async fn receive(&self, envelope: Envelope) -> Option<Value> {
        self.begun.lock().unwrap().push(envelope.id.clone());
        assert!(envelope.payload["panic"].is_null(), "as the payload asked");
        let sleep = envelope.payload["sleep"].as_u64().unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(sleep)).await;
        self.done.lock().unwrap().push(envelope.id);
        Some(envelope.payload["answer"].clone()).filter(|answer| !answer.is_null())
    }
}

struct World {
    server: Server,
    lines: mpsc::UnboundedReceiver<Line>,
    handler: Arc<Handler>,
    status: watch::Receiver<Status>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl World {
    /// The next connection that the bot dials, greeted.
    async fn line(&mut self) -> Line {
        let line = soon(self.lines.recv()).await.unwrap();
        line.send(json!({ "type": "hello", "num_connections": 1 }));
        line
    }

    fn asked(&self) -> Vec<Instant> {
        self.server.asked.lock().unwrap().clone()
    }

    async fn status(&mut self, wanted: impl Fn(&Status) -> bool) -> Status {
        soon(self.status.wait_for(wanted)).await.unwrap().clone()
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        soon(self.running).await.unwrap();
    }
}

fn settings() -> SocketSettings {
    SocketSettings {
        ping_every: Duration::from_millis(50),
        silence: Duration::from_secs(5),
        answer_within: Duration::from_secs(1),
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(100),
        settled_after: Duration::ZERO,
        drain: Duration::from_millis(600),
        ..SocketSettings::default()
    }
}

async fn world(settings: SocketSettings, refusals: Vec<Value>) -> World {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (dialled, lines) = mpsc::unbounded_channel();
    let server = Server {
        url: format!("http://{}", listener.local_addr().unwrap()),
        refusals: Arc::new(Mutex::new(refusals.into())),
        asked: Arc::default(),
        dialled,
    };
    let routes = Router::new()
        .route("/api/apps.connections.open", post(open))
        .route("/link", any(link))
        .with_state(server.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let client = Client::new(ClientSettings {
        api_url: format!("{}/api", server.url),
        token: SecretString::from("xapp-1"),
        timeout: Duration::from_secs(5),
    })
    .unwrap();
    let handler = Arc::new(Handler::default());
    let socket = Socket::new(client, handler.clone(), settings);
    let status = socket.status();
    let (stop, stopping) = watch::channel(false);
    let running = tokio::spawn(socket.run(Box::new(SystemRng), stopping));
    World { server, lines, handler, status, stop, running }
}

fn submission(answer: Value) -> Value {
    json!({ "type": "view_submission", "answer": answer })
}

#[tokio::test]
async fn acks_at_once_and_answers_submissions_in_the_ack() {
    let mut world = world(settings(), vec![]).await;
    let mut line = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    line.envelope(
        "e1",
        "slash_commands",
        json!({ "command": "/infra", "answer": { "text": "no" } }),
    );
    assert_eq!(line.ack().await, json!({ "envelope_id": "e1" }));
    line.envelope(
        "e2",
        "interactive",
        json!({ "type": "block_actions", "answer": { "text": "no" } }),
    );
    assert_eq!(line.ack().await, json!({ "envelope_id": "e2" }));
    let errors = json!({ "response_action": "errors", "errors": { "b": "too long" } });
    line.envelope("e3", "interactive", submission(errors.clone()));
    assert_eq!(line.ack().await, json!({ "envelope_id": "e3", "payload": errors }));
    line.envelope(
        "e4",
        "interactive",
        json!({ "type": "block_suggestion", "answer": { "options": [] } }),
    );
    assert_eq!(line.ack().await, json!({ "envelope_id": "e4", "payload": { "options": [] } }));
    line.envelope("e5", "interactive", submission(Value::Null));
    assert_eq!(line.ack().await, json!({ "envelope_id": "e5" }));
    world.stop().await;
}

#[tokio::test]
async fn slow_and_panicking_handlers_delay_no_other_ack() {
    let mut world = world(settings(), vec![]).await;
    let mut line = world.line().await;
    let sent = Instant::now();
    for i in 0..20 {
        line.envelope(&format!("slow{i}"), "slash_commands", json!({ "sleep": 2500 }));
    }
    line.envelope("panics", "events_api", json!({ "panic": true }));
    line.envelope("quick", "interactive", submission(json!({ "a": 1 })));
    let mut acked = Vec::new();
    for _ in 0..22 {
        acked.push(line.ack().await["envelope_id"].as_str().unwrap().to_owned());
    }
    assert!(sent.elapsed() < Duration::from_millis(2400), "{:?}", sent.elapsed());
    assert!(acked.contains(&"panics".into()) && acked.contains(&"quick".into()));
    // An answer that comes too late is a plain ack in time; the handling goes on to its end.
    line.envelope(
        "late",
        "interactive",
        json!({ "type": "view_submission", "sleep": 1500, "answer": 1 }),
    );
    assert_eq!(line.ack().await, json!({ "envelope_id": "late" }));
    line.envelope("breaks", "interactive", json!({ "type": "view_submission", "panic": true }));
    assert_eq!(line.ack().await, json!({ "envelope_id": "breaks" }));
    let handler = world.handler.clone();
    world.stop().await;
    let done = handler.done.lock().unwrap();
    assert!(done.contains(&"late".into()), "stopping did not wait for the handler: {done:?}");
    assert_eq!(done.len(), 22, "{done:?}");
}

#[tokio::test]
async fn a_refresh_opens_the_next_before_the_old_ends_and_late_envelopes_are_handled() {
    for reason in ["warning", "refresh_requested", "a_reason_of_tomorrow"] {
        let mut world = world(settings(), vec![]).await;
        let mut old = world.line().await;
        old.disconnect(reason);
        // Said again, it opens no third one.
        old.disconnect(reason);
        old.envelope("late1", "slash_commands", json!({}));
        assert_eq!(old.ack().await["envelope_id"], "late1");
        let mut new = world.line().await;
        new.envelope("n", "interactive", submission(json!({ "new": true })));
        assert_eq!(new.ack().await["payload"]["new"], true);
        old.envelope("late2", "interactive", submission(json!({ "old": true })));
        assert_eq!(old.ack().await["payload"]["old"], true);
        old.ended().await;
        new.envelope("n2", "slash_commands", json!({}));
        assert_eq!(new.ack().await["envelope_id"], "n2");
        assert_eq!(world.asked().len(), 2, "{reason}");
        assert!(world.lines.try_recv().is_err());
        assert_eq!(*world.status.borrow(), Status::Connected);
        world.stop().await;
    }
}

#[tokio::test]
async fn the_old_one_is_read_for_as_long_as_no_new_one_stands() {
    let refused = || json!({ "ok": false, "error": "internal_error" });
    let mut world = world(settings(), vec![]).await;
    let mut old = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    world.server.refusals.lock().unwrap().extend((0..30).map(|_| refused()));
    old.disconnect("warning");
    // Longer than the time to drain, which only begins when the successor stands.
    tokio::time::sleep(Duration::from_millis(900)).await;
    old.envelope("still", "slash_commands", json!({}));
    assert_eq!(old.ack().await["envelope_id"], "still");
    let _new = world.line().await;
    old.ended().await;
    world.stop().await;
}

#[tokio::test]
async fn failed_opens_back_off_and_success_starts_anew() {
    let refused = || json!({ "ok": false, "error": "internal_error" });
    let settings = SocketSettings {
        first_pause: Duration::from_millis(50),
        longest_pause: Duration::from_secs(10),
        ..settings()
    };
    let mut world = world(settings, vec![refused(), refused(), refused()]).await;
    let failing = world.status(|s| matches!(s, Status::Failing(_))).await;
    assert_eq!(
        failing,
        Status::Failing("Slack refused apps.connections.open: internal_error".into())
    );
    let line = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    let asked = world.asked();
    let pauses: Vec<u128> = asked.windows(2).map(|w| (w[1] - w[0]).as_millis()).collect();
    assert_eq!(pauses.len(), 3);
    for (pause, least) in pauses.iter().zip([25, 50, 100]) {
        assert!(*pause >= least, "{pauses:?}");
    }
    let dropped = Instant::now();
    drop(line);
    let _next = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    let again = *world.asked().last().unwrap() - dropped;
    assert!(again < Duration::from_millis(190), "the pause did not start anew: {again:?}");
    world.stop().await;
}

#[tokio::test]
async fn refusals_for_good_wait_long() {
    let settings = SocketSettings {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(400),
        ..settings()
    };
    let refused = json!({ "ok": false, "error": "invalid_auth" });
    let mut world = world(settings, vec![refused]).await;
    let line = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    let asked = world.asked();
    assert!(asked[1] - asked[0] >= Duration::from_millis(200));
    line.disconnect("too_many_websockets");
    let failing = world.status(|s| matches!(s, Status::Failing(_))).await;
    assert!(format!("{failing:?}").contains("stop other copies"), "{failing:?}");
    let disabled = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    let asked = world.asked();
    assert!(asked[2] - asked[1] >= Duration::from_millis(200));
    disabled.disconnect("link_disabled");
    let failing = world.status(|s| matches!(s, Status::Failing(_))).await;
    assert!(format!("{failing:?}").contains("switch it on"), "{failing:?}");
    let _next = world.line().await;
    world.stop().await;
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let busy = json!({ "ok": false, "error": "ratelimited", "retry_after": 1 });
    let mut world = world(settings(), vec![busy]).await;
    let _line = world.line().await;
    let asked = world.asked();
    assert!(asked[1] - asked[0] >= Duration::from_secs(1));
    world.stop().await;
}

#[tokio::test]
async fn duplicates_are_handled_once_and_get_the_same_ack() {
    let mut world = world(settings(), vec![]).await;
    let mut old = world.line().await;
    let slow = json!({ "type": "view_submission", "sleep": 150, "answer": { "same": 1 } });
    old.envelope("twice", "interactive", slow.clone());
    old.disconnect("warning");
    let mut new = world.line().await;
    new.envelope("twice", "interactive", slow.clone());
    let ack = json!({ "envelope_id": "twice", "payload": { "same": 1 } });
    assert_eq!(new.ack().await, ack);
    assert_eq!(old.ack().await, ack);
    new.envelope("twice", "interactive", slow);
    assert_eq!(new.ack().await, ack);
    assert_eq!(*world.handler.begun.lock().unwrap(), ["twice"]);
    world.stop().await;
}

#[tokio::test]
async fn garbage_is_survived() {
    let mut world = world(settings(), vec![]).await;
    let mut line = world.line().await;
    for garbage in
        ["", "{", "null", "[1]", "\"x\"", "{}", r#"{"type":7}"#, r#"{"type":"events_api"}"#]
    {
        line.to_bot.send(Message::text(garbage)).unwrap();
    }
    line.to_bot.send(Message::binary(vec![0, 159, 146, 150])).unwrap();
    line.to_bot.send(Message::Ping(vec![1].into())).unwrap();
    line.envelope("of_a_new_kind", "holograms", Value::Null);
    assert_eq!(line.ack().await["envelope_id"], "of_a_new_kind");
    // What is too large breaks its connection, and only that.
    line.to_bot.send(Message::text("x".repeat(1024 * 1024 + 1))).unwrap();
    let mut next = world.line().await;
    next.envelope("after", "slash_commands", json!({}));
    assert_eq!(next.ack().await["envelope_id"], "after");
    world.stop().await;
}

#[tokio::test]
async fn a_connection_without_hello_or_without_life_is_replaced() {
    let settings = SocketSettings {
        hello_within: Duration::from_millis(400),
        silence: Duration::from_secs(1),
        ping_every: Duration::from_millis(20),
        ..settings()
    };
    let mut world = world(settings, vec![]).await;
    let _mute = soon(world.lines.recv()).await.unwrap();
    let greeted = world.line().await;
    world.status(|s| *s == Status::Connected).await;
    // Pongs are life: it stands for longer than the silence that would end it.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(world.asked().len(), 2);
    assert_eq!(*world.status.borrow(), Status::Connected);
    drop(greeted);
    let _next = world.line().await;
    world.stop().await;
}

#[tokio::test]
async fn a_peer_that_hangs_is_noticed_by_its_silence() {
    // Accepts the connection and the handshake, then never reads again: no pong comes.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let settings = SocketSettings {
        silence: Duration::from_millis(150),
        ping_every: Duration::from_millis(20),
        ..settings()
    };
    let accepted = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        tokio_tungstenite::accept_async(stream).await.unwrap()
    });
    let connection = Connection::dial(&url, &settings).await.unwrap();
    let _hangs = accepted.await.unwrap();
    let (dispatcher, _idle) = Dispatcher::new(Arc::new(Handler::default()), &settings);
    let (signals, mut told) = mpsc::unbounded_channel();
    let (_retire, retired) = watch::channel(false);
    tokio::spawn(connection.serve(Arc::new(dispatcher), signals, retired));
    let Some(Signal::Leaving(leaving)) = soon(told.recv()).await else { panic!("no end") };
    assert!(leaving.to_string().contains("nothing was heard"), "{leaving}");
}

#[tokio::test]
async fn a_failed_dial_says_why_without_the_ticket() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let quick = SocketSettings { connect_within: Duration::from_millis(100), ..settings() };
    let url = format!("ws://127.0.0.1:{port}/?ticket=a-secret");
    let why = Connection::dial(&url, &quick).await.err().unwrap();
    assert!(why.contains("did not answer within"), "{why}");
    drop(listener);
    for url in [url, "http://x/?ticket=a-secret".into(), "ws://[/?ticket=a-secret".into()] {
        let why = Connection::dial(&url, &quick).await.err().unwrap();
        assert!(!why.contains("a-secret"), "{why}");
    }
}

#[tokio::test]
async fn stops_at_once_whatever_it_does() {
    // While it waits for its next attempt, and while it is connected.
    let slow = SocketSettings {
        first_pause: Duration::from_secs(60),
        longest_pause: Duration::from_secs(60),
        ..settings()
    };
    let refused = json!({ "ok": false, "error": "internal_error" });
    let mut waiting = world(slow, vec![refused]).await;
    waiting.status(|s| matches!(s, Status::Failing(_))).await;
    waiting.stop().await;
    let mut connected = world(settings(), vec![]).await;
    let mut line = connected.line().await;
    connected.status(|s| *s == Status::Connected).await;
    let status = connected.status.clone();
    line.envelope(
        "last",
        "interactive",
        json!({ "type": "view_submission", "sleep": 100, "answer": 1 }),
    );
    while connected.handler.begun.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connected.stop().await;
    assert_eq!(line.ack().await["payload"], 1);
    line.ended().await;
    assert_eq!(*status.borrow(), Status::Stopped);
}
