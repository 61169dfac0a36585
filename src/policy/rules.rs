//! Which rules of a bundle decide, by the names that `conftest` gave them.

use serde::{Deserialize, Serialize};

use super::repair::{Repaired, package_of};
use super::walk;

/// What a rule is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RuleKind {
    /// `deny` and `violation`.
    Deny,
    Warn,
    Approval,
    Exception,
}

impl RuleKind {
    /// By a name, with or without a suffix; none for what is no such rule.
    pub fn of(name: &str) -> Option<RuleKind> {
        let (first, suffix) =
            name.split_once('_').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let fits = suffix.is_none_or(|suffix| {
            suffix
                .split('_')
                .all(|part| !part.is_empty() && part.chars().all(|one| one.is_ascii_alphanumeric()))
        });
        match first {
            _ if !fits => None,
            "deny" | "violation" => Some(RuleKind::Deny),
            "warn" => Some(RuleKind::Warn),
            "approval" => Some(RuleKind::Approval),
            "exception" if suffix.is_none() => Some(RuleKind::Exception),
            _ => None,
        }
    }
}

/// A rule of a package, with the places of all its definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RuleRef {
    /// The package without `data`, name by name.
    pub package: Vec<String>,
    pub name: String,
    pub kind: RuleKind,
    pub definitions: Vec<Definition>,
}

/// Where a rule is defined: which module of the bundle, which rule in it, and what that is to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Definition {
    pub module: usize,
    pub rule: usize,
    /// `file:line`.
    pub place: String,
}

impl RuleRef {
    /// The package with dots.
    pub fn namespace(&self) -> String {
        self.package.join(".")
    }

    /// Package and name.
    pub fn path(&self) -> Vec<String> {
        [self.package.as_slice(), std::slice::from_ref(&self.name)].concat()
    }

    /// As exceptions name it: without what it is.
    pub fn bare_name(&self) -> &str {
        for prefix in ["deny", "violation", "warn"] {
            if let Some(rest) = self.name.strip_prefix(prefix) {
                return rest.trim_start_matches('_');
            }
        }
        &self.name
    }

    /// The name that an exception may have for it, and that older ones have. A question is not excepted: `conftest`
    /// knows exceptions to what it reports, and one for `deny_production` must not take the approvers their say.
    pub fn is_excepted_by(&self, name: &str) -> bool {
        let named = name == self.bare_name() || (self.bare_name().is_empty() && name == self.name);
        named && self.kind != RuleKind::Approval
    }
}

/// A path that the engine and OPA read: `data.a["b-c"]`.
pub(super) fn path(names: &[String]) -> String {
    let mut path = "data".to_owned();
    for name in names {
        match is_identifier(name) {
            true => path.push_str(&format!(".{name}")),
            false => path.push_str(&format!("[{}]", serde_json::Value::from(name.as_str()))),
        }
    }
    path
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|one| one.is_ascii_alphabetic() || one == '_')
        && characters.all(|one| one.is_ascii_alphanumeric() || one == '_')
}

/// All deciding rules, by package and name.
pub(super) fn rules_of(files: &[Repaired]) -> Vec<RuleRef> {
    let mut rules: Vec<RuleRef> = Vec::new();
    for (module, file) in files.iter().enumerate() {
        let package = package_of(&file.module);
        for (number, rule) in file.module.policy.iter().enumerate() {
            let Some(name) = walk::root_of(walk::name_of(rule)) else { continue };
            let Some(kind) = RuleKind::of(name) else { continue };
            let place = format!("{}:{}", file.name, rule.span().line);
            let definition = Definition { module, rule: number, place };
            match rules.iter_mut().find(|rule| rule.package == package && rule.name == name) {
                Some(rule) => rule.definitions.push(definition),
                None => rules.push(RuleRef {
                    package: package.clone(),
                    name: name.to_owned(),
                    kind,
                    definitions: vec![definition],
                }),
            }
        }
    }
    rules.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_what_its_name_says() {
        for (name, kind) in [
            ("deny", Some(RuleKind::Deny)),
            ("deny_public_bucket", Some(RuleKind::Deny)),
            ("violation", Some(RuleKind::Deny)),
            ("warn_2", Some(RuleKind::Warn)),
            ("approval_production", Some(RuleKind::Approval)),
            ("exception", Some(RuleKind::Exception)),
            ("denyall", None),
            ("deny_", None),
            ("deny__x", None),
            ("allow", None),
            ("exception_x", None),
        ] {
            assert_eq!(RuleKind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn names_that_are_no_identifiers_are_quoted() {
        assert_eq!(path(&["a".into(), "b-c".into(), "deny".into()]), r#"data.a["b-c"].deny"#);
    }
}
