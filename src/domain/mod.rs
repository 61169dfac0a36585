//! What Mayfly is about, without any I/O: identifiers, time, state machines, rules of the TTL, and
//! the typed facts of which messages are made.

pub mod actions;
pub mod actor;
pub mod approval;
pub mod audit;
pub mod clock;
pub mod cost;
pub mod csv;
pub mod decision;
pub mod engine;
pub mod environment;
pub mod facts;
pub mod form;
pub mod health;
pub mod ids;
pub mod month;
pub mod names;
pub mod notice;
pub mod orphan;
pub mod plan;
pub mod ports;
pub mod refusal;
mod rego_version;
pub mod reply;
pub mod report;
pub mod rng;
pub mod role;
pub mod run;
pub mod scan;
pub mod span;
mod text_enum;
pub mod transient;
pub mod ttl;
pub mod usage;
pub mod verb;

pub use actor::Actor;
pub use clock::{Clock, Timestamp};
pub use engine::{EngineKind, EngineNamed, EnginesWanted, Lack, MadeBy, TerraformBy, Unavailable};
pub use health::Health;
pub use ids::{ApprovalId, EnvironmentId, OrphanId, OutboxId, Person, RevealId, RunId};
pub use month::Month;
pub use rego_version::RegoVersion;
pub use rng::Rng;
pub use role::Role;
pub use span::Span;
pub use transient::Transient;
