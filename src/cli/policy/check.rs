//! `mayfly policy check`: what `conftest test` says of a file, by our rules or anybody's.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::report::{self, CheckResult};
use super::{Bundle, errors, input, refuse, unasked};
use crate::domain::decision::{Point, Verdict};
use crate::policy::{BuiltinErrors, Checked, Console, namespaces_of};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Check {
    /// The decision point: the packages that are asked.
    #[arg(long, default_value = "plan")]
    point: Point,
    /// What is checked, as JSON or YAML; `-`: standard input.
    #[arg(short, long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    #[command(flatten)]
    bundle: Bundle,
    /// Ask this package, and not those of the point.
    #[arg(short, long, value_name = "NS", conflicts_with = "all_namespaces")]
    namespace: Vec<String>,
    /// Ask every package that has a deciding rule.
    #[arg(long)]
    all_namespaces: bool,
    #[arg(short, long, value_enum, default_value = "text")]
    output: report::Output,
    /// End with 1 where there are only warnings, and with 2 where there are failures.
    #[arg(long)]
    fail_on_warn: bool,
    /// End with 0 whatever is found.
    #[arg(long)]
    no_fail: bool,
    /// A call that a function refuses is a failure, as it is for the bot.
    #[arg(long)]
    strict_builtin_errors: bool,
}

impl Check {
    pub(super) async fn run(self) -> ExitCode {
        let output = self.output;
        let (fail_on_warn, no_fail) = (self.fail_on_warn, self.no_fail);
        match self.results().await {
            Ok(results) => {
                if let Err(error) = report::print(&results, output) {
                    return errors::fail(&error);
                }
                ExitCode::from(if no_fail { 0 } else { code(&results, fail_on_warn) })
            }
            Err(code) => code,
        }
    }

    async fn results(self) -> Result<Vec<CheckResult>, ExitCode> {
        let mut settings = self.bundle.settings().map_err(|error| unasked(&error))?;
        if self.strict_builtin_errors {
            settings.builtin_errors = BuiltinErrors::Deny;
        }
        let console = Console::load(settings).map_err(|problems| refuse(&problems))?;
        let namespaces = match (self.all_namespaces, self.namespace.is_empty()) {
            (true, _) => console.namespaces(),
            (false, false) => self.namespace,
            (false, true) => {
                let there = console.namespaces();
                namespaces_of(self.point).into_iter().filter(|name| there.contains(name)).collect()
            }
        };
        let mut results = Vec::new();
        for file in &self.input {
            let input = input(file).map_err(|error| unasked(&error))?;
            for namespace in &namespaces {
                let checked = console.check(namespace, &input).await;
                let checked =
                    checked.map_err(|why| unasked(&format!("{}: {why}", file.display())))?;
                results.push(result(file, checked));
            }
        }
        if namespaces.is_empty() {
            eprintln!(
                "warning: no package with rules is asked at `{}`: see --namespace",
                self.point
            );
        }
        Ok(results)
    }
}

/// As `conftest` ends: with --fail-on-warn 1 for warnings and 2 for failures, else 1 for failures.
fn code(results: &[CheckResult], fail_on_warn: bool) -> u8 {
    let failures = results.iter().any(|result| !result.failures.is_empty());
    let approvals = results.iter().any(|result| !result.approvals.is_empty());
    let warnings = results.iter().any(|result| !result.warnings.is_empty());
    match (fail_on_warn, failures, warnings || approvals) {
        (true, true, _) => 2,
        (true, false, true) | (false, true, _) => 1,
        _ => 0,
    }
}

fn result(file: &Path, checked: Checked) -> CheckResult {
    let filename = if file.as_os_str() == "-" { String::new() } else { file.display().to_string() };
    let mut result = CheckResult::new(filename, &checked.namespace);
    result.successes = checked.successes;
    for found in checked.found {
        match found.finding.verdict() {
            Verdict::Allow => {}
            Verdict::Warn => result.warnings.push(report::said(found)),
            Verdict::Deny => result.failures.push(report::said(found)),
            Verdict::Approval => result.approvals.push(report::said(found)),
        }
    }
    for rule in checked.excepted {
        result.exceptions.push(report::exception(&checked.namespace, &rule));
    }
    result
}
