//! One WebSocket connection, from dialling to its end.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, error::CapacityError};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};

use super::dispatch::{Acks, Dispatcher};
use super::{Envelope, EnvelopeKind, SocketSettings};
use crate::slack::roots;

type Ws = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a connection tells its owner.
pub(super) enum Signal {
    /// Slack greeted: deliveries may come.
    Hello,
    /// It will end, or has ended: open the next one. Said once.
    Leaving(Leaving),
}

/// Why a connection ends.
pub(super) enum Leaving {
    /// Slack moves its connections about; this one is still read.
    Refresh,
    /// It broke, or never worked.
    Lost(String),
    /// Slack wants no further one soon.
    Refused(String),
}

impl fmt::Display for Leaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaving::Refresh => f.write_str("Slack asked for a fresh connection"),
            Leaving::Lost(why) | Leaving::Refused(why) => f.write_str(why),
        }
    }
}

pub(super) struct Connection {
    socket: Ws,
    settings: SocketSettings,
}

impl Connection {
    /// Dials, `ws://` or `wss://`. The error never has the address, whose ticket is a secret.
    pub(super) async fn dial(url: &str, settings: &SocketSettings) -> Result<Connection, String> {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(settings.largest_frame))
            .max_frame_size(Some(settings.largest_frame));
        let tls = Connector::Rustls(roots::trusting_the_system());
        let dialling =
            tokio_tungstenite::connect_async_tls_with_config(url, Some(limits), true, Some(tls));
        match timeout(settings.connect_within, dialling).await {
            Ok(Ok((socket, _response))) => Ok(Connection { socket, settings: settings.clone() }),
            Ok(Err(Error::Http(response))) => {
                Err(format!("Slack's socket answered HTTP {}", response.status()))
            }
            Ok(Err(error)) => Err(format!("Slack's socket cannot be reached: {error}")),
            Err(_elapsed) => {
                Err(format!("Slack's socket did not answer within {:?}", settings.connect_within))
            }
        }
    }

    /// Reads until it ends: because it broke, because its successor stands (`retired`) and the time to
    /// drain is over, or because the dispatcher is closed. Then sends the acks that are still owed.
    pub(super) async fn serve(
        self,
        dispatcher: Arc<Dispatcher>,
        signals: mpsc::UnboundedSender<Signal>,
        retired: watch::Receiver<bool>,
    ) {
        let (sink, stream) = self.socket.split();
        let (acks, owed) = mpsc::unbounded_channel();
        let writer = tokio::spawn(write(sink, owed, self.settings.connect_within));
        let mut reader = Reader {
            dispatcher,
            acks,
            signals,
            settings: self.settings,
            greeted: false,
            left: false,
        };
        let end = reader.read(stream, retired).await;
        reader.leave(Leaving::Lost(end));
        // The queue ends when the last task that owes an ack is done with it.
        drop(reader);
        if let Err(panic) = writer.await {
            tracing::error!(%panic, "the writer of a socket panicked");
        }
    }
}

/// Sends what is queued until nobody can queue any more, then closes the connection.
async fn write(
    mut sink: SplitSink<Ws, Message>,
    mut owed: mpsc::UnboundedReceiver<Message>,
    within: Duration,
) {
    while let Some(message) = owed.recv().await {
        let sent = timeout(within, sink.send(message)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!("a frame could not be sent: the connection is gone");
            return;
        }
    }
    if !matches!(timeout(within, sink.close()).await, Ok(Ok(()))) {
        tracing::debug!("the other side closed the connection first");
    }
}

struct Reader {
    dispatcher: Arc<Dispatcher>,
    acks: Acks,
    signals: mpsc::UnboundedSender<Signal>,
    settings: SocketSettings,
    greeted: bool,
    left: bool,
}

impl Reader {
    /// Reads frames until there is a reason to stop, which it returns.
    async fn read(
        &mut self,
        mut stream: SplitStream<Ws>,
        mut retired: watch::Receiver<bool>,
    ) -> String {
        let mut closed = self.dispatcher.closed();
        let mut ping = tokio::time::interval(self.settings.ping_every);
        let opened = Instant::now();
        let mut heard = opened;
        let mut drained: Option<Instant> = None;
        loop {
            tokio::select! {
                frame = stream.next() => {
                    heard = Instant::now();
                    match frame {
                        Some(Ok(Message::Close(_))) | None => return "Slack closed the connection".into(),
                        Some(Ok(frame)) => self.frame(frame),
                        Some(Err(error)) => return describe(&error),
                    }
                }
                _ = ping.tick() => {
                    if heard.elapsed() > self.settings.silence {
                        return format!("nothing was heard for {:?}", self.settings.silence);
                    }
                    if self.acks.send(Message::Ping(Default::default())).is_err() {
                        return "the connection cannot be written to".into();
                    }
                }
                () = sleep_until(opened + self.settings.hello_within), if !self.greeted && !self.left => {
                    self.leave(Leaving::Lost("Slack did not say hello".into()));
                }
                Ok(_) = retired.wait_for(|retired| *retired), if drained.is_none() => {
                    drained = Some(Instant::now() + self.settings.drain);
                }
                () = until(drained) => return "it was drained".into(),
                _ = closed.wait_for(|closed| *closed) => return "the bot stops".into(),
            }
        }
    }

    fn frame(&mut self, frame: Message) {
        let text = match frame {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => return,
            Message::Binary(bytes) => {
                tracing::warn!(bytes = bytes.len(), "a binary frame on Slack's socket is ignored");
                return;
            }
        };
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            tracing::warn!(
                bytes = text.len(),
                "a frame that is no JSON on Slack's socket is ignored"
            );
            return;
        };
        match value["type"].as_str() {
            Some("hello") => {
                self.greeted = true;
                self.signal(Signal::Hello);
            }
            Some("disconnect") => self.disconnect(value["reason"].as_str().unwrap_or_default()),
            _ => self.envelope(value),
        }
    }

    fn envelope(&self, mut value: Value) {
        let (Some(id), Some(kind)) = (value["envelope_id"].as_str(), value["type"].as_str()) else {
            tracing::warn!("a frame without envelope_id or type on Slack's socket is ignored");
            return;
        };
        let envelope = Envelope {
            id: id.to_owned(),
            kind: match kind {
                "slash_commands" => EnvelopeKind::SlashCommand,
                "interactive" => EnvelopeKind::Interactive,
                "events_api" => EnvelopeKind::Event,
                other => EnvelopeKind::Other(other.to_owned()),
            },
            retry_attempt: value["retry_attempt"].as_u64().unwrap_or(0),
            payload: value["payload"].take(),
        };
        self.dispatcher.dispatch(envelope, self.acks.clone());
    }

    fn disconnect(&mut self, reason: &str) {
        let leaving = match reason {
            "link_disabled" => Leaving::Refused(
                "Socket Mode is switched off for the app: switch it on in the app's settings".into(),
            ),
            "too_many_websockets" => Leaving::Refused(
                "the app has 10 connections already, which is the most: stop other copies of the bot"
                    .into(),
            ),
            // `warning` comes about 10 s ahead, `refresh_requested` at the end; new reasons are taken alike.
            _ => Leaving::Refresh,
        };
        self.leave(leaving);
    }

    /// Says once why this connection ends.
    fn leave(&mut self, leaving: Leaving) {
        if !self.left {
            self.left = true;
            self.signal(Signal::Leaving(leaving));
        }
    }

    fn signal(&self, signal: Signal) {
        if self.signals.send(signal).is_err() {
            tracing::debug!("a connection outlived its owner: it is being drained");
        }
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn describe(error: &Error) -> String {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            format!("a message of {size} bytes came, at most {max_size} are read")
        }
        other => format!("the connection broke: {other}"),
    }
}
