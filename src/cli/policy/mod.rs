//! `mayfly policy …`.

mod check;
mod eval;
mod report;
mod schema;
mod test;

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::Value;

use super::errors;
use crate::domain::RegoVersion;
use crate::policy::{BuiltinErrors, ChildLimits, PolicyError, Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Run the tests of policies: every rule `test_…`.
    Test(test::Test),
    /// Check an input, as `conftest test` does.
    Check(check::Check),
    /// Evaluate a query, as `opa eval` does.
    Eval(eval::Eval),
    /// Print the JSON Schema of what policies see at a decision point.
    Schema(schema::Schema),
}

impl Policy {
    pub(super) async fn run(self) -> ExitCode {
        match self {
            Policy::Test(test) => test.run().await,
            Policy::Check(check) => check.run().await,
            Policy::Eval(eval) => eval.run().await,
            Policy::Schema(schema) => schema.run(),
        }
    }
}

/// Where policies and data are.
#[derive(Debug, clap::Args)]
struct Bundle {
    /// Folders of policies; those that come with the program, unless said otherwise.
    #[arg(short, long, value_name = "DIR")]
    policy: Vec<PathBuf>,
    /// Folders of data; `data` in each folder of policies, unless said otherwise.
    #[arg(short, long, value_name = "DIR")]
    data: Vec<PathBuf>,
    /// Of files that do not say it themselves.
    #[arg(long, value_parser = version(), default_value_t)]
    rego_version: RegoVersion,
}

fn version() -> impl TypedValueParser<Value = RegoVersion> {
    let words = RegoVersion::ALL.iter().map(|version| version.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<RegoVersion>())
}

impl Bundle {
    /// As the bot would read them, but that a refused call is undefined, as for `opa` and `conftest`.
    fn settings(self) -> Result<Settings, String> {
        let exe =
            std::env::current_exe().map_err(|error| format!("this program is nowhere: {error}"))?;
        Ok(Settings {
            folders: self.policy,
            data: self.data,
            version: self.rego_version,
            builtin_errors: BuiltinErrors::Undefined,
            ..Settings::builtin(exe)
        })
    }
}

/// Is the child in which policies are evaluated. Called before any thread is started.
pub(super) fn child(limits: ChildLimits, program: &[OsString]) -> ExitCode {
    if !program.is_empty() {
        let error = crate::policy::become_program(limits, program);
        return errors::fail(&format!("{}: {error}", program[0].to_string_lossy()));
    }
    match crate::policy::run_child(limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => errors::fail(&error.to_string()),
    }
}

/// A file, or standard input as `-`, as JSON; a file of YAML too.
fn input(file: &Path) -> Result<Value, String> {
    let wrong = |error: String| format!("{}: {error}", file.display());
    let text = match file.as_os_str() == "-" {
        true => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
        false => std::fs::read_to_string(file),
    };
    let text = text.map_err(|error| wrong(error.to_string()))?;
    match file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        true => serde_saphyr::from_str(&text)
            .map_err(|error| wrong(error.without_snippet().to_string())),
        false => serde_json::from_str(&text)
            .map_err(|error| wrong(format!("this is no valid JSON: {error}"))),
    }
}

fn refuse(problems: &[PolicyError]) -> ExitCode {
    errors::fail_all(problems);
    ExitCode::from(2)
}

/// What kept it from being asked at all.
fn unasked(why: &str) -> ExitCode {
    errors::fail(why);
    ExitCode::from(2)
}
