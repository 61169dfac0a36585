//! A simulated Slack workspace for people and tests.
//!
//! It knows Slack and not the bot: the Web API with Slack's own errors and limits, delivery to the
//! app by signed HTTP or by Socket Mode, three people ([`Persona`]) who act as people do, and an
//! API for a browser page ([`page_api`]). Everything is on loopback.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use mayfly::playground::{Delivery, Settings, Workspace};
//! let slack = Workspace::start(Settings::on_a_free_port()).await?;
//! slack.install(Delivery::Socket);
//! slack.person("alice").types("#general", "/infra help").await?;
//! # Ok(()) }
//! ```

mod acts;
mod api;
mod blocks;
mod delivery;
mod faults;
mod forms;
mod happenings;
mod hub;
mod ids;
mod inner;
mod interact;
mod limits;
mod model;
pub mod page_api;
mod page_files;
mod page_guard;
mod page_requests;
mod page_state;
mod people;
mod persona;
mod settings;
mod sign;
mod snapshot;
mod socket;
mod state;
mod tls;
mod values;
mod views;
mod workspace;

#[cfg(test)]
mod tests;

pub use delivery::{ActError, Delivered, DeliveredKind};
pub use faults::{Fault, Faults};
pub use hub::SocketChoice;
pub use model::{Button, Call, Message, View};
pub use people::Presence;
pub use persona::{Persona, SubmitOutcome, Waited};
pub use settings::{
    Delivery, PlaygroundError, RateLimits, Settings, SocketDisconnect, Timings, Tls,
};
pub use snapshot::Snapshot;
pub use values::{Input, Offered};
pub use workspace::Workspace;
