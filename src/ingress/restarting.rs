//! While the bot ends: what still comes is answered, and nothing is begun; what was begun is waited for.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Ingress;
use super::delivery::{Delivery, Submitted};
use crate::domain::reply::Refusal;

/// Deliveries that are handled behind their acknowledgement.
#[derive(Clone)]
pub struct UnderWay(Arc<Semaphore>);

/// More are not handled at once; those beyond are not waited for.
const MOST: u32 = 4096;

impl Default for UnderWay {
    fn default() -> UnderWay {
        UnderWay(Arc::new(Semaphore::new(MOST as usize)))
    }
}

impl UnderWay {
    /// Held while one is handled.
    pub(super) fn begin(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }

    /// Waits until none is handled.
    pub async fn end(&self) {
        // Nobody closes it.
        let _ = self.0.acquire_many(MOST).await;
    }
}

impl Delivery {
    /// Whether handling it changes nothing.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self, Delivery::Suggest(_) | Delivery::HomeOpened(_) | Delivery::Other)
    }
}

impl Ingress {
    /// Says that the bot restarts; a form stays open with all that was entered.
    pub(super) async fn restarting(&self, delivery: Delivery) -> Option<Value> {
        match delivery {
            Delivery::Typed(typed) => self.refuse_typed(typed, Refusal::Restarting).await,
            Delivery::Pressed(pressed) => self.refuse_pressed(pressed, Refusal::Restarting).await,
            Delivery::Submitted(submitted) => return Some(self.keep_open(&submitted)),
            Delivery::Suggest(_) | Delivery::HomeOpened(_) | Delivery::Other => {}
        }
        None
    }

    fn keep_open(&self, submitted: &Submitted) -> Value {
        let told = self.words.refusal(&Refusal::Restarting);
        let first = submitted.values.as_object().and_then(|values| values.keys().next());
        let Some(first) = first else {
            let view = self.words.info("Mayfly", &told);
            return json!({ "response_action": "update", "view": view });
        };
        let problem = told.text.strip_prefix("error: ").unwrap_or(&told.text);
        json!({ "response_action": "errors", "errors": { first: problem } })
    }
}
