//! What a supervisor does beside its child: looks, interrupts, kills, buries.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, WaitOptions};

use super::limits::{Act, Seen};
use super::spec::files;
use super::{Cause, Spec, census};
use crate::domain::Timestamp;
use crate::domain::clock::since_boot;

/// What outlives the child may end by itself for this long …
const LEFTOVERS_MAY_END: Duration = Duration::from_millis(300);
/// … and has this long after SIGTERM, before it is killed.
const LEFTOVERS_MUST_END: Duration = Duration::from_secs(2);

/// What the supervisor remembers between two looks.
pub(super) struct Watch<'a> {
    folder: &'a Path,
    spec: &'a Spec,
    child: Pid,
    started: Instant,
    written: u64,
    last_output: Instant,
    /// When the stamp was written, only ever compared with what it was: the clock that tells it can be set.
    stamp: Option<SystemTime>,
    /// Since boot: see [`since_boot`].
    stamp_seen: Duration,
    /// The machine stops.
    pub stop_asked: bool,
    interrupted: Option<(Cause, Instant)>,
    /// The first reason to end it, if there was one.
    pub cause: Option<Cause>,
}

impl<'a> Watch<'a> {
    pub fn new(folder: &'a Path, spec: &'a Spec, child: Pid) -> Watch<'a> {
        let now = Instant::now();
        Watch {
            folder,
            spec,
            child,
            started: now,
            written: 0,
            last_output: now,
            stamp: None,
            stamp_seen: since_boot(),
            stop_asked: false,
            interrupted: None,
            cause: None,
        }
    }

    /// Buries what has died, orphans too; the child's own end is returned.
    pub fn reap(&self) -> Option<rustix::process::WaitStatus> {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.child {
                return Some(status);
            }
        }
        None
    }

    pub fn look(&mut self) {
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
        let output = size(files::STDOUT) + size(files::STDERR);
        if output != self.written {
            (self.written, self.last_output) = (output, now);
        }
        // A machine's sleep counts, because others could claim meanwhile; a clock that is set does not.
        let up = since_boot();
        let stamp = written(&self.folder.join(files::STAMP));
        if stamp != self.stamp {
            (self.stamp, self.stamp_seen) = (stamp, up);
        }
        Seen {
            running: now - self.started,
            silent: now - self.last_output,
            stamp_age: up.saturating_sub(self.stamp_seen),
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
    pub async fn end_leftovers(&self) -> u32 {
        if self.gone_within(LEFTOVERS_MAY_END).await {
            return 0;
        }
        let count = self.signal_all(Signal::TERM);
        if !self.gone_within(LEFTOVERS_MUST_END).await {
            while self.signal_all(Signal::KILL) > 0 {
                self.gone_within(LEFTOVERS_MAY_END).await;
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
    let since = written(path)?.duration_since(SystemTime::UNIX_EPOCH);
    Some(Timestamp(i64::try_from(since.ok()?.as_millis()).ok()?))
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
