//! Looks whether there is room to write down what engines do.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use crate::domain::Health;

/// How often is looked. Engines write little, and slowly.
const LOOK: Duration = Duration::from_secs(1);

/// The folders that have to have room, and how much.
pub(super) struct Disk {
    pub folders: Vec<PathBuf>,
    /// In bytes.
    pub least: u64,
}

impl Disk {
    /// Looks until `stop` turns true.
    pub(super) async fn watch(self, health: Health, mut stop: watch::Receiver<bool>) {
        loop {
            let full = self.folders.iter().find_map(|folder| self.lack_in(folder));
            if health.disk_is(full.clone()) {
                match full {
                    Some(why) => tracing::error!(
                        "{why}: no run is begun until there is; what engines do goes on, and is written down then"
                    ),
                    None => tracing::info!("there is room on the disk again"),
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn lack_in(&self, folder: &std::path::Path) -> Option<String> {
        // Where nobody can tell, writing tells.
        let there = rustix::fs::statvfs(folder).ok()?;
        let free = there.f_bavail.saturating_mul(there.f_frsize);
        (free < self.least).then(|| {
            let (folder, free, least) = (folder.display(), free / MIB, self.least / MIB);
            format!("{folder} has no room left: {free} MiB are free, {least} are needed")
        })
    }
}

const MIB: u64 = 1024 * 1024;
