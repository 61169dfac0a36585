//! What a part needs from one that it may not import; `app` hands in the implementation.

use async_trait::async_trait;

use super::{Person, Timestamp};

/// Who is who: teams and operators.
pub trait Directory: Send + Sync {
    /// The person's team; `None` for somebody whom the settings do not know.
    fn team_of(&self, person: &Person) -> Option<String>;
    /// Whether the person may act on everything and use the brake.
    fn is_operator(&self, person: &Person) -> bool;
}

/// What will happen next of its own accord: the playground's clock can be moved there.
#[async_trait]
pub trait Agenda: Send + Sync {
    /// The earliest warning or reap that is due at or after the present, in business time.
    async fn next_event(&self) -> Option<Timestamp>;
}
