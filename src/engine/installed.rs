//! Which engines this machine has.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{Engine, OPENTOFU, PULUMI, TERRAFORM};
use crate::template::EngineKind;

/// A version is printed at once, or something is wrong with the program.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// An engine that answered.
#[derive(Clone)]
pub struct Installed {
    pub engine: Arc<dyn Engine>,
    pub program: PathBuf,
    pub version: semver::Version,
}

/// Why an engine cannot be used; ends with the cure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInstalled {
    #[error("`{0}` is not on the PATH: install it, or name it in mayfly.toml under [engines]")]
    Missing(String),
    #[error(
        "`{program}` does not tell its version ({why}): reinstall it, or name another in mayfly.toml under [engines]"
    )]
    Mute { program: PathBuf, why: String },
}

/// Asks an engine for its version: the operator's program, or what the PATH has.
pub async fn find(kind: EngineKind, program: Option<&Path>) -> Result<Installed, NotInstalled> {
    let engine: Arc<dyn Engine> = match kind {
        EngineKind::Terraform => Arc::new(TERRAFORM),
        EngineKind::Tofu => Arc::new(OPENTOFU),
        EngineKind::Pulumi => Arc::new(PULUMI),
    };
    let program = match program {
        Some(named) => named.to_path_buf(),
        None => on_path(engine.program())
            .ok_or_else(|| NotInstalled::Missing(engine.program().to_owned()))?,
    };
    let mute = |why: String| NotInstalled::Mute { program: program.clone(), why };
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
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => NotInstalled::Missing(program.display().to_string()),
            _ => mute(error.to_string()),
        })?;
    let version = engine
        .parse_version(&String::from_utf8_lossy(&answer.stdout))
        .filter(|_| answer.status.success())
        .ok_or_else(|| mute(format!("it ended with {}", answer.status)))?;
    Ok(Installed { engine, program, version })
}

/// The program of that name that the PATH has first.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
