//! What a child is: program, arguments, environment, limits; and the names of the run folder's files.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The files of a run's folder. Each has one writer.
pub mod files {
    /// By the bot, removed by the supervisor once read, because it holds credentials.
    pub const SPEC: &str = "spec.json";
    /// Held (flock) by the supervisor as long as it lives, so that there never are two.
    pub const LOCK: &str = "supervisor.lock";
    /// By the supervisor: its own pid and start time.
    pub const SUPERVISOR: &str = "supervisor.json";
    /// The supervisor's own words, when something is wrong with it.
    pub const SUPERVISOR_LOG: &str = "supervisor.log";
    /// By the supervisor: the child's pid and start time.
    pub const CHILD: &str = "child.json";
    /// By what was to become the child: why it did not.
    pub const NOT_STARTED: &str = "not-started";
    /// By the supervisor, just before it sends the one interrupt: nobody may send another.
    pub const INTERRUPTED: &str = "interrupted";
    /// By the supervisor, last of all: how it ended. What is not there has not ended.
    pub const EXIT: &str = "exit.json";
    /// By the bot: its age says whether anybody still holds the claim.
    pub const STAMP: &str = "stamp";
    /// By the bot: asks for a graceful end.
    pub const INTERRUPT: &str = "interrupt";
    /// By the bot: asks for an end at once.
    pub const KILL: &str = "kill";
    /// By the child.
    pub const STDOUT: &str = "stdout.log";
    /// By the child.
    pub const STDERR: &str = "stderr.log";
}

/// A program to run, completely: nothing is inherited from the bot.
///
/// Standard input is empty, output goes to files (a pipe would kill the child when the bot ends),
/// umask is 077. The supervisor adds one variable, [`Spec::MARKER`], by which leftovers are found.
#[derive(Clone, Serialize, Deserialize)]
pub struct Spec {
    /// A path, or a name that is looked up in the `PATH` of `env`.
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The complete environment.
    pub env: BTreeMap<String, String>,
    /// Must exist.
    pub cwd: PathBuf,
    pub limits: Limits,
}

impl Spec {
    /// The variable that every process of a run carries: its value is the run's folder.
    pub const MARKER: &'static str = "MAYFLY_SUPERVISED_IN";
}

impl fmt::Debug for Spec {
    /// Without the environment's values: they are credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .field("limits", &self.limits)
            .finish()
    }
}

/// When a child is ended though it has not ended by itself. All in real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// From start to interrupt.
    #[serde(with = "millis")]
    pub time: Duration,
    /// Without a new byte of output, to interrupt.
    #[serde(with = "millis")]
    pub silence: Duration,
    /// From the interrupt to the kill.
    #[serde(with = "millis")]
    pub grace: Duration,
    /// `None` where nobody else can claim the run (SQLite): then the child may finish alone.
    pub stamp: Option<StampDeadlines>,
}

/// Ages of the stamp, after which its claim may be another's: see "Runs survive anything" in the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampDeadlines {
    #[serde(with = "millis")]
    pub interrupt_after: Duration,
    /// From here the child is killed, whatever is left of its grace.
    #[serde(with = "millis")]
    pub kill_after: Duration,
}

mod millis {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(d: &Duration, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Duration, D::Error> {
        u64::deserialize(d).map(Duration::from_millis)
    }
}

/// Writes a file as a whole or not at all: a reader never sees half of it, a crash leaves none of it.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
    serde_json::to_writer(file.as_file_mut(), value)?;
    file.as_file_mut().flush()?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Reads such a file; `None` where there is none.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> std::io::Result<Option<T>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        Spec {
            program: "terraform".into(),
            args: vec!["plan".into()],
            env: [("AWS_SECRET_ACCESS_KEY".to_owned(), "hunter2".to_owned())].into(),
            cwd: "/".into(),
            limits: Limits {
                time: Duration::from_secs(3600),
                silence: Duration::from_secs(900),
                grace: Duration::from_secs(300),
                stamp: Some(StampDeadlines {
                    interrupt_after: Duration::from_secs(60),
                    kill_after: Duration::from_millis(80_500),
                }),
            },
        }
    }

    #[test]
    fn a_printed_spec_shows_no_value_of_the_environment() {
        let shown = format!("{:?}", spec());
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn limits_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(files::SPEC);
        write_json(&path, &spec()).unwrap();
        let read: Spec = read_json(&path).unwrap().unwrap();
        assert_eq!(read.limits, spec().limits);
        assert!(read_json::<Spec>(&folder.path().join("none")).unwrap().is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }
}
