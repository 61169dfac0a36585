//! What a call has said, written down: its lines into the run's log, what it made beside them, and how far
//! its output has come.

use std::path::Path;

use super::attempt::{Attempt, Stopped};
use super::heard::Heard;
use crate::faults;
use crate::process::{Offsets, Supervised};
use crate::store::{run_log, runs};

/// Where a call's folder says how far its output is in the log.
const LOGGED: &str = "logged.json";

pub(super) fn logged(folder: &Path) -> Offsets {
    // Without the file, or with half of one, everything is logged again: better twice than never.
    let text = std::fs::read(folder.join(LOGGED)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

impl Attempt {
    /// Writes what was heard into the log, with how far it has come, and beside the output how far that was read:
    /// whoever takes over hears all of it again, and logs and counts from there.
    pub(super) async fn flush(&self, child: &Supervised, heard: &mut Heard) -> Result<(), Stopped> {
        if heard.lines.is_empty() && heard.effects.is_empty() {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.write("append to a run's log").await?;
        run_log::append(&mut tx, &self.run.id, self.shop.ctx.now(), &heard.lines).await?;
        self.note_effects(&mut tx, &heard.effects).await?;
        let progress = self.progress.lock().await.clone();
        if !runs::set_progress(&mut tx, &self.run.id, self.run.epoch, &progress).await? {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        heard.lines.clear();
        heard.effects.clear();
        let offsets = serde_json::to_vec(&heard.after).unwrap_or_default();
        let file = child.folder().join(LOGGED);
        faults::around(faults::NOTE_READ, || std::fs::write(file, offsets))
            .map_err(|e| Stopped::Trouble(e.to_string()))
    }
}
