//! The facts of `why`: every decision with all that its rules found, on as many pages as that takes.

use serde_json::{Value, json};

use crate::domain::actions;
use crate::domain::approval::ApprovalStatus;
use crate::domain::reply::{Explained, OwnDecision, Why};

use super::found::{by_rule, weight};
use super::limits::{self, cut};
use super::{approvals, data, policy};

const REASON: usize = 500;
/// What the title and the buttons of a page take.
const FRAME_CHARACTERS: usize = 900;
const FRAME_BLOCKS: usize = 3;
/// What stands around the facts of a decision, and of what was answered.
const HEAD_CHARACTERS: usize = 250;
/// A divider, and what it comes to.
const HEAD_BLOCKS: usize = 2;
/// Of one section, with room for its words.
const SECTION: usize = limits::SECTION_TEXT - 400;

/// The decisions that were taken, newest first; one page of them.
pub(super) fn why(why: &Why) -> Value {
    let all = why.decisions.iter().rev().map(explained).collect();
    let (page, of, decisions) = paged(all, why.page);
    let about = why.run.as_ref().map_or(why.facts.id.as_str(), |run| run.as_str());
    let turn = |page: usize| actions::why_page(about, page);
    json!({
        "env": data::environment(&why.facts),
        "run": why.run.as_ref().map(|run| cut(run.as_str(), 80)),
        "total": why.decisions.len(),
        "decisions": decisions,
        "page": page,
        "pages": of,
        "previous": (page > 1).then(|| turn(page - 1)),
        "next": (page < of).then(|| turn(page + 1)),
    })
}

/// What was last decided of what somebody wanted; one page of it.
pub(super) fn why_mine(own: &[OwnDecision], page: usize) -> Value {
    let one = |own: &OwnDecision| {
        let mut whole = explained(&own.explained);
        whole.head["mine"] = true.into();
        whole.head["name"] = own.name.as_ref().map(|name| cut(name, 100)).into();
        whole
    };
    let (page, of, decisions) = paged(own.iter().map(one).collect(), page);
    let turn = |page: usize| actions::why_page("", page);
    json!({
        "decisions": decisions,
        "page": page,
        "pages": of,
        "previous": (page > 1).then(|| turn(page - 1)),
        "next": (page < of).then(|| turn(page + 1)),
    })
}

/// A decision, cut into what stands in one section each.
struct Whole {
    head: Value,
    findings: Vec<Value>,
    approval: Value,
}

fn explained(explained: &Explained) -> Whole {
    let mut head = policy::summary(&explained.decision);
    head["at"] = explained.at.0.into();
    head["mine"] = false.into();
    head["name"] = Value::Null;
    head["overridden_by"] = explained.overridden_by.as_ref().map(|by| by.user.as_str()).into();
    head["reason"] = explained.reason.as_ref().map(|reason| cut(reason, REASON)).into();
    let status = explained.approval.as_ref().map(|approval| approval.status);
    head["approved"] = (status == Some(ApprovalStatus::Approved)).into();
    let rules = by_rule(&explained.decision.findings);
    Whole {
        head,
        findings: rules.iter().flat_map(|rule| rule.parts(SECTION)).collect(),
        approval: explained.approval.as_ref().map_or(Value::Null, approvals::approval),
    }
}

/// What is on a page, and how much room there is.
struct Page {
    decisions: Vec<Value>,
    characters: usize,
    blocks: usize,
}

impl Page {
    fn empty() -> Page {
        let characters = limits::MESSAGE_CHARACTERS - FRAME_CHARACTERS;
        Page { decisions: Vec::new(), characters, blocks: limits::MESSAGE_BLOCKS - FRAME_BLOCKS }
    }

    fn takes(&mut self, (characters, blocks): (usize, usize)) -> bool {
        if self.characters < characters || self.blocks < blocks {
            return false;
        }
        self.characters -= characters;
        self.blocks -= blocks;
        true
    }
}

/// The page that is wanted or the last one, how many there are, and the decisions on it.
fn paged(all: Vec<Whole>, wanted: usize) -> (usize, usize, Vec<Value>) {
    let mut pages = vec![Page::empty()];
    for whole in all {
        put(&mut pages, whole);
    }
    let page = wanted.clamp(1, pages.len());
    let of = pages.len();
    let shown = pages.into_iter().nth(page - 1).map(|page| page.decisions);
    (page, of, shown.unwrap_or_default())
}

/// Puts a decision behind those before it, over as many pages as it takes.
fn put(pages: &mut Vec<Page>, whole: Whole) {
    let Whole { head, findings, approval } = whole;
    let section = |facts: &Value| weight(facts).min(limits::SECTION_TEXT);
    let titled = section(&head) + HEAD_CHARACTERS;
    let answered =
        (!approval.is_null()).then(|| (section(&approval["answers"]) + HEAD_CHARACTERS, 1));
    let mut begun = false;
    let sections = findings.into_iter().map(|one| ((section(&one), 1), Some(one)));
    let last = answered.map(|takes| (takes, None));
    let mut all: Vec<((usize, usize), Option<Value>)> = sections.chain(last).collect();
    if all.is_empty() {
        all.push(((0, 0), None));
    }
    for ((characters, blocks), finding) in all {
        let fits = |pages: &mut Vec<Page>, more: (usize, usize)| {
            pages.last_mut().is_some_and(|page| page.takes((characters + more.0, blocks + more.1)))
        };
        if !begun || !fits(pages, (0, 0)) {
            let head_too = (titled, HEAD_BLOCKS);
            if !fits(pages, head_too) {
                pages.push(Page::empty());
                fits(pages, head_too);
            }
            let mut told = head.clone();
            told["continued"] = begun.into();
            told["findings"] = Value::Array(Vec::new());
            told["approval"] = Value::Null;
            if let Some(page) = pages.last_mut() {
                page.decisions.push(told);
            }
            begun = true;
        }
        let Some(decision) = pages.last_mut().and_then(|page| page.decisions.last_mut()) else {
            continue;
        };
        match (finding, decision["findings"].as_array_mut()) {
            (Some(finding), Some(findings)) => findings.push(finding),
            _ => decision["approval"] = approval.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::decision::{Decision, Finding, FindingKind, Level, Point};

    fn finding(rule: usize, n: usize) -> Finding {
        Finding {
            place: format!("plan/rules.rego:{rule}"),
            level: Level::Overridable,
            overridable_by: vec!["role:security".into()],
            resource: Some(format!("aws_s3_bucket.<{n}>&\"`")),
            fix: Some(format!("Encrypt it & say so: {}", "<".repeat(n % 200))),
            ..Finding::new(
                FindingKind::Deny,
                ("plan", &format!("deny_{rule}")),
                format!("«{rule}.{n}» {}", "is not encrypted & ".repeat(n % 25)),
            )
        }
    }

    fn decision(rules: usize, each: usize) -> Explained {
        let of = |rule| (0..each).map(move |n| finding(rule, n));
        let findings = (0..rules).flat_map(of).collect();
        Explained {
            at: Timestamp(0),
            decision: Decision { point: Point::Plan, findings, rules, bundle: "9b1f".into() },
            overridden_by: None,
            reason: Some("a reason ".repeat(60)),
            approval: None,
        }
    }

    #[test]
    fn everything_stands_on_some_page_once_and_each_page_is_what_slack_takes() {
        for (decisions, rules, each) in
            [(1, 1, 30), (1, 40, 30), (60, 2, 1), (30, 0, 0), (3, 60, 3)]
        {
            let all = || (0..decisions).map(|_| explained(&decision(rules, each))).collect();
            let (_, pages, _) = paged(all(), 1);
            let mut seen = 0;
            let mut begun = 0;
            for page in 1..=pages {
                let (at, _, shown) = paged(all(), page);
                assert_eq!(at, page);
                let sections: usize =
                    shown.iter().map(|one| one["findings"].as_array().map_or(0, Vec::len)).sum();
                assert!(
                    shown.len() * HEAD_BLOCKS + sections + FRAME_BLOCKS <= limits::MESSAGE_BLOCKS
                );
                let weight: usize = shown.iter().map(weight).sum();
                assert!(weight < limits::MESSAGE_CHARACTERS, "{weight}");
                begun += shown.iter().filter(|one| one["continued"] == false).count();
                let findings =
                    shown.iter().flat_map(|one| one["findings"].as_array().into_iter().flatten());
                for part in findings {
                    assert!(super::weight(part) <= SECTION, "{part}");
                    seen += part["messages"].as_array().map_or(0, Vec::len);
                }
            }
            assert_eq!((begun, seen), (decisions, decisions * rules * each), "{decisions} {rules}");
        }
    }

    #[test]
    fn a_page_behind_the_last_is_the_last() {
        let (page, pages, _) = paged(vec![explained(&decision(40, 30))], 10_000);
        assert!(page == pages && pages > 1, "{page} of {pages}");
        assert_eq!(paged(Vec::new(), 0), (1, 1, Vec::new()));
    }
}
