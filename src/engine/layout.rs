//! Where an engine works: a version's source and data, shared and read-only; a state folder for each
//! environment; a folder for each run.
//!
//! ```text
//! <version>/prepare.lock             held while a version is being prepared
//! <version>/ready.json               names the attempt that succeeded; written last
//! <version>/a1/src                   the template's source, with our backend override
//! <version>/a1/data                  TF_DATA_DIR: providers, modules, the backend's setting
//! <states>/<environment>/terraform.tfstate
//! <run>/vars.json, ephemeral.json, saved.plan, work/
//! ```

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::tree;
use super::{EngineError, Invocation};
use crate::process::FileLock;

/// What is shared by all environments of a template version and engine.
#[derive(Clone)]
pub struct Layout {
    /// Ours alone, one for each template version and engine. Made when it is not there.
    pub version: PathBuf,
    /// The template's folder; read by `prepare` only.
    pub source: PathBuf,
    /// Holds a state folder for each environment. Made when it is not there.
    pub states: PathBuf,
    /// The engine: a path, or a name for the `PATH` of the children.
    pub program: PathBuf,
    /// What that program says that it is.
    pub program_version: semver::Version,
    /// The children's `PATH`.
    pub path: String,
    /// The children's `HOME`: a folder of ours, so that nobody's own credentials are found in it.
    pub home: PathBuf,
    /// From [`cli_config`].
    pub cli_config: PathBuf,
    /// Where Pulumi keeps its state, as it names it (`s3://…`); in the state folder unless it is given.
    pub backend: Option<String>,
    /// The folder with the operator's Pulumi plugins.
    pub plugins: Option<PathBuf>,
}

/// A version that is ready to be used by any number of environments at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Read-only.
    pub source: PathBuf,
    /// Read-only.
    pub data: PathBuf,
}

/// What is to be done before a version can be used.
pub enum Preparation {
    /// Nothing.
    Ready(Prepared),
    /// Somebody else is at it: ask again in a second.
    Busy,
    /// Run these in order; when all have succeeded call [`Guard::finish`]. Dropping the guard gives up.
    Needed(Vec<Invocation>, Guard),
}

/// The right to prepare a version, alone among all processes.
pub struct Guard {
    _lock: FileLock,
    layout: Box<Layout>,
    attempt: String,
    check: Check,
}

/// Whether what was run has prepared what was wanted.
pub(super) type Check = fn(&Prepared, &Layout) -> Result<(), EngineError>;

/// `ready.json`. Both paths are baked into what `init` writes: where one has changed, it is run again.
#[derive(Serialize, Deserialize, PartialEq)]
struct Ready {
    attempt: String,
    version: PathBuf,
    states: PathBuf,
}

const READY: &str = "ready.json";

impl Layout {
    /// The prepared version, if it is.
    pub fn prepared(&self) -> Result<Option<Prepared>, EngineError> {
        let path = self.version.join(READY);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(EngineError::file(&path)(e)),
        };
        let Ok(ready) = serde_json::from_slice::<Ready>(&text) else { return Ok(None) };
        if ready.version != self.version || ready.states != self.states {
            return Ok(None);
        }
        let prepared = self.attempt(&ready.attempt);
        Ok((prepared.source.is_dir() && prepared.data.is_dir()).then_some(prepared))
    }

    /// Takes the lock and copies the source into a new attempt; `None`: somebody else has the lock.
    pub(super) fn begin(&self, check: Check) -> Result<Option<(Guard, Prepared)>, EngineError> {
        for path in [&self.version, &self.states, &self.home, &self.cli_config] {
            check_absolute(path)?;
        }
        make_private(&self.version)?;
        make_private(&self.states)?;
        make_private(&self.home)?;
        let path = self.version.join("prepare.lock");
        let Some(lock) = FileLock::take(&path).map_err(EngineError::file(&path))? else {
            return Ok(None);
        };
        // A folder of its own: an `init` that a dead bot left running cannot disturb this one.
        let attempt = self.new_attempt()?;
        let prepared = self.attempt(&attempt);
        tree::copy(&self.source, &prepared.source)?;
        make_private(&prepared.data)?;
        let layout = Box::new(self.clone());
        Ok(Some((Guard { _lock: lock, layout, attempt, check }, prepared)))
    }

    fn new_attempt(&self) -> Result<String, EngineError> {
        let mut n = 1;
        loop {
            let name = format!("a{n}");
            let path = self.version.join(&name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(name),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => n += 1,
                Err(e) => return Err(EngineError::file(&path)(e)),
            }
        }
    }

    fn attempt(&self, attempt: &str) -> Prepared {
        let folder = self.version.join(attempt);
        Prepared { source: folder.join("src"), data: folder.join("data") }
    }

    /// What every child of an engine gets; a job adds its own.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let path = |p: &Path| p.to_string_lossy().into_owned();
        [("PATH", self.path.clone()), ("HOME", path(&self.home))]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }
}

impl Guard {
    /// Nothing is to be prepared after all.
    pub(super) fn give_up(self) {
        // What cannot be removed now is removed with the version.
        let _ = tree::remove(&self.layout.version.join(&self.attempt));
    }

    /// Call when everything that was needed has succeeded.
    pub fn finish(self) -> Result<Prepared, EngineError> {
        let prepared = self.layout.attempt(&self.attempt);
        (self.check)(&prepared, &self.layout)?;
        tree::protect(&prepared.source)?;
        tree::protect(&prepared.data)?;
        let ready = Ready {
            attempt: self.attempt.clone(),
            version: self.layout.version.clone(),
            states: self.layout.states.clone(),
        };
        write_whole(&self.layout.version.join(READY), &to_json(&ready))?;
        self.remove_given_up();
        Ok(prepared)
    }

    /// Attempts that failed, or whose bot died: only the one that became ready is ever used.
    fn remove_given_up(&self) {
        let Ok(entries) = std::fs::read_dir(&self.layout.version) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_attempt = name.strip_prefix('a').is_some_and(|n| n.parse::<u32>().is_ok());
            if is_attempt && name != self.attempt {
                // What cannot be removed now is removed with the version.
                let _ = tree::remove(&entry.path());
            }
        }
    }
}

/// The engine must have taken our backend, or states would stand where nobody looks for them.
pub(super) fn check_backend(data: &Path, states: &Path) -> Result<(), EngineError> {
    let path = data.join("terraform.tfstate");
    let text = std::fs::read(&path).map_err(EngineError::file(&path))?;
    let value: Value = serde_json::from_slice(&text).unwrap_or_default();
    let backend = value.pointer("/backend/type").and_then(Value::as_str).unwrap_or("?").to_owned();
    let folder = value.pointer("/backend/config/workspace_dir").and_then(Value::as_str);
    if backend == "local" && folder.map(Path::new) == Some(states) {
        return Ok(());
    }
    Err(EngineError::Backend { path, backend, wanted: states.to_path_buf() })
}

/// Removes a prepared version, read-only as it is. No environment may be at work in it.
pub fn remove_version(version: &Path) -> Result<(), EngineError> {
    match tree::remove(version) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(EngineError::file(version)),
    }
}

/// The CLI configuration that every child is given: the operator's if a setting names one (it must
/// exist), else an empty one of ours in `data`. Without one named, an engine reads its user's own,
/// and tofu complains before the JSON when the one that the environment names is missing.
pub fn cli_config(data: &Path, operators: Option<&Path>) -> Result<PathBuf, EngineError> {
    if let Some(path) = operators {
        std::fs::metadata(path).map_err(EngineError::file(path))?;
        return path.canonicalize().map_err(EngineError::file(path));
    }
    make_private(data)?;
    let path = data.join("engine.tfrc");
    write_whole(&path, b"# Written by Mayfly: engines read no other configuration.\n")?;
    path.canonicalize().map_err(EngineError::file(&path))
}

/// Children run in folders of their own.
pub(super) fn check_absolute(path: &Path) -> Result<(), EngineError> {
    if path.is_absolute() { Ok(()) } else { Err(EngineError::Relative(path.to_path_buf())) }
}

pub(super) fn make_private(folder: &Path) -> Result<(), EngineError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(EngineError::file(folder))
}

/// Writes a file, readable by us alone, as a whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(EngineError::file(path))
}

/// What is written this way has string keys only, so that it cannot fail.
pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_backend_is_accepted() {
        let data = tempfile::tempdir().unwrap();
        let states = Path::new("/data/states");
        let check = |backend: &str, folder: &str| {
            let value = serde_json::json!({
                "backend": {"type": backend, "config": {"path": null, "workspace_dir": folder}}
            });
            std::fs::write(data.path().join("terraform.tfstate"), value.to_string()).unwrap();
            check_backend(data.path(), states)
        };
        check("local", "/data/states").unwrap();
        for (backend, folder) in [("local", "/elsewhere"), ("s3", "/data/states")] {
            let refused = check(backend, folder).unwrap_err();
            assert!(matches!(refused, EngineError::Backend { .. }), "{refused}");
        }
    }

    #[test]
    fn the_operators_configuration_must_exist_and_ours_is_made() {
        let data = tempfile::tempdir().unwrap();
        let missing = data.path().join("none.tfrc");
        assert!(cli_config(data.path(), Some(&missing)).unwrap_err().to_string().contains("none"));
        let ours = cli_config(data.path(), None).unwrap();
        assert_eq!(cli_config(data.path(), Some(&ours)).unwrap(), ours);
    }
}
