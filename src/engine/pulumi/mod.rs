//! Pulumi: the real CLI, a stack for each environment, a backend in the environment's own folder unless
//! the operator names another.
//!
//! ```text
//! <states>/<environment>/project/     links to the version's source, and the stack's settings
//! <states>/<environment>/backend/     the state (`.pulumi/stacks/…`), if it is kept in files
//! <run>/config.json                   the stack's config, secrets encrypted
//! <run>/passphrase, saved.plan
//! ```

mod config;
mod events;
mod plugins;
mod preview;
mod project;
mod stack;

pub use plugins::missing_plugins;

use std::path::{Path, PathBuf};

use semver::Version;

use super::{
    Engine, EngineError, Inventory, Invocation, Job, Layout, Listener, Opened, Preparation,
    Variables, layout,
};
use crate::domain::Rng;
use crate::domain::plan::PlanSummary;
use crate::domain::run::Failure;
use crate::template::Project;

/// The program `pulumi`.
pub const PULUMI: Pulumi = Pulumi;

/// The adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulumi;

/// With [`NO_CHANGES`] a refresh that found changes ends with this; source: `pulumi refresh --help`.
const CHANGES_FOUND: i32 = 7;
const NO_CHANGES: &str = "--expect-no-changes";

impl Engine for Pulumi {
    fn name(&self) -> &'static str {
        "pulumi"
    }

    fn program(&self) -> &'static str {
        "pulumi"
    }

    fn version_args(&self) -> Vec<String> {
        strings(&["version"])
    }

    fn parse_version(&self, stdout: &str) -> Option<Version> {
        Version::parse(stdout.trim().strip_prefix('v')?).ok()
    }

    fn prepare(&self, layout: &Layout) -> Result<Preparation, EngineError> {
        if let Some(ready) = layout.prepared()? {
            return Ok(Preparation::Ready(ready));
        }
        let Some((guard, _)) = layout.begin(|_, _| Ok(()))? else { return Ok(Preparation::Busy) };
        // Another may have finished between the first look and the lock.
        if let Some(ready) = layout.prepared()? {
            guard.give_up();
            return Ok(Preparation::Ready(ready));
        }
        Ok(Preparation::Needed(Vec::new(), guard))
    }

    fn supply(
        &self,
        job: &mut Job,
        variables: &Variables,
        rng: &mut dyn Rng,
    ) -> Result<(), EngineError> {
        let project = project(job)?;
        let passphrase = job.key()?;
        layout::write_whole(&passphrase_file(job), passphrase.as_bytes())?;
        project::lay_out(job)?;
        let config = config::stack_config(&project, variables, &passphrase, (job, rng));
        layout::write_whole(&config_file(job), &layout::to_json(&config))
    }

    fn open(&self, job: &Job) -> Result<Opened, EngineError> {
        stack::open(job, &project(job)?)
    }

    fn state_file(&self, job: &Job) -> Result<Option<PathBuf>, EngineError> {
        stack::is_file_backend(job)
            .then(|| project(job).map(|project| stack::stack_file(job, &project)))
            .transpose()
    }

    fn is_whole(&self, state: &[u8]) -> bool {
        stack::is_whole(state)
    }

    fn put_state(&self, job: &Job, state: &[u8]) -> Result<(), EngineError> {
        stack::put(job, &project(job)?, state)
    }

    fn enter(&self, job: &Job, opened: Opened) -> Result<Vec<Invocation>, EngineError> {
        let name = job.environment();
        if !stack::is_file_backend(job) {
            // A stack that is missing where one has to be is a lost one, and no new one.
            let create: &[&str] = if opened == Opened::New { &["--create"] } else { &[] };
            let mut select = call(job, &["stack", "select", "--stack", name]);
            select.args.extend(strings(create));
            let mut calls = vec![select];
            // Nobody but the run that holds the claim works on the stack, and this one has not begun: a lock on
            // it is a dead one's. A service has leases that run out by themselves, and cancels only what runs.
            if opened != Opened::New && !stack::backend_url(job).starts_with("http") {
                calls.push(call(job, &["cancel", "--yes", "--stack", name]));
            }
            return Ok(calls);
        }
        let mut calls = Vec::new();
        if opened == Opened::New {
            calls.push(call(job, &["stack", "init", "--no-select", "--stack", name]));
            return Ok(calls);
        }
        let project = project(job)?;
        if stack::stale_lock(job, &project)? {
            calls.push(call(job, &["cancel", "--yes", "--stack", name]));
        }
        Ok(calls)
    }

    /// What a killed run had begun to make, and of which the state holds no more than its name, is let go. Not
    /// before a destroy, which goes on by itself, nor before a check, which would then find no drift.
    fn repair(&self, job: &Job) -> Result<Vec<Invocation>, EngineError> {
        if !stack::is_file_backend(job) || stack::pending(job, &project(job)?)?.is_empty() {
            return Ok(Vec::new());
        }
        let refresh = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"];
        Ok(vec![on_stack(job, &refresh)])
    }

    fn plan(&self, job: &Job) -> Invocation {
        let mut invocation = on_stack(job, &["preview", "--refresh"]);
        invocation.args.extend(["--save-plan".to_owned(), text(&job.plan_file())]);
        invocation
    }

    /// The preview itself prints what it would do.
    fn show(&self, _job: &Job) -> Option<Invocation> {
        None
    }

    fn apply(&self, job: &Job) -> Invocation {
        let mut invocation = on_stack(job, &["up", "--yes", "--skip-preview", "--refresh"]);
        invocation.args.extend(["--plan".to_owned(), text(&job.plan_file())]);
        invocation
    }

    fn destroy(&self, job: &Job) -> Invocation {
        on_stack(job, &["destroy", "--yes", "--skip-preview"])
    }

    fn drift(&self, job: &Job) -> Invocation {
        on_stack(job, &["refresh", "--preview-only", NO_CHANGES])
    }

    fn drifted(&self, code: i32) -> Option<bool> {
        match code {
            0 => Some(false),
            CHANGES_FOUND => Some(true),
            _ => None,
        }
    }

    fn adopt(&self, job: &Job, resource: &super::Adopted) -> Option<Invocation> {
        let (kind, name) = resource.address.split_once("::")?;
        let mut invocation = on_stack(job, &["import", "--yes", "--skip-preview"]);
        invocation.args.extend(strings(&["--generate-code=false", "--protect=false"]));
        invocation.args.extend([kind.to_owned(), name.to_owned(), resource.id.clone()]);
        Some(invocation)
    }

    /// A command leaves what it leaves; its provider knows nothing of it.
    fn exists_outside(&self, kind: &str) -> bool {
        !["command:", "random:", "time:", "tls:"].iter().any(|own| kind.starts_with(own))
    }

    fn says_missing(&self, failure: &Failure) -> bool {
        super::says(failure, "does not exist")
    }

    fn listener(&self) -> Box<dyn Listener> {
        Box::new(events::Events::default())
    }

    /// A resource that takes ten minutes says nothing in between.
    fn is_talkative(&self) -> bool {
        false
    }

    fn plan_summary(&self, printed: &[u8]) -> Result<PlanSummary, EngineError> {
        Ok(preview::planned(printed))
    }

    fn drift_summary(&self, printed: &[u8]) -> Result<PlanSummary, EngineError> {
        Ok(preview::drifted(printed))
    }

    fn state_call(&self, job: &Job) -> Option<Invocation> {
        Some(call(job, &["stack", "export", "--show-secrets", "--stack", job.environment()]))
    }

    fn read_state(&self, job: &Job, printed: Option<&[u8]>) -> Result<Inventory, EngineError> {
        stack::read(printed.unwrap_or_default()).map_err(|why| EngineError::StateBroken {
            path: stack::folder(job),
            why: why.to_string(),
        })
    }

    fn leave(&self, job: &Job) -> Option<Invocation> {
        let name = job.environment();
        Some(call(job, &["stack", "rm", "--yes", "--remove-backups", "--stack", name]))
    }

    fn forget(&self, job: &Job) -> Result<(), EngineError> {
        stack::forget(job, &project(job)?)
    }
}

/// A call that works on the stack with its config and prints events.
fn on_stack(job: &Job, args: &[&str]) -> Invocation {
    let mut invocation = call(job, args);
    invocation.args.extend(strings(&["--json", "--stack", job.environment()]));
    // Without it Pulumi would write a file beside the program.
    invocation.args.extend(["--config-file".to_owned(), text(&config_file(job))]);
    invocation
}

/// Any call of the CLI. Facts of these variables: `pulumi env`, and what facts of ours found out.
fn call(job: &Job, args: &[&str]) -> Invocation {
    let mut env = job.base_environment();
    let ours = [
        ("PULUMI_HOME", text(&home(job))),
        ("PULUMI_BACKEND_URL", stack::backend_url(job)),
        ("PULUMI_CONFIG_PASSPHRASE_FILE", text(&passphrase_file(job))),
        ("PULUMI_SKIP_UPDATE_CHECK", "1".to_owned()),
        // A plugin that is missing is an error with a cure, not a download in the middle of a run.
        ("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "1".to_owned()),
        // A preview tells its events while it goes on, as an update does.
        ("PULUMI_ENABLE_STREAMING_JSON_PREVIEW", "1".to_owned()),
    ];
    env.extend(ours.map(|(key, value)| (key.to_owned(), value)));
    // It would win over the file.
    env.remove("PULUMI_CONFIG_PASSPHRASE");
    let project = text(&stack::project_folder(job));
    let mut all = strings(&["-C", &project, "--non-interactive", "--color", "never"]);
    all.extend(strings(args));
    Invocation { program: job.layout().program.clone(), args: all, env, cwd: job.work_folder() }
}

fn project(job: &Job) -> Result<Project, EngineError> {
    let path = job.prepared().source.join("Pulumi.yaml");
    let source = std::fs::read_to_string(&path).map_err(EngineError::file(&path))?;
    Project::parse(&source).ok_or(EngineError::NoProject(path))
}

/// Pulumi's home: ours, so that nobody's own login is found in it; the operator's plugins are linked.
fn home(job: &Job) -> PathBuf {
    job.layout().home.join("pulumi")
}

fn passphrase_file(job: &Job) -> PathBuf {
    job.run_folder().join("passphrase")
}

fn config_file(job: &Job) -> PathBuf {
    job.run_folder().join("config.json")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}
