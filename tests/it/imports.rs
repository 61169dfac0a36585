//! What each module may import: the table of the house, checked from the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::support::source::{self, Source};

/// Which of our modules each may import; itself always. `docs/architecture.md` gives the reasons.
const TABLE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("faults", &[]),
    ("process", &["domain"]),
    ("slack", &["domain"]),
    ("store", &["domain", "faults"]),
    ("cost", &["domain"]),
    ("secrets", &["domain"]),
    ("template", &["domain"]),
    ("playground", &["domain"]),
    ("releases", &["domain"]),
    ("words", &["domain", "template", "cost"]),
    ("policy", &["domain", "process"]),
    ("engine", &["domain", "template", "process"]),
    ("commands", &["domain", "template", "policy", "cost", "secrets", "store"]),
    (
        "worker",
        &[
            "domain", "template", "policy", "cost", "secrets", "store", "commands", "engine",
            "process", "faults",
        ],
    ),
    ("notify", &["domain", "store", "words", "slack", "faults"]),
    ("ingress", &["domain", "template", "commands", "words", "slack"]),
    ("web", &["domain", "template", "commands", "words", "store"]),
    ("config", &["domain"]),
    ("app", EVERYTHING),
    ("cli", EVERYTHING),
    ("main", EVERYTHING),
    ("lib", &[]),
];

const EVERYTHING: &[&str] = &["*"];

/// A way of a module's to something of ours.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    line: usize,
    /// The module that it leads to; `None`: the crate itself, under a name or whole, from where
    /// everything can be reached unseen.
    to: Option<String>,
}

struct Violation {
    place: String,
    from: String,
    to: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { place, from, to } = self;
        match to {
            Some(to) => write!(f, "{place}: `{from}` may not import `{to}`"),
            None => write!(f, "{place}: `{from}` takes the crate itself under a name"),
        }
    }
}

#[test]
fn every_module_imports_what_the_table_allows() {
    let sources = source::rust("src");
    let violations: Vec<String> =
        sources.iter().flat_map(violations).map(|violation| violation.to_string()).collect();
    assert!(
        violations.is_empty(),
        "move the part, or change the table here and in docs/architecture.md with the reason:\n{}",
        violations.join("\n")
    );
    let ways: usize = sources.iter().map(|source| imports(source).len()).sum();
    assert!(ways > 40, "only {ways} imports were seen at all");
}

#[test]
fn every_module_stands_in_the_table() {
    let known: BTreeSet<&str> = TABLE.iter().map(|(module, _)| *module).collect();
    for source in source::rust("src") {
        let own = owner(&source.path);
        assert!(known.contains(own.as_str()), "{}: `{own}` is not in the table", source.path);
    }
}

#[test]
fn planted_violations_of_each_form_are_found() {
    for (path, code) in [
        ("src/domain/x.rs", "use crate::store;"),
        ("src/domain/x.rs", "use crate::store as db;"),
        ("src/domain/x.rs", "pub use crate::store::Db;"),
        ("src/domain/x.rs", "use crate::store::*;"),
        ("src/domain/x.rs", "use crate :: store :: {Db, Tx};"),
        ("src/domain/x.rs", "use crate::{domain, store::Db};"),
        ("src/domain/x.rs", "use crate::{domain::{a, b::{c}}, store};"),
        ("src/domain/x.rs", "use {std::fmt, crate::store::Db};"),
        ("src/domain/x.rs", "use crate::{\n    domain,\n    store,\n};"),
        ("src/domain/x.rs", "use super::super::store::Db;"),
        ("src/domain/x.rs", "use super::super::{domain, store};"),
        ("src/domain/mod.rs", "use super::store::Db;"),
        ("src/domain/a/b.rs", "use super::super::super::store::Db;"),
        ("src/domain/a/mod.rs", "use super::super::store;"),
        ("src/domain.rs", "use super::store;"),
        ("src/domain/x.rs", "use self::super::super::store;"),
        ("src/domain/x.rs", "mod inner { use super::super::super::store; }"),
        ("src/domain/x.rs", "mod inner { fn f() {} } use super::super::store;"),
        ("src/domain/x.rs", "fn f(db: &crate::store::Db) {}"),
        ("src/domain/x.rs", "fn f() { super::super::store::settings::get(); }"),
        ("src/domain/x.rs", "fn f() -> Vec<crate::store::Db> { <crate::store::Db as D>::new() }"),
        ("src/domain/x.rs", "macro_rules! m { () => { $crate::store::Db } }"),
        ("src/domain/x.rs", "fn f() { let x = y::<crate::store::Db>(); }"),
        ("src/domain/x.rs", "use mayfly::store::Db;"),
        ("src/domain/x.rs", "fn f() { ::mayfly::store::f() }"),
        ("src/domain/x.rs", "use crate::r#store::Db;"),
        ("src/domain/x.rs", "use crate as root;"),
        ("src/domain/x.rs", "use crate::{self as root};"),
        ("src/domain/x.rs", "use crate::*;"),
        ("src/domain/x.rs", "use super::super as root;"),
        ("src/domain/x.rs", "use super::super::{self as root, domain};"),
        ("src/domain/x.rs", "use super::super::*;"),
        ("src/domain/x.rs", "extern crate self as root;"),
        ("src/domain/x.rs", "use mayfly as root;"),
        ("src/store/x.rs", "use crate::config::Config;"),
        ("src/web/x.rs", "use crate::app::App;"),
        ("src/engine/x.rs", "use crate::store::Tx;"),
        ("src/ingress/x.rs", "use crate::store::Tx;"),
        ("src/domain/x.rs", "use crate::nowhere::X;"),
    ] {
        let found: Vec<Violation> = violations(&Source::read(path, code));
        assert!(!found.is_empty(), "not found in {path}: {code}");
    }
}

#[test]
fn what_is_allowed_is_let_be() {
    for (path, code) in [
        ("src/domain/x.rs", "use super::store::Db;"),
        ("src/domain/x.rs", "use crate::domain::clock;"),
        ("src/domain/x.rs", "// use crate::store;"),
        ("src/domain/x.rs", "const S: &str = \"crate::store::Db\";"),
        ("src/domain/x.rs", "#[cfg(test)]\nmod tests { use crate::store; }"),
        ("src/domain/x.rs", "pub(crate) fn f(&self) { self.store.get(); Self::store::<u8>() }"),
        ("src/domain/x.rs", "mod inner { use super::super::clock; }"),
        ("src/domain/x.rs", "use other::crate_::store; use store::Db;"),
        ("src/domain/x.rs", "pub(in crate::domain) struct X;"),
        ("src/store/x.rs", "use crate::domain::{Person, run::{self, Step}};"),
        ("src/commands/a/b.rs", "use super::super::ctx::Ctx; use crate::store::Tx;"),
        ("src/app.rs", "use crate::web; use crate::config::Config;"),
        ("src/main.rs", "fn main() { mayfly::cli::run() }"),
    ] {
        let found: Vec<String> =
            violations(&Source::read(path, code)).iter().map(|v| v.to_string()).collect();
        assert!(found.is_empty(), "{code}\n{found:?}");
    }
}

fn violations(source: &Source) -> Vec<Violation> {
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let from = owner(&source.path);
    let allowed = table.get(from.as_str()).copied().unwrap_or_default();
    let may = |to: &str| {
        to == from || (table.contains_key(to) && (allowed == EVERYTHING || allowed.contains(&to)))
    };
    imports(source)
        .into_iter()
        .filter(|import| !import.to.as_deref().is_some_and(may))
        .map(|import| Violation {
            place: format!("{}:{}", source.path, import.line),
            from: from.clone(),
            to: import.to,
        })
        .collect()
}

/// The module at the top of the house that a file belongs to.
fn owner(path: &str) -> String {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first).to_owned()
}

/// The path of the module that a file is.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let inside = inside.strip_suffix(".rs").unwrap_or(inside);
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

struct Token {
    line: usize,
    text: String,
}

fn tokens(code: &str) -> Vec<Token> {
    let token = regex::Regex::new(r"(?:r#)?[A-Za-z_][A-Za-z0-9_]*|::|[^\s]").expect("is a regex");
    let mut tokens = Vec::new();
    for (n, line) in code.lines().enumerate() {
        for found in token.find_iter(line) {
            let text = found.as_str();
            let text = text.strip_prefix("r#").unwrap_or(text).to_owned();
            tokens.push(Token { line: n + 1, text });
        }
    }
    tokens
}

/// All ways from a file to modules of ours.
fn imports(source: &Source) -> Vec<Import> {
    let tokens = tokens(&source.code_outside_tests());
    let mut walk = Walk { tokens: &tokens, found: Vec::new() };
    let mut module = module_of(&source.path);
    // For each open brace, whether it is an inline module's.
    let mut braces: Vec<bool> = Vec::new();
    for at in 0..tokens.len() {
        match walk.text(at) {
            "{" => {
                let is_module = at >= 2 && walk.text(at - 2) == "mod";
                if is_module {
                    module.push(walk.text(at - 1).to_owned());
                }
                braces.push(is_module);
            }
            "}" => {
                let ends_module = braces.pop() == Some(true);
                module.truncate(module.len() - usize::from(ends_module));
            }
            "crate" | "mayfly" if walk.begins_path(at) => walk.path(at + 1, &[]),
            "super" if walk.begins_path(at) => {
                walk.path(at + 1, &module[..module.len().saturating_sub(1)]);
            }
            "self" if walk.begins_path(at) && walk.text(at + 1) == "::" => {
                walk.path(at + 1, &module);
            }
            "self" if at > 0 && walk.text(at - 1) == "crate" => walk.note(at, None),
            _ => {}
        }
    }
    walk.found.sort();
    walk.found.dedup();
    walk.found
}

struct Walk<'a> {
    tokens: &'a [Token],
    found: Vec<Import>,
}

impl Walk<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn note(&mut self, at: usize, to: Option<&str>) {
        let line = self.tokens.get(at).map_or(0, |token| token.line);
        self.found.push(Import { line, to: to.map(str::to_owned) });
    }

    /// Whether this word is the first of its path: nothing stands before it, or `::` alone.
    fn begins_path(&self, at: usize) -> bool {
        let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        match at.checked_sub(1).map(|before| self.text(before)) {
            Some("." | "crate") => false,
            Some("::") => at < 2 || !is_word(self.text(at - 2)) && self.text(at - 2) != ">",
            _ => true,
        }
    }

    /// Follows a path from the module `base` on; `at` is behind its last word.
    fn path(&mut self, at: usize, base: &[String]) {
        match self.text(at) {
            "as" if base.is_empty() => self.note(at, None),
            "::" => self.step(at + 1, base),
            _ => {}
        }
    }

    fn step(&mut self, at: usize, base: &[String]) {
        match self.text(at).to_owned().as_str() {
            "super" => self.path(at + 1, &base[..base.len().saturating_sub(1)]),
            "self" => self.path(at + 1, base),
            "*" if base.is_empty() => self.note(at, None),
            "{" => self.group(at + 1, base),
            "*" | "<" | "" => {}
            name => {
                let to = base.first().map_or(name, String::as_str).to_owned();
                self.note(at, Some(&to));
            }
        }
    }

    /// Each branch of `{a, b::{c, d}, self as e}` by itself.
    fn group(&mut self, from: usize, base: &[String]) {
        let mut depth = 0usize;
        let mut begins = true;
        for at in from..self.tokens.len() {
            if begins && depth == 0 && self.text(at) != "}" {
                self.step(at, base);
            }
            begins = false;
            match self.text(at) {
                "{" => depth += 1,
                "}" if depth == 0 => return,
                "}" => depth -= 1,
                "," => begins = true,
                _ => {}
            }
        }
    }
}
