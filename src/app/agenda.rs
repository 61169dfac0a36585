//! What will happen next, for the playground's clock.

use async_trait::async_trait;

use crate::commands::Ctx;
use crate::domain::Timestamp;
use crate::domain::ports::Agenda;
use crate::store::{StoreError, approvals, environments};

/// Reads the next warning, reap or reminder out of the database.
pub struct DatabaseAgenda(pub Ctx);

#[async_trait]
impl Agenda for DatabaseAgenda {
    async fn next_event(&self) -> Option<Timestamp> {
        let next = async {
            let mut tx = self.0.db.read().await?;
            let environment = environments::next_event(&mut tx).await?;
            let approval = approvals::next_due(&mut tx).await?;
            Ok::<_, StoreError>([environment, approval].into_iter().flatten().min())
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
