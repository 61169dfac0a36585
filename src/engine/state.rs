//! The state of an environment: a file of ours, read and kept whole, never edited.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::layout::{make_private, write_whole};
use super::{EngineError, Job};

/// An output as the state holds it. The value of a sensitive one is a secret: seal it.
#[derive(Clone, PartialEq)]
pub struct OutputValue {
    pub sensitive: bool,
    pub value: Value,
}

impl std::fmt::Debug for OutputValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = if self.sensitive { "(sensitive)".to_owned() } else { self.value.to_string() };
        f.debug_struct("OutputValue")
            .field("sensitive", &self.sensitive)
            .field("value", &shown)
            .finish()
    }
}

/// What a state holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// The environment's outputs, sensitive ones too.
    pub outputs: BTreeMap<String, OutputValue>,
    /// The addresses of what it manages, in its order.
    pub resources: Vec<String>,
    /// What their providers call them, by address, where they say so.
    pub ids: BTreeMap<String, String>,
    /// What a killed run had begun, and of which nobody knows the end.
    pub pending: Vec<String>,
}

/// How the state was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// There was none: an empty one was made.
    New,
    /// It is good.
    Good,
    /// A crash had broken it; the last good copy took its place: reconcile before going on.
    Restored,
    /// It is kept where only the engine can look.
    Elsewhere,
}
const FILE: &str = "terraform.tfstate";
/// Our copy of the last state that could be read: engines leave an empty file when killed.
const GOOD: &str = "last-good.tfstate";
const BROKEN: &str = "broken.tfstate";

/// What a state file holds, as far as we look.
#[derive(Deserialize)]
pub(super) struct State {
    version: u64,
    #[serde(default)]
    outputs: BTreeMap<String, StateOutput>,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct StateOutput {
    #[serde(default)]
    value: Value,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    r#type: String,
    name: String,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    #[serde(default)]
    index_key: Option<Value>,
    #[serde(default)]
    deposed: Option<String>,
    #[serde(default)]
    attributes: Value,
}

impl State {
    pub fn of(job: &Job) -> Result<State, EngineError> {
        let path = job.state_folder().join(FILE);
        match fs::read(&path) {
            Ok(bytes) => State::parse(&path, &bytes),
            Err(e) if e.kind() == ErrorKind::NotFound => Err(EngineError::StateMissing(path)),
            Err(e) => Err(EngineError::file(&path)(e)),
        }
    }

    /// What the engine printed of a state that only it can read.
    pub fn printed(job: &Job, printed: &[u8]) -> Result<State, EngineError> {
        let path = job.state_folder().join(FILE);
        if printed.trim_ascii().is_empty() {
            return Err(EngineError::StateMissing(path));
        }
        State::parse(&path, printed)
    }

    pub fn inventory(self) -> Inventory {
        let resources = self.resources();
        let ids = self.ids();
        let one = |o: StateOutput| OutputValue { sensitive: o.sensitive, value: o.value };
        let outputs = self.outputs.into_iter().map(|(name, o)| (name, one(o))).collect();
        Inventory { outputs, resources, ids, pending: Vec::new() }
    }

    /// Addresses of managed resources; data sources are only read.
    pub fn resources(&self) -> Vec<String> {
        self.instances().map(|(address, _)| address).collect()
    }

    /// Without what is to be replaced: it has the address of another.
    fn ids(&self) -> BTreeMap<String, String> {
        let current = self.instances().filter(|(_, instance)| instance.deposed.is_none());
        let named = current.filter_map(|(address, instance)| {
            Some((address, instance.attributes.get("id")?.as_str()?.to_owned()))
        });
        named.collect()
    }

    fn instances(&self) -> impl Iterator<Item = (String, &Instance)> {
        let managed = self.resources.iter().filter(|r| r.mode == "managed");
        managed.flat_map(|r| {
            let module = r.module.as_ref().map(|m| format!("{m}.")).unwrap_or_default();
            let base = format!("{module}{}.{}", r.r#type, r.name);
            r.instances.iter().map(move |i| match &i.index_key {
                None => (base.clone(), i),
                Some(key) => (format!("{base}[{key}]"), i),
            })
        })
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<State, EngineError> {
        let broken = |why: String| EngineError::StateBroken { path: path.to_path_buf(), why };
        if bytes.is_empty() {
            return Err(broken("it is empty, as a killed engine leaves it".into()));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|e| broken(e.to_string()))?;
        if value.get("encrypted_data").is_some() {
            return Err(EngineError::StateEncrypted(path.to_path_buf()));
        }
        let state: State = serde_json::from_value(value).map_err(|e| broken(e.to_string()))?;
        if state.version != 4 {
            return Err(broken(format!("it has version {}, only 4 is known", state.version)));
        }
        Ok(state)
    }
}

pub(super) fn file(job: &Job) -> PathBuf {
    job.state_folder().join(FILE)
}

/// Whether it can be read, by us or by the engine that has the key.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let parsed = State::parse(Path::new(FILE), bytes);
    matches!(parsed, Ok(_) | Err(EngineError::StateEncrypted(_)))
}

pub(super) fn put(job: &Job, bytes: &[u8]) -> Result<(), EngineError> {
    make_private(&job.state_folder())?;
    write_whole(&file(job), bytes)
}

/// See [`super::Engine::open`].
pub(super) fn open(job: &Job, encrypted: bool) -> Result<Opened, EngineError> {
    let folder = job.state_folder();
    make_private(&folder)?;
    let (file, good) = (folder.join(FILE), folder.join(GOOD));
    let found = match State::of(job) {
        Err(EngineError::StateEncrypted(_)) if encrypted => Ok(()),
        found => found.map(drop),
    };
    match found {
        Ok(()) => {
            let bytes = fs::read(&file).map_err(EngineError::file(&file))?;
            write_whole(&good, &bytes)?;
            Ok(Opened::Good)
        }
        // A seed would be in clear, which is refused where it has to be encrypted.
        Err(EngineError::StateMissing(_)) if !good.exists() && encrypted => Ok(Opened::New),
        Err(EngineError::StateMissing(_)) if !good.exists() => {
            write_whole(&file, &seed(job))?;
            Ok(Opened::New)
        }
        Err(EngineError::StateMissing(_) | EngineError::StateBroken { .. }) => {
            restore(job, (&file, &good), encrypted)?;
            Ok(Opened::Restored)
        }
        Err(e) => Err(e),
    }
}

fn restore(job: &Job, (file, good): (&Path, &Path), encrypted: bool) -> Result<(), EngineError> {
    if file.exists() {
        let aside: PathBuf = file.with_file_name(BROKEN);
        fs::rename(file, &aside).map_err(EngineError::file(file))?;
    }
    let bytes = match fs::read(good) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound && encrypted => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => seed(job),
        Err(e) => return Err(EngineError::file(good)(e)),
    };
    write_whole(file, &bytes)
}

/// An empty state. With one there tofu, which writes the first state only after 20 s, loses far less
/// when it is killed (kept 11 of 13 instead of 1); and a state that is missing is then a state lost.
fn seed(job: &Job) -> Vec<u8> {
    let digest = hex::encode(Sha256::digest(job.state_folder().to_string_lossy().as_bytes()));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    let lineage = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
    serde_json::json!({
        "version": 4, "terraform_version": "1.0.0", "serial": 0, "lineage": lineage,
        "outputs": {}, "resources": [], "check_results": null,
    })
    .to_string()
    .into_bytes()
}

/// See [`super::Engine::forget`].
pub(super) fn forget(job: &Job, encrypted: bool) -> Result<(), EngineError> {
    let folder = job.state_folder();
    if !folder.exists() {
        return Ok(());
    }
    match State::of(job) {
        // Whoever asked the engine has seen that it is empty.
        Err(EngineError::StateEncrypted(_)) if encrypted => {}
        // It is written by the first apply alone.
        Err(EngineError::StateMissing(_)) if encrypted => {}
        state => {
            if !state?.resources().is_empty() {
                return Err(EngineError::StateInUse(folder));
            }
        }
    }
    fs::remove_dir_all(&folder).map_err(EngineError::file(&folder))
}
