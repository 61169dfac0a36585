//! Engines: what to call, and what they say. No database; no I/O but an engine's own files.
//!
//! An [`Engine`] makes [`Invocation`]s; the worker runs them under `process::Supervised`, hands each
//! line of output to a [`Listener`], and reads the result with the other functions.

mod difference;
mod event;
pub mod installed;
mod job;
mod layout;
mod look;
mod pick;
mod plan;
mod pulumi;
mod required_version;
mod state;
pub mod sweep;
mod terraform;
mod transient;
mod tree;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use event::{Diagnostic, Event, InFlight, Listener, Output, Severity, Summary};
pub use job::{Job, Variables};
pub use layout::{Guard, Layout, Preparation, Prepared, cli_config, remove_version};
pub use plan::Action;
pub use pulumi::{PULUMI, Pulumi, missing_plugins};
pub use state::{Inventory, Opened, OutputValue};
pub use terraform::{OPENTOFU, TERRAFORM, Terraform};
pub use transient::transient;
pub use version::satisfies;

use crate::domain::Rng;
use crate::domain::plan::PlanSummary;
use crate::domain::run::Failure;
use crate::process::{Limits, Spec};

/// What a worker needs of an engine. Pure but for the files of [`Layout`] and [`Job`].
pub trait Engine: Send + Sync {
    /// As people know it: `terraform`, `opentofu`, `pulumi`.
    fn name(&self) -> &'static str;

    /// The program's name on the PATH, and what to call it when it is missing.
    fn program(&self) -> &'static str;

    /// Arguments that print the version.
    fn version_args(&self) -> Vec<String>;

    /// The version that they printed.
    fn parse_version(&self, stdout: &str) -> Option<semver::Version>;

    /// Copies a version's source once for this engine and says what still has to be run; see [`Preparation`].
    fn prepare(&self, layout: &Layout) -> Result<Preparation, EngineError>;

    /// Writes the variables where the engine reads them: files that only we can read, never arguments.
    /// May take half a second: keys are derived here.
    fn supply(
        &self,
        job: &mut Job,
        variables: &Variables,
        rng: &mut dyn Rng,
    ) -> Result<(), EngineError>;

    /// Makes the environment's state folder ready before a plan, an apply or a destroy: seeds a new
    /// state, keeps a copy of a good one, puts the copy back where a crash left a broken one.
    fn open(&self, job: &Job) -> Result<Opened, EngineError>;

    /// The file that is the environment's state; `None`: it is kept where only the engine can look.
    fn state_file(&self, job: &Job) -> Result<Option<PathBuf>, EngineError>;

    /// Whether these bytes are a whole state, and not what a killed engine leaves.
    fn is_whole(&self, state: &[u8]) -> bool;

    /// Puts a copy of the state in its place; [`Engine::open`] comes after it.
    fn put_state(&self, job: &Job, state: &[u8]) -> Result<(), EngineError>;

    /// What has to be run first, in order, after [`Engine::open`]: a new stack is made, what a killed
    /// run left locked is let go.
    fn enter(&self, job: &Job, opened: Opened) -> Result<Vec<Invocation>, EngineError>;

    /// Plans the change and saves the plan as [`Job::plan_file`].
    fn plan(&self, job: &Job) -> Invocation;

    /// What has to be run before a change is planned where a killed run has left something half begun in the
    /// state.
    fn repair(&self, _job: &Job) -> Result<Vec<Invocation>, EngineError> {
        Ok(Vec::new())
    }

    /// Prints the saved plan as JSON. It holds secrets: take it with `Supervised::take_stdout`. `None`:
    /// what [`Engine::plan`] and [`Engine::drift`] themselves print says it all.
    fn show(&self, job: &Job) -> Option<Invocation>;

    /// Applies exactly the saved plan.
    fn apply(&self, job: &Job) -> Invocation;

    /// Destroys everything in the state.
    fn destroy(&self, job: &Job) -> Invocation;

    /// Compares what is there with the state, and with the template where the engine can, as a plan of its own.
    fn drift(&self, job: &Job) -> Invocation;

    /// What a finished [`Engine::drift`] found, from its exit code; `None`: it failed.
    fn drifted(&self, code: i32) -> Option<bool>;

    /// Takes a resource that exists into the state. Its address has to be in the source; `None`: this
    /// engine cannot take such an address.
    fn adopt(&self, job: &Job, resource: &Adopted) -> Option<Invocation>;

    /// Whether resources of this type exist anywhere but in the state: one that does not is not to be adopted.
    fn exists_outside(&self, kind: &str) -> bool;

    /// Whether a failed [`Engine::adopt`] says that there is nothing to adopt.
    fn says_missing(&self, failure: &Failure) -> bool;

    /// Reads the output of one call.
    fn listener(&self) -> Box<dyn Listener>;

    /// Whether it says something while a single resource takes long; one that does not may be silent
    /// for as long as its time limit.
    fn is_talkative(&self) -> bool {
        true
    }

    /// What the saved plan would do, from what [`Engine::show`], or the plan itself, printed.
    fn plan_summary(&self, printed: &[u8]) -> Result<PlanSummary, EngineError>;

    /// What others have changed since the last run, as far as the template wants it otherwise where the
    /// engine can tell, from what [`Engine::show`], or the drift itself, printed.
    fn drift_summary(&self, printed: &[u8]) -> Result<PlanSummary, EngineError>;

    /// Prints the state, secrets too: take it with `Supervised::take_stdout`. `None`: it is a file, which
    /// [`Engine::read_state`] reads itself.
    fn state_call(&self, job: &Job) -> Option<Invocation>;

    /// What the state holds, from what [`Engine::state_call`] printed. A missing or broken state is an
    /// error, never an empty one.
    fn read_state(&self, job: &Job, printed: Option<&[u8]>) -> Result<Inventory, EngineError>;

    /// Keeps what the state knows before a destroy, for [`Engine::look`].
    fn remember(&self, _job: &Job) -> Result<(), EngineError> {
        Ok(())
    }

    /// Asks, after a destroy, for everything that [`Engine::remember`] kept, where it exists: take what is
    /// printed with `Supervised::take_stdout`. `None`: none of it exists anywhere but in the state, or this
    /// engine cannot ask.
    fn look(&self, _job: &Job) -> Result<Option<Invocation>, EngineError> {
        Ok(None)
    }

    /// The addresses of what is still there, from what [`Engine::look`] printed.
    fn found(&self, _job: &Job, _printed: &[u8]) -> Result<Vec<String>, EngineError> {
        Ok(Vec::new())
    }

    /// What has to be run when everything is destroyed, before [`Engine::forget`].
    fn leave(&self, _job: &Job) -> Option<Invocation> {
        None
    }

    /// Removes the state folder of a destroyed environment; refused while anything is in it.
    fn forget(&self, job: &Job) -> Result<(), EngineError>;
}

/// A resource that exists, to be taken into the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// As events name it.
    pub address: String,
    /// What its provider calls it.
    pub id: String,
}

/// Whether the words of a failure have these in them.
fn says(failure: &Failure, words: &str) -> bool {
    let texts = [&failure.summary, &failure.detail];
    texts.into_iter().chain(&failure.tail).any(|text| text.contains(words))
}

/// A program to run, completely. Its standard input is empty.
#[derive(Clone)]
pub struct Invocation {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The complete environment; holds credentials.
    pub env: BTreeMap<String, String>,
    pub cwd: PathBuf,
}

impl Invocation {
    /// For `Supervised::start`.
    pub fn within(self, limits: Limits) -> Spec {
        let Invocation { program, args, env, cwd } = self;
        Spec { program, args, env, cwd, limits }
    }
}

impl std::fmt::Debug for Invocation {
    /// Without the environment's values: they are credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .finish()
    }
}

/// Why an engine cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "{path}: links to {target}, outside the template: copy the file into the template's folder"
    )]
    LinkOutside { path: PathBuf, target: PathBuf },
    #[error(
        "{0} is a relative path, which means another place in each process: give the data folder as an absolute path"
    )]
    Relative(PathBuf),
    #[error(
        "`{0}` cannot name an environment: use 1 to 90 letters, digits, `-`, `_` or `.`, and not `default`"
    )]
    Name(String),
    #[error(
        "{file}:{line}: required_version `{constraint}` excludes {engine} {version}: install a version that fits, or change the constraint"
    )]
    Version {
        file: String,
        line: usize,
        constraint: String,
        engine: &'static str,
        version: semver::Version,
    },
    #[error(
        "{file}:{line}: required_version `{constraint}` is no version constraint: write for example `>= 1.6, < 2.0`"
    )]
    Constraint { file: String, line: usize, constraint: String },
    #[error(
        "{path}: the state stands in backend `{backend}`, not in {wanted}: remove `backend` and `cloud` from the template's own override files"
    )]
    Backend { path: PathBuf, backend: String, wanted: PathBuf },
    #[error(
        "{0}: the state is missing: it was never opened, or was removed by somebody else; look for its resources by their tags"
    )]
    StateMissing(PathBuf),
    #[error(
        "{path}: the state cannot be read: {why}; a copy that could be stands beside it, if there was one"
    )]
    StateBroken { path: PathBuf, why: String },
    #[error(
        "{0}: the state is encrypted (TF_ENCRYPTION), which Mayfly cannot read: remove it from the credentials setting"
    )]
    StateEncrypted(PathBuf),
    #[error(
        "the stack {stack} is locked by process {pid}, which lives: somebody works on it by hand. Let them finish, or end that process, and try again"
    )]
    StackBusy { stack: String, pid: u32 },
    #[error(
        "{0}: this is no Pulumi project: `name` or `runtime` is missing; `mayfly template lint` tells the line"
    )]
    NoProject(PathBuf),
    #[error(
        "the environment has no key to encrypt its state with: restore the database from a backup"
    )]
    NoKey,
    #[error("{0}: the state is not empty, so it is kept")]
    StateInUse(PathBuf),
    #[error("{what} is not the JSON that {engine} writes: {source}")]
    Json { what: &'static str, engine: &'static str, source: serde_json::Error },
}

impl EngineError {
    fn file(path: &Path) -> impl FnOnce(std::io::Error) -> EngineError + use<> {
        let path = path.to_path_buf();
        move |source| EngineError::File { path, source }
    }
}
