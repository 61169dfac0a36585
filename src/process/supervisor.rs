//! The supervisor: it starts the child, stays beside it whatever becomes of the bot, and writes down
//! how it ended.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Pid;
use tokio::signal::unix::{SignalKind, signal};

use super::spec::{files, read_json, write_json};
use super::watch::Watch;
use super::{Cause, Exit, FileLock, Identity, Spec, tied};
use crate::domain::Timestamp;
use crate::domain::clock::real_now;

/// How often wishes, limits and output are looked at; the child's end is noticed at once.
const LOOK: Duration = Duration::from_millis(200);
/// Why a supervisor did not start a child, or could not say how it ended.
#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    #[error("another supervisor holds {0}: it is not run twice")]
    Held(PathBuf),
    #[error("{0} is there: a run's folder serves one child, start the next in a new folder")]
    RanAlready(PathBuf),
    #[error("{0} is missing: `mayfly supervise` is started by the bot, which writes it")]
    NoSpec(PathBuf),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
}

/// The exit code of a supervisor that found another in its folder.
pub(super) const HELD: u8 = 3;

impl SuperviseError {
    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            SuperviseError::Held(_) => HELD,
            _ => 1,
        }
    }
}

/// Runs the child that `<folder>/spec.json` describes, until it and all that it started have ended.
///
/// Returns once `exit.json` is written. Called in a process of its own, with one thread.
pub fn supervise(folder: &Path) -> Result<(), SuperviseError> {
    let folder = folder.canonicalize().map_err(at(folder))?;
    // Refused to a process that leads a group already (one started from a shell by hand): as good.
    let _ = rustix::process::setsid();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    become_subreaper();

    let lock = folder.join(files::LOCK);
    let Some(_held) = FileLock::take(&lock).map_err(at(&lock))? else {
        return Err(SuperviseError::Held(lock));
    };
    for file in [files::CHILD, files::EXIT] {
        if folder.join(file).exists() {
            return Err(SuperviseError::RanAlready(folder.join(file)));
        }
    }
    let spec_file = folder.join(files::SPEC);
    let spec: Spec = read_json(&spec_file)
        .map_err(at(&spec_file))?
        .ok_or_else(|| SuperviseError::NoSpec(spec_file.clone()))?;
    std::fs::remove_file(&spec_file).map_err(at(&spec_file))?;

    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(at(&folder))?;
    runtime.block_on(run(&folder, &spec))
}

async fn run(folder: &Path, spec: &Spec) -> Result<(), SuperviseError> {
    // Handlers first: the child gets the default action for what is handled here, also when the bot
    // was started with SIGINT ignored, as shells do in the background.
    let listen = |kind| signal(kind).map_err(at(folder));
    let mut child_ended = listen(SignalKind::child())?;
    let mut stop = listen(SignalKind::terminate())?;
    let (mut int, mut hup) = (listen(SignalKind::interrupt())?, listen(SignalKind::hangup())?);

    let me = folder.join(files::SUPERVISOR);
    write_json(&me, &Identity::mine()).map_err(at(&me))?;
    let started = real_now();
    let child = match start(folder, spec) {
        Ok(child) => child,
        Err(why) => return say(folder, not_started(spec, &why.to_string(), started)).await,
    };
    let mut watch = Watch::new(folder, spec, child);
    let ended = loop {
        if let Some(ended) = watch.reap() {
            break ended;
        }
        watch.look();
        tokio::select! {
            _ = child_ended.recv() => {}
            // The machine stops, or somebody means the child: it is asked to end.
            _ = stop.recv() => watch.stop_asked = true,
            // A terminal's Ctrl-C or hang-up is the bot's affair.
            _ = int.recv() => {}
            _ = hup.recv() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    };
    let leftovers = watch.end_leftovers().await;
    if let Some(why) = tied::not_started(folder, ended.exit_status()) {
        return say(folder, not_started(spec, &why, started)).await;
    }
    let cause = watch.cause.unwrap_or(Cause::Exited);
    let exit = Exit {
        code: ended.exit_status(),
        signal: ended.terminating_signal(),
        cause,
        message: None,
        started,
        ended: real_now(),
        leftovers,
    };
    say(folder, exit).await
}

fn not_started(spec: &Spec, why: &str, started: Timestamp) -> Exit {
    Exit {
        code: None,
        signal: None,
        cause: Cause::NotStarted,
        message: Some(format!("could not start `{}`: {why}", spec.program.display())),
        started,
        ended: real_now(),
        leftovers: 0,
    }
}

fn start(folder: &Path, spec: &Spec) -> io::Result<Pid> {
    let output =
        |name| OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join(name));
    let child = tied::command(folder, spec)
        .current_dir(&spec.cwd)
        .stdin(Stdio::null())
        .stdout(output(files::STDOUT)?)
        .stderr(output(files::STDERR)?)
        .process_group(0)
        .spawn()?;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    // Dead already is possible and no mistake: the start time is then unknown.
    let who = Identity::of(pid).unwrap_or(Identity { pid, started: String::new() });
    write_json(&folder.join(files::CHILD), &who)?;
    Pid::from_raw(pid).ok_or_else(|| io::Error::other("the system gave it no pid"))
}

/// `exit.json` is what everybody waits for: a full disk delays it, it is not left out.
async fn say(folder: &Path, exit: Exit) -> Result<(), SuperviseError> {
    let path = folder.join(files::EXIT);
    let mut left = 300;
    loop {
        match write_json(&path, &exit) {
            Ok(()) => return Ok(()),
            // There will be room again, and then it is still to be known.
            Err(source) if source.kind() == io::ErrorKind::StorageFull => {}
            Err(source) if left == 0 => return Err(SuperviseError::File { path, source }),
            Err(_) => left -= 1,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> SuperviseError {
    let path = path.to_path_buf();
    move |source| SuperviseError::File { path, source }
}

#[cfg(target_os = "linux")]
fn become_subreaper() {
    // Refused only where the system is too old for it; leftovers are then found by their group.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

#[cfg(not(target_os = "linux"))]
fn become_subreaper() {}
