//! What policies are, where they are, and how they are asked.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::RegoVersion;

/// Everything that [`super::Policies::load`] wants to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folders of `*.rego`, read with all that is below them. None: what comes with the program.
    pub folders: Vec<PathBuf>,
    /// Folders of `*.yaml`, `*.yml` and `*.json`. None: `data` in each of the folders, where there is one.
    pub data: Vec<PathBuf>,
    /// Of files that do not say it themselves, by `import rego.v1` or their folder's `.manifest`.
    pub version: RegoVersion,
    /// This very program: policies are evaluated in a child of it.
    pub exe: PathBuf,
    pub limits: Limits,
    pub evaluator: Evaluator,
    pub builtin_errors: BuiltinErrors,
}

impl Settings {
    /// What comes with the program, in a child of `exe`, under the usual limits.
    pub fn builtin(exe: impl Into<PathBuf>) -> Settings {
        Settings {
            folders: Vec::new(),
            data: Vec::new(),
            version: RegoVersion::default(),
            exe: exe.into(),
            limits: Limits::default(),
            evaluator: Evaluator::default(),
            builtin_errors: BuiltinErrors::default(),
        }
    }
}

/// Who evaluates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Evaluator {
    /// This program.
    #[default]
    Builtin,
    /// An `opa` program, under the same limits.
    Opa(PathBuf),
}

/// What becomes of a call that a builtin function refuses, such as `to_number("many")`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltinErrors {
    /// It is undefined, as with `opa eval`, and is a denial beside that says so: a rule that could not be
    /// asked has not allowed anything.
    #[default]
    Deny,
    /// It is undefined, as with `opa eval`.
    Undefined,
}

/// What one evaluation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of address space.
    pub memory_bytes: u64,
    /// Of processor time.
    pub cpu_seconds: u64,
    /// From start to answer; then the child is killed.
    pub time: Duration,
    /// Of what the child may answer.
    pub answer_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_bytes: 1 << 30,
            cpu_seconds: 5,
            time: Duration::from_millis(5_500),
            answer_bytes: 4 << 20,
        }
    }
}
