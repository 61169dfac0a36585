//! The facts of what policy said.

use serde_json::{Value, json};

use crate::domain::approval::Requirement;
use crate::domain::decision::{Decision, Finding, FindingKind, Level, Point, Verdict};
use crate::domain::reply::{Explained, OwnDecision, Why};

use super::limits::cut;
use super::{approvals, data};

/// More findings than these make a message that nobody reads.
pub(super) const FINDINGS: usize = 8;
const REFUSED: usize = 5;
/// A decision takes up to seven blocks; a message has fifty.
const DECISIONS: usize = 6;
const FINDINGS_OF_EACH: usize = 5;
const RULE: usize = 120;
const PLACE: usize = 150;
const MESSAGE: usize = 500;
const RESOURCE: usize = 200;
const SELECTORS: usize = 6;
const REASON: usize = 500;
const LONGEST_PROBLEM: usize = 300;
/// So many long ones fit into a section.
const PROBLEMS: usize = 8;
const COMMAND: usize = 200;
/// What Mayfly itself found stands in no file.
const BUILT_IN: &str = "built in";

/// What is wrong, by the input that it is about, for `form_errors`: `""` where it is about none. What is
/// only warned of is no error.
pub fn problems(decision: &Decision) -> Vec<(String, String)> {
    let one = |finding: &Finding| {
        let field = finding.field.clone().unwrap_or_default();
        let fix = finding.fix.as_deref().map(|fix| format!(" {fix}")).unwrap_or_default();
        let (rule, place) = (rule(finding), cut(&finding.place, PLACE));
        (field, format!("{}{fix} ({rule}, {place})", cut(&finding.message, MESSAGE)))
    };
    decision.of(Verdict::Deny).map(one).collect()
}

/// What policies are in force, what is wrong with newer ones, and what of their data is passed over.
pub(super) fn in_force(
    (bundle, rules): (&str, usize),
    problems: &[String],
    warnings: &[String],
) -> Value {
    let shown = |lines: &[String]| -> Vec<String> {
        lines.iter().take(PROBLEMS).map(|one| cut(one, LONGEST_PROBLEM)).collect()
    };
    json!({
        "bundle": cut(bundle, 12),
        "rules": rules,
        "problems": shown(problems),
        "more": problems.len().saturating_sub(PROBLEMS),
        "warnings": shown(warnings),
        "more_warnings": warnings.len().saturating_sub(PROBLEMS),
    })
}

/// A decision, as templates take it: the gravest findings first, and no more of them than `most`.
pub(super) fn decision(decision: &Decision, most: usize) -> Value {
    let mut found: Vec<&Finding> = decision.findings.iter().collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.verdict()));
    let denials = || decision.of(Verdict::Deny);
    let overridable = denials().all(|one| one.level == Level::Overridable);
    json!({
        "point": decision.point.as_str(),
        "verdict": verdict(decision.verdict()),
        "denials": denials().count(),
        "warnings": decision.of(Verdict::Warn).count(),
        "overridable": overridable && denials().next().is_some(),
        "final": denials().all(|one| one.level == Level::Mandatory),
        "who": who(denials().flat_map(|one| &one.overridable_by)),
        "findings": found.iter().take(most).map(|one| finding(one)).collect::<Vec<_>>(),
        "more": found.len().saturating_sub(most),
        "rules": decision.rules,
        "bundle": cut(&decision.bundle, 12),
    })
}

/// What is in the way alone, for a refusal; with what may be typed to go past it.
pub(super) fn refused(of: &Decision, past: Option<&str>) -> Value {
    let held: Vec<Finding> = of.in_the_way().cloned().collect();
    let open = held.iter().any(|one| Requirement::of(one).is_some());
    let typed = matches!(of.point, Point::Extend | Point::Update | Point::Destroy);
    let mut data = decision(&Decision { findings: held, ..of.clone() }, REFUSED);
    data["rules"] = of.rules.into();
    json!({
        "decision": data,
        "past": past.map(|past| cut(past, COMMAND)),
        // Some rule names who may go past it, and none of them may act on this.
        "nobody": past.is_none() && open && typed,
    })
}

/// Every decision that was taken; of many the latest.
pub(super) fn why(why: &Why) -> Value {
    let earlier = why.decisions.len().saturating_sub(DECISIONS);
    let shown = why.decisions.iter().skip(earlier);
    json!({
        "env": data::environment(&why.facts),
        "run": why.run.as_ref().map(|run| cut(run.as_str(), 80)),
        "decisions": shown.map(explained).collect::<Vec<_>>(),
        "earlier": earlier,
    })
}

/// What was last decided of what somebody wanted.
pub(super) fn why_mine(own: &[OwnDecision]) -> Value {
    let one = |own: &OwnDecision| {
        let mut data = explained(&own.explained);
        data["mine"] = true.into();
        data["name"] = own.name.as_ref().map(|name| cut(name, 100)).into();
        data
    };
    json!({ "decisions": own.iter().take(DECISIONS).map(one).collect::<Vec<_>>() })
}

/// `role:…`, `team:…`, `group:S…` and `user:U…`, each once.
pub(super) fn who<'s>(selectors: impl IntoIterator<Item = &'s String>) -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    for selector in selectors {
        if !seen.contains(&selector.as_str()) {
            seen.push(selector);
        }
    }
    let more = seen.len().saturating_sub(SELECTORS);
    let mut all: Vec<Value> = seen.into_iter().take(SELECTORS).map(selector).collect();
    if more > 0 {
        all.push(json!({ "kind": "more", "name": more.to_string() }));
    }
    all
}

fn selector(selector: &str) -> Value {
    let (kind, name) = selector.split_once(':').unwrap_or(("", selector));
    let known = matches!(kind, "role" | "team" | "group" | "user");
    let (kind, name) = if known { (kind, name) } else { ("", selector) };
    json!({ "kind": kind, "name": cut(name, 80) })
}

fn explained(explained: &Explained) -> Value {
    let mut data = decision(&explained.decision, FINDINGS_OF_EACH);
    data["at"] = explained.at.0.into();
    data["mine"] = false.into();
    data["name"] = Value::Null;
    data["overridden_by"] = explained.overridden_by.as_ref().map(|by| by.user.as_str()).into();
    data["reason"] = explained.reason.as_ref().map(|reason| cut(reason, REASON)).into();
    data["approval"] = explained.approval.as_ref().map_or(Value::Null, approvals::approval);
    data
}

fn finding(finding: &Finding) -> Value {
    let of_approval = finding.kind == FindingKind::Approval;
    let who_can = if of_approval { &finding.approvers } else { &finding.overridable_by };
    json!({
        "verdict": verdict(finding.verdict()),
        "rule": rule(finding),
        "place": place(&finding.place),
        "message": cut(&finding.message, MESSAGE),
        "fix": finding.fix.as_ref().map(|fix| cut(fix, MESSAGE)),
        "field": finding.field.as_ref().map(|field| cut(field, 80)),
        "resource": finding.resource.as_ref().map(|resource| cut(resource, RESOURCE)),
        "overridable": finding.level == Level::Overridable,
        "who": who(who_can),
        "needed": finding.needed.max(1),
        "by_requester": finding.by_requester,
        "excepted": finding.excepted.as_ref().map(|place| cut(place, PLACE)),
    })
}

fn rule(finding: &Finding) -> String {
    cut(&format!("{}.{}", finding.namespace, finding.rule), RULE)
}

/// `file:line`; nothing for what stands in no file.
pub(super) fn place(place: &str) -> Option<String> {
    (place != BUILT_IN && !place.is_empty()).then(|| cut(place, PLACE))
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Warn => "warn",
        Verdict::Approval => "approval",
        Verdict::Deny => "deny",
    }
}
