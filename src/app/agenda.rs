//! What will happen next, for the playground's clock.

use async_trait::async_trait;

use crate::commands::Ctx;
use crate::domain::Timestamp;
use crate::domain::ports::Agenda;
use crate::store::environments;

/// Reads the next warning or reap out of the database.
pub struct DatabaseAgenda(pub Ctx);

#[async_trait]
impl Agenda for DatabaseAgenda {
    async fn next_event(&self) -> Option<Timestamp> {
        let next = async {
            let mut tx = self.0.db.read().await?;
            environments::next_event(&mut tx).await
        };
        match next.await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "the next event could not be read");
                None
            }
        }
    }
}
