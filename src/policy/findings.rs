//! What rules said, as findings: who may go past each, and what lets it pass.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answer::{Answers, Failure, RuleAnswer, Said, Weight};
use super::bundle::Bundle;
use super::enforcement::{self, Enforcement};
use super::input::Message;
use super::repair::as_written;
use super::rules::{RuleKind, RuleRef};
use super::{BuiltinErrors, policies};
use crate::domain::decision::{Finding, FindingKind, Level};

/// What is to be done about a rule that is wrong.
pub(super) const MEND: &str = "whoever looks after the policies has to mend the rule";

/// A finding, with the keys of its message that mean nothing to us.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub finding: Finding,
    pub metadata: Map<String, Value>,
}

/// Everything that these rules said.
pub(super) fn of(
    bundle: &Bundle,
    asked: &[RuleRef],
    Answers { each: answers, broken }: &Answers,
    errors: BuiltinErrors,
) -> Vec<Found> {
    let enforcement = enforcement::of(&bundle.loadable.data);
    let reader = Reader { bundle, asked, answers, enforcement };
    let mut found = Vec::new();
    if let (Some(broken), BuiltinErrors::Deny) = (broken, errors) {
        let finding = policies::broken(broken);
        found.push(Found { finding, metadata: Map::new() });
    }
    for answer in answers {
        let Some(rule) = asked.get(answer.rule) else { continue };
        if rule.kind != RuleKind::Exception {
            found.extend(answer.said.iter().map(|said| reader.said(rule, said)));
        }
        let told = answer
            .failures
            .iter()
            .filter(|failure| failure.weight == Weight::Fatal || errors == BuiltinErrors::Deny);
        found.extend(told.map(|failure| reader.failed(rule, failure)));
    }
    found
}

struct Reader<'a> {
    bundle: &'a Bundle,
    asked: &'a [RuleRef],
    answers: &'a [RuleAnswer],
    enforcement: BTreeMap<String, Enforcement>,
}

impl Reader<'_> {
    fn said(&self, rule: &RuleRef, said: &Said) -> Found {
        let Read { message, rest: metadata, wrong } = read(rule, &said.value);
        let mut finding = blank(rule, message.msg);
        finding.place = place_of(rule, said.definition);
        finding.excepted = self.exception(rule);
        finding.fix = message.fix;
        finding.field = message.field;
        finding.resource = message.resource;
        if let Some(wrong) = wrong {
            // Who may go past it, or how many have to approve, is not known: nobody, until that is mended.
            finding.kind = FindingKind::Deny;
            finding.level = Level::Mandatory;
            finding.message = format!("{} ({wrong})", finding.message);
            finding.fix = Some(MEND.to_owned());
            return Found { finding, metadata };
        }
        if let Some(level) = message.level.and_then(|level| level_of(&level)) {
            finding.level = level;
        }
        finding.overridable_by = message.overridable_by.unwrap_or_default();
        if rule.kind == RuleKind::Approval {
            finding.approvers = message.approvers.unwrap_or_default();
            finding.needed = message.needed.unwrap_or(1).max(1);
            finding.by_requester = message.by_requester.unwrap_or(false);
        }
        self.enforce(rule, &mut finding);
        if rule.kind == RuleKind::Approval && finding.level != Level::Advisory {
            finding.level = Level::Mandatory;
        }
        Found { finding, metadata }
    }

    /// A rule that could not be asked to the end denies: it might have.
    fn failed(&self, rule: &RuleRef, failure: &Failure) -> Found {
        let what = as_written(&failure.what);
        let mut finding = blank(rule, format!("this rule could not be evaluated: {what}"));
        finding.place = match (&failure.file, failure.line) {
            (Some(file), Some(line)) => {
                let place = self.bundle.original_place(file, line, failure.column.unwrap_or(1));
                format!("{}:{}", place.file, place.line)
            }
            _ => place_of(rule, 0),
        };
        finding.fix = Some(MEND.to_owned());
        finding.kind = match rule.kind {
            RuleKind::Deny | RuleKind::Approval => FindingKind::Deny,
            // Without it less is let pass, and nothing more.
            RuleKind::Warn | RuleKind::Exception => FindingKind::Warn,
        };
        if finding.kind == FindingKind::Deny {
            self.enforce(rule, &mut finding);
        }
        Found { finding, metadata: Map::new() }
    }

    /// What the organisation says goes before what the rule says of itself.
    fn enforce(&self, rule: &RuleRef, finding: &mut Finding) {
        let full = format!("{}.{}", rule.namespace(), rule.name);
        if let Some(enforcement) = self.enforcement.get(&full) {
            finding.level = enforcement.level.unwrap_or(finding.level);
            if let Some(by) = &enforcement.overridable_by {
                finding.overridable_by.clone_from(by);
            }
        }
    }

    /// Where the exception stands that lets this rule pass.
    fn exception(&self, rule: &RuleRef) -> Option<String> {
        self.answers.iter().find_map(|answer| {
            let exception = self.asked.get(answer.rule)?;
            if exception.kind != RuleKind::Exception || exception.package != rule.package {
                return None;
            }
            let (_, at) = answer.excepts.iter().find(|(name, _)| rule.is_excepted_by(name))?;
            Some(place_of(exception, *at))
        })
    }
}

fn blank(rule: &RuleRef, message: String) -> Finding {
    let kind = match rule.kind {
        RuleKind::Deny => FindingKind::Deny,
        RuleKind::Approval => FindingKind::Approval,
        RuleKind::Warn | RuleKind::Exception => FindingKind::Warn,
    };
    Finding {
        kind,
        namespace: rule.namespace(),
        rule: rule.name.clone(),
        place: String::new(),
        message,
        fix: None,
        field: None,
        resource: None,
        level: if kind == FindingKind::Warn { Level::Advisory } else { Level::Mandatory },
        overridable_by: Vec::new(),
        approvers: Vec::new(),
        needed: 0,
        by_requester: false,
        excepted: None,
    }
}

fn place_of(rule: &RuleRef, definition: usize) -> String {
    rule.definitions.get(definition).map(|definition| definition.place.clone()).unwrap_or_default()
}

fn level_of(text: &str) -> Option<Level> {
    serde_json::from_value(Value::from(text)).ok()
}

/// A message that was taken apart.
struct Read {
    message: Message,
    /// The keys that mean nothing to us.
    rest: Map<String, Value>,
    /// The first key that means something for such a rule, and is not what it has to be.
    wrong: Option<String>,
}

/// The message of a value, and the keys that are left. A value that is no message is one that says so: it must
/// not go unheard.
fn read(rule: &RuleRef, value: &Value) -> Read {
    let plain = |msg: String| Message {
        msg,
        fix: None,
        field: None,
        resource: None,
        level: None,
        overridable_by: None,
        approvers: None,
        needed: None,
        by_requester: None,
    };
    let whole = |msg: String| Read { message: plain(msg), rest: Map::new(), wrong: None };
    match value {
        Value::String(text) => whole(text.clone()),
        Value::Bool(true) => whole(format!("`{}` is true, and says no reason", rule.name)),
        Value::Object(object) if object.get("msg").is_some_and(Value::is_string) => {
            let mut rest = object.clone();
            let mut text = |key: &str| take::<String>(&mut rest, key);
            let mut message = plain(text("msg").unwrap_or_default());
            message.fix = text("fix");
            message.field = text("field");
            message.resource = text("resource");
            message.level = text("level");
            message.overridable_by = take(&mut rest, "overridable_by");
            message.approvers = take(&mut rest, "approvers");
            message.needed = take(&mut rest, "needed");
            message.by_requester = take(&mut rest, "by_requester");
            let wrong = wrong(rule.kind, &message, &rest);
            Read { message, rest, wrong }
        }
        other => whole(format!("`{}` says what is no message: {other}", rule.name)),
    }
}

/// What a rule of this kind says by a key that decides, and that cannot be read. The keys of other kinds are
/// whoever's: files that were written for `conftest` may have a `level` of their own in a warning.
fn wrong(kind: RuleKind, message: &Message, rest: &Map<String, Value>) -> Option<String> {
    const PEOPLE: &str = "a list of texts, as in [\"role:operator\"]";
    let keys: &[(&str, &str)] = match kind {
        RuleKind::Deny => {
            &[("level", "advisory, overridable or mandatory"), ("overridable_by", PEOPLE)]
        }
        RuleKind::Approval => &[
            ("approvers", PEOPLE),
            ("needed", "a whole number"),
            ("by_requester", "true or false"),
        ],
        RuleKind::Warn | RuleKind::Exception => &[],
    };
    let said = |key: &str| match (key, &message.level) {
        ("level", Some(level)) if level_of(level).is_none() => Some(Value::from(level.as_str())),
        _ => rest.get(key).filter(|value| !value.is_null()).cloned(),
    };
    keys.iter().find_map(|(key, wanted)| {
        Some(format!("the rule says `{key}`: {}, which has to be {wanted}", said(key)?))
    })
}

/// A key that is of our kind; one that is not stays where it is.
fn take<T: serde::de::DeserializeOwned>(rest: &mut Map<String, Value>, key: &str) -> Option<T> {
    let read = serde_json::from_value(rest.get(key)?.clone()).ok()?;
    rest.remove(key);
    Some(read)
}
