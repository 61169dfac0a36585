//! Which engines this machine has, in which versions.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use semver::Version;

use super::{Engine, OPENTOFU, PULUMI, TERRAFORM};
use crate::domain::{EngineKind, EngineNamed, EnginesWanted, MadeBy, TerraformBy};

/// A version is printed at once, or something is wrong with the program.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// What runs the templates of a kind.
fn adapter(kind: EngineKind) -> Arc<dyn Engine> {
    match kind {
        EngineKind::Terraform => Arc::new(TERRAFORM),
        EngineKind::Tofu => Arc::new(OPENTOFU),
        EngineKind::Pulumi => Arc::new(PULUMI),
    }
}

/// All engines of this machine that may be used, and why others may not. [`Engines::pick`] chooses.
#[derive(Clone)]
pub struct Engines {
    pub(super) found: Vec<Installed>,
    pub(super) unusable: Vec<Unusable>,
    pub(super) run_terraform_with: TerraformBy,
}

/// An engine that answered.
#[derive(Clone)]
pub struct Installed {
    pub kind: EngineKind,
    pub engine: Arc<dyn Engine>,
    /// Absolute.
    pub program: PathBuf,
    pub version: Version,
    pub origin: Origin,
}

/// How an engine was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The settings name its path.
    Path,
    /// The settings name its version.
    Version,
    /// It is installed in the folder of engines.
    Folder,
    /// The `PATH` of this process has it.
    SearchPath,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Origin::Path => "path in the settings",
            Origin::Version => "version in the settings",
            Origin::Folder => "installed",
            Origin::SearchPath => "PATH",
        })
    }
}

/// An engine that is named or there, and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    pub kind: EngineKind,
    pub why: NotInstalled,
}

/// Why an engine cannot be used; ends with the cure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInstalled {
    #[error("`{}` is not there: correct its path under [engines] in mayfly.toml", .0.display())]
    Missing(PathBuf),
    #[error(
        "version {version} is not installed ({} is not there): run `mayfly engines install {kind}@{version}`, or name another under [engines] in mayfly.toml",
        program.display()
    )]
    MissingVersion { kind: EngineKind, version: Version, program: PathBuf },
    #[error(
        "`{}` says that it is {says}: install {kind} {version} anew", program.display()
    )]
    OtherVersion { kind: EngineKind, version: Version, says: Version, program: PathBuf },
    #[error(
        "`{}` does not tell its version ({why}): reinstall it, or name another under [engines] in mayfly.toml",
        program.display()
    )]
    Mute { program: PathBuf, why: String },
}

impl Engines {
    /// Looks where the operator says, or else in the folder of engines and on the `PATH`, and asks every
    /// program for its version, all at once.
    pub async fn find(wanted: &EnginesWanted) -> Engines {
        let search = std::env::var_os("PATH").unwrap_or_default();
        let places = EngineKind::ALL.iter().flat_map(|kind| places(*kind, wanted, &search));
        let answers = join_all(places.map(|place| async move {
            let kind = place.kind;
            (kind, ask(place).await)
        }));
        let (mut found, mut unusable): (Vec<Installed>, Vec<Unusable>) = Default::default();
        for (kind, answer) in answers.await {
            match answer {
                Ok(one) if found.iter().any(|other| same(other, &one)) => {}
                Ok(one) => found.push(one),
                Err(why) => unusable.push(Unusable { kind, why }),
            }
        }
        // Newest first; of equal ones what the settings name is before what merely lies there.
        found.sort_by(|a, b| (a.kind, &b.version, a.origin).cmp(&(b.kind, &a.version, b.origin)));
        Engines { found, unusable, run_terraform_with: wanted.run_terraform_with }
    }

    /// All that can be used, by kind, the newest first.
    pub fn all(&self) -> &[Installed] {
        &self.found
    }

    /// Whether any program of that kind is named or there, usable or not.
    pub fn knows(&self, kind: EngineKind) -> bool {
        let unusable = self.unusable.iter().map(|unusable| unusable.kind);
        self.found.iter().map(|one| one.kind).chain(unusable).any(|known| known == kind)
    }

    /// What is named or there and cannot be used.
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }
}

impl Installed {
    /// For the record: what wrote an environment's state.
    pub fn made_by(&self) -> MadeBy {
        MadeBy { engine: self.kind, version: self.version.clone() }
    }
}

/// A program to ask.
struct Place {
    kind: EngineKind,
    program: PathBuf,
    origin: Origin,
    /// What it is said to be.
    version: Option<Version>,
}

fn places(kind: EngineKind, wanted: &EnginesWanted, search: &std::ffi::OsStr) -> Vec<Place> {
    let of_version = |version: Version, origin| {
        let program = kind.program();
        let program = wanted.folder.join(program).join(version.to_string()).join(program);
        Place { kind, program, origin, version: Some(version) }
    };
    if let Some(named) = wanted.named.get(&kind) {
        let place = |named: &EngineNamed| match named {
            EngineNamed::Version(version) => of_version(version.clone(), Origin::Version),
            EngineNamed::Program(program) => {
                Place { kind, program: program.clone(), origin: Origin::Path, version: None }
            }
        };
        return named.iter().map(place).collect();
    }
    // A folder that is not there holds none; one with another name is none of ours.
    let entries = std::fs::read_dir(wanted.folder.join(kind.program())).into_iter().flatten();
    let versions = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut places: Vec<Place> =
        versions.map(|version| of_version(version, Origin::Folder)).collect();
    places.extend(on_path(kind.program(), search).map(|program| Place {
        kind,
        program,
        origin: Origin::SearchPath,
        version: None,
    }));
    places
}

/// What a program says that it is.
async fn ask(place: Place) -> Result<Installed, NotInstalled> {
    let Place { kind, program, origin, version: expected } = place;
    let engine = adapter(kind);
    if !is_program(&program) {
        return Err(match expected {
            Some(version) => NotInstalled::MissingVersion { kind, version, program },
            None => NotInstalled::Missing(program),
        });
    }
    // Children run in folders of their own, where a relative path would lead elsewhere.
    let mute = |why: String| NotInstalled::Mute { program: program.clone(), why };
    let program = std::path::absolute(&program).map_err(|error| mute(error.to_string()))?;
    let asked = tokio::process::Command::new(&program)
        .args(engine.version_args())
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let answer = tokio::time::timeout(ANSWERS_WITHIN, asked)
        .await
        .map_err(|_| mute("it does not answer".to_owned()))?
        .map_err(|error| mute(error.to_string()))?;
    let version = engine
        .parse_version(&String::from_utf8_lossy(&answer.stdout))
        .filter(|_| answer.status.success())
        .ok_or_else(|| mute(format!("it ended with {}", answer.status)))?;
    match expected {
        Some(expected)
            if super::version::released(&expected) != super::version::released(&version) =>
        {
            Err(NotInstalled::OtherVersion { kind, version: expected, says: version, program })
        }
        _ => Ok(Installed { kind, engine, program, version, origin }),
    }
}

/// Whether both are one program, found in two ways.
fn same(one: &Installed, other: &Installed) -> bool {
    let real = |installed: &Installed| installed.program.canonicalize().ok();
    one.kind == other.kind && real(one).is_some() && real(one) == real(other)
}

/// The program of that name that the PATH has first.
fn on_path(name: &str, search: &std::ffi::OsStr) -> Option<PathBuf> {
    std::env::split_paths(search).map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A program that tells this version. Copied by a child: what this process wrote itself it could
    /// not start while another thread forks.
    fn program(path: &Path, version: &str) {
        let script = format!("#!/bin/sh\necho '{{\"terraform_version\": \"{version}\"}}'\n");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = path.with_extension("text");
        std::fs::write(&text, script).unwrap();
        let copy = ["-m", "755"].map(std::ffi::OsStr::new);
        let done = Command::new("install").args(copy).args([&text, path]).status().unwrap();
        assert!(done.success());
    }

    fn told(engines: &Engines, kind: EngineKind) -> Vec<String> {
        let of_kind = engines.all().iter().filter(|one| one.kind == kind);
        of_kind.map(|one| format!("{} {}", one.version, one.origin)).collect()
    }

    #[tokio::test]
    async fn all_that_is_installed_is_found_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let place = |version: &str| folder.path().join(format!("terraform/{version}/terraform"));
        for version in ["1.5.7", "1.11.4", "1.9.8"] {
            program(&place(version), version);
        }
        program(&place("1.6.0"), "1.6.1");
        std::fs::create_dir(folder.path().join("terraform/1.7.0")).unwrap();
        std::fs::create_dir(folder.path().join("terraform/1.8.0.part")).unwrap();
        let engines = Engines::find(&EnginesWanted::found_in(folder.path().into())).await;
        let installed: Vec<String> = told(&engines, EngineKind::Terraform)
            .into_iter()
            .filter(|one| one.ends_with("installed"))
            .collect();
        assert_eq!(installed, ["1.11.4 installed", "1.9.8 installed", "1.5.7 installed"]);
        let whys: Vec<String> = engines.unusable().iter().map(|one| one.why.to_string()).collect();
        let told = |part: &str| whys.iter().any(|why| why.contains(part));
        assert!(told("version 1.7.0 is not installed"), "{whys:?}");
        assert!(told("says that it is 1.6.1: install terraform 1.6.0 anew"), "{whys:?}");
        assert!(!told("1.8.0"), "half an installation is none: {whys:?}");
    }

    #[tokio::test]
    async fn what_the_settings_name_is_all_that_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut wanted = EnginesWanted::found_in(folder.path().join("engines"));
        for version in ["1.5.7", "1.11.4"] {
            program(&wanted.folder.join(format!("terraform/{version}/terraform")), version);
        }
        let own = folder.path().join("own/terraform");
        program(&own, "1.11.4");
        let linked = folder.path().join("linked");
        std::os::unix::fs::symlink(&own, &linked).unwrap();
        let version = |text: &str| EngineNamed::Version(text.parse().unwrap());
        let named = vec![
            version("1.5.7"),
            version("1.2.3"),
            EngineNamed::Program(own.clone()),
            EngineNamed::Program(linked),
            EngineNamed::Program("/nowhere/terraform".into()),
            EngineNamed::Program("/bin/false".into()),
        ];
        wanted.named.insert(EngineKind::Terraform, named);
        let engines = Engines::find(&wanted).await;
        assert_eq!(
            told(&engines, EngineKind::Terraform),
            ["1.11.4 path in the settings", "1.5.7 version in the settings"],
            "a program under two names is one"
        );
        let of_terraform =
            engines.unusable().iter().filter(|one| one.kind == EngineKind::Terraform);
        let whys: Vec<String> = of_terraform.map(|one| one.why.to_string()).collect();
        assert_eq!(whys.len(), 3, "{whys:?}");
        assert!(whys[0].contains("run `mayfly engines install terraform@1.2.3`"), "{whys:?}");
        assert!(whys[1].starts_with("`/nowhere/terraform` is not there"), "{whys:?}");
        assert!(whys[2].starts_with("`/bin/false` does not tell its version"), "{whys:?}");
        assert!(engines.knows(EngineKind::Terraform));
    }
}
