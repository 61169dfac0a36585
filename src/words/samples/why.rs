//! Samples of what `/infra why` tells.

use crate::domain::approval::ApprovalStatus;
use crate::domain::decision::Point;
use crate::domain::reply::{Explained, OwnDecision, Reply, Why};
use crate::domain::{RunId, Span};

use super::approvals::{approved, denied, most_asked, usually};
use super::facts::{NOW, hostile, other, usual};
use super::policy::{
    approval_wanted, decision, encryption, excepted, most_decision, region, rules, unencrypted,
    warning,
};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    let why = |(name, decisions): (&str, Vec<Explained>)| {
        let reply = Reply::Why(Why { facts: usual(), run: None, decisions, page: 1 });
        Sample::of(name, Kind::Reply(Box::new(reply)))
    };
    let mut all: Vec<Sample> = explained().into_iter().map(why).collect();
    let of_run = explained().into_iter().find(|(name, _)| *name == "denied").map(|(_, all)| all);
    let run = Some(RunId("run_2k7wq4h1m8".into()));
    let of_run = Why { facts: usual(), run, decisions: of_run.unwrap_or_default(), page: 1 };
    all.push(Sample::of("of-run", Kind::Reply(Box::new(Reply::Why(of_run)))));
    all.extend(own());
    all
}

/// What it tells without a name.
fn own() -> Vec<Sample> {
    let mine = |name: &str, own| {
        Sample::of(name, Kind::Reply(Box::new(Reply::WhyMine { decisions: own, page: 1 })))
    };
    let all = explained();
    let one = |wanted: &str, name: Option<String>| {
        let of = all.iter().find(|(name, _)| *name == wanted);
        let explained = of.and_then(|(_, all)| all.first().cloned());
        explained.map(|explained| OwnDecision { name, explained })
    };
    let usual = [one("denied", None), one("warned", Some("preview-env-calm-otter".into()))];
    let most = vec![one("maximal", Some(hostile(300))); 20];
    vec![
        mine("minimal", Vec::new()),
        mine("usual", usual.into_iter().flatten().collect()),
        mine("maximal", most.into_iter().flatten().collect()),
    ]
}

/// What `/infra why` tells of an allowed, a warned, a denied, an overridden and an approved request.
fn explained() -> Vec<(&'static str, Vec<Explained>)> {
    let of = |point, findings| Explained {
        at: NOW - Span::hours(6),
        decision: decision(point, findings),
        overridden_by: None,
        reason: None,
        approval: None,
    };
    let overridden = Explained {
        overridden_by: Some(other()),
        reason: Some("The load test of the release is tomorrow.".into()),
        ..of(Point::Request, vec![region()])
    };
    let asked = |approval| Explained {
        approval: Some(approval),
        ..of(Point::Plan, vec![approval_wanted(), excepted()])
    };
    let longest = Explained {
        at: NOW,
        decision: most_decision(),
        overridden_by: Some(other()),
        reason: Some(hostile(3_000)),
        approval: Some(most_asked(ApprovalStatus::Denied)),
    };
    let exception = Explained { approval: Some(approved()), ..of(Point::Plan, vec![region()]) };
    vec![
        ("minimal", Vec::new()),
        ("overridden-by-approval", vec![exception]),
        ("allowed", vec![of(Point::Request, Vec::new())]),
        ("warned", vec![of(Point::Request, vec![warning()])]),
        ("denied", vec![of(Point::Plan, vec![encryption(), warning()])]),
        ("overridden", vec![overridden]),
        ("approved", vec![of(Point::Request, Vec::new()), asked(approved())]),
        ("not-approved", vec![asked(denied())]),
        ("waiting", vec![asked(usually(ApprovalStatus::Pending, Vec::new()))]),
        ("expired", vec![asked(usually(ApprovalStatus::Expired, Vec::new()))]),
        ("many", vec![of(Point::Extend, Vec::new()); 9]),
        ("one-rule", vec![of(Point::Plan, [unencrypted(12), vec![warning()]].concat())]),
        ("pages", vec![of(Point::Request, Vec::new()), of(Point::Plan, rules(60))]),
        ("maximal", vec![longest; 20]),
    ]
}
