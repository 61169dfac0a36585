//! What of a policy the engine reads otherwise than OPA: it is mended before it is loaded, or refused.
//!
//! Mended: variables that are called like a rule ([`shadow`]), what OPA computes before something else
//! ([`early`]), what cannot be iterated ([`iterated`]), packages of several files ([`merge`]). Refused: what is no
//! function, what makes requests, patterns that are none ([`refuse`]), variables that nothing binds ([`unbound`]).

mod early;
mod iterated;
mod merge;
mod refuse;
mod rewrite;
mod shadow;
mod span;
mod unbound;

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};

use regorus::Engine;
use regorus::PolicyLengthConfig;
use regorus::unstable::{Module, Ref};

pub(super) use merge::{Merged, Part, merged};
pub(super) use rewrite::Rewritten;
pub(super) use shadow::as_written;

use super::error::EngineError;
use super::sources::Text;
use super::{PolicyError, RegoVersion, walk};

/// A file as it was written, as it is loaded, and its syntax tree as it was written.
pub(super) struct Repaired {
    pub name: String,
    pub version: RegoVersion,
    pub text: Rewritten,
    pub module: Ref<Module>,
}

/// Whether what this engine lacks is refused; an `opa` program has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Refused,
    Another,
}

/// All files, mended.
///
/// # Errors
/// Every file that does not parse, and everything that is refused, with its place.
pub(super) fn repair(texts: &[Text], missing: Missing) -> Result<Vec<Repaired>, Vec<PolicyError>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for text in texts {
        match parse(&text.name, &text.text, text.version) {
            Ok(module) => files.push(Repaired {
                name: text.name.clone(),
                version: text.version,
                text: Rewritten::unchanged(&text.text),
                module,
            }),
            Err(error) => errors.push(unparsed(text, &error)),
        }
    }
    let names = names_by_package(&files);
    if missing == Missing::Refused {
        let mut functions = refuse::Functions::default();
        files.iter().for_each(|file| functions.add(&file.module));
        let none = BTreeSet::new();
        for file in &files {
            let globals = names.get(&package_of(&file.module)).unwrap_or(&none);
            let calls = refuse::Names::of(&file.module, &functions);
            errors.extend(refuse::problems(&file.module, &calls));
            errors.extend(unbound::problems(&file.module, globals, &calls));
        }
    }
    for file in &mut files {
        let none = BTreeSet::new();
        let names = names.get(&package_of(&file.module)).unwrap_or(&none);
        match mended(file, names) {
            Ok(text) => file.text = text,
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(files),
        false => Err(errors),
    }
}

/// The lengths that a file may have: a rule on one line of 3,000 columns is ugly, and no danger.
pub(super) fn lengths() -> PolicyLengthConfig {
    PolicyLengthConfig {
        max_col: NonZeroU32::new(65_536).unwrap_or(NonZeroU32::MAX),
        max_file_bytes: NonZeroUsize::new(4 << 20).unwrap_or(NonZeroUsize::MAX),
        max_lines: NonZeroUsize::new(100_000).unwrap_or(NonZeroUsize::MAX),
    }
}

/// The package as it is written, without `data`.
pub(super) fn package_of(module: &Module) -> Vec<String> {
    walk::names_of(&module.package.refr).unwrap_or_default()
}

fn parse(name: &str, text: &str, version: RegoVersion) -> anyhow::Result<Ref<Module>> {
    let mut engine = Engine::new();
    engine.set_policy_length_config(lengths());
    engine.set_rego_v0(version == RegoVersion::V0);
    engine.add_policy(name.to_owned(), text.to_owned())?;
    engine.get_modules().first().cloned().ok_or_else(|| anyhow::anyhow!("it holds no module"))
}

fn unparsed(text: &Text, error: &anyhow::Error) -> PolicyError {
    let said = EngineError::of(error);
    let mut problem = PolicyError::file(&text.name, said.what);
    if let (Some(line), Some(column)) = (said.line, said.column) {
        let (line, column) = Rewritten::unchanged(&text.text).original_place(line, column);
        problem = problem.at(line, column);
    }
    match text.version {
        // What has the keywords of v1 is none of v0.
        RegoVersion::V1
            if !text.text.contains(" if ")
                && parse(&text.name, &text.text, RegoVersion::V0).is_ok() =>
        {
            problem.hint("this is Rego v0: say so by `rego_version`, or write `if` and `contains`")
        }
        _ => problem,
    }
}

/// What names other than variables a package has: its rules, in all its files, and their imports.
fn names_by_package(files: &[Repaired]) -> BTreeMap<Vec<String>, BTreeSet<String>> {
    let mut names: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let names = names.entry(package_of(&file.module)).or_default();
        let rules = file.module.policy.iter().filter_map(|rule| walk::root_of(walk::name_of(rule)));
        names.extend(rules.map(str::to_owned));
        names.extend(file.module.imports.iter().filter_map(|import| match &import.r#as {
            Some(span) => Some(span.text().to_owned()),
            None => walk::names_of(&import.refr)?.pop(),
        }));
    }
    names
}

fn mended(file: &Repaired, names: &BTreeSet<String>) -> Result<Rewritten, PolicyError> {
    let renames = shadow::renames(&file.module, names).map_err(|ambiguous| {
        let what = format!(
            "`{}` is a variable in one body of this rule and a rule in another",
            ambiguous.name
        );
        PolicyError::file(&file.name, what)
            .at(ambiguous.line, ambiguous.column)
            .hint("give the variable another name")
    })?;
    let mut text = file.text.clone().edited(renames);
    let again = |text: &Rewritten| {
        parse(&file.name, text.text(), file.version).map_err(|error| {
            PolicyError::file(
                &file.name,
                format!("it cannot be mended: {}", EngineError::of(&error).what),
            )
            .hint("give what is computed in rules' heads, and behind `not`, a variable of its own")
        })
    };
    let heads = early::heads(again(&text)?.as_ref(), names, text.text()).map_err(|span| {
        let (line, column) = text.original_place(span.line as usize, span.col as usize);
        PolicyError::file(&file.name, "`walk` stands in the head of a rule that has no body")
            .at(line, column)
            .hint("call it in a body")
    })?;
    text = text.edited(heads);
    // A negation within an argument of another becomes the outermost one when that is moved.
    loop {
        let edits = early::statements(again(&text)?.as_ref(), names, text.text());
        if edits.is_empty() {
            break;
        }
        text = text.edited(edits);
    }
    let edits = iterated::collections(again(&text)?.as_ref(), text.text());
    Ok(text.edited(edits))
}
