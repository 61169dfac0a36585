//! An `opa` program in place of the engine: the same question, the same limits, the same decision.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::RegoVersion;
use super::answer::{Answers, Broken, RuleAnswer, Said};
use super::bundle::Bundle;
use super::children::Children;
use super::rules::{RuleKind, RuleRef, path};

/// What `opa eval --format json` prints.
#[derive(Debug, Deserialize)]
struct Printed {
    #[serde(default)]
    result: Vec<PrintedResult>,
    #[serde(default)]
    errors: Vec<PrintedError>,
}

#[derive(Debug, Deserialize)]
struct PrintedResult {
    expressions: Vec<PrintedExpression>,
}

#[derive(Debug, Deserialize)]
struct PrintedExpression {
    value: Vec<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct PrintedError {
    message: String,
    location: Option<PrintedLocation>,
}

#[derive(Debug, Deserialize)]
struct PrintedLocation {
    file: String,
    row: usize,
}

/// Asks `opa` for these rules. It reads the files as they were written. It does not say which of several
/// definitions spoke, so the first one is named.
pub(super) async fn ask(
    children: &Children,
    program: &Path,
    bundle: &Bundle,
    asked: &[RuleRef],
    input: &Value,
) -> Result<Answers, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no folder for `opa`: {error}"))?;
    write(folder.path(), bundle)
        .map_err(|error| format!("{}: {error}", folder.path().display()))?;
    let mut args: Vec<OsString> = vec![program.into(), "eval".into()];
    args.extend(
        ["--format", "json", "--stdin-input", "--strict-builtin-errors"].map(OsString::from),
    );
    let lenient = |args: &[OsString]| {
        args.iter()
            .filter(|arg| *arg != "--strict-builtin-errors")
            .cloned()
            .collect::<Vec<OsString>>()
    };
    for name in ["policies", "data.json"] {
        args.push("--data".into());
        args.push(folder.path().join(name).into());
    }
    if bundle.files().iter().any(|file| file.version == RegoVersion::V0) {
        args.push("--v0-compatible".into());
    }
    args.push(query(asked).into());
    let said = serde_json::to_vec(input).map_err(|error| error.to_string())?;
    // Strictly first: what a function refuses is to be known. It ends the whole query, so that nobody knows which
    // rules it is about: it is none's, or it would weigh as little as the rule on which it was hung.
    let mut left = children.time();
    let (values, broken) = match evaluated(children, &args, &said, &mut left).await {
        Ok(values) => (values, None),
        Err(Failed::Told(why)) => {
            let lenient = evaluated(children, &lenient(&args), &said, &mut left).await;
            (lenient.map_err(Failed::what)?, Some(written(bundle, why)))
        }
        // It took too long, or died: so it would again.
        Err(failed) => return Err(failed.what()),
    };
    if values.len() != asked.len() {
        return Err(format!("of {} rules `opa` answered for {}", asked.len(), values.len()));
    }
    let each = asked
        .iter()
        .zip(values)
        .enumerate()
        .map(|(at, (rule, values))| answer(at, rule, values))
        .collect();
    Ok(Answers { each, broken })
}

/// Why there are no values.
enum Failed {
    /// `opa` says what is wrong.
    Told(Broken),
    /// It said nothing that can be read: what became of it.
    Ended(String),
}

impl Failed {
    fn what(self) -> String {
        match self {
            Failed::Told(broken) => broken.what,
            Failed::Ended(what) => what,
        }
    }
}

async fn evaluated(
    children: &Children,
    args: &[OsString],
    said: &[u8],
    left: &mut Duration,
) -> Result<Vec<Vec<Value>>, Failed> {
    let printed: Printed = children.ask_program(args, said, left).await.map_err(Failed::Ended)?;
    if let Some(error) = printed.errors.into_iter().next() {
        let place = error.location.map(|at| format!("{}:{}", at.file, at.row));
        return Err(Failed::Told(Broken { what: error.message, place }));
    }
    let expression = printed.result.into_iter().flat_map(|result| result.expressions).next();
    expression
        .map(|expression| expression.value)
        .ok_or_else(|| Failed::Ended("`opa` answered nothing".to_owned()))
}

/// With the name of the file as it was written, in place of the one that `opa` was given.
fn written(bundle: &Bundle, broken: Broken) -> Broken {
    let place = broken.place.as_deref().and_then(|place| {
        let (file, line) = place.rsplit_once(':')?;
        let number: usize = Path::new(file).file_stem()?.to_str()?.parse().ok()?;
        Some(format!("{}:{line}", bundle.files().get(number)?.name))
    });
    Broken { place, ..broken }
}

/// A list with one list for each rule: empty where it is undefined.
fn query(asked: &[RuleRef]) -> String {
    let lists = asked.iter().map(|rule| format!("[value | value := {}]", path(&rule.path())));
    format!("[{}]", lists.collect::<Vec<String>>().join(", "))
}

fn answer(at: usize, rule: &RuleRef, values: Vec<Value>) -> RuleAnswer {
    let values = values.into_iter().flat_map(|value| match value {
        Value::Array(values) => values,
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Object(object) if object.is_empty() => Vec::new(),
        other => vec![other],
    });
    let said: Vec<Said> = values.map(|value| Said { definition: 0, value }).collect();
    let mut answer = RuleAnswer { rule: at, ..RuleAnswer::default() };
    match rule.kind {
        RuleKind::Exception => answer.excepts = super::evaluate::excepted(&said),
        _ => answer.said = said,
    }
    answer
}

fn write(folder: &Path, bundle: &Bundle) -> std::io::Result<()> {
    for (number, file) in bundle.files().iter().enumerate() {
        let path = folder.join("policies").join(format!("{number:04}.rego"));
        std::fs::create_dir_all(folder.join("policies"))?;
        std::fs::write(path, &file.written)?;
    }
    std::fs::write(folder.join("data.json"), bundle.loadable.data.to_string())
}
