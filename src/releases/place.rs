//! Where a version lies, and how it comes there: whole or not at all, and by one at a time.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Event, InstallError, Tell, Wanted};

/// How often it is looked whether somebody else is done.
const LOOKS_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// Where the program of a version lies below the engines' folder, there or not.
pub fn program_at(engines: &Path, wanted: &Wanted) -> PathBuf {
    let name = wanted.program.name();
    engines.join(name).join(wanted.version.to_string()).join(name)
}

pub(super) struct Place {
    /// The folder of the version.
    folder: PathBuf,
    /// The same, until it is whole. Its name begins with a dot: no version does.
    unfinished: PathBuf,
    program: PathBuf,
    /// Downloads that are not done.
    pub(super) downloads: PathBuf,
    lock: PathBuf,
}

impl Place {
    pub(super) fn new(engines: &Path, wanted: &Wanted) -> Place {
        let program = program_at(engines, wanted);
        let (name, version) = (wanted.program.name(), &wanted.version);
        let downloads = engines.join(".downloads");
        Place {
            folder: engines.join(name).join(version.to_string()),
            unfinished: engines.join(name).join(format!(".new-{version}")),
            program,
            lock: downloads.join(format!("{name}-{version}.lock")),
            downloads,
        }
    }

    /// The program, when it is there.
    pub(super) fn program(&self) -> Option<PathBuf> {
        self.program.is_file().then(|| self.program.clone())
    }

    /// Waits until nobody else installs this version. The system lets go of it when a process ends,
    /// however it does; the empty file stays, for others may wait for it.
    pub(super) async fn lock(&self, tell: Tell<'_>) -> Result<File, InstallError> {
        let failed = || InstallError::file(&self.lock);
        std::fs::create_dir_all(&self.downloads).map_err(InstallError::file(&self.downloads))?;
        let file = File::options().create(true).append(true).open(&self.lock).map_err(failed())?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(failed()(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !std::mem::replace(&mut told, true) {
                tell(Event::Waits);
            }
            tokio::time::sleep(LOOKS_AGAIN_AFTER).await;
        }
    }

    /// Has the folder filled beside its place, and moves it there in one step.
    pub(super) fn put(
        &self,
        fill: impl FnOnce(&Path) -> Result<(), InstallError>,
    ) -> Result<PathBuf, InstallError> {
        let done = self.fill_and_move(fill);
        if done.is_err() {
            // The reason that is told is the first one; what cannot be removed is removed next time.
            let _ = remove(&self.unfinished);
        }
        done
    }

    fn fill_and_move(
        &self,
        fill: impl FnOnce(&Path) -> Result<(), InstallError>,
    ) -> Result<PathBuf, InstallError> {
        // One that was killed while it unpacked has left this.
        remove(&self.unfinished)?;
        std::fs::create_dir_all(&self.unfinished).map_err(InstallError::file(&self.unfinished))?;
        fill(&self.unfinished)?;
        std::fs::rename(&self.unfinished, &self.folder).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                InstallError::InTheWay(self.folder.clone())
            }
            _ => InstallError::file(&self.folder)(error),
        })?;
        Ok(self.program.clone())
    }
}

fn remove(folder: &Path) -> Result<(), InstallError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(InstallError::file(folder)(error)),
        _ => Ok(()),
    }
}
