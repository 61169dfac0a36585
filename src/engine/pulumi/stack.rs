//! An environment's stack: its folder, its backend in files, and what the CLI exports of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::events::{address, is_own};
use crate::engine::layout::{make_private, write_whole};
use crate::engine::{EngineError, Inventory, Job, Opened, OutputValue};
use crate::process::Identity;
use crate::template::Project;

/// Our copy of the last state that could be read.
const GOOD: &str = "last-good.json";

/// The environment's folder.
pub(super) fn folder(job: &Job) -> PathBuf {
    job.state_folder()
}

/// Where Pulumi finds the program: links to the version's files, which are read-only.
pub(super) fn project_folder(job: &Job) -> PathBuf {
    folder(job).join("project")
}

/// Whether the state stands in files of ours, and not where a setting says.
pub(super) fn is_file_backend(job: &Job) -> bool {
    job.layout().backend.is_none()
}

pub(super) fn backend_url(job: &Job) -> String {
    match &job.layout().backend {
        // Both are PostgreSQL's own; Pulumi knows one.
        Some(url) => match url.strip_prefix("postgresql://") {
            Some(rest) => format!("postgres://{rest}"),
            None => url.clone(),
        },
        None => format!("file://{}", backend(job).display()),
    }
}

fn backend(job: &Job) -> PathBuf {
    folder(job).join("backend")
}

/// Looks at the stack's file: there, good, or broken and put back.
pub(super) fn open(job: &Job, project: &Project) -> Result<Opened, EngineError> {
    if !is_file_backend(job) {
        return Ok(Opened::Elsewhere);
    }
    make_private(&folder(job))?;
    // The CLI wants it to be there.
    make_private(&backend(job))?;
    let (file, good) = (stack_file(job, project), folder(job).join(GOOD));
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound && !good.exists() => return Ok(Opened::New),
        Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(EngineError::file(&file)(e)),
    };
    if serde_json::from_slice::<Checkpoint>(&bytes).is_ok() {
        write_whole(&good, &bytes)?;
        return Ok(Opened::Good);
    }
    let copy = fs::read(&good).map_err(|_| EngineError::StateBroken {
        path: file.clone(),
        why: "it is no JSON, and there is no earlier copy of it".to_owned(),
    })?;
    if let Some(parent) = file.parent() {
        make_private(parent)?;
    }
    write_whole(&file, &copy)?;
    Ok(Opened::Restored)
}

pub(super) fn is_whole(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Checkpoint>(bytes).is_ok()
}

/// Lays a stack out as another machine had it, with the mark of the backend's layout (`.pulumi/meta.yaml`), or
/// the CLI takes it for one of before projects.
pub(super) fn put(job: &Job, project: &Project, bytes: &[u8]) -> Result<(), EngineError> {
    let file = stack_file(job, project);
    make_private(&folder(job))?;
    if let Some(parent) = file.parent() {
        make_private(parent)?;
    }
    let meta = backend(job).join(".pulumi/meta.yaml");
    if !meta.exists() {
        write_whole(&meta, b"version: 1\n")?;
    }
    write_whole(&file, bytes)
}

/// Whether a dead process holds the stack. A living one is an error: two updates at once lose one's work.
pub(super) fn stale_lock(job: &Job, project: &Project) -> Result<bool, EngineError> {
    let locks = backend(job).join(".pulumi/locks/organization").join(&project.name);
    let folder = locks.join(job.environment());
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(false) };
    let mut found = false;
    for entry in entries.flatten() {
        let path = entry.path();
        let bytes = fs::read(&path).map_err(EngineError::file(&path))?;
        // One that was cut off belongs to a process that was.
        let lock: Lock = serde_json::from_slice(&bytes).unwrap_or_default();
        if holds(&lock, &path) {
            return Err(EngineError::StackBusy { stack: job.environment().into(), pid: lock.pid });
        }
        found = true;
    }
    Ok(found)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    pid: u32,
    hostname: String,
}

/// Whether the process that took the lock lives. On another host nobody works on our folders; a process that
/// began after the lock was written got a number that was free again.
fn holds(lock: &Lock, path: &Path) -> bool {
    let here = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let Ok(pid) = i32::try_from(lock.pid) else { return false };
    let Some(process) = Identity::of(pid).filter(|_| lock.hostname == here) else { return false };
    let written = fs::metadata(path).and_then(|metadata| metadata.modified());
    let locked = written.ok().and_then(|written| written.elapsed().ok());
    match (process.age(), locked) {
        (Some(age), Some(locked)) => age + SLACK >= locked,
        // What cannot be told apart by time is told by its number.
        _ => true,
    }
}

/// Both times are read one after the other, and the file's is coarse.
const SLACK: std::time::Duration = std::time::Duration::from_secs(2);

/// What a killed run had begun: the last operation on each resource, of which nobody knows the end.
pub(super) fn pending(job: &Job, project: &Project) -> Result<Vec<String>, EngineError> {
    let file = stack_file(job, project);
    let bytes = fs::read(&file).map_err(EngineError::file(&file))?;
    let checkpoint: Checkpoint = serde_json::from_slice(&bytes)
        .map_err(|e| EngineError::StateBroken { path: file, why: e.to_string() })?;
    let operations = checkpoint.checkpoint.latest.unwrap_or_default().pending_operations;
    Ok(operations.into_iter().map(|operation| address(&operation.resource.urn).into()).collect())
}

pub(super) fn stack_file(job: &Job, project: &Project) -> PathBuf {
    let stacks = backend(job).join(".pulumi/stacks").join(&project.name);
    stacks.join(format!("{}.json", job.environment()))
}

/// `.pulumi/stacks/<project>/<stack>.json`.
#[derive(Deserialize)]
struct Checkpoint {
    checkpoint: Latest,
}

#[derive(Deserialize)]
struct Latest {
    #[serde(default)]
    latest: Option<Deployment>,
}

/// What `stack export` prints.
#[derive(Deserialize)]
struct Exported {
    #[serde(default)]
    deployment: Option<Deployment>,
}

#[derive(Deserialize, Default)]
struct Deployment {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    pending_operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    urn: String,
    #[serde(default)]
    id: Option<String>,
    r#type: String,
    #[serde(default)]
    outputs: BTreeMap<String, Value>,
}

/// Reads what `stack export --show-secrets` printed.
pub(super) fn read(printed: &[u8]) -> Result<Inventory, serde_json::Error> {
    let exported: Exported = serde_json::from_slice(printed)?;
    let deployment = exported.deployment.unwrap_or_default();
    let pending = deployment.pending_operations.iter();
    let mut inventory = Inventory {
        pending: pending.map(|o| address(&o.resource.urn).to_owned()).collect(),
        ..Inventory::default()
    };
    for resource in deployment.resources {
        if resource.r#type == "pulumi:pulumi:Stack" {
            inventory.outputs = resource.outputs.into_iter().map(|(k, v)| (k, output(v))).collect();
        } else if !is_own(&resource.r#type) {
            let address = address(&resource.urn).to_owned();
            inventory.ids.extend(resource.id.map(|id| (address.clone(), id)));
            inventory.resources.push(address);
        }
    }
    Ok(inventory)
}

/// The mark of a secret value in states and events; source: Pulumi's `resource.SigKey`, `SecretSig`.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";

fn output(value: Value) -> OutputValue {
    let mut sensitive = false;
    let value = clear(value, &mut sensitive);
    OutputValue { sensitive, value }
}

/// The value with its secret parts in clear, and whether there were any.
fn clear(value: Value, secret: &mut bool) -> Value {
    match value {
        Value::Object(map) if is_secret(&map) => {
            *secret = true;
            let text = map.get("plaintext").and_then(Value::as_str).unwrap_or("null");
            serde_json::from_str(text).unwrap_or(Value::Null)
        }
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (key, clear(value, secret))).collect()
        }
        Value::Array(items) => items.into_iter().map(|item| clear(item, secret)).collect(),
        other => other,
    }
}

/// Whether an object stands for a secret.
pub(super) fn is_secret(map: &serde_json::Map<String, Value>) -> bool {
    map.get(SIGNATURE).and_then(Value::as_str) == Some(SECRET)
}

/// Removes the folder of a stack that `stack rm` has removed; refused while its file is there.
pub(super) fn forget(job: &Job, project: &Project) -> Result<(), EngineError> {
    let folder = folder(job);
    let file = stack_file(job, project);
    if is_file_backend(job) && file.exists() && !is_empty(&file)? {
        return Err(EngineError::StateInUse(folder));
    }
    match fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(EngineError::file(&folder)(e)),
        _ => Ok(()),
    }
}

fn is_empty(file: &Path) -> Result<bool, EngineError> {
    let bytes = fs::read(file).map_err(EngineError::file(file))?;
    let checkpoint: Checkpoint = serde_json::from_slice(&bytes)
        .map_err(|e| EngineError::StateBroken { path: file.into(), why: e.to_string() })?;
    let resources = checkpoint.checkpoint.latest.unwrap_or_default().resources;
    Ok(resources.iter().all(|resource| is_own(&resource.r#type)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_outputs_in_clear_and_resources_without_pulumis_own() {
        let secret = serde_json::json!({SIGNATURE: SECRET, "plaintext": "\"hunter2\""});
        let exported = serde_json::json!({"version": 3, "deployment": {
            "resources": [
                {"urn": "urn:pulumi:e::p::pulumi:pulumi:Stack::p-e", "type": "pulumi:pulumi:Stack",
                 "outputs": {"url": "x", "password": secret, "both": {"user": "u", "key": secret}}},
                {"urn": "urn:pulumi:e::p::pulumi:providers:command::default", "type": "pulumi:providers:command"},
                {"urn": "urn:pulumi:e::p::command:local:Command::page", "type": "command:local:Command"},
            ],
            "pending_operations": [{"type": "creating", "resource":
                {"urn": "urn:pulumi:e::p::command:local:Command::half", "type": "command:local:Command"}}],
        }});
        let inventory = read(exported.to_string().as_bytes()).unwrap();
        assert_eq!(inventory.resources, ["command:local:Command::page"]);
        assert_eq!(inventory.pending, ["command:local:Command::half"]);
        let outputs = &inventory.outputs;
        assert_eq!((outputs["url"].sensitive, &outputs["url"].value), (false, &"x".into()));
        assert_eq!(
            (outputs["password"].sensitive, &outputs["password"].value),
            (true, &"hunter2".into())
        );
        assert_eq!(outputs["both"].value, serde_json::json!({"user": "u", "key": "hunter2"}));
        assert!(outputs["both"].sensitive);
        assert!(!format!("{:?}", outputs["password"]).contains("hunter2"));
        let never = read(b"{\"version\":3,\"deployment\":{\"manifest\":{}}}").unwrap();
        assert!(never.resources.is_empty() && never.outputs.is_empty());
        assert!(read(b"").is_err());
    }
}
