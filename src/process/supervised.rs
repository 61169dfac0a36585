//! The bot's side of a supervised child: start, attach, follow, interrupt, end.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};
use tokio::time::{Instant, sleep};

use super::lines::Tail;
use super::spec::{files, read_json, write_json};
use super::supervisor::HELD;
use super::{Exit, Identity, Line, Offsets, Spec, Stream, census};

/// How often a run's folder is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// A supervisor that has not said who it is by then has not started.
const MUST_START: Duration = Duration::from_secs(20);

/// Why no child runs under a supervisor.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("could not start `{exe} supervise`: {source}")]
    Spawn { exe: PathBuf, source: io::Error },
    #[error("{0}: the supervisor did not start: {1}")]
    Silent(PathBuf, String),
    /// Something ran here, and its supervisor is dead: reconcile, then use a new folder.
    #[error("{0} has had its child: reconcile, then start the next one in a new folder")]
    RanAlready(PathBuf),
}

/// Why following ended without an [`Exit`].
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// The supervisor died without saying how its child ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the supervisor of {folder} is dead; {} of its processes still run", leftovers.len())]
pub struct Lost {
    pub folder: PathBuf,
    /// What still runs; [`Supervised::bury`] ends it.
    pub leftovers: Vec<i32>,
}

/// A child that runs, or ran, under a supervisor.
#[derive(Debug, Clone)]
pub struct Supervised {
    folder: PathBuf,
}

impl Supervised {
    /// Starts a child in `folder` (made, 0700), under `exe supervise`; `exe` is this very program.
    ///
    /// Where a living supervisor is in the folder already, it is attached to and nothing is started.
    pub async fn start(exe: &Path, folder: &Path, spec: &Spec) -> Result<Supervised, StartError> {
        let make = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        make.map_err(|source| StartError::File { path: folder.to_path_buf(), source })?;
        if let Some(there) = Supervised::attach(folder)? {
            return match there.state().map_err(|e| there.start_error(files::EXIT, e))? {
                State::Running => Ok(there),
                _ => Err(StartError::RanAlready(folder.to_path_buf())),
            };
        }
        let supervised = Supervised { folder: folder.to_path_buf() };
        supervised.renew_stamp().map_err(|e| supervised.start_error(files::STAMP, e))?;
        // Readable by its owner alone from its first byte on: temporary files are made 0600.
        write_json(&folder.join(files::SPEC), spec)
            .map_err(|e| supervised.start_error(files::SPEC, e))?;
        let mut supervisor = supervised.spawn(exe)?;
        let deadline = Instant::now() + MUST_START;
        loop {
            if Supervised::attach(folder)?.is_some() {
                supervised.forget_spec()?;
                return Ok(supervised);
            }
            // One that lost the race for the folder ends at once; the winner's file comes then.
            let ended = supervisor.try_wait().ok().flatten();
            if Instant::now() >= deadline
                || ended.is_some_and(|code| code.code() != Some(i32::from(HELD)))
            {
                return match Supervised::attach(folder)? {
                    Some(there) => Ok(there),
                    None => Err(supervised.why_silent()),
                };
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// The child of a folder, running or ended; `None` where none was ever started.
    pub fn attach(folder: &Path) -> Result<Option<Supervised>, StartError> {
        let path = folder.join(files::SUPERVISOR);
        match path.try_exists() {
            Ok(true) => Ok(Some(Supervised { folder: folder.to_path_buf() })),
            Ok(false) => Ok(None),
            Err(source) => Err(StartError::File { path, source }),
        }
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Says that the claim is still held. Call it right after the claim was renewed, never before.
    pub fn renew_stamp(&self) -> io::Result<()> {
        // Without a byte of content: a full disk must end no child.
        let mut open = File::options();
        let open = open.create(true).truncate(false).write(true);
        let stamp = open.open(self.folder.join(files::STAMP))?;
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        Ok(futimens(&stamp, &Timestamps { last_access: now, last_modification: now })?)
    }

    /// Asks for a graceful end. The child has ended when [`Supervised::follow`] says so, not before.
    pub fn interrupt(&self) -> io::Result<()> {
        File::create(self.folder.join(files::INTERRUPT)).map(drop)
    }

    /// Asks for an end at once: what was in flight is lost. The end is told by [`Supervised::follow`].
    pub fn kill(&self) -> io::Result<()> {
        File::create(self.folder.join(files::KILL)).map(drop)
    }

    /// Hands over all of the output, line by line, until the child has ended and all is read.
    pub async fn follow(&self, mut on_line: impl FnMut(Line)) -> Result<Exit, FollowError> {
        let mut out = Tail::new(self.folder.join(files::STDOUT));
        let mut err = Tail::new(self.folder.join(files::STDERR));
        loop {
            // Asked before reading: what was written before the end is then read for certain.
            let state = self.state().map_err(|e| self.follow_error(files::EXIT, e))?;
            let (mut at, running) = (
                Offsets { stdout: out.offset, stderr: err.offset },
                matches!(state, State::Running),
            );
            let mut each = |text: String, after: u64| {
                at.stdout = after;
                on_line(Line { stream: Stream::Stdout, text, after: at });
            };
            out.read(&mut each).map_err(|e| self.follow_error(files::STDOUT, e))?;
            if !running {
                out.finish(&mut each);
            }
            let mut each = |text: String, after: u64| {
                at.stderr = after;
                on_line(Line { stream: Stream::Stderr, text, after: at });
            };
            err.read(&mut each).map_err(|e| self.follow_error(files::STDERR, e))?;
            if !running {
                err.finish(&mut each);
            }
            match state {
                State::Running => sleep(LOOK).await,
                State::Ended(exit) => return Ok(exit),
                State::Lost => return Err(self.lost().into()),
            }
        }
    }

    /// Waits for the end without reading the output, which may be secret or large.
    pub async fn wait(&self) -> Result<Exit, FollowError> {
        loop {
            match self.state().map_err(|e| self.follow_error(files::EXIT, e))? {
                State::Running => sleep(LOOK).await,
                State::Ended(exit) => return Ok(exit),
                State::Lost => return Err(self.lost().into()),
            }
        }
    }

    /// Takes the whole standard output of an ended child out of the folder: it is read, then
    /// removed, because what is taken this way (`show -json`) holds secrets.
    pub fn take_stdout(&self, at_most: u64) -> io::Result<Vec<u8>> {
        let bytes = self.read_stdout(at_most)?;
        std::fs::remove_file(self.folder.join(files::STDOUT))?;
        Ok(bytes)
    }

    /// The whole standard output of an ended child.
    pub fn read_stdout(&self, at_most: u64) -> io::Result<Vec<u8>> {
        self.read(files::STDOUT, at_most)
    }

    /// The whole standard error of an ended child.
    pub fn read_stderr(&self, at_most: u64) -> io::Result<Vec<u8>> {
        self.read(files::STDERR, at_most)
    }

    fn read(&self, file: &str, at_most: u64) -> io::Result<Vec<u8>> {
        let path = self.folder.join(file);
        let size = std::fs::metadata(&path)?.len();
        if size > at_most {
            let message = format!("{} has {size} bytes, more than {at_most}", path.display());
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        std::fs::read(&path)
    }

    pub(super) fn state(&self) -> io::Result<State> {
        if let Some(exit) = self.exit()? {
            return Ok(State::Ended(exit));
        }
        let supervisor: Option<Identity> = read_json(&self.folder.join(files::SUPERVISOR))?;
        if supervisor.is_some_and(|s| s.is_alive()) {
            return Ok(State::Running);
        }
        // It may have written its last word between the two looks.
        Ok(self.exit()?.map_or(State::Lost, State::Ended))
    }

    fn exit(&self) -> io::Result<Option<Exit>> {
        read_json(&self.folder.join(files::EXIT))
    }

    pub(super) fn lost(&self) -> Lost {
        Lost { folder: self.folder.clone(), leftovers: census::leftovers_of(&self.folder) }
    }

    fn spawn(&self, exe: &Path) -> Result<tokio::process::Child, StartError> {
        let log = std::fs::File::create(self.folder.join(files::SUPERVISOR_LOG))
            .map_err(|e| self.start_error(files::SUPERVISOR_LOG, e))?;
        // Not killed when dropped; tokio buries it when it ends.
        tokio::process::Command::new(exe)
            .arg("supervise")
            .arg(&self.folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|source| StartError::Spawn { exe: exe.to_path_buf(), source })
    }

    /// Whoever lost a race for the folder wrote the credentials after the winner had removed them.
    fn forget_spec(&self) -> Result<(), StartError> {
        match std::fs::remove_file(self.folder.join(files::SPEC)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(self.start_error(files::SPEC, e)),
            _ => Ok(()),
        }
    }

    fn why_silent(&self) -> StartError {
        let said = std::fs::read_to_string(self.folder.join(files::SUPERVISOR_LOG));
        let said = said.unwrap_or_default().trim().to_owned();
        let said = if said.is_empty() { "it said nothing".to_owned() } else { said };
        StartError::Silent(self.folder.clone(), said)
    }

    fn start_error(&self, file: &str, source: io::Error) -> StartError {
        StartError::File { path: self.folder.join(file), source }
    }

    pub(super) fn follow_error(&self, file: &str, source: io::Error) -> FollowError {
        FollowError::File { path: self.folder.join(file), source }
    }
}

pub(super) enum State {
    Running,
    Ended(Exit),
    Lost,
}
