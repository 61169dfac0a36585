//! What Slack sends, by HTTP or by socket: verified, translated into one closed enum, acknowledged,
//! and answered.

mod answer;
mod chart;
mod delivery;
mod fields;
mod form;
pub mod http;
mod late;
mod reason;
mod restarting;
mod socket;

use std::sync::Arc;

use serde_json::{Value, json};

pub use delivery::{Delivery, read_interaction};
pub use restarting::UnderWay;
pub use socket::SocketReceiver;

use crate::commands::Ctx;
use crate::slack::Paced;
use crate::words::Words;

/// Handles deliveries, however they came.
#[derive(Clone)]
pub struct Ingress {
    pub ctx: Ctx,
    pub words: Arc<Words>,
    pub slack: Paced,
    /// What is being handled; who ends waits for it.
    pub under_way: UnderWay,
}

impl Ingress {
    /// Handles one. The value is the answer that goes into the acknowledgement, for those kinds that
    /// carry one; the others are to be acknowledged before this is called.
    pub async fn handle(&self, delivery: Delivery) -> Option<Value> {
        if self.ctx.health.is_stopping() && !delivery.only_reads() {
            return self.restarting(delivery).await;
        }
        match delivery {
            Delivery::Typed(typed) => {
                self.typed(typed).await;
                None
            }
            Delivery::Pressed(pressed) => {
                self.pressed(pressed).await;
                None
            }
            Delivery::Submitted(submitted) => Some(self.submitted_in_time(submitted).await),
            Delivery::Suggest(asked) => Some(self.suggest(&asked)),
            Delivery::HomeOpened(person) => {
                self.show_home(&person).await;
                None
            }
            Delivery::Other => None,
        }
    }

    fn suggest(&self, asked: &delivery::Suggest) -> Value {
        let none = json!({ "options": [] });
        let Some(form) = fields::form_data(&asked.metadata) else { return none };
        let Some(input) = crate::domain::actions::read_input_block(&asked.block) else {
            return none;
        };
        self.ctx
            .templates(|catalog| {
                let template = catalog.get(&form.template)?;
                let input = template.manifest.input(input)?;
                Some(crate::words::options(input.kind.options(), &asked.typed))
            })
            .unwrap_or(none)
    }
}
