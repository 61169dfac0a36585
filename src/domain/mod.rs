//! What Mayfly is about, without any I/O: identifiers, time, state machines, rules of the TTL, and
//! the typed facts of which messages are made.

pub mod actions;
pub mod actor;
pub mod audit;
pub mod clock;
pub mod engine;
pub mod environment;
pub mod facts;
pub mod health;
pub mod ids;
pub mod names;
pub mod notice;
pub mod orphan;
pub mod plan;
pub mod ports;
pub mod reply;
pub mod rng;
pub mod role;
pub mod run;
pub mod span;
mod text_enum;
pub mod transient;
pub mod ttl;
pub mod verb;

pub use actor::Actor;
pub use clock::{Clock, Timestamp};
pub use engine::{EngineKind, EngineNamed, EnginesWanted, Lack, MadeBy, TerraformBy, Unavailable};
pub use health::Health;
pub use ids::{EnvironmentId, OrphanId, OutboxId, Person, RevealId, RunId};
pub use rng::Rng;
pub use role::Role;
pub use span::Span;
pub use transient::Transient;
