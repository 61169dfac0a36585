//! What Mayfly is about, without any I/O: identifiers, time, state machines, rules of the TTL.

pub mod clock;
pub mod ids;
pub mod rng;
pub mod span;

pub use clock::{Clock, Timestamp};
pub use ids::{EnvironmentId, OutboxId, Person, RevealId, RunId};
pub use rng::Rng;
pub use span::Span;
