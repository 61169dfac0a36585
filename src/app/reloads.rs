//! Policies that an operator had read anew in one process are read anew in all.

use std::time::Duration;

use tokio::sync::watch;

use crate::commands::Ctx;
use crate::store::{Db, StoreError, settings};

/// Looks for a reload again and again until `stop` turns true. The one who was asked has done it already: twice does
/// no harm.
pub(super) async fn run(ctx: Ctx, every: Duration, mut stop: watch::Receiver<bool>) {
    let Ctx { policies, db, directory, .. } = ctx;
    if !db.is_shared() {
        return;
    }
    let mut seen = asked(&db).await.unwrap_or_default();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(every) => {}
        }
        // A database that is away is told of by whoever needs it.
        let Ok(now) = asked(&db).await else { continue };
        if now == seen {
            continue;
        }
        seen = now;
        let read = policies.clone();
        match tokio::task::spawn_blocking(move || read.reload()).await {
            Ok(Ok(())) => {
                tracing::info!(bundle = %policies.bundle(), "policies were read anew");
                for problem in directory.problems() {
                    tracing::warn!("{problem}");
                }
            }
            Ok(Err(errors)) => {
                let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                tracing::error!(problems = %all.join("; "), "newer policies are broken; the old ones stay");
            }
            Err(error) => tracing::error!(%error, "policies could not be read anew"),
        }
    }
}

async fn asked(db: &Db) -> Result<Option<String>, StoreError> {
    let mut tx = db.read().await?;
    settings::get(&mut tx, settings::POLICIES_RELOADED).await
}
