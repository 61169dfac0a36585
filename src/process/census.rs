//! Which processes there are, and which of them belong to a run.
//!
//! While the supervisor lives it is the parent of every orphan below it (Linux: subreaper), so the
//! tree below it is complete. After its death only marks are left: the environment variable that
//! every process of a run inherits, its session, its group.

use std::collections::HashMap;
use std::path::Path;

use super::spec::{files, read_json};
use super::{Identity, Spec};

/// A process, as the system lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    /// 0 where the system does not tell.
    pub session: i32,
    /// Ticks since boot; 0 where the system does not tell.
    pub start_ticks: u64,
    /// False for a zombie.
    pub running: bool,
}

/// The running processes below `ancestor`; where there are no subreapers, so that orphans leave the
/// tree, also those of the group `group`.
pub(super) fn below(ancestor: i32, group: i32) -> Vec<i32> {
    below_in(&all(), ancestor, if cfg!(target_os = "linux") { 0 } else { group })
}

/// What still runs of a run whose supervisor is dead.
pub fn leftovers_of(folder: &Path) -> Vec<i32> {
    let supervisor = read_json::<Identity>(&folder.join(files::SUPERVISOR)).ok().flatten();
    let child = read_json::<Identity>(&folder.join(files::CHILD)).ok().flatten();
    let session = supervisor.as_ref().map_or(0, |s| s.pid);
    // A pid is not given away while a session or a group carries it: if another process has it now,
    // ours is gone and so are its members.
    let session = if is_anothers(supervisor.as_ref()) { 0 } else { session };
    let group = child.as_ref().map_or(0, |c| c.pid);
    let group = if is_anothers(child.as_ref()) { 0 } else { group };
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mark = format!("{}={}", Spec::MARKER, folder.display());
    let supervisor = supervisor.filter(Identity::is_alive).map_or(0, |s| s.pid);
    all()
        .into_iter()
        .filter(|row| row.running && row.pid != supervisor)
        .filter(|row| {
            (session != 0 && row.session == session)
                || (group != 0 && row.group == group)
                || system::has_mark(row.pid, &mark)
        })
        .map(|row| row.pid)
        .collect()
}

/// The leader of the child's group, where the supervisor died before it wrote down whom it had
/// started: the process at the top of what is left that leads a group in the supervisor's session.
pub(super) fn leader_of(folder: &Path) -> Option<Identity> {
    let supervisor = read_json::<Identity>(&folder.join(files::SUPERVISOR)).ok().flatten()?;
    let left = leftovers_of(folder);
    let leads = |row: &Row| {
        row.session == supervisor.pid && row.group == row.pid && !left.contains(&row.parent)
    };
    let leader = all().into_iter().find(|row| left.contains(&row.pid) && leads(row))?;
    Identity::of(leader.pid)
}

fn is_anothers(recorded: Option<&Identity>) -> bool {
    recorded.is_some_and(|r| Identity::of(r.pid).is_some_and(|now| now != *r))
}

fn below_in(rows: &[Row], ancestor: i32, group: i32) -> Vec<i32> {
    let mut children: HashMap<i32, Vec<&Row>> = HashMap::new();
    for row in rows {
        children.entry(row.parent).or_default().push(row);
    }
    let mut found: Vec<i32> = Vec::new();
    let mut open = vec![ancestor];
    while let Some(pid) = open.pop() {
        for row in children.remove(&pid).unwrap_or_default() {
            open.push(row.pid);
            if row.running {
                found.push(row.pid);
            }
        }
    }
    let by_group =
        rows.iter().filter(|r| group != 0 && r.running && r.group == group && r.pid != ancestor);
    for row in by_group {
        if !found.contains(&row.pid) {
            found.push(row.pid);
        }
    }
    found
}

fn all() -> Vec<Row> {
    system::all()
}

#[cfg(target_os = "linux")]
pub(super) use system::row;

#[cfg(target_os = "linux")]
mod system {
    use super::Row;

    pub fn all() -> Vec<Row> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(row)
            .collect()
    }

    pub fn row(pid: i32) -> Option<Row> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in brackets and may hold anything, brackets and spaces too.
        let rest: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().collect();
        Some(Row {
            pid,
            parent: rest.get(1)?.parse().ok()?,
            group: rest.get(2)?.parse().ok()?,
            session: rest.get(3)?.parse().ok()?,
            start_ticks: rest.get(19)?.parse().ok()?,
            running: !matches!(*rest.first()?, "Z" | "X"),
        })
    }

    pub fn has_mark(pid: i32, mark: &str) -> bool {
        // Unreadable is another user's process, so not ours.
        std::fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|env| env.split(|b| *b == 0).any(|one| one == mark.as_bytes()))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub fn all() -> Vec<super::Row> {
        super::all_by_ps()
    }

    pub fn has_mark(_: i32, _: &str) -> bool {
        false
    }
}

#[cfg(any(test, not(target_os = "linux")))]
fn all_by_ps() -> Vec<Row> {
    let args = ["-A", "-o", "pid=,ppid=,pgid=,stat="];
    let Ok(out) = std::process::Command::new("ps").args(args).output() else { return Vec::new() };
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let mut number = || fields.next()?.parse().ok();
            let (pid, parent, group) = (number()?, number()?, number()?);
            let running = !fields.next()?.starts_with('Z');
            Some(Row { pid, parent, group, session: 0, start_ticks: 0, running })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pid: i32, parent: i32, group: i32) -> Row {
        Row { pid, parent, group, session: 0, start_ticks: 0, running: true }
    }

    #[test]
    fn the_tree_below_is_found_through_zombies_and_by_group() {
        let zombie = Row { running: false, ..row(11, 10, 11) };
        let rows = [row(10, 1, 10), zombie, row(12, 11, 12), row(13, 1, 11), row(14, 1, 14)];
        assert_eq!(below_in(&rows, 10, 11), vec![12, 13]);
    }

    #[test]
    fn proc_and_ps_agree_about_a_child() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let (me, pid) = (std::process::id() as i32, child.id() as i32);
        let mine = |rows: Vec<Row>| rows.into_iter().any(|r| r.pid == pid && r.parent == me);
        assert!(mine(all()) && mine(all_by_ps()));
        assert!(below(me, 0).contains(&pid));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_process_is_found_by_the_mark_in_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().canonicalize().unwrap();
        let mut child =
            std::process::Command::new("sleep").arg("30").env(Spec::MARKER, &mark).spawn().unwrap();
        // A process has its environment a moment after it is started.
        let begun = std::time::Instant::now();
        let mut found = leftovers_of(folder.path());
        while found.is_empty() && begun.elapsed() < std::time::Duration::from_secs(5) {
            found = leftovers_of(folder.path());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(found, vec![child.id() as i32]);
        }
        assert!(leftovers_of(folder.path()).is_empty());
    }
}
