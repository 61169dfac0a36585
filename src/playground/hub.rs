//! The sockets that the app has open: which one gets a payload, and who waits for its ack.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::inner::locked;
use super::limits;

/// Which socket a payload goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SocketChoice {
    /// Any of them, as in Slack.
    #[default]
    Random,
    /// The one that was opened first.
    Oldest,
    /// The one that was opened last.
    Newest,
}

/// The sockets that the app has open.
#[derive(Default)]
pub(super) struct Sockets {
    hub: Mutex<Hub>,
}

#[derive(Default)]
struct Hub {
    tickets: HashSet<String>,
    open: Vec<(u64, mpsc::UnboundedSender<Out>)>,
    made: u64,
    choice: SocketChoice,
    /// Envelope id → the socket it went over and who waits for its ack.
    waiting: HashMap<String, (u64, oneshot::Sender<Option<Value>>)>,
}

pub(super) enum Out {
    Text(String),
    Close,
}

impl Sockets {
    pub fn prefer(&self, choice: SocketChoice) {
        locked(&self.hub).choice = choice;
    }

    pub fn count(&self) -> usize {
        locked(&self.hub).open.len()
    }

    pub fn close_all(&self) {
        self.tell_all(|| Out::Close);
    }

    /// A closed channel means that the socket is gone already.
    fn tell_all(&self, out: impl Fn() -> Out) {
        locked(&self.hub).open.retain(|(_, socket)| socket.send(out()).is_ok());
    }

    pub fn add(&self, out: mpsc::UnboundedSender<Out>) -> Result<(u64, usize), usize> {
        let mut hub = locked(&self.hub);
        if hub.open.len() >= limits::SOCKETS {
            return Err(hub.open.len());
        }
        hub.made += 1;
        let id = hub.made;
        hub.open.push((id, out));
        Ok((id, hub.open.len()))
    }

    /// Whoever waits for an ack from this socket learns that it is gone.
    pub fn remove(&self, id: u64) {
        let mut hub = locked(&self.hub);
        hub.open.retain(|(open, _)| *open != id);
        hub.waiting.retain(|_, (socket, _)| *socket != id);
    }

    pub fn acked(&self, frame: &str) {
        let Ok(ack) = serde_json::from_str::<Value>(frame) else { return };
        let id = ack["envelope_id"].as_str().unwrap_or_default();
        if let Some((_, waiting)) = locked(&self.hub).waiting.remove(id) {
            // Nobody may be waiting any more: the ack came too late.
            drop(waiting.send(ack.get("payload").cloned()));
        }
    }

    /// Hands the envelope to one socket; `None` when there is none.
    pub fn hand(
        &self,
        id: &str,
        envelope: &str,
        drawn: u32,
    ) -> Option<oneshot::Receiver<Option<Value>>> {
        let mut hub = locked(&self.hub);
        let at = match hub.choice {
            _ if hub.open.is_empty() => return None,
            SocketChoice::Oldest => 0,
            SocketChoice::Newest => hub.open.len() - 1,
            SocketChoice::Random => drawn as usize % hub.open.len(),
        };
        let (socket, out) = &hub.open[at];
        let socket = *socket;
        if out.send(Out::Text(envelope.into())).is_err() {
            hub.open.remove(at);
            return None;
        }
        let (ack, wait) = oneshot::channel();
        hub.waiting.insert(id.into(), (socket, ack));
        Some(wait)
    }

    /// Remembers a single-use ticket.
    pub fn awaits(&self, ticket: String) {
        locked(&self.hub).tickets.insert(ticket);
    }

    /// Whether the ticket is one that was given out and not used yet; it is used now.
    pub fn redeem(&self, ticket: &str) -> bool {
        locked(&self.hub).tickets.remove(ticket)
    }

    /// A way to every open socket, for those that are open now.
    pub fn all(&self) -> Vec<mpsc::UnboundedSender<Out>> {
        locked(&self.hub).open.iter().map(|(_, socket)| socket.clone()).collect()
    }
}
