//! A second look after a destroy: what the state knew before is asked for anew where it exists. That the state
//! is empty then says only what the engine believes.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::layout::write_whole;
use super::{EngineError, Job};

/// The state as it was before the first destroy, beside the state, and gone with it.
const BEFORE: &str = "before-destroy.tfstate";
const STATE: &str = "terraform.tfstate";

#[derive(Deserialize, Default)]
struct Kept {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    module: Option<String>,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    instances: Vec<Value>,
}

impl Resource {
    /// Without the key of an instance.
    fn address(&self) -> String {
        let module = self.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
        format!("{module}{}.{}", self.r#type, self.name)
    }

    /// Whether its provider leaves it where it is, although the state lets it go: what AWS makes by itself
    /// (documented of each `aws_default_…`), and what an attribute says so of.
    fn stays(&self) -> bool {
        let told = |instance: &Value, attribute: &str| instance["attributes"][attribute].as_bool();
        self.r#type.starts_with("aws_default_")
            || self.instances.iter().any(|instance| {
                told(instance, "skip_destroy") == Some(true)
                    || told(instance, "retain_on_delete") == Some(true)
                    || told(instance, "disable_on_destroy") == Some(false)
            })
    }
}

/// Keeps the state as it is now, unless the copy that is there knows all of it: a destroy that is tried again
/// begins with less than there was.
pub(super) fn remember(job: &Job) -> Result<(), EngineError> {
    let folder = job.state_folder();
    let state = folder.join(STATE);
    let Some(now) = read(&state)? else { return Ok(()) };
    let copy = folder.join(BEFORE);
    if let Some(before) = read(&copy)? {
        match (parse(&before), parse(&now)) {
            (Some(before), Some(now)) if addresses(&now).is_subset(&addresses(&before)) => {
                return Ok(());
            }
            // One that is encrypted cannot be compared: the first of them holds most.
            (None, _) => return Ok(()),
            _ => {}
        }
    }
    write_whole(&copy, &now)
}

/// The copy, if it knows of anything that exists elsewhere.
pub(super) fn kept(
    job: &Job,
    exists_outside: impl Fn(&str) -> bool,
) -> Result<Option<PathBuf>, EngineError> {
    let copy = job.state_folder().join(BEFORE);
    let Some(bytes) = read(&copy)? else { return Ok(None) };
    let worth = parse(&bytes).is_none_or(|kept| {
        let mut managed = kept.resources.iter().filter(|one| one.mode == "managed");
        managed.any(|one| exists_outside(&one.r#type) && !one.stays())
    });
    Ok(worth.then_some(copy))
}

/// What a plan of the copy's destruction would still have to destroy.
pub(super) fn found(
    job: &Job,
    printed: &[u8],
    exists_outside: impl Fn(&str) -> bool,
) -> Result<Vec<String>, EngineError> {
    let bytes = read(&job.state_folder().join(BEFORE))?.unwrap_or_default();
    let kept = parse(&bytes).unwrap_or_default();
    let staying: BTreeSet<String> =
        kept.resources.iter().filter(|one| one.stays()).map(Resource::address).collect();
    let text = String::from_utf8_lossy(printed);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let planned = lines.filter(|line| line["type"] == "planned_change");
    let mut found = Vec::new();
    for line in planned {
        let resource = &line["change"]["resource"];
        let kind = resource["resource_type"].as_str().unwrap_or_default();
        let address = resource["addr"].as_str().unwrap_or_default();
        let base = address.strip_suffix(']').and_then(|a| a.rsplit_once('[')).map(|(base, _)| base);
        let stays = kind.starts_with("aws_default_") || staying.contains(base.unwrap_or(address));
        if line["change"]["action"] == "delete" && exists_outside(kind) && !stays {
            found.push(address.to_owned());
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, EngineError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EngineError::file(path)(error)),
    }
}

/// `None`: it is encrypted, or broken.
fn parse(bytes: &[u8]) -> Option<Kept> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    if value.get("encrypted_data").is_some() {
        return None;
    }
    serde_json::from_value(value).ok()
}

fn addresses(kept: &Kept) -> BTreeSet<String> {
    let managed = kept.resources.iter().filter(|one| one.mode == "managed");
    let each = managed.flat_map(|one| {
        one.instances.iter().map(|instance| format!("{}{}", one.address(), instance["index_key"]))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::{Layout, Prepared};

    fn job(root: &Path) -> Job {
        let layout = Layout {
            version: root.join("version"),
            source: root.join("template"),
            states: root.join("states"),
            program: "terraform".into(),
            program_version: semver::Version::new(1, 11, 4),
            path: "/bin".into(),
            home: root.join("home"),
            cli_config: root.join("engine.tfrc"),
            backend: None,
            plugins: None,
        };
        let prepared = Prepared { source: "/src".into(), data: "/data".into() };
        std::fs::create_dir_all(root.join("states/env")).unwrap();
        Job::new(&layout, &prepared, "env", &root.join("run")).unwrap()
    }

    fn holds(job: &Job, resources: Value) {
        let state = json!({ "version": 4, "resources": resources }).to_string();
        std::fs::write(job.state_folder().join(STATE), state).unwrap();
    }

    fn one(kind: &str, name: &str, attributes: Value) -> Value {
        json!({ "mode": "managed", "type": kind, "name": name,
                "instances": [{ "attributes": attributes }] })
    }

    fn outside(kind: &str) -> bool {
        kind != "terraform_data"
    }

    #[test]
    fn what_lives_in_the_state_alone_is_not_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let job = job(folder.path());
        remember(&job).unwrap();
        assert_eq!(kept(&job, outside).unwrap(), None, "there is no state");
        holds(&job, json!([one("terraform_data", "a", json!({}))]));
        remember(&job).unwrap();
        assert_eq!(kept(&job, outside).unwrap(), None);
        let stays = one("aws_cloudwatch_log_group", "b", json!({ "skip_destroy": true }));
        holds(&job, json!([stays, one("aws_default_vpc", "c", json!({}))]));
        remember(&job).unwrap();
        assert_eq!(kept(&job, outside).unwrap(), None, "it is to stay");
        holds(&job, json!([one("aws_s3_bucket", "d", json!({}))]));
        remember(&job).unwrap();
        assert!(kept(&job, outside).unwrap().is_some());
    }

    #[test]
    fn a_later_try_forgets_nothing_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let job = job(folder.path());
        let bucket = |name: &str| one("aws_s3_bucket", name, json!({}));
        let copy = || std::fs::read_to_string(job.state_folder().join(BEFORE)).unwrap();
        holds(&job, json!([bucket("a"), bucket("b")]));
        remember(&job).unwrap();
        for less in [json!([bucket("b")]), json!([])] {
            holds(&job, less);
            remember(&job).unwrap();
            assert!(copy().contains("\"a\""), "{}", copy());
        }
        holds(&job, json!([bucket("c")]));
        remember(&job).unwrap();
        assert!(copy().contains("\"c\""), "what came later is not looked for");
    }

    #[test]
    fn what_is_still_there_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let job = job(folder.path());
        holds(&job, json!([one("aws_ecr", "kept", json!({ "skip_destroy": true }))]));
        remember(&job).unwrap();
        let line = |kind: &str, addr: &str, action: &str| {
            json!({ "type": "planned_change", "change": { "action": action,
                "resource": { "addr": addr, "resource_type": kind } } })
            .to_string()
        };
        let printed = [
            "no JSON".to_owned(),
            line("aws_s3_bucket", "module.x.aws_s3_bucket.a[\"k\"]", "delete"),
            line("terraform_data", "terraform_data.b", "delete"),
            line("aws_default_vpc", "aws_default_vpc.c", "delete"),
            line("aws_ecr", "aws_ecr.kept[0]", "delete"),
            line("aws_s3_bucket", "aws_s3_bucket.read", "noop"),
        ];
        let found = found(&job, printed.join("\n").as_bytes(), outside).unwrap();
        assert_eq!(found, ["module.x.aws_s3_bucket.a[\"k\"]"]);
    }
}
