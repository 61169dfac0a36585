//! Policies and data together, as they were loaded at one time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::EngineError;
use super::repair::{Merged, Missing, Part, Rewritten, as_written, merged, repair};
use super::rules::{RuleRef, rules_of};
use super::sources::{Sources, Text};
use super::suite::{Test, tests_of};
use super::{
    Evaluator, PolicyError, RegoVersion, Settings, builtins, data, enforcement, engine, terms,
};

/// Policies and data that were read, mended, checked and found good.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    files: Vec<File>,
    /// The files of each module, by its name.
    parts: BTreeMap<String, Vec<Part>>,
    pub loadable: Loadable,
    /// Which file says what in the data.
    origins: data::Origins,
    pub rules: Vec<RuleRef>,
    pub tests: Vec<Test>,
    /// SHA-256 of all of it, in hexadecimal digits.
    pub digest: String,
}

/// What an engine loads: it is what a child is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Loadable {
    pub modules: Vec<LoadableModule>,
    pub data: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LoadableModule {
    pub name: String,
    pub text: String,
    pub version: RegoVersion,
}

/// A file as it was written.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub name: String,
    pub version: RegoVersion,
    pub written: String,
    pub text: Rewritten,
}

/// A place of a file as it was written; line and column from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

/// Which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// What decides.
    Policies,
    /// That, and its tests: `*_test.rego`.
    WithTests,
}

impl Bundle {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(settings: &Settings, files: Files) -> Result<Bundle, Vec<PolicyError>> {
        let sources = match settings.folders.is_empty() && settings.data.is_empty() {
            true => Sources::builtin(),
            false => with_builtin_policies(settings)?,
        };
        Bundle::of(sources, &settings.evaluator, files)
    }

    pub(super) fn of(
        mut sources: Sources,
        evaluator: &Evaluator,
        files: Files,
    ) -> Result<Bundle, Vec<PolicyError>> {
        if files == Files::Policies {
            sources.policies.retain(|text| !is_test(&text.name));
        }
        let missing = match evaluator {
            Evaluator::Builtin => Missing::Refused,
            Evaluator::Opa(_) => Missing::Another,
        };
        let (repaired, (data, origins)) =
            match (repair(&sources.policies, missing), data::merge(&sources.data)) {
                (Ok(repaired), Ok(data)) => (repaired, data),
                (repaired, data) => {
                    let mut errors = repaired.err().unwrap_or_default();
                    errors.extend(data.err().unwrap_or_default());
                    return Err(errors);
                }
            };
        let modules = merged(&repaired)?;
        let (mut rules, mut tests) = (rules_of(&repaired), tests_of(&repaired));
        let at = |module: usize, rule: usize| loaded_at(&modules, module, rule);
        for definition in rules.iter_mut().flat_map(|rule| &mut rule.definitions) {
            (definition.module, definition.rule) = at(definition.module, definition.rule);
        }
        for test in &mut tests {
            (test.module, test.rule) = at(test.module, test.rule);
        }
        let parts =
            modules.iter().map(|module| (module.name.clone(), module.parts.clone())).collect();
        let modules = modules.into_iter().map(|module| LoadableModule {
            name: module.name,
            text: module.text,
            version: module.version,
        });
        let loadable = Loadable { modules: modules.collect(), data };
        let digest = digest_of(&sources.policies, &loadable.data);
        let files = repaired.into_iter().zip(sources.policies).map(|(file, text)| File {
            name: file.name,
            version: file.version,
            written: text.text,
            text: file.text,
        });
        let files = files.collect();
        let bundle = Bundle { files, parts, loadable, origins, rules, tests, digest };
        bundle.checked(missing)
    }

    /// Whether the data that an installation reads itself are what it can read. Those of somebody's own, for the
    /// command line, may call other things so.
    ///
    /// # Errors
    /// Every key that is something else, with its file and what to write.
    pub fn of_an_installation(self) -> Result<Bundle, Vec<PolicyError>> {
        let errors = terms::check(&self.loadable.data, &self.origins);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    /// File, line and column, as they were written, of a place in a module that is loaded.
    pub fn original_place(&self, module: &str, line: usize, column: usize) -> Place {
        let parts = self.parts.get(module).map(Vec::as_slice).unwrap_or_default();
        let part = parts.iter().rev().find(|part| part.first_line <= line);
        let Some((part, file)) = part.and_then(|part| Some((part, self.files.get(part.file)?)))
        else {
            return Place { file: module.to_owned(), line, column };
        };
        let (line, column) = file.text.original_place(line + 1 - part.first_line, column);
        Place { file: file.name.clone(), line, column }
    }

    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// What only the engine itself finds: variables that nothing binds, rules that contradict each other.
    fn checked(self, missing: Missing) -> Result<Bundle, Vec<PolicyError>> {
        let mut errors = enforcement::check(&self.loadable.data, &self.origins, &self.rules);
        if missing == Missing::Refused {
            let prepared = engine::build(&self.loadable, builtins::Strictness::Strict)
                .and_then(|mut engine| engine.eval_query("true".to_owned(), false));
            errors.extend(prepared.err().map(|error| self.error(&error)));
        }
        match errors.is_empty() {
            true => Ok(self),
            false => Err(errors),
        }
    }

    fn error(&self, error: &anyhow::Error) -> PolicyError {
        let said = EngineError::of(error);
        let what = as_written(&said.what);
        match (said.file, said.line, said.column) {
            (Some(file), Some(line), Some(column)) => {
                let Place { file, line, column } = self.original_place(&file, line, column);
                PolicyError::file(file, what).at(line, column)
            }
            _ => PolicyError::file("policies", what),
        }
    }
}

/// Which module a rule of a file is in, and which rule it is there.
fn loaded_at(modules: &[Merged], file: usize, rule: usize) -> (usize, usize) {
    let found = modules.iter().enumerate().find_map(|(at, module)| {
        let part = module.parts.iter().find(|part| part.file == file)?;
        Some((at, part.first_rule + rule))
    });
    found.unwrap_or((usize::MAX, usize::MAX))
}

/// Data of one's own with the policies that come with the program.
fn with_builtin_policies(settings: &Settings) -> Result<Sources, Vec<PolicyError>> {
    let mut sources = Sources::read(&settings.folders, &settings.data, settings.version)?;
    if settings.folders.is_empty() {
        sources.policies = Sources::builtin().policies;
    }
    Ok(sources)
}

fn is_test(name: &str) -> bool {
    name.ends_with("_test.rego")
}

fn digest_of(policies: &[Text], data: &Value) -> String {
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    };
    for policy in policies {
        add(&policy.name);
        add(&format!("{:?}", policy.version));
        add(&policy.text);
    }
    add(&data.to_string());
    hex::encode(hasher.finalize())
}
