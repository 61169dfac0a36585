//! What the engine would only find when it is reached, or not at all: it is refused when a bundle is loaded.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Module, Ref, Rule, RuleHead};

use crate::policy::PolicyError;
use crate::policy::builtins::{self, Arity};
use crate::policy::walk;

/// The functions of a bundle by their path without `data.`, and how many arguments each takes.
#[derive(Debug, Default)]
pub(super) struct Functions(BTreeMap<String, BTreeSet<usize>>);

impl Functions {
    pub fn add(&mut self, module: &Module) {
        let package = walk::names_of(&module.package.refr).unwrap_or_default();
        for rule in &module.policy {
            let arguments = match rule.as_ref() {
                Rule::Spec { head: RuleHead::Func { args, .. }, .. } => args.len(),
                Rule::Default { args, .. } if !args.is_empty() => args.len(),
                _ => continue,
            };
            if let Some(names) = walk::names_of(walk::name_of(rule)) {
                let path = [package.clone(), names].concat().join(".");
                self.0.entry(path).or_default().insert(arguments);
            }
        }
    }
}

/// Calls of what is no function, and patterns that are none, with their places.
pub(super) fn problems(module: &Module, names: &Names<'_>) -> Vec<PolicyError> {
    let mut found = Vec::new();
    walk::every_expression(module, &mut |expr| {
        found.extend(wrong_number_text(expr, &Nested::No));
        if let Expr::Call { fcn, params, .. } = expr.as_ref() {
            let path = walk::names_of(fcn).unwrap_or_default().join(".");
            let said =
                names.wrong_call(&path, params.len()).or_else(|| wrong_pattern(&path, params));
            if let Some((what, hint)) = said {
                found.push(at(expr, what).hint(hint));
            }
        }
    });
    found
}

fn at(expr: &Expr, what: String) -> PolicyError {
    let span = walk::first_span(expr);
    PolicyError::file(span.source.get_path(), what).at_span(span)
}

/// Whether the number is written out by the engine, which does not know how it was written.
enum Nested {
    No,
    InText,
}

/// Functions that write out what they are given.
const WRITERS: &[&str] = &["json.marshal", "json.marshal_with_options", "yaml.marshal"];

fn wrong_number_text(expr: &Expr, nested: &Nested) -> Vec<PolicyError> {
    match (expr, nested) {
        (Expr::Number { span, value, .. }, Nested::No) => {
            let (text, size) = (span.text(), value.as_f64().unwrap_or(f64::INFINITY).abs());
            let big = text.contains(['.', 'e', 'E']) && size >= 9_007_199_254_740_992.0;
            big.then(|| {
                at(expr, format!("`{text}` is too big for a number with a fraction or an exponent"))
                    .hint("write its digits")
            })
            .into_iter()
            .collect()
        }
        (Expr::Number { span, value, .. }, Nested::InText) if span.text() != value.to_string() => {
            vec![
                at(expr, format!("`{}` is written out as {value} here", span.text()))
                    .hint(format!("write {value}, or a text")),
            ]
        }
        (Expr::Call { fcn, params, .. }, _) => {
            let name = walk::names_of(fcn).unwrap_or_default().join(".");
            match WRITERS.contains(&name.as_str()) {
                true => params.iter().flat_map(|param| within(param)).collect(),
                false => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The numbers of what is written out, outside of comprehensions.
fn within(expr: &Expr) -> Vec<PolicyError> {
    let mut found = match expr {
        Expr::Number { .. } => wrong_number_text(expr, &Nested::InText),
        _ => Vec::new(),
    };
    for part in walk::parts(expr) {
        if let walk::Part::Expr(part) = part {
            found.extend(within(part));
        }
    }
    found
}

/// What the names of functions mean in a file.
pub(super) struct Names<'a> {
    package: String,
    /// What an import is called here, and the path that it stands for.
    imports: BTreeMap<String, String>,
    functions: &'a Functions,
}

impl<'a> Names<'a> {
    pub fn of(module: &Module, functions: &'a Functions) -> Names<'a> {
        let imports = module.imports.iter().filter_map(|import| {
            let path = walk::names_of(&import.refr)?;
            let name = import.r#as.as_ref().map(|span| span.text().to_owned());
            Some((name.or_else(|| path.last().cloned())?, path.join(".")))
        });
        let package = walk::names_of(&module.package.refr).unwrap_or_default().join(".");
        Names { package, imports: imports.collect(), functions }
    }

    /// Whether the last argument of a call is what the result is put in.
    pub fn gives_out(&self, function: &Expr, arguments: usize) -> bool {
        let path = walk::names_of(function).unwrap_or_default().join(".");
        match (self.function(&path), builtins::arity(&path)) {
            (Some(known), _) => known.iter().any(|known| arguments == known + 1),
            (None, Some(Arity::OrOneMore(wanted))) => arguments == wanted + 1,
            _ => false,
        }
    }

    fn wrong_call(&self, path: &str, arguments: usize) -> Option<(String, String)> {
        if let Some(known) = self.function(path) {
            let fits = known.iter().any(|known| Arity::OrOneMore(*known).takes(arguments));
            return (!fits).then(|| wrong_number(path, known.iter().next().copied(), arguments));
        }
        match builtins::arity(path) {
            Some(arity) if arity.takes(arguments) => None,
            Some(Arity::Exactly(wanted) | Arity::OrOneMore(wanted)) => {
                Some(wrong_number(path, Some(wanted), arguments))
            }
            Some(Arity::Any) => None,
            None if path == "http.send" => Some((
                "`http.send` makes no request here: policies are decided without the network"
                    .to_owned(),
                "bring what it would ask for as data".to_owned(),
            )),
            None => Some((
                format!("`{path}` is no function here"),
                "define it, correct its name, or set an `opa` program as the evaluator".to_owned(),
            )),
        }
    }

    fn function(&self, path: &str) -> Option<&BTreeSet<usize>> {
        let (first, rest) =
            path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let joined = |start: &str| rest.map_or(start.to_owned(), |rest| format!("{start}.{rest}"));
        let full = match self.imports.get(first) {
            Some(import) => joined(import),
            None if first == "data" => path.to_owned(),
            None => format!("data.{}.{path}", self.package),
        };
        self.functions.0.get(full.strip_prefix("data.")?)
    }
}

fn wrong_number(path: &str, wanted: Option<usize>, given: usize) -> (String, String) {
    let wanted = wanted.unwrap_or_default();
    (format!("`{path}` takes {wanted} arguments and gets {given}"), "correct the call".to_owned())
}

/// Which argument of a function is a pattern.
const PATTERNS: &[(&str, usize)] = &[
    ("regex.match", 0),
    ("re_match", 0),
    ("regex.find_n", 0),
    ("regex.find_all_string_submatch_n", 0),
    ("regex.split", 0),
    ("regex.replace", 1),
];

fn wrong_pattern(path: &str, params: &[Ref<Expr>]) -> Option<(String, String)> {
    let (_, at) = PATTERNS.iter().find(|(name, _)| *name == path)?;
    let pattern = walk::text_of(params.get(*at)?)?;
    let error = builtins::compiles(&pattern).err()?;
    Some((
        format!("the regular expression {error}"),
        "write it in the syntax of RE2, as OPA has it: without look-around and back-references"
            .to_owned(),
    ))
}
