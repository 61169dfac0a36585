//! The supervisor: it starts the child, stays beside it whatever becomes of the bot, and writes down
//! how it ended.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, WaitOptions};
use tokio::signal::unix::{SignalKind, signal};

use super::limits::{Act, Seen};
use super::spec::{files, read_json, write_json};
use super::{Cause, Exit, Identity, Spec, census};
use crate::domain::Timestamp;
use crate::domain::clock::real_now;

/// How often wishes, limits and output are looked at; the child's end is noticed at once.
const LOOK: Duration = Duration::from_millis(200);
/// What outlives the child may end by itself for this long …
const LEFTOVERS_MAY_END: Duration = Duration::from_millis(300);
/// … and has this long after SIGTERM, before it is killed.
const LEFTOVERS_MUST_END: Duration = Duration::from_secs(2);

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

    let _lock = lock(&folder)?;
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
        Err(why) => {
            let message = Some(format!("could not start `{}`: {why}", spec.program.display()));
            let cause = Cause::NotStarted;
            let (code, signal, ended) = (None, None, real_now());
            return say(
                folder,
                Exit { code, signal, cause, message, started, ended, leftovers: 0 },
            )
            .await;
        }
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

fn start(folder: &Path, spec: &Spec) -> io::Result<Pid> {
    let output =
        |name| OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join(name));
    let child = Command::new(&spec.program)
        .args(&spec.args)
        .env_clear()
        .envs(&spec.env)
        .env(Spec::MARKER, folder)
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
            Err(source) if left == 0 => return Err(SuperviseError::File { path, source }),
            Err(_) => left -= 1,
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Held until the process ends; shared with nobody, because files are closed on exec.
fn lock(folder: &Path) -> Result<File, SuperviseError> {
    let path = folder.join(files::LOCK);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = file.map_err(at(&path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(SuperviseError::Held(path)),
        Err(e) => Err(SuperviseError::File { path, source: e.into() }),
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

/// What the supervisor remembers between two looks.
struct Watch<'a> {
    folder: &'a Path,
    spec: &'a Spec,
    child: Pid,
    started: Instant,
    written: u64,
    last_output: Instant,
    stamp: Option<Timestamp>,
    stamp_seen: Instant,
    stop_asked: bool,
    interrupted: Option<(Cause, Instant)>,
    /// The first reason to end it, if there was one.
    cause: Option<Cause>,
}

impl<'a> Watch<'a> {
    fn new(folder: &'a Path, spec: &'a Spec, child: Pid) -> Watch<'a> {
        let now = Instant::now();
        Watch {
            folder,
            spec,
            child,
            started: now,
            written: 0,
            last_output: now,
            stamp: None,
            stamp_seen: now,
            stop_asked: false,
            interrupted: None,
            cause: None,
        }
    }

    /// Buries what has died, orphans too; the child's own end is returned.
    fn reap(&self) -> Option<rustix::process::WaitStatus> {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.child {
                return Some(status);
            }
        }
        None
    }

    fn look(&mut self) {
        match self.spec.limits.act(&self.see()) {
            Act::Nothing => {}
            Act::Interrupt(cause) => self.interrupt(cause),
            Act::Kill(cause) => {
                self.cause.get_or_insert(cause);
                self.signal_group(Signal::KILL);
                self.signal_all(Signal::KILL);
            }
        }
    }

    fn see(&mut self) -> Seen {
        let now = Instant::now();
        let size = |name| std::fs::metadata(self.folder.join(name)).map_or(0, |m| m.len());
        let written = size(files::STDOUT) + size(files::STDERR);
        if written != self.written {
            (self.written, self.last_output) = (written, now);
        }
        let stamp = modified(&self.folder.join(files::STAMP));
        if stamp != self.stamp {
            (self.stamp, self.stamp_seen) = (stamp, now);
        }
        // The wall clock counts a machine's sleep, the other one cannot be set back: the older wins.
        let by_wall = stamp.map_or(Duration::ZERO, |s| (real_now() - s).real());
        Seen {
            running: now - self.started,
            silent: now - self.last_output,
            stamp_age: by_wall.max(now - self.stamp_seen),
            interrupt_asked: self.stop_asked || self.folder.join(files::INTERRUPT).exists(),
            kill_asked: self.folder.join(files::KILL).exists(),
            interrupted: self.interrupted.map(|(cause, at)| (cause, now - at)),
        }
    }

    /// One SIGINT to the child's group, never two: the second makes engines drop their state.
    fn interrupt(&mut self, cause: Cause) {
        self.interrupted = Some((cause, Instant::now()));
        self.cause.get_or_insert(cause);
        // Without the note a successor might send a second one; without the signal the child would
        // never end. The signal matters more.
        let _ = std::fs::write(self.folder.join(files::INTERRUPTED), cause.to_string());
        self.signal_group(Signal::INT);
    }

    /// Gone already is as good as signalled.
    fn signal_group(&self, signal: Signal) {
        let _ = rustix::process::kill_process_group(self.child, signal);
    }

    fn signal_all(&self, signal: Signal) -> usize {
        let all = self.others();
        for pid in all.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            let _ = rustix::process::kill_process(pid, signal);
        }
        all.len()
    }

    fn others(&self) -> Vec<i32> {
        let me = rustix::process::getpid().as_raw_nonzero().get();
        census::below(me, self.child.as_raw_nonzero().get())
    }

    /// Ends what the child left running; how many there were.
    async fn end_leftovers(&self) -> u32 {
        if self.gone_within(LEFTOVERS_MAY_END).await {
            return 0;
        }
        let count = self.signal_all(Signal::TERM);
        if !self.gone_within(LEFTOVERS_MUST_END).await {
            while self.signal_all(Signal::KILL) > 0 {
                self.gone_within(LOOK).await;
            }
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    async fn gone_within(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            self.reap();
            if self.others().is_empty() {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// When a file was last written, by the wall clock.
pub(super) fn modified(path: &Path) -> Option<Timestamp> {
    let since =
        std::fs::metadata(path).ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH);
    Some(Timestamp(i64::try_from(since.ok()?.as_millis()).ok()?))
}
