//! What is left of a run whose supervisor is dead, and its end.

use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::time::{Instant, sleep};

use super::spec::{files, read_json, write_json};
use super::supervised::State;
use super::{Cause, Exit, FollowError, Identity, Supervised, census};
use crate::domain::clock::real_now;

/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(100);

impl Supervised {
    /// Ends what a dead supervisor left (one SIGINT unless it had sent it, `grace`, SIGKILL) and writes
    /// the `exit.json` that it owes. Where the supervisor lives, it is asked to kill.
    pub async fn bury(&self, grace: Duration) -> Result<Exit, FollowError> {
        if matches!(self.state().map_err(|e| self.follow_error(files::EXIT, e))?, State::Running) {
            self.kill().map_err(|e| self.follow_error(files::KILL, e))?;
            match self.wait().await {
                Err(FollowError::Lost(_)) => {}
                ended => return ended,
            }
        }
        if let State::Ended(exit) = self.state().map_err(|e| self.follow_error(files::EXIT, e))? {
            return Ok(exit);
        }
        let leftovers = self.lost().leftovers.len();
        self.end_lost(grace).await;
        let (started, ended) = (self.started(), real_now());
        let exit = Exit {
            code: None,
            signal: None,
            cause: Cause::Lost,
            message: None,
            started: started.unwrap_or(ended),
            ended,
            leftovers: u32::try_from(leftovers).unwrap_or(u32::MAX),
        };
        write_json(&self.folder().join(files::EXIT), &exit)
            .map_err(|e| self.follow_error(files::EXIT, e))?;
        Ok(exit)
    }

    async fn end_lost(&self, grace: Duration) {
        let noted: Option<Identity> = read_json(&self.folder().join(files::CHILD)).ok().flatten();
        let child = noted.or_else(|| census::leader_of(self.folder()));
        let child = child.filter(Identity::is_alive).and_then(|c| Pid::from_raw(c.pid));
        let interrupted = self.folder().join(files::INTERRUPTED);
        if let Some(child) = child.filter(|_| !grace.is_zero() && !interrupted.exists()) {
            // Without this note a second interrupt could follow, which loses state: then none is sent.
            if std::fs::write(&interrupted, "lost").is_ok() {
                self.interrupt_lost(child);
            }
        }
        let until = Instant::now() + grace;
        while Instant::now() < until && !census::leftovers_of(self.folder()).is_empty() {
            sleep(LOOK).await;
        }
        // A dying process loses its environment, and with it our mark, a moment before it is dead:
        // what was seen once is watched until it is.
        let mut seen: Vec<Identity> = Vec::new();
        loop {
            let left = census::leftovers_of(self.folder());
            seen.extend(left.iter().filter_map(|pid| Identity::of(*pid)));
            seen.retain(Identity::is_alive);
            if left.is_empty() && seen.is_empty() {
                return;
            }
            for pid in left.into_iter().filter_map(Pid::from_raw) {
                // Gone already is as good.
                let _ = rustix::process::kill_process(pid, Signal::KILL);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// One SIGINT to each that has had none: on Linux the child got its own when its supervisor died.
    fn interrupt_lost(&self, child: Pid) {
        if !cfg!(target_os = "linux") {
            // Gone already is as good.
            let _ = rustix::process::kill_process_group(child, Signal::INT);
            return;
        }
        let others = census::leftovers_of(self.folder()).into_iter().filter_map(Pid::from_raw);
        for pid in others.filter(|pid| *pid != child && group_of(*pid) == Some(child)) {
            let _ = rustix::process::kill_process(pid, Signal::INT);
        }
    }

    fn started(&self) -> Option<crate::domain::Timestamp> {
        super::watch::modified(&self.folder().join(files::SUPERVISOR))
    }
}

fn group_of(pid: Pid) -> Option<Pid> {
    rustix::process::getpgid(Some(pid)).ok()
}
