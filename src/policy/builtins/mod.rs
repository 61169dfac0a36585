//! Functions of Rego that the engine lacks, or does otherwise than OPA.

mod deprecated;
mod format;
mod more;
mod quote;
mod regular;
mod text;
mod verbs;

use anyhow::{Result, anyhow, bail};
use regorus::{Engine, Value};

pub(super) use regular::compiles;

/// Whether a call that a function refuses is an error, or undefined as `opa eval` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    Strict,
    Lenient,
}

/// A collection as it is, and anything else as undefined: what policies are mended with.
pub(super) const ITERABLE: &str = "iterable__";

type Function = fn(&[Value]) -> Result<Value>;

/// Every one of ours: name, number of arguments, what it does.
const OURS: &[(&str, u8, Function)] = &[
    ("sprintf", 2, format::sprintf),
    ("regex.match", 2, regular::matches),
    ("re_match", 2, regular::matches),
    ("regex.is_valid", 1, regular::is_valid),
    ("regex.find_n", 3, regular::find_n),
    ("regex.find_all_string_submatch_n", 3, regular::find_all_submatches),
    ("regex.replace", 3, regular::replace),
    ("regex.split", 2, regular::split),
    ("to_number", 1, more::to_number),
    ("upper", 1, text::upper),
    ("lower", 1, text::lower),
    ("strings.replace_n", 2, text::replace_n),
    ("glob.quote_meta", 1, text::quote_meta),
    ("json.marshal", 1, text::marshal),
    ("semver.is_valid", 1, more::is_semver),
    ("semver.compare", 2, more::compare_semver),
    (ITERABLE, 1, more::iterable),
    ("strings.count", 2, more::count),
    ("strings.split_n", 3, more::split_n),
    ("array.flatten", 1, more::flatten),
    ("net.cidr_intersects", 2, more::cidr_intersects),
    ("net.cidr_overlap", 2, more::cidr_contains),
    ("crypto.sha256", 1, more::sha256),
    ("crypto.sha1", 1, more::sha1),
    ("crypto.hmac.sha256", 2, more::hmac_sha256),
    ("crypto.hmac.equal", 2, more::equal),
    ("any", 1, deprecated::any),
    ("all", 1, deprecated::all),
    ("set_diff", 2, deprecated::set_diff),
    ("cast_array", 1, deprecated::cast_array),
    ("cast_set", 1, deprecated::cast_set),
    ("cast_string", 1, deprecated::cast_string),
    ("cast_boolean", 1, deprecated::cast_boolean),
    ("cast_null", 1, deprecated::cast_null),
    ("cast_object", 1, deprecated::cast_object),
];

/// How many arguments a function takes that the engine has or is given here.
pub(super) fn arity(name: &str) -> Option<Arity> {
    // What never is what it is elsewhere: it makes no request.
    if name == "http.send" {
        return None;
    }
    if name == "print" {
        return Some(Arity::Any);
    }
    if let Some((_, arguments)) = regorus::unstable::BUILTINS.get(name) {
        return Some(Arity::OrOneMore(usize::from(*arguments)));
    }
    let ours = OURS.iter().find(|(ours, _, _)| *ours == name);
    ours.map(|(_, arguments, _)| Arity::Exactly(usize::from(*arguments)))
}

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arity {
    Any,
    Exactly(usize),
    /// One more is what the result is compared with, or put in.
    OrOneMore(usize),
}

impl Arity {
    pub fn takes(self, arguments: usize) -> bool {
        match self {
            Arity::Any => true,
            Arity::Exactly(wanted) => arguments == wanted,
            Arity::OrOneMore(wanted) => arguments == wanted || arguments == wanted + 1,
        }
    }
}

/// Gives an engine all of ours.
pub(super) fn add_to(engine: &mut Engine, strictness: Strictness) -> Result<()> {
    for (name, arguments, function) in OURS {
        let call = move |arguments: Vec<Value>| match function(&arguments) {
            Err(_) if strictness == Strictness::Lenient => Ok(Value::Undefined),
            Err(error) => Err(anyhow!("{name}: {error}")),
            answer => answer,
        };
        engine.add_extension((*name).to_owned(), *arguments, Box::new(call))?;
    }
    Ok(())
}

/// An argument, by its number from one.
fn argument(arguments: &[Value], number: usize) -> Result<&Value> {
    arguments.get(number - 1).ok_or_else(|| anyhow!("argument {number} is missing"))
}

fn string(arguments: &[Value], number: usize) -> Result<&str> {
    match argument(arguments, number)? {
        Value::String(text) => Ok(text),
        other => bail!("argument {number} has to be a string and is {}", kind(other)),
    }
}

fn integer(arguments: &[Value], number: usize) -> Result<i64> {
    let value = argument(arguments, number)?;
    match value {
        Value::Number(given) if given.is_integer() => value.as_i64(),
        other => bail!("argument {number} has to be a whole number and is {}", kind(other)),
    }
}

/// The elements of an array or a set.
fn elements(arguments: &[Value], number: usize) -> Result<Vec<&Value>> {
    match argument(arguments, number)? {
        Value::Array(array) => Ok(array.iter().collect()),
        Value::Set(set) => Ok(set.iter().collect()),
        other => bail!("argument {number} has to be an array or a set and is {}", kind(other)),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Set(_) => "a set",
        Value::Object(_) => "an object",
        Value::Undefined => "undefined",
    }
}
