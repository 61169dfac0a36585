//! Anchors the trail's chains at intervals of business time. Any number of processes may do so: one writes.

use std::time::Duration;

use tokio::sync::watch;

use crate::commands::Ctx;
use crate::domain::Span;
use crate::domain::audit::Anchor;
use crate::store::{StoreError, audit};

/// How often it is looked whether an anchor is due, unless they are made more often; real time.
const LOOKS_EVERY: Duration = Duration::from_secs(60);

/// Runs until `stop` turns true.
pub async fn run(ctx: Ctx, every: Span, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = anchor_if_due(&ctx, every).await {
            tracing::warn!(%error, "the audit trail could not be anchored; it is tried again");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(every.real().min(LOOKS_EVERY)) => {}
        }
    }
}

/// Makes an anchor if the last one is `every` old and something was recorded since.
pub async fn anchor_if_due(ctx: &Ctx, every: Span) -> Result<Option<Anchor>, StoreError> {
    let now = ctx.now();
    // Looked at by a reader first: it holds up no writer, and mostly there is nothing to do.
    if !audit::anchor_is_due(&mut ctx.db.read().await?, now, every).await? {
        return Ok(None);
    }
    let mut tx = ctx.db.write("anchor the audit trail").await?;
    let made = audit::anchor(&mut tx, now, every).await?;
    tx.commit().await?;
    Ok(made)
}
