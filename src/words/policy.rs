//! The facts of what policy said.

use serde_json::{Value, json};

use crate::domain::approval::Requirement;
use crate::domain::decision::{Decision, Finding, Level, Point, Verdict};

use super::found::{Most, by_rule, rule, shown};
use super::limits::cut;

/// More than these make a message that nobody reads; `why` shows all.
pub(super) const FINDINGS: Most = Most { rules: 8, findings: 5 };
const REFUSED: Most = Most { rules: 5, findings: 3 };
const PLACE: usize = 150;
const MESSAGE: usize = 500;
const SELECTORS: usize = 6;
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

/// A decision, as templates take it: the gravest findings first, by their rules, and no more of them than `most`.
pub(super) fn decision(decision: &Decision, most: Most) -> Value {
    let (findings, more) = shown(&by_rule(&decision.findings), most);
    let mut data = summary(decision);
    data["findings"] = findings.into();
    data["more"] = more.into();
    data
}

/// What a decision comes to, without its findings.
pub(super) fn summary(decision: &Decision) -> Value {
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

/// `file:line`; nothing for what stands in no file.
pub(super) fn place(place: &str) -> Option<String> {
    (place != BUILT_IN && !place.is_empty()).then(|| cut(place, PLACE))
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Warn => "warn",
        Verdict::Approval => "approval",
        Verdict::Deny => "deny",
    }
}
