//! Which engine the demo runs: the machine's own, or OpenTofu, which it installs when asked to.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use semver::Version;

use crate::cli::engines::{Source, obtain};
use crate::domain::{EngineKind, EnginesWanted};
use crate::engine::installed::Engines;
use crate::releases::{Program, Wanted, program_at};

/// What is offered: the release that Mayfly was tried with.
const OFFERED: Version = Version::new(1, 12, 6);
/// The size of its archive, roughly.
const SIZE: &str = "about 30 MB";

#[derive(Debug, clap::Args)]
pub(super) struct Offer {
    /// Where there is neither terraform nor tofu: install OpenTofu for the demo without asking.
    #[arg(long)]
    install_engine: bool,
    /// A mirror of OpenTofu's releases.
    #[arg(long, value_name = "URL", hide = true)]
    from: Option<String>,
    /// Keys that sign for the mirror.
    #[arg(long, value_name = "FILE", requires = "from", hide = true)]
    trust: Option<PathBuf>,
}

/// Whether a person can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    Allowed,
    Forbidden,
}

impl Offer {
    /// Whether it was said beforehand.
    pub(super) fn is_accepted(&self) -> bool {
        self.install_engine
    }

    /// Sees to it that something runs Terraform's templates, or `engine` where that was asked for.
    /// `Some`: a `tofu` that `found` does not say; an error is one line, or one with a hint.
    pub(super) async fn ready(
        &self,
        found: &EnginesWanted,
        engine: Option<EngineKind>,
        asking: Asking,
    ) -> Result<Option<PathBuf>, String> {
        let found = Engines::find(found).await;
        // One that is there and does not work is to be repaired: what is wrong with it is told later.
        if found.knows(EngineKind::Terraform) || found.knows(EngineKind::Tofu) {
            return Ok(None);
        }
        let kind = engine.unwrap_or(EngineKind::Terraform);
        let Err(missing) = found.pick(kind, &[]) else { return Ok(None) };
        let missing = match kind {
            EngineKind::Tofu => missing.to_string(),
            _ => format!("{missing} (OpenTofu's `tofu` does as well)"),
        };
        let Some(engines) = folder() else { return Err(missing) };
        let wanted = Wanted { program: Program::Tofu, version: OFFERED };
        let program = program_at(&engines, &wanted);
        if program.is_file() {
            return Ok(Some(program));
        }
        let can_ask = asking == Asking::Allowed
            && std::io::stdin().is_terminal()
            && std::io::stderr().is_terminal();
        let cure = format!(
            "{missing}; or run `mayfly demo --install-engine`, \
             which installs {wanted} ({SIZE}) into {}",
            engines.display()
        );
        if !self.install_engine && !can_ask {
            return Err(cure);
        }
        if !self.install_engine {
            let question = format!(
                "Neither terraform nor tofu is on the PATH. Install {wanted} ({SIZE}) into {} now? [Y/n] ",
                engines.display()
            );
            if !says_yes(&question)
                .map_err(|error| format!("the answer cannot be read: {error}"))?
            {
                return Err(cure);
            }
        }
        let source = Source { from: self.from.clone(), trust: self.trust.clone() };
        let installed = obtain(&wanted, &source, &engines).await.map_err(|e| e.to_string())?;
        Ok(Some(installed.program().to_path_buf()))
    }
}

/// What is installed for demos stays: they find it the next time. As other programs of the user's do.
fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || set("HOME").map(|home| home.join(".cache"));
    Some(set("XDG_CACHE_HOME").or_else(home)?.join("mayfly").join("engines"))
}

fn says_yes(question: &str) -> std::io::Result<bool> {
    eprint!("{question}");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    // The end of the input is no answer; an empty line is the one that stands in capitals.
    let read = std::io::stdin().read_line(&mut answer)?;
    Ok(read > 0 && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}
