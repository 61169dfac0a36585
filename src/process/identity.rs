//! Which process a pid means: pids are reused, a pid with its start time is not.

use serde::{Deserialize, Serialize};

/// A process, told apart from a later one that got the same pid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub pid: i32,
    /// When it started, as the system tells it: only ever compared with another.
    pub started: String,
}

impl Identity {
    /// The process that has this pid now; `None` when there is none, or only its remains (a zombie).
    pub fn of(pid: i32) -> Option<Identity> {
        let started = system::started(pid)?;
        Some(Identity { pid, started })
    }

    /// The running process.
    pub fn mine() -> Option<Identity> {
        Identity::of(i32::try_from(std::process::id()).ok()?)
    }

    /// For how long it has been running; `None` where the system does not tell.
    pub fn age(&self) -> Option<std::time::Duration> {
        system::age(self.pid)
    }

    /// Whether this very process still runs.
    pub fn is_alive(&self) -> bool {
        Identity::of(self.pid).as_ref() == Some(self)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use crate::process::census;

    pub fn started(pid: i32) -> Option<String> {
        let row = census::row(pid)?;
        // Start times count from boot, so those of another boot must not match.
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        row.running.then(|| format!("{} {}", boot.trim(), row.start_ticks))
    }

    /// What the kernel shows to programs, whatever it uses itself; source: proc(5), `USER_HZ`.
    const TICKS_A_SECOND: f64 = 100.0;

    pub fn age(pid: i32) -> Option<std::time::Duration> {
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        let begun = census::row(pid)?.start_ticks as f64 / TICKS_A_SECOND;
        std::time::Duration::try_from_secs_f64(uptime - begun).ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub fn started(pid: i32) -> Option<String> {
        super::started_by_ps(pid)
    }

    pub fn age(_: i32) -> Option<std::time::Duration> {
        None
    }
}

/// By `ps`, where there is no `/proc`; start times are whole seconds there.
#[cfg(any(test, not(target_os = "linux")))]
fn started_by_ps(pid: i32) -> Option<String> {
    let out = std::process::Command::new("ps")
        .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
        .env("LC_ALL", "C")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let (state, started) = text.trim().split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| started.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_itself_and_a_later_one_with_its_pid_is_not() {
        let me = Identity::mine().unwrap();
        assert!(me.is_alive());
        let age = me.age().map(|age| age.as_secs() < 3600);
        assert!(age != Some(false) && (age.is_some() || cfg!(not(target_os = "linux"))));
        assert!(!Identity { started: "another".into(), ..me }.is_alive());
    }

    #[test]
    fn a_zombie_is_not_alive() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id() as i32;
        while Identity::of(pid).is_some() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(started_by_ps(pid), None, "ps agrees that it is a zombie");
        child.wait().unwrap();
    }

    #[test]
    fn ps_tells_start_times_too() {
        assert!(started_by_ps(std::process::id() as i32).is_some());
        assert_eq!(started_by_ps(i32::MAX), None);
    }
}
