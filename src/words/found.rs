//! What one rule found, told together: the rule once, with where it stands and who goes past it, and then its messages.

use serde_json::{Map, Value, json};

use crate::domain::decision::{Finding, FindingKind, Level};

use super::helpers::escape;
use super::limits::cut;
use super::policy::{place, verdict, who};

const RULE: usize = 120;
const PLACE: usize = 150;
const MESSAGE: usize = 500;
const RESOURCE: usize = 200;
const FIELD: usize = 80;
/// What a template puts around a fact, at most: a mark, a bullet, a few words.
const AROUND: usize = 24;

/// How much of what there is a message shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub rules: usize,
    /// Of one rule.
    pub findings: usize,
}

/// The findings of one rule of which the same is to be said but for their messages.
pub(super) struct Found<'f> {
    all: Vec<&'f Finding>,
}

/// All of them by their rules, the gravest first.
pub(super) fn by_rule<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Found<'f>> {
    let mut sorted: Vec<&Finding> = findings.into_iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.verdict()));
    let mut groups: Vec<Found<'f>> = Vec::new();
    for finding in sorted {
        let same =
            |group: &&mut Found<'f>| group.all.first().is_some_and(|one| said_alike(one, finding));
        match groups.iter_mut().find(same) {
            Some(group) => group.all.push(finding),
            None => groups.push(Found { all: vec![finding] }),
        }
    }
    groups
}

/// The first of all groups that there is room for, and how many findings are not shown.
pub(super) fn shown(groups: &[Found<'_>], most: Most) -> (Vec<Value>, usize) {
    let all: usize = groups.iter().map(|group| group.all.len()).sum();
    let first = || groups.iter().take(most.rules);
    let told: usize = first().map(|group| group.all.len().min(most.findings)).sum();
    (first().map(|group| group.part(0, most.findings)).collect(), all - told)
}

fn said_alike(one: &Finding, other: &Finding) -> bool {
    let of =
        |finding: &Finding| (finding.kind, finding.level, finding.needed, finding.by_requester);
    one.namespace == other.namespace
        && one.rule == other.rule
        && one.place == other.place
        && one.field == other.field
        && one.excepted == other.excepted
        && of(one) == of(other)
        && one.overridable_by == other.overridable_by
        && one.approvers == other.approvers
}

impl Found<'_> {
    /// All of it, in as many parts as it takes for each to have at most so many characters.
    pub fn parts(&self, most: usize) -> Vec<Value> {
        let mut parts = Vec::new();
        let mut from = 0;
        while from < self.all.len() {
            let mut room = most.saturating_sub(weight(&Value::Object(self.rule())));
            let fits = self.all[from..].iter().take_while(|finding| {
                let takes = weight(&message(finding));
                let fits = takes <= room;
                room = room.saturating_sub(takes);
                fits
            });
            let count = fits.count().max(1);
            let mut part = self.part(from, count);
            part["more"] = 0.into();
            parts.push(part);
            from += count;
        }
        parts
    }

    /// So many from there on, as the templates' `finding`.
    fn part(&self, from: usize, count: usize) -> Value {
        let all = self.all.len();
        let mut told: Vec<Value> =
            self.all.iter().skip(from).take(count).map(|one| message(one)).collect();
        let shared = self.all.first().and_then(|one| one.fix.as_ref());
        let shared = shared.filter(|_| self.all.iter().all(|one| one.fix.as_ref() == shared));
        for one in told.iter_mut().filter(|_| shared.is_some()) {
            one["fix"] = Value::Null;
        }
        let mut data = self.rule();
        data.insert("fix".into(), shared.map(|fix| cut(fix, MESSAGE)).into());
        data.insert("of".into(), all.into());
        data.insert("from".into(), from.into());
        data.insert("more".into(), all.saturating_sub(from + told.len()).into());
        data.insert("messages".into(), told.into());
        Value::Object(data)
    }

    /// What is the same of all.
    fn rule(&self) -> Map<String, Value> {
        let Some(finding) = self.all.first() else { return Map::new() };
        let of_approval = finding.kind == FindingKind::Approval;
        let who_can = if of_approval { &finding.approvers } else { &finding.overridable_by };
        let data = json!({
            "verdict": verdict(finding.verdict()),
            "rule": rule(finding),
            "place": place(&finding.place),
            "field": finding.field.as_ref().map(|field| cut(field, FIELD)),
            "overridable": finding.level == Level::Overridable,
            "who": who(who_can),
            "needed": finding.needed.max(1),
            "by_requester": finding.by_requester,
            "excepted": finding.excepted.as_ref().map(|place| cut(place, PLACE)),
        });
        match data {
            Value::Object(data) => data,
            _ => Map::new(),
        }
    }
}

fn message(finding: &Finding) -> Value {
    // Most rules name the resource themselves.
    let unnamed = |resource: &&String| !finding.message.contains(resource.as_str());
    json!({
        "message": cut(&finding.message, MESSAGE),
        "fix": finding.fix.as_ref().map(|fix| cut(fix, MESSAGE)),
        "resource": finding.resource.as_ref().filter(unnamed).map(|resource| cut(resource, RESOURCE)),
    })
}

/// Namespace and name, as long as they are shown.
pub(super) fn rule(finding: &Finding) -> String {
    cut(&finding.name(), RULE)
}

/// About how many characters a text made of these facts has; rather too many.
pub(super) fn weight(facts: &Value) -> usize {
    match facts {
        Value::String(text) => escape(text).chars().count() + AROUND,
        Value::Array(all) => all.iter().map(weight).sum(),
        Value::Object(all) => all.values().map(weight).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}
