//! From envelope to handler and back to its ack: each id is handled once, whatever connection it
//! comes on and how often.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;

use super::{Envelope, Receiver, SocketSettings};

/// Where acks of one connection go.
pub(super) type Acks = mpsc::UnboundedSender<Message>;

/// What the ack of an envelope says, once that is decided.
#[derive(Clone)]
enum Answer {
    Pending,
    Given(Option<Value>),
}

pub(super) struct Dispatcher {
    receiver: Arc<dyn Receiver>,
    answer_within: Duration,
    seen: Mutex<Seen>,
    /// Every handler holds a copy, so that its end can be waited for.
    busy: mpsc::Sender<()>,
    closed: watch::Sender<bool>,
}

/// Tells when no handler works any more.
pub(super) struct Idle(mpsc::Receiver<()>);

impl Idle {
    pub(super) async fn wait(mut self) {
        // Nothing is ever sent: it ends when the last copy of the sender is gone.
        while self.0.recv().await.is_some() {}
    }
}

impl Dispatcher {
    pub(super) fn new(
        receiver: Arc<dyn Receiver>,
        settings: &SocketSettings,
    ) -> (Dispatcher, Idle) {
        let (busy, idle) = mpsc::channel(1);
        let dispatcher = Dispatcher {
            receiver,
            answer_within: settings.answer_within,
            seen: Mutex::new(Seen::remembering(settings.remembered)),
            busy,
            closed: watch::Sender::new(false),
        };
        (dispatcher, Idle(idle))
    }

    /// Tells the connections to read no more.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    pub(super) fn closed(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// Starts the handling of one envelope and returns at once.
    pub(super) fn dispatch(&self, envelope: Envelope, acks: Acks) {
        let id = envelope.id.clone();
        let first = self.seen.lock().unwrap_or_else(PoisonError::into_inner).first(&id);
        match first {
            // Slack lost our ack, or the other connection did: it gets the same one again.
            Err(mut answer) => {
                tokio::spawn(async move {
                    let decided = answer.wait_for(|a| matches!(a, Answer::Given(_))).await;
                    if let Ok(Answer::Given(payload)) = decided.as_deref() {
                        ack(&acks, &id, payload.clone());
                    }
                });
            }
            Ok(decide) => {
                let within = envelope.wants_answer().then_some(self.answer_within);
                let receiver = self.receiver.clone();
                let busy = self.busy.clone();
                let handler = async move {
                    let answer = receiver.receive(envelope).await;
                    drop(busy);
                    answer
                };
                tokio::spawn(handle(handler, within, Reply { id, acks, decide }));
            }
        }
    }
}

/// Runs a handler and sends its ack: before it, or with its answer when that may take `within`. A
/// panic of the handler ends there.
async fn handle(
    handler: impl Future<Output = Option<Value>> + Send + 'static,
    within: Option<Duration>,
    reply: Reply,
) {
    let Some(within) = within else {
        reply.send(None);
        if let Err(panic) = tokio::spawn(handler).await {
            tracing::error!(%panic, "the handler of a Slack delivery panicked");
        }
        return;
    };
    let mut task = tokio::spawn(handler);
    let answer = match tokio::time::timeout(within, &mut task).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => {
            tracing::error!(%panic, "the handler of a Slack delivery panicked");
            None
        }
        Err(_elapsed) => {
            tracing::warn!(?within, "no answer to a Slack view or option request in time");
            None
        }
    };
    reply.send(answer);
}

/// The way back of one envelope.
struct Reply {
    id: String,
    acks: Acks,
    decide: watch::Sender<Answer>,
}

impl Reply {
    fn send(self, answer: Option<Value>) {
        ack(&self.acks, &self.id, answer.clone());
        self.decide.send_replace(Answer::Given(answer));
    }
}

fn ack(acks: &Acks, id: &str, payload: Option<Value>) {
    let text = match payload {
        Some(payload) => json!({ "envelope_id": id, "payload": payload }),
        None => json!({ "envelope_id": id }),
    };
    if acks.send(Message::text(text.to_string())).is_err() {
        tracing::warn!(id, "the connection closed before a delivery was acknowledged");
    }
}

/// The envelope ids of late with their answers; the oldest are forgotten.
struct Seen {
    answers: HashMap<String, watch::Receiver<Answer>>,
    order: VecDeque<String>,
    most: usize,
}

impl Seen {
    fn remembering(most: usize) -> Seen {
        Seen { answers: HashMap::new(), order: VecDeque::new(), most: most.max(1) }
    }

    /// The way to decide the answer, for the first of its id; for later ones the way to hear it.
    fn first(&mut self, id: &str) -> Result<watch::Sender<Answer>, watch::Receiver<Answer>> {
        if let Some(answer) = self.answers.get(id) {
            return Err(answer.clone());
        }
        if self.order.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.answers.remove(&oldest);
        }
        let (decide, answer) = watch::channel(Answer::Pending);
        self.answers.insert(id.to_owned(), answer);
        self.order.push_back(id.to_owned());
        Ok(decide)
    }
}
