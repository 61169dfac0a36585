//! Tests of policies: the rules that are called `test_…`, and which lines they reach.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::answer::{Failure, Weight};
use super::evaluate::failure;
use super::repair::{Repaired, package_of};
use super::walk;

/// The tests that are to run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub tests: Vec<Test>,
}

/// A rule that is a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Test {
    /// The package without `data`, name by name.
    pub package: Vec<String>,
    pub name: String,
    pub module: usize,
    pub rule: usize,
    /// `file:line`.
    pub place: String,
}

/// What became of the tests, in their order, and the lines that were reached, by module.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tested {
    pub outcomes: Vec<Outcome>,
    pub lines: BTreeMap<String, Lines>,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    /// With what it printed.
    Failed(Vec<String>),
    Error(Failure),
    /// `todo_test_…`.
    Skipped,
}

/// The lines of a module on which something can be evaluated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Lines {
    pub covered: Vec<u32>,
    pub not_covered: Vec<u32>,
}

/// The tests of these files.
pub(super) fn tests_of(files: &[Repaired]) -> Vec<Test> {
    let mut tests = Vec::new();
    for (module, file) in files.iter().enumerate() {
        for (number, rule) in file.module.policy.iter().enumerate() {
            let Some(name) = walk::root_of(walk::name_of(rule)) else { continue };
            if name.starts_with("test_") || name.starts_with("todo_test_") {
                tests.push(Test {
                    package: package_of(&file.module),
                    name: name.to_owned(),
                    module,
                    rule: number,
                    place: format!("{}:{}", file.name, rule.span().line),
                });
            }
        }
    }
    tests
}

/// Runs them, each on its own.
pub(super) fn run(mut engine: Engine, wanted: &Wanted) -> Result<Tested> {
    engine.set_enable_coverage(true);
    let outcomes = wanted.tests.iter().map(|test| outcome(&mut engine, test)).collect();
    let report = engine.get_coverage_report()?;
    let lines = report.files.into_iter().map(|file| {
        let covered = file.covered.into_iter().collect();
        let not_covered = file.not_covered.into_iter().collect();
        (file.path, Lines { covered, not_covered })
    });
    Ok(Tested { outcomes, lines: lines.collect() })
}

fn outcome(engine: &mut Engine, test: &Test) -> Outcome {
    if test.name.starts_with("todo_test_") {
        return Outcome::Skipped;
    }
    let answer = passes(engine, test);
    let prints = engine.take_prints().unwrap_or_default();
    match answer {
        Ok(true) => Outcome::Passed,
        Ok(false) => Outcome::Failed(prints),
        Err(error) => Outcome::Error(failure(&error, Weight::Fatal)),
    }
}

/// Whether this rule alone is defined and not false: of several of one name each is a test.
fn passes(engine: &mut Engine, test: &Test) -> Result<bool> {
    let gone = || anyhow!("the bundle has no such rule");
    let module = engine.get_modules().get(test.module).cloned().ok_or_else(gone)?;
    let rule = module.policy.get(test.rule).cloned().ok_or_else(gone)?;
    let data = engine.eval_rule_in_module(&module, &rule, false)?;
    let mut value = &data;
    for name in test.package.iter().chain([&test.name]) {
        let Value::Object(object) = value else { return Ok(false) };
        match object.get(&Value::from(name.as_str())) {
            Some(inner) => value = inner,
            None => return Ok(false),
        }
    }
    Ok(!matches!(value, Value::Undefined | Value::Bool(false)))
}
