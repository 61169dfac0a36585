//! Runs' folders: they hold variables, plans and output with secrets in the clear, so that nothing of
//! them stays when a run has ended. Its log and its outcome are in the database.

use std::path::Path;

use super::attempt::Stopped;
use super::complete::LEFT_UNKNOWN;
use super::{Shop, folders};
use crate::domain::RunId;
use crate::domain::environment::{EndReason, Status};
use crate::faults::{self, Moment};
use crate::process::{Supervised, leftovers_of};
use crate::store::{StoreError, audit, environments, runs};

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

/// Removes what stayed of an environment that is gone.
async fn remove_left(folder: &Path) {
    let owned = folder.to_path_buf();
    let remove = move || faults::around(faults::REMOVE_LEFT, || std::fs::remove_dir_all(owned));
    if let Ok(Err(error)) = tokio::task::spawn_blocking(remove).await {
        tracing::warn!(folder = %folder.display(), %error, "what is left of an ended environment could not be removed");
    }
}

/// The child of a run that is at work here just now.
pub(super) fn working(shop: &Shop, run: &RunId) -> Option<Supervised> {
    let folder = shop.settings.data.join("runs").join(run.as_str());
    let at_work = folders(&folder).into_iter().find(|child| !leftovers_of(child).is_empty())?;
    // One whose folder cannot be read is told of by whoever follows it.
    Supervised::attach(&at_work).ok().flatten()
}

/// Ends what may still run of a run's earlier try, and removes its folder.
pub(super) async fn discard(shop: &Shop, run: &RunId) -> Result<(), Stopped> {
    let folder = shop.settings.data.join("runs").join(run.as_str());
    for child in folders(&folder) {
        if leftovers_of(&child).is_empty() {
            continue;
        }
        let Ok(Some(child)) = Supervised::attach(&child) else { continue };
        faults::point(faults::BURY, Moment::Before);
        let buried = child.bury(shop.settings.interrupt_grace).await;
        faults::point(faults::BURY, Moment::After);
        buried.map_err(|error| Stopped::Trouble(error.to_string()))?;
    }
    match faults::around(faults::REMOVE_RUN, || std::fs::remove_dir_all(&folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Stopped::Trouble(format!("{}: {error}", folder.display())))
        }
        _ => Ok(()),
    }
}

impl Shop {
    /// Removes the folders of runs that ended elsewhere, or just before the bot did, and what stayed here of
    /// environments that another machine has destroyed.
    pub(super) async fn sweep(&self) {
        for kind in ["states", "sites"] {
            for folder in folders(&self.settings.data.join(kind)) {
                if self.is_gone(&folder).await.unwrap_or(false) {
                    remove_left(&folder).await;
                }
            }
        }
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

    /// Whether the environment that the folder is called after was destroyed, and nothing of it can be left. The
    /// state of one that somebody only says is gone stays for whoever needs it, and so does an older one that may
    /// know what the receipt could only name.
    async fn is_gone(&self, folder: &Path) -> Result<bool, StoreError> {
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
            return Ok(false);
        };
        let mut tx = self.ctx.db.read().await?;
        let Some(environment) = environments::by_name(&mut tx, name).await? else {
            return Ok(false);
        };
        let marked = environment
            .end_reason
            .as_ref()
            .is_some_and(|reason| matches!(reason.0, EndReason::MarkedGone { .. }));
        if environment.status != Status::Destroyed || marked {
            return Ok(false);
        }
        let trail = audit::of_environment(&mut tx, &environment.id).await?;
        let doubtful = ["environment.marked_gone", LEFT_UNKNOWN];
        Ok(trail.iter().all(|entry| !doubtful.contains(&entry.action.as_str())))
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
