//! The plan scanners of the settings.

use std::path::{Path, PathBuf};

use crate::config::{self, Config};
use crate::policy::scan::{Kind, Place, Scanner, Scanners};

/// Of address space. checkov takes a fifth of it for a small plan.
const CHECKOV_MEMORY: u64 = 2 << 30;
/// Go programs reserve more than they use.
const TRIVY_MEMORY: u64 = 4 << 30;

/// The scanners that the settings name, started by `exe`.
pub fn scanners(config: &Config, exe: &Path) -> Scanners {
    let wanted = [
        (Kind::Checkov, &config.policies.checkov, CHECKOV_MEMORY),
        (Kind::Trivy, &config.policies.trivy, TRIVY_MEMORY),
    ];
    let all = wanted.into_iter().filter_map(|(kind, wanted, memory)| {
        wanted.as_ref().map(|wanted| scanner(kind, wanted, memory))
    });
    let path = std::env::var("PATH").unwrap_or_default();
    Scanners::new(Place { exe: exe.to_path_buf(), path }, all.collect())
}

fn scanner(kind: Kind, wanted: &config::Scanner, memory_bytes: u64) -> Scanner {
    Scanner {
        kind,
        program: from_here(&wanted.program),
        weighing: wanted.weighing.clone(),
        overridable_by: wanted.overridable_by.clone(),
        time: wanted.time,
        memory_bytes,
    }
}

/// A scanner starts in a folder of its own: a path is from where the bot is. A mere name is looked up on the PATH.
fn from_here(program: &Path) -> PathBuf {
    let named = program.components().count() == 1 && !program.is_absolute();
    let absolute = || std::path::absolute(program).ok();
    match named {
        true => program.to_path_buf(),
        false => absolute().unwrap_or_else(|| program.to_path_buf()),
    }
}
