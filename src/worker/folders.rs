//! Runs' folders: they hold variables, plans and output with secrets in the clear, so that nothing of
//! them stays when a run has ended. Its log and its outcome are in the database.

use std::path::Path;

use super::{Shop, folders};
use crate::domain::RunId;
use crate::faults;
use crate::process::leftovers_of;
use crate::store::{StoreError, runs};

/// Removes the folder of a run that has ended.
pub(super) async fn remove(folder: &Path) {
    let owned = folder.to_path_buf();
    let remove = move || faults::around(faults::REMOVE_RUN, || std::fs::remove_dir_all(owned));
    let removed = tokio::task::spawn_blocking(remove).await;
    match removed {
        Ok(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(folder = %folder.display(), %error, "a run's folder could not be removed");
        }
        // Gone, as it should be, or the runtime ends and the next start sweeps.
        _ => {}
    }
}

impl Shop {
    /// Removes the folders of runs that ended elsewhere, or just before the bot did.
    pub(super) async fn sweep(&self) {
        for folder in folders(&self.settings.data.join("runs")) {
            match self.is_over(&folder).await {
                Ok(true) => remove(&folder).await,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "could not look which runs' folders are over");
                    return;
                }
            }
        }
    }

    /// Whether the run has ended and nothing of it runs here any more.
    async fn is_over(&self, folder: &Path) -> Result<bool, StoreError> {
        let Some(id) = folder.file_name().and_then(|name| name.to_str()) else { return Ok(false) };
        let mut tx = self.ctx.db.read().await?;
        let ended = match runs::get(&mut tx, &RunId(id.to_owned())).await {
            Ok(run) => run.status.is_terminal(),
            // Another installation's, or none of ours: not to be touched.
            Err(StoreError::NoSuchRow { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok(ended && folders(folder).iter().all(|child| leftovers_of(child).is_empty()))
    }
}
