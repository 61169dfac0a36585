//! Deliveries that come over a socket.

use async_trait::async_trait;
use serde_json::Value;

use super::delivery::{Delivery, read_command, read_event, read_interaction};
use super::Ingress;
use crate::slack::{Envelope, EnvelopeKind, Receiver};

/// Hands what the socket brings to the same place as what HTTP brings.
pub struct SocketReceiver(pub Ingress);

#[async_trait]
impl Receiver for SocketReceiver {
    async fn receive(&self, envelope: Envelope) -> Option<Value> {
        let read = match envelope.kind {
            EnvelopeKind::SlashCommand => read_command(&envelope.payload),
            EnvelopeKind::Interactive => read_interaction(&envelope.payload),
            EnvelopeKind::Event => read_event(&envelope.payload),
            EnvelopeKind::Other(_) => Some(Delivery::Other),
        };
        match read {
            Some(delivery) => self.0.handle(delivery).await,
            None => {
                tracing::warn!(kind = ?envelope.kind, "a delivery lacks what its kind always has");
                None
            }
        }
    }
}
