//! Terraform and OpenTofu: one adapter, two programs.

mod environment;

use std::path::{Path, PathBuf};

use semver::Version;
use serde_json::Value;

use self::environment::{encryption, environment};
use super::look;
use super::state::{self, State};
use super::{
    Adopted, Engine, EngineError, Inventory, Invocation, Job, Layout, Listener, Opened,
    Preparation, Prepared, Variables, event, layout, plan, required_version, says,
};
use crate::domain::Rng;
use crate::domain::plan::PlanSummary;
use crate::domain::run::Failure;

/// The program `terraform`.
pub const TERRAFORM: Terraform = Terraform { kind: Kind::Terraform };
/// The program `tofu`.
pub const OPENTOFU: Terraform = Terraform { kind: Kind::OpenTofu };

/// The adapter for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terraform {
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Terraform,
    OpenTofu,
}

/// Replaces whatever backend or cloud block a template has. The name sorts behind other overrides,
/// because the last one wins; `Guard::finish` checks that it did.
const OVERRIDE: (&str, &str) = (
    "zz_mayfly_override.tf",
    "# Written by Mayfly: every environment's state stands in Mayfly's data folder.\n\
     terraform {\n  backend \"local\" {}\n}\n",
);

impl Engine for Terraform {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Terraform => "terraform",
            Kind::OpenTofu => "opentofu",
        }
    }

    fn program(&self) -> &'static str {
        match self.kind {
            Kind::Terraform => "terraform",
            Kind::OpenTofu => "tofu",
        }
    }

    fn version_args(&self) -> Vec<String> {
        strings(&["version", "-json"])
    }

    fn parse_version(&self, stdout: &str) -> Option<Version> {
        // Tofu may complain about its configuration before the JSON.
        let json = stdout.get(stdout.find('{')?..)?;
        let value: Value = serde_json::from_str(json).ok()?;
        Version::parse(value.get("terraform_version")?.as_str()?).ok()
    }

    fn prepare(&self, layout: &Layout) -> Result<Preparation, EngineError> {
        if let Some(ready) = layout.prepared()? {
            return Ok(Preparation::Ready(ready));
        }
        if self.kind == Kind::OpenTofu {
            required_version::check(self.name(), layout)?;
        }
        let Some((guard, prepared)) =
            layout.begin(|done, layout| layout::check_backend(&done.data, &layout.states))?
        else {
            return Ok(Preparation::Busy);
        };
        // Another may have finished between the first look and the lock.
        if let Some(ready) = layout.prepared()? {
            guard.give_up();
            return Ok(Preparation::Ready(ready));
        }
        let (name, text) = OVERRIDE;
        layout::write_whole(&prepared.source.join(name), text.as_bytes())?;
        Ok(Preparation::Needed(vec![init(layout, &prepared)], guard))
    }

    fn supply(
        &self,
        job: &mut Job,
        variables: &Variables,
        _rng: &mut dyn Rng,
    ) -> Result<(), EngineError> {
        if self.encrypts(job) {
            job.key()?;
        }
        job.write_variables(variables)
    }

    fn open(&self, job: &Job) -> Result<Opened, EngineError> {
        state::open(job, self.encrypts(job))
    }

    fn state_file(&self, job: &Job) -> Result<Option<PathBuf>, EngineError> {
        Ok(Some(state::file(job)))
    }

    fn is_whole(&self, state: &[u8]) -> bool {
        state::is_whole(state)
    }

    fn put_state(&self, job: &Job, state: &[u8]) -> Result<(), EngineError> {
        state::put(job, state)
    }

    /// Nothing: a workspace is made by its state, and a dead process's lock does not hold a file.
    fn enter(&self, _job: &Job, _opened: Opened) -> Result<Vec<Invocation>, EngineError> {
        Ok(Vec::new())
    }

    fn plan(&self, job: &Job) -> Invocation {
        self.call(job, with_variables(job, &["plan", "-json", "-input=false"], &[out(job)]))
    }

    fn show(&self, job: &Job) -> Option<Invocation> {
        let mut args = strings(&["show", "-json"]);
        args.push(job.plan_file().display().to_string());
        Some(self.call(job, args))
    }

    fn apply(&self, job: &Job) -> Invocation {
        let mut args = strings(&["apply", "-json", "-input=false"]);
        args.extend(job.ephemeral_file().map(|f| var_file(&f)));
        args.push(job.plan_file().display().to_string());
        self.call(job, args)
    }

    fn destroy(&self, job: &Job) -> Invocation {
        let args = ["apply", "-destroy", "-auto-approve", "-json", "-input=false"];
        self.call(job, with_variables(job, &args, &[]))
    }

    fn drift(&self, job: &Job) -> Invocation {
        // Not `-refresh-only`: that takes what providers fill in after the fact for drift (tried with
        // `aws_s3_bucket`), and does not know what the template wants otherwise.
        let args = ["plan", "-detailed-exitcode", "-json", "-input=false"];
        self.call(job, with_variables(job, &args, &[out(job)]))
    }

    fn drifted(&self, code: i32) -> Option<bool> {
        match code {
            0 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }

    fn adopt(&self, job: &Job, resource: &Adopted) -> Option<Invocation> {
        let named = [resource.address.clone(), resource.id.clone()];
        Some(self.call(job, with_variables(job, &["import", "-input=false", "-no-color"], &named)))
    }

    fn exists_outside(&self, kind: &str) -> bool {
        !["terraform_data", "null_resource", "random_", "time_", "tls_"]
            .iter()
            .any(|own| kind.starts_with(own))
    }

    fn says_missing(&self, failure: &Failure) -> bool {
        says(failure, "Cannot import non-existent remote object")
    }

    fn listener(&self) -> Box<dyn Listener> {
        Box::new(event::Lines)
    }

    fn plan_summary(&self, show_json: &[u8]) -> Result<PlanSummary, EngineError> {
        self.summarise(show_json).map(|(plan, _)| plan)
    }

    fn drift_summary(&self, show_json: &[u8]) -> Result<PlanSummary, EngineError> {
        self.summarise(show_json).map(|(_, drift)| drift)
    }

    fn state_call(&self, job: &Job) -> Option<Invocation> {
        // What is encrypted only the engine itself can read.
        self.encrypts(job).then(|| self.call(job, strings(&["state", "pull"])))
    }

    fn read_state(&self, job: &Job, printed: Option<&[u8]>) -> Result<Inventory, EngineError> {
        match printed {
            Some(printed) => Ok(State::printed(job, printed)?.inventory()),
            None => Ok(State::of(job)?.inventory()),
        }
    }

    fn remember(&self, job: &Job) -> Result<(), EngineError> {
        look::remember(job)
    }

    fn look(&self, job: &Job) -> Result<Option<Invocation>, EngineError> {
        let kept = look::kept(job, |kind| self.exists_outside(kind))?;
        let args = ["plan", "-destroy", "-json", "-input=false", "-lock=false"];
        let call = |state| self.call(job, with_variables(job, &args, &[state]));
        Ok(kept.map(|kept| call(format!("-state={}", kept.display()))))
    }

    fn found(&self, job: &Job, printed: &[u8]) -> Result<Vec<String>, EngineError> {
        look::found(job, printed, |kind| self.exists_outside(kind))
    }

    fn forget(&self, job: &Job) -> Result<(), EngineError> {
        state::forget(job, self.encrypts(job))
    }
}

impl Terraform {
    /// A call for one environment. Ours stand last: no credentials setting overrides them.
    fn call(&self, job: &Job, args: Vec<String>) -> Invocation {
        let mut env = job.base_environment();
        for (key, value) in &job.tags {
            env.insert(format!("TF_AWS_DEFAULT_TAGS_{key}"), value.clone());
        }
        env.extend(environment(job.layout()));
        env.insert("TF_DATA_DIR".into(), job.prepared().data.to_string_lossy().into_owned());
        env.insert("TF_WORKSPACE".into(), job.environment().to_owned());
        if self.encrypts(job) {
            env.insert("TF_ENCRYPTION".into(), encryption(&job.key().unwrap_or_default()));
        }
        let mut all = vec![format!("-chdir={}", job.prepared().source.display())];
        all.extend(args);
        let program = job.layout().program.clone();
        Invocation { program, args: all, env, cwd: job.work_folder() }
    }

    /// Whether state and plan are encrypted: by OpenTofu, where the template asks for it.
    fn encrypts(&self, job: &Job) -> bool {
        self.kind == Kind::OpenTofu && job.encrypts
    }

    fn summarise(&self, show_json: &[u8]) -> Result<(PlanSummary, PlanSummary), EngineError> {
        let json = |source| EngineError::Json { what: "the plan", engine: self.name(), source };
        plan::summarise(show_json).map_err(json)
    }
}

/// Structured output of `init` is newer than the rest.
const INIT_HAS_JSON: Version = Version::new(1, 11, 0);

fn init(layout: &Layout, prepared: &Prepared) -> Invocation {
    let mut args = vec![format!("-chdir={}", prepared.source.display())];
    let format = if layout.program_version >= INIT_HAS_JSON { "-json" } else { "-no-color" };
    args.extend(strings(&["init", "-input=false", format]));
    args.push(format!("-backend-config=workspace_dir={}", layout.states.display()));
    let mut env = environment(layout);
    env.insert("TF_DATA_DIR".into(), prepared.data.to_string_lossy().into_owned());
    Invocation { program: layout.program.clone(), args, env, cwd: prepared.source.clone() }
}

fn with_variables(job: &Job, args: &[&str], more: &[String]) -> Vec<String> {
    let mut all = strings(args);
    all.push(var_file(&job.variables_file()));
    all.extend(job.ephemeral_file().map(|f| var_file(&f)));
    all.extend_from_slice(more);
    all
}

fn out(job: &Job) -> String {
    format!("-out={}", job.plan_file().display())
}

fn var_file(path: &Path) -> String {
    format!("-var-file={}", path.display())
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_also_behind_a_warning() {
        let terraform = "{\n  \"terraform_version\": \"1.11.4\",\n  \"platform\": \"linux_amd64\",\n  \"provider_selections\": {},\n  \"terraform_outdated\": false\n}\n";
        assert_eq!(TERRAFORM.parse_version(terraform), Some(Version::new(1, 11, 4)));
        let tofu = "Warning: Unable to open CLI configuration file\n\n{\"terraform_version\":\"1.12.6-dev\"}\n";
        assert_eq!(OPENTOFU.parse_version(tofu).unwrap().to_string(), "1.12.6-dev");
        for other in ["", "Pulumi v3.250.0", "{}", "{\"terraform_version\":\"latest\"}"] {
            assert_eq!(TERRAFORM.parse_version(other), None, "{other}");
        }
    }
}
