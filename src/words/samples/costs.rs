//! Samples of costs.

use crate::domain::approval::PricedFor;
use crate::domain::cost::Known;
use crate::domain::environment::{EndReason, Status};
use crate::domain::facts::{CostFacts, EnvironmentFacts};
use crate::domain::notice::Notice;
use crate::domain::reply::{CostReport, CostReportLine, ListScope, Refusal, Reply};
use crate::domain::report::{CostByDay, EnvironmentByDay};
use crate::domain::{Month, Span};

use super::facts::{NOW, hostile, least, other, person};
use super::notices::of;
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    [told(), reports()].into_iter().flatten().collect()
}

/// What a resource costs, of which all is known or some of it.
pub fn cost(priced: usize, resources: usize) -> CostFacts {
    CostFacts {
        hourly: if priced == 0 { String::new() } else { "$0.41/h".into() },
        until_end: Some("$9.84".into()),
        so_far: Some("$3.12".into()),
        priced,
        resources,
        extensions: vec![(Span::hours(4), "$1.64".into()), (Span::hours(12), "$4.92".into())],
    }
}

/// With longer words than there can be.
pub fn most_cost(extensions: &[Span]) -> CostFacts {
    CostFacts {
        hourly: hostile(300),
        until_end: Some(hostile(300)),
        so_far: Some(hostile(300)),
        priced: 9_999,
        resources: 99_999,
        extensions: extensions.iter().map(|step| (*step, hostile(300))).collect(),
    }
}

pub fn priced() -> PricedFor {
    PricedFor {
        hourly: "$0.41/h".into(),
        total: "$9.84".into(),
        priced: 11,
        resources: 14,
        budget: Some(("$110.16".into(), "$120.00".into())),
        month: "January 2030".into(),
    }
}

pub fn most_priced() -> PricedFor {
    PricedFor {
        hourly: hostile(300),
        total: hostile(300),
        priced: 99_999,
        resources: 99_999,
        budget: Some((hostile(300), hostile(300))),
        month: hostile(300),
    }
}

/// What it costs, in all that tells of it: all of it known, some of it, and nothing.
fn told() -> Vec<Sample> {
    let mut all = Vec::new();
    for (name, priced, resources) in
        [("priced", 3, 3), ("partly-priced", 11, 14), ("unpriced", 0, 3), ("one-unpriced", 0, 1)]
    {
        let facts = |status| EnvironmentFacts {
            cost: Some(CostFacts {
                so_far: (priced > 0).then(|| "$3.12".into()),
                ..cost(priced, resources)
            }),
            ..least(status)
        };
        let expires_at = NOW + Span::hours(1);
        let warning = Notice::Warning { expires_at, reap_not_before: expires_at };
        let receipt = Notice::Receipt {
            reason: EndReason::Expired,
            destroyed: resources,
            lived: Some(Span::hours(4)),
            unknown: Vec::new(),
        };
        all.push(of(name, Notice::Card, facts(Status::Ready)));
        all.push(of(&format!("provisioning-{name}"), Notice::Card, facts(Status::Provisioning)));
        all.push(of(&format!("destroyed-{name}"), Notice::Card, facts(Status::Destroyed)));
        all.push(of(name, warning, facts(Status::Ready)));
        all.push(of(name, receipt, facts(Status::Destroyed)));
    }
    all
}

fn reports() -> Vec<Sample> {
    let told = |name: &str, report| Sample::of(name, Kind::Reply(Box::new(Reply::Cost(report))));
    let nothing = |scope: &ListScope| told(&format!("minimal-{scope}"), report(*scope, Vec::new()));
    let mut all: Vec<Sample> = ListScope::ALL.iter().map(nothing).collect();
    all.push(told("usual", usual_report(ListScope::Mine)));
    all.push(told("usual-team", usual_report(ListScope::Team)));
    all.push(told("unpriced", unpriced_report()));
    all.push(told("free", free_report()));
    all.push(told("maximal", most_report()));
    for (name, why) in [("minimal", "Slack did not answer".to_owned()), ("maximal", hostile(4_000))]
    {
        all.push(Sample::of(name, Kind::Refusal(Box::new(Refusal::NoChart { why }))));
    }
    all
}

fn report(scope: ListScope, lines: Vec<CostReportLine>) -> CostReport {
    let total = "$12.30".into();
    let month = Month::of(NOW);
    let known = Known::All;
    CostReport {
        scope,
        month,
        lines,
        more: 0,
        total,
        known,
        budget: None,
        unpriced: 0,
        chart: None,
    }
}

fn usual_report(scope: ListScope) -> CostReport {
    let line = |name: &str, cost: &str, goes_on| CostReportLine {
        name: name.into(),
        owner: person(),
        cost: cost.into(),
        known: if goes_on { Known::Part } else { Known::All },
        goes_on,
    };
    let lines = vec![
        line("preview-env-calm-otter", "$9.18", true),
        line("s3-bucket-bold-heron", "$3.12", false),
    ];
    CostReport {
        known: Known::Part,
        budget: Some(("$120.00".into(), "$80.00".into(), "$40.00".into())),
        unpriced: 3,
        chart: Some(by_day(vec![])),
        ..report(scope, lines)
    }
}

/// What has no price is listed all the same.
fn unpriced_report() -> CostReport {
    let line = |name: &str, known| CostReportLine {
        name: name.into(),
        owner: person(),
        cost: "$0.00".into(),
        known,
        goes_on: true,
    };
    let lines = vec![line("k8s-slice-calm-otter", Known::Nothing)];
    let (total, known) = ("$0.00".into(), Known::Nothing);
    CostReport { total, known, unpriced: 3, ..report(ListScope::Mine, lines) }
}

/// What is known to cost nothing is not unknown.
fn free_report() -> CostReport {
    let line = CostReportLine {
        name: "preview-env-calm-otter".into(),
        owner: person(),
        cost: "$0.00".into(),
        known: Known::All,
        goes_on: true,
    };
    CostReport { total: "$0.00".into(), ..report(ListScope::Mine, vec![line]) }
}

fn by_day(environments: Vec<EnvironmentByDay>) -> CostByDay {
    CostByDay { currency: "USD".into(), until: NOW, environments, budget: None }
}

fn most_report() -> CostReport {
    let line = CostReportLine {
        name: hostile(300),
        owner: other(),
        cost: hostile(300),
        known: Known::Part,
        goes_on: true,
    };
    CostReport {
        more: 9_999,
        known: Known::Part,
        total: hostile(300),
        budget: Some((hostile(300), hostile(300), hostile(300))),
        unpriced: 9_999,
        chart: Some(by_day(vec![EnvironmentByDay { name: hostile(300), days: Vec::new() }; 60])),
        ..report(ListScope::All, vec![line; 60])
    }
}
