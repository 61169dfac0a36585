//! Socket Mode: Slack's deliveries over a WebSocket that we dial, for bots without a public address.
//! <https://docs.slack.dev/apis/events-api/using-socket-mode>
//!
//! The reader of a connection waits for nobody: each envelope goes to a task of its own. When Slack
//! announces the end of a connection, its successor is opened first, and the old one is read until it
//! closes, because deliveries still come on it.

mod connection;
mod dispatch;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::client::Client;
use super::error::Class;
use crate::domain::Rng;
use connection::{Connection, Leaving, Signal};
use dispatch::Dispatcher;

/// The intervals and limits of Socket Mode; all of them real time.
#[derive(Debug, Clone)]
pub struct SocketSettings {
    /// For dialling, TLS and the WebSocket's handshake.
    pub connect_within: Duration,
    /// For Slack's `hello` after that.
    pub hello_within: Duration,
    /// How often we ask for a sign of life.
    pub ping_every: Duration,
    /// A connection on which nothing came for so long is dead.
    pub silence: Duration,
    /// A submission or an option request that is not answered by then is acked without an answer.
    /// Slack waits 3 s.
    pub answer_within: Duration,
    /// The first pause after a failure; it doubles with each further one.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// A connection that lived so long was a success: the next failure starts at the first pause.
    pub settled_after: Duration,
    /// How long an old connection is still read once its successor stands.
    pub drain: Duration,
    /// How long handlers may take to end when the process stops.
    pub stop_within: Duration,
    /// How many envelope ids are remembered, to handle each once.
    pub remembered: usize,
    /// The largest frame and message, in bytes.
    pub largest_frame: usize,
}

impl Default for SocketSettings {
    fn default() -> SocketSettings {
        SocketSettings {
            connect_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(10),
            ping_every: Duration::from_secs(10),
            silence: Duration::from_secs(35),
            answer_within: Duration::from_secs(2),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            settled_after: Duration::from_secs(10),
            drain: Duration::from_secs(15),
            stop_within: Duration::from_secs(10),
            remembered: 2048,
            largest_frame: 1024 * 1024,
        }
    }
}

/// What an envelope carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// A slash command; the payload has the fields of the HTTP form.
    SlashCommand,
    /// A button, a submitted view, an option request, a shortcut: as `payload` over HTTP.
    Interactive,
    /// An event, as the JSON body over HTTP.
    Event,
    /// A kind that Slack may add.
    Other(String),
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub id: String,
    pub kind: EnvelopeKind,
    pub payload: Value,
    /// 0 at first, then the count of Slack's retries (of events alone).
    pub retry_attempt: u64,
}

impl Envelope {
    /// Whether Slack takes the answer out of the ack: a submitted view (errors on its fields, a
    /// next view) and a request for options. Everything else is acked before it is handled.
    pub fn wants_answer(&self) -> bool {
        matches!(self.payload["type"].as_str(), Some("view_submission" | "block_suggestion"))
    }
}

/// Who handles deliveries. Called on a task of its own for each envelope, once per envelope id.
#[async_trait]
pub trait Receiver: Send + Sync + 'static {
    /// Handles one delivery. The answer goes into the ack when [`Envelope::wants_answer`], if it comes
    /// within [`SocketSettings::answer_within`]; later, the handling goes on and its answer is dropped.
    async fn receive(&self, envelope: Envelope) -> Option<Value>;
}

/// How the socket stands, for health pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Connecting,
    Connected,
    /// What went wrong last, and that it is tried again.
    Failing(String),
    Stopped,
}

/// The Socket Mode side of one app.
pub struct Socket {
    client: Client,
    receiver: Arc<dyn Receiver>,
    settings: SocketSettings,
    status: watch::Sender<Status>,
}

impl Socket {
    /// `client` holds the app-level token (`xapp-…`). Nothing is dialled before [`Socket::run`].
    pub fn new(client: Client, receiver: Arc<dyn Receiver>, settings: SocketSettings) -> Socket {
        Socket { client, receiver, settings, status: watch::Sender::new(Status::Connecting) }
    }

    /// How the connection stands, from now on.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Keeps one connection standing until `stop` turns true or its sender is gone; then waits for
    /// handlers that still work, at most [`SocketSettings::stop_within`].
    pub async fn run(self, mut rng: Box<dyn Rng>, mut stop: watch::Receiver<bool>) {
        let (dispatcher, idle) = Dispatcher::new(self.receiver.clone(), &self.settings);
        let dispatcher = Arc::new(dispatcher);
        let mut connections = JoinSet::new();
        tokio::select! {
            () = stopped(&mut stop) => {}
            () = self.keep_connected(&mut *rng, &dispatcher, &mut connections) => {}
        }
        // From here nothing new is read; what is being answered still gets its ack.
        dispatcher.close();
        drop(dispatcher);
        let rest = async {
            idle.wait().await;
            while connections.join_next().await.is_some() {}
        };
        if tokio::time::timeout(self.settings.stop_within, rest).await.is_err() {
            tracing::warn!(
                "Slack deliveries were still being handled when the time to stop was over"
            );
        }
        self.status.send_replace(Status::Stopped);
    }

    /// Never returns: opens a connection, waits until it is about to end, opens the next.
    async fn keep_connected(
        &self,
        rng: &mut dyn Rng,
        dispatcher: &Arc<Dispatcher>,
        connections: &mut JoinSet<()>,
    ) {
        let mut backoff = Backoff::new(self.settings.first_pause, self.settings.longest_pause);
        // The connection before this one; telling it that its successor stands lets it end.
        let mut previous: Option<watch::Sender<bool>> = None;
        loop {
            let connection = match self.open().await {
                Ok(connection) => connection,
                Err(failure) => {
                    let pause = match failure.class {
                        Class::Permanent => backoff.longest(rng),
                        _ => backoff.failed(rng).max(failure.after().unwrap_or_default()),
                    };
                    tracing::warn!(error = %failure.why, ?pause, "Socket Mode cannot connect");
                    self.status.send_replace(Status::Failing(failure.why));
                    tokio::time::sleep(pause).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            let opened = Instant::now();
            let (signals, mut told) = mpsc::unbounded_channel();
            let (retire, retired) = watch::channel(false);
            connections.spawn(connection.serve(dispatcher.clone(), signals, retired));
            let leaving = loop {
                match told.recv().await {
                    Some(Signal::Hello) => {
                        tracing::info!("Socket Mode is connected");
                        self.status.send_replace(Status::Connected);
                        if let Some(previous) = previous.take() {
                            previous.send_replace(true);
                        }
                    }
                    Some(Signal::Leaving(leaving)) => break leaving,
                    None => break Leaving::Lost("its task ended".into()),
                }
            };
            // A connection that never said hello replaces nothing: its own predecessor stays.
            if previous.is_none() {
                previous = Some(retire);
            } else {
                retire.send_replace(true);
            }
            let lived = opened.elapsed() >= self.settings.settled_after;
            if lived {
                backoff.succeeded();
            }
            let pause = match &leaving {
                Leaving::Refresh if lived => Duration::ZERO,
                Leaving::Refresh | Leaving::Lost(_) => backoff.failed(rng),
                Leaving::Refused(_) => backoff.longest(rng),
            };
            tracing::info!(reason = %leaving, ?pause, "Socket Mode opens a new connection");
            if let Leaving::Lost(_) | Leaving::Refused(_) = leaving {
                self.status.send_replace(Status::Failing(leaving.to_string()));
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn open(&self) -> Result<Connection, Failure> {
        let url = self
            .client
            .open_socket()
            .await
            .map_err(|error| Failure { class: error.class, why: error.to_string() })?;
        Connection::dial(&url, &self.settings)
            .await
            .map_err(|why| Failure { class: Class::Retry { after: None }, why })
    }
}

/// Why no connection could be opened.
struct Failure {
    class: Class,
    why: String,
}

impl Failure {
    fn after(&self) -> Option<Duration> {
        match self.class {
            Class::Retry { after } => after,
            Class::Repair | Class::Permanent => None,
        }
    }
}

/// Resolves when `stop` is true or can never become true.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _sender_gone = stop.wait_for(|stop| *stop).await.is_err();
}
