//! Policies as the command line asks them: package by package, queries, and tests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::answer::{Answer, Ask, Question};
use super::bundle::{Bundle, Files, Place};
use super::children::Children;
use super::findings::{self, Found};
use super::repair::as_written;
use super::rules::RuleKind;
use super::suite::{Lines, Outcome, Tested, Wanted};
use super::{PolicyError, Settings, policies};

/// A bundle for the command line.
pub struct Console {
    settings: Settings,
    children: Children,
    bundle: Bundle,
}

/// What a package says of an input.
#[derive(Debug, Clone)]
pub struct Checked {
    pub namespace: String,
    pub found: Vec<Found>,
    /// The names of the rules that an exception lets pass.
    pub excepted: Vec<String>,
    /// How many definitions of rules found nothing, as `conftest` counts them.
    pub successes: usize,
}

/// What became of the tests of a bundle.
#[derive(Debug, Clone, Default)]
pub struct TestReport {
    pub passed: usize,
    pub skipped: usize,
    /// `file:line`, the test's name, and what is to be said of it.
    pub failed: Vec<FailedTest>,
    pub coverage: Vec<FileCoverage>,
    /// Rules that no test reaches: their names, with `file:line`.
    pub unreached: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct FailedTest {
    pub place: String,
    pub name: String,
    /// The error, or what it printed.
    pub said: Vec<String>,
}

/// The lines of a file that tests reach.
#[derive(Debug, Clone)]
pub struct FileCoverage {
    pub file: String,
    pub covered: usize,
    /// The lines on which something stands that was never evaluated.
    pub missed: Vec<usize>,
}

impl TestReport {
    /// Of all lines on which something can be evaluated, in per cent.
    pub fn percent(&self) -> f64 {
        let covered: usize = self.coverage.iter().map(|file| file.covered).sum();
        let missed: usize = self.coverage.iter().map(|file| file.missed.len()).sum();
        match covered + missed {
            0 => 100.0,
            all => 100.0 * covered as f64 / all as f64,
        }
    }
}

impl Console {
    /// # Errors
    /// Everything that is wrong with the policies, with file and line.
    pub fn load(settings: Settings) -> Result<Console, Vec<PolicyError>> {
        Console::with(settings, Files::Policies)
    }

    /// As [`Console::load`], with the tests.
    ///
    /// # Errors
    /// As there.
    pub fn load_with_tests(settings: Settings) -> Result<Console, Vec<PolicyError>> {
        Console::with(settings, Files::WithTests)
    }

    fn with(settings: Settings, files: Files) -> Result<Console, Vec<PolicyError>> {
        let bundle = Bundle::load(&settings, files)?;
        let children = Children::of(settings.exe.clone(), settings.limits);
        Ok(Console { settings, children, bundle })
    }

    /// Every package that has a deciding rule.
    pub fn namespaces(&self) -> Vec<String> {
        let all: BTreeSet<String> = self.bundle.rules.iter().map(|rule| rule.namespace()).collect();
        all.into_iter().collect()
    }

    /// What a package says.
    ///
    /// # Errors
    /// Why it could not be asked.
    pub async fn check(&self, namespace: &str, input: &Value) -> Result<Checked, String> {
        let asked = policies::rules_at(&self.bundle, &[namespace.to_owned()]);
        let Console { settings, children, bundle } = self;
        let answers = policies::ask(&settings.evaluator, children, bundle, &asked, input).await?;
        let found = findings::of(&self.bundle, &asked, &answers, self.settings.builtin_errors);
        let exceptions = answers.each.iter().flat_map(|answer| &answer.excepts);
        let exceptions: Vec<&String> = exceptions.map(|(name, _)| name).collect();
        let (mut excepted, mut successes) = (Vec::new(), 0);
        for rule in asked.iter().filter(|rule| rule.kind != RuleKind::Exception) {
            let said = found.iter().filter(|found| found.finding.rule == rule.name);
            let is_excepted = exceptions.iter().any(|name| rule.is_excepted_by(name));
            if is_excepted {
                excepted.push(rule.name.clone());
            }
            let said = if is_excepted { 1 } else { said.count() };
            successes += rule.definitions.len().saturating_sub(said);
        }
        Ok(Checked { namespace: namespace.to_owned(), found, excepted, successes })
    }

    /// What `opa eval --format json` prints for a query.
    ///
    /// # Errors
    /// What is wrong with the query, or what became of its evaluation.
    pub async fn query(&self, query: &str, input: &Value) -> Result<Value, String> {
        match self.ask(Ask::Query(query.to_owned()), input).await? {
            Answer::Query(value) => Ok(value),
            other => Err(self.unexpected(other)),
        }
    }

    /// Runs the tests.
    ///
    /// # Errors
    /// Why they could not be run.
    pub async fn test(&self) -> Result<TestReport, String> {
        let tests = self.bundle.tests.clone();
        let input = Value::Object(serde_json::Map::new());
        match self.ask(Ask::Tests(Wanted { tests }), &input).await? {
            Answer::Tests(tested) => Ok(self.report(tested)),
            other => Err(self.unexpected(other)),
        }
    }

    async fn ask(&self, ask: Ask, input: &Value) -> Result<Answer, String> {
        self.children.ask(&self.bundle, &Question { input: input.clone(), ask }).await
    }

    fn report(&self, tested: Tested) -> TestReport {
        let mut report = TestReport::default();
        for (test, outcome) in self.bundle.tests.iter().zip(tested.outcomes) {
            let said = match outcome {
                Outcome::Passed => {
                    report.passed += 1;
                    continue;
                }
                Outcome::Skipped => {
                    report.skipped += 1;
                    continue;
                }
                Outcome::Failed(prints) => prints.iter().map(|line| self.printed(line)).collect(),
                Outcome::Error(failure) => vec![self.place(&failure)],
            };
            let name = [test.package.join(".").as_str(), &test.name].join(".");
            report.failed.push(FailedTest { place: test.place.clone(), name, said });
        }
        let mut covered: BTreeSet<(String, usize)> = BTreeSet::new();
        let mut all = covered.clone();
        for (module, Lines { covered: reached, not_covered }) in &tested.lines {
            let place = |line: &u32| {
                let place = self.bundle.original_place(module, *line as usize, 1);
                (place.file, place.line)
            };
            covered.extend(reached.iter().map(place));
            all.extend(reached.iter().chain(not_covered).map(place));
        }
        let mut files: BTreeMap<String, FileCoverage> = BTreeMap::new();
        for (file, line) in all.into_iter().filter(|(file, _)| !file.ends_with("_test.rego")) {
            let blank = || FileCoverage { file: file.clone(), covered: 0, missed: Vec::new() };
            let entry = files.entry(file.clone()).or_insert_with(blank);
            match covered.contains(&(file, line)) {
                true => entry.covered += 1,
                false => entry.missed.push(line),
            }
        }
        report.coverage = files.into_values().collect();
        report.unreached = self.unreached(&covered);
        report
    }

    /// What was printed, as `file:line: text`, with the place of the file as it was written.
    fn printed(&self, line: &str) -> String {
        let taken_apart = line.split_once(": ").and_then(|(place, said)| {
            let (module, number) = place.rsplit_once(':')?;
            Some((self.bundle.original_place(module, number.parse().ok()?, 1), said))
        });
        match taken_apart {
            Some((place, said)) => format!("{}:{}: {said}", place.file, place.line),
            None => line.to_owned(),
        }
    }

    /// The definitions of deciding rules whose first line was never evaluated: what it says was not.
    fn unreached(&self, covered: &BTreeSet<(String, usize)>) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for rule in &self.bundle.rules {
            for definition in &rule.definitions {
                let place = definition.place.rsplit_once(':');
                let place =
                    place.and_then(|(file, line)| Some((file.to_owned(), line.parse().ok()?)));
                if place.is_some_and(|place| !covered.contains(&place)) {
                    found.push((
                        format!("{}.{}", rule.namespace(), rule.name),
                        definition.place.clone(),
                    ));
                }
            }
        }
        found
    }

    fn place(&self, failure: &super::answer::Failure) -> String {
        match (&failure.file, failure.line, failure.column) {
            (Some(file), Some(line), Some(column)) => {
                let Place { file, line, column } = self.bundle.original_place(file, line, column);
                format!("{file}:{line}:{column}: {}", as_written(&failure.what))
            }
            _ => as_written(&failure.what),
        }
    }

    fn unexpected(&self, answer: Answer) -> String {
        match answer {
            Answer::Failed(failure) => self.place(&failure),
            _ => "it answered another question".to_owned(),
        }
    }
}
