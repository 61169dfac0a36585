//! Terraform and OpenTofu: one adapter, two programs.

use std::collections::BTreeMap;
use std::path::Path;

use semver::Version;
use serde_json::Value;

use super::state::{self, State};
use super::{
    Engine, EngineError, Event, Invocation, Job, Layout, Opened, OutputValue, PlanSummary,
    Preparation, Prepared, event, layout, plan, version,
};

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
            self.check_required_version(layout)?;
        }
        let Some((guard, prepared)) = layout.begin()? else { return Ok(Preparation::Busy) };
        // Another may have finished between the first look and the lock.
        if let Some(ready) = layout.prepared()? {
            guard.give_up();
            return Ok(Preparation::Ready(ready));
        }
        let (name, text) = OVERRIDE;
        layout::write_whole(&prepared.source.join(name), text.as_bytes())?;
        Ok(Preparation::Needed(vec![init(layout, &prepared)], guard))
    }

    fn open(&self, job: &Job) -> Result<Opened, EngineError> {
        state::open(job)
    }

    fn plan(&self, job: &Job) -> Invocation {
        job.invocation(with_variables(job, &["plan", "-json", "-input=false"], &[out(job)]))
    }

    fn show(&self, job: &Job) -> Invocation {
        let mut args = strings(&["show", "-json"]);
        args.push(job.plan_file().display().to_string());
        job.invocation(args)
    }

    fn apply(&self, job: &Job) -> Invocation {
        let mut args = strings(&["apply", "-json", "-input=false"]);
        args.extend(job.ephemeral_file().map(|f| var_file(&f)));
        args.push(job.plan_file().display().to_string());
        job.invocation(args)
    }

    fn destroy(&self, job: &Job) -> Invocation {
        let args = ["apply", "-destroy", "-auto-approve", "-json", "-input=false"];
        job.invocation(with_variables(job, &args, &[]))
    }

    fn drift(&self, job: &Job) -> Invocation {
        let args = ["plan", "-refresh-only", "-detailed-exitcode", "-json", "-input=false"];
        job.invocation(with_variables(job, &args, &[out(job)]))
    }

    fn drifted(&self, code: i32) -> Option<bool> {
        match code {
            0 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }

    fn event(&self, line: &str) -> Option<Event> {
        event::parse(line)
    }

    fn plan_summary(&self, show_json: &[u8]) -> Result<PlanSummary, EngineError> {
        plan::summarise(show_json).map_err(|source| EngineError::Json {
            what: "the plan",
            engine: self.name(),
            source,
        })
    }

    fn outputs(&self, job: &Job) -> Result<BTreeMap<String, OutputValue>, EngineError> {
        Ok(State::of(job)?.outputs())
    }

    fn state_is_empty(&self, job: &Job) -> Result<bool, EngineError> {
        Ok(State::of(job)?.resources().is_empty())
    }

    fn resources(&self, job: &Job) -> Result<Vec<String>, EngineError> {
        Ok(State::of(job)?.resources())
    }

    fn forget(&self, job: &Job) -> Result<(), EngineError> {
        state::forget(job)
    }
}

impl Terraform {
    /// Terraform checks its constraint itself; tofu does so only in `.tofu` files.
    fn check_required_version(&self, layout: &Layout) -> Result<(), EngineError> {
        let source = &layout.source;
        let entries = std::fs::read_dir(source).map_err(EngineError::file(source))?;
        for entry in entries {
            let path = entry.map_err(EngineError::file(source))?.path();
            if path.extension().is_none_or(|e| e != "tf") || path.with_extension("tofu").exists() {
                continue;
            }
            let text = std::fs::read_to_string(&path).map_err(EngineError::file(&path))?;
            for constraint in required_versions(&text) {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let line = line_of(&text, &constraint);
                let version = layout.program_version.clone();
                match version::within(&constraint, &version) {
                    Some(true) => {}
                    Some(false) => {
                        let engine = self.name();
                        return Err(EngineError::Version {
                            file,
                            line,
                            constraint,
                            engine,
                            version,
                        });
                    }
                    None => return Err(EngineError::Constraint { file, line, constraint }),
                }
            }
        }
        Ok(())
    }
}

/// What cannot be parsed asks for nothing: `init` reports it far better.
fn required_versions(text: &str) -> Vec<String> {
    let Ok(body) = hcl::parse(text) else { return Vec::new() };
    body.blocks()
        .filter(|block| block.identifier() == "terraform")
        .flat_map(|block| block.body().attributes())
        .filter(|attribute| attribute.key() == "required_version")
        .filter_map(|attribute| match attribute.expr() {
            hcl::Expression::String(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

fn line_of(text: &str, constraint: &str) -> usize {
    let here = |line: &str| line.contains("required_version") && line.contains(constraint);
    text.lines().position(here).map_or(1, |at| at + 1)
}

/// Structured output of `init` is newer than the rest.
const INIT_HAS_JSON: Version = Version::new(1, 11, 0);

fn init(layout: &Layout, prepared: &Prepared) -> Invocation {
    let mut args = vec![format!("-chdir={}", prepared.source.display())];
    let format = if layout.program_version >= INIT_HAS_JSON { "-json" } else { "-no-color" };
    args.extend(strings(&["init", "-input=false", format]));
    args.push(format!("-backend-config=workspace_dir={}", layout.states.display()));
    let mut env = layout.environment();
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
