//! Samples of what policy says.

use crate::domain::decision::{Decision, Finding, FindingKind, Level, Point};
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::run::RunKind;

use super::approvals::told;
use super::facts::{hostile, other};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    [notices(), replies(), refusals()].into_iter().flatten().collect()
}

/// A form's denial of one input, which some can override.
pub fn region() -> Finding {
    Finding {
        kind: FindingKind::Deny,
        namespace: "request".into(),
        rule: "deny_region".into(),
        place: "request/regions.rego:14".into(),
        message: "us-west-2 is not among the regions of payments.".into(),
        fix: Some("Choose eu-central-1 or eu-west-1.".into()),
        field: Some("size".into()),
        resource: None,
        level: Level::Overridable,
        overridable_by: vec!["role:security".into(), "group:S0123456789".into()],
        approvers: Vec::new(),
        needed: 0,
        by_requester: false,
        excepted: None,
    }
}

/// Nobody can override it.
pub fn encryption() -> Finding {
    Finding {
        namespace: "plan".into(),
        rule: "deny_encryption_bucket".into(),
        place: "plan/encryption.rego:31".into(),
        message: "The bucket is not encrypted.".into(),
        fix: Some("Add an aws_s3_bucket_server_side_encryption_configuration.".into()),
        field: None,
        resource: Some("aws_s3_bucket.logs".into()),
        level: Level::Mandatory,
        overridable_by: Vec::new(),
        ..region()
    }
}

pub fn warning() -> Finding {
    Finding {
        kind: FindingKind::Warn,
        rule: "warn_ttl".into(),
        namespace: "request".into(),
        place: "request/ttl.rego:9".into(),
        message: "Most of these live for 8 h; this asks for 3 d.".into(),
        fix: None,
        resource: None,
        field: Some("ttl".into()),
        ..encryption()
    }
}

pub fn approval_wanted() -> Finding {
    Finding {
        kind: FindingKind::Approval,
        rule: "approval_cost".into(),
        place: "plan/cost.rego:22".into(),
        message: "It costs $9.84, and above $5.00 somebody has to approve.".into(),
        fix: Some("Ask for less than 12 h.".into()),
        resource: None,
        approvers: vec!["role:lead".into(), "team:platform".into(), "user:U2".into()],
        needed: 2,
        ..encryption()
    }
}

fn built_in() -> Finding {
    Finding {
        namespace: "mayfly".into(),
        rule: "deny_budget".into(),
        place: "built in".into(),
        message: "The budget of payments has no room for it this month: $3.00 is left.".into(),
        fix: Some("Ask for less time or something smaller.".into()),
        resource: None,
        ..encryption()
    }
}

pub fn excepted() -> Finding {
    Finding { excepted: Some("exceptions/sandbox.rego:4".into()), ..encryption() }
}

fn worst() -> Finding {
    Finding {
        namespace: hostile(300),
        rule: hostile(300),
        place: hostile(300),
        message: hostile(3_000),
        fix: Some(hostile(3_000)),
        field: Some(hostile(300)),
        resource: Some(hostile(3_000)),
        overridable_by: vec![
            format!("role:{}", hostile(300)),
            "group:<!here>".into(),
            hostile(300),
        ],
        ..region()
    }
}

/// One rule that finds the same of so many resources.
pub fn unencrypted(buckets: usize) -> Vec<Finding> {
    let one = |n| Finding {
        message: format!("aws_s3_bucket.logs[{n}] is not encrypted."),
        resource: Some(format!("aws_s3_bucket.logs[{n}]")),
        ..encryption()
    };
    (0..buckets).map(one).collect()
}

/// Findings of so many rules, two of each.
pub fn rules(count: usize) -> Vec<Finding> {
    let of = |rule: usize| {
        let one = move |n| Finding {
            namespace: "plan".into(),
            field: None,
            rule: format!("deny_{rule}"),
            place: format!("plan/rules.rego:{rule}"),
            message: format!("aws_instance.web[{n}] goes against what is agreed in rule {rule}."),
            ..region()
        };
        (0..2).map(one)
    };
    (0..count).flat_map(of).collect()
}

pub fn decision(point: Point, findings: Vec<Finding>) -> Decision {
    Decision { point, findings, rules: 37, bundle: "9b1f0c2d3e4a".into() }
}

pub fn most_decision() -> Decision {
    let approval = Finding {
        kind: FindingKind::Approval,
        approvers: (0..30).map(|n| format!("role:{n}{}", hostile(200))).collect(),
        ..worst()
    };
    let excepted = Finding { excepted: Some(hostile(300)), ..worst() };
    let findings = [vec![worst(); 12], vec![approval; 12], vec![excepted; 12]].concat();
    Decision { point: Point::Plan, findings, rules: 99_999, bundle: hostile(100) }
}

fn notices() -> Vec<Sample> {
    let policy =
        |findings| Notice::Policy { decision: decision(Point::Plan, findings), overridden: None };
    let mut all: Vec<Sample> = [
        ("minimal", vec![warning()]),
        ("usual", vec![warning(), encryption(), region()]),
        ("approval", vec![approval_wanted(), warning(), excepted()]),
        ("overridable", vec![region()]),
        ("built-in", vec![built_in()]),
        ("many", [unencrypted(11), vec![warning()]].concat()),
        ("many-rules", rules(10)),
    ]
    .into_iter()
    .map(|(name, findings)| told(name, policy(findings), None))
    .collect();
    let past =
        |decision, why: String| Notice::Policy { decision, overridden: Some((other(), why)) };
    let extended = past(decision(Point::Extend, vec![region()]), "The demo goes on.".to_owned());
    all.push(told("overridden", extended, None));
    all.push(told("overridden-maximal", past(most_decision(), hostile(3_000)), None));
    all.push(told("maximal", Notice::Policy { decision: most_decision(), overridden: None }, None));
    for kind in [RunKind::Create, RunKind::Update] {
        let why = "The bucket is not encrypted.".to_owned();
        let name = if kind == RunKind::Create { "minimal" } else { "update" };
        all.push(told(name, Notice::Rejected { kind, why }, None));
    }
    let long = Notice::Rejected { kind: RunKind::Update, why: hostile(5_000) };
    all.push(told("maximal", long, None));
    all
}

fn replies() -> Vec<Sample> {
    let policies = |name: &str, problems, warnings| {
        let bundle = "9b1f0c2d3e4a".into();
        let reply = Reply::Policies { bundle, rules: 37, problems, warnings };
        Sample::of(name, Kind::Reply(Box::new(reply)))
    };
    let passed_over = "data.teams.payments.usage: no price book knows the usage `aws_s3_bucket.storage`; there are: aws_s3_bucket.storage_gb";
    let wrong = "plan/encryption.rego:31: `crypto.md5` is no function that can be asked here";
    vec![
        policies("minimal", Vec::new(), Vec::new()),
        policies("warned", Vec::new(), vec![passed_over.into()]),
        policies("broken", vec![wrong.into()], Vec::new()),
        policies("maximal", vec![hostile(3_000); 60], vec![hostile(3_000); 60]),
    ]
}

fn refusals() -> Vec<Sample> {
    let refused = |name: &str, decision, past: Option<&str>| {
        let past = past.map(str::to_owned);
        Sample::of(name, Kind::Refusal(Box::new(Refusal::ByPolicy { decision, past })))
    };
    let usual = decision(Point::Request, vec![warning(), region(), encryption()]);
    let of_point =
        |point: &Point| refused(point.as_str(), decision(*point, vec![encryption()]), None);
    let one = Finding { needed: 1, ..approval_wanted() };
    let own = Finding { by_requester: true, ..one.clone() };
    let extend = Some("extend preview-env-calm-otter 4h");
    let destroy = Some("destroy preview-env-calm-otter");
    let mut all = vec![
        refused("minimal", decision(Point::Extend, vec![built_in()]), None),
        refused("usual", usual, None),
        refused("overridable", decision(Point::Extend, vec![region()]), extend),
        refused("approval", decision(Point::Extend, vec![one, warning()]), extend),
        refused("approval-own", decision(Point::Destroy, vec![own]), destroy),
        refused("approval-of-two", decision(Point::Extend, vec![approval_wanted()]), None),
        refused("nobody", decision(Point::Update, vec![region(), encryption()]), None),
        refused("maximal", most_decision(), Some(&hostile(3_000))),
        refused("maximal-extend", Decision { point: Point::Extend, ..most_decision() }, None),
    ];
    all.extend(Point::ALL.iter().map(of_point));
    all
}
