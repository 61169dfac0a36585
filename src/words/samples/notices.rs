//! Samples of the notices.

use crate::domain::environment::{EndReason, Status};
use crate::domain::facts::EnvironmentFacts;
use crate::domain::notice::{Hindrance, Notice};
use crate::domain::plan::PlanSummary;
use crate::domain::reply::Told;
use crate::domain::run::{Again, Failure, Progress, RunKind, RunStatus, Step};
use crate::domain::{RunId, Span, Transient};

use super::facts::{HOSTILE, NOW, full, hostile, least, most, other, person, reasons, usual};
use super::runs::{drift, least_failure, most_failure, plan, usual_failure};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    let mut all = Vec::new();
    for status in Status::ALL {
        all.push(of(status.as_str(), Notice::Card, least(*status)));
        all.push(of(&format!("{status}-maximal"), Notice::Card, most(*status)));
    }
    all.push(of("minimal", Notice::Card, least(Status::Ready)));
    all.push(of("usual", Notice::Card, usual()));
    all.push(of("at-maximum", Notice::Card, full()));
    all.push(of("maximal", Notice::Card, most(Status::Ready)));
    for (reason, name) in reasons() {
        let ended =
            EnvironmentFacts { end_reason: Some(reason.clone()), ..least(Status::Destroyed) };
        all.push(of(&format!("destroyed-{name}"), Notice::Card, ended));
        if matches!(reason, EndReason::MarkedGone { .. }) {
            let ended = || EnvironmentFacts {
                end_reason: Some(reason.clone()),
                ..least(Status::Destroyed)
            };
            all.push(of(name, Notice::MarkedGone { unknown: Vec::new() }, ended()));
            let told = Notice::ChannelDestroyed { reason: reason.clone() };
            all.push(of(name, told, ended()));
            continue;
        }
        let receipt = Notice::Receipt {
            reason,
            destroyed: 3,
            lived: Some(Span::hours(4)),
            unknown: Vec::new(),
        };
        all.push(of(name, receipt, least(Status::Destroyed)));
    }
    all.extend(pairs().into_iter().flat_map(|(least_notice, most_notice)| {
        let maximal = Told {
            progress: Some(largest_progress()),
            public_url: format!("https://{}.example.com/", "long.".repeat(40)),
            ..told(most_notice, most(Status::Ready))
        };
        [
            of("minimal", least_notice, least(Status::Ready)),
            Sample::of("maximal", Kind::Notice(Box::new(maximal))),
        ]
    }));
    all.extend(special());
    all.extend(progressed());
    all
}

pub fn of(name: &str, notice: Notice, facts: EnvironmentFacts) -> Sample {
    Sample::of(name, Kind::Notice(Box::new(told(notice, facts))))
}

fn told(notice: Notice, facts: EnvironmentFacts) -> Told {
    Told {
        notice,
        facts: Some(facts),
        progress: None,
        approval: None,
        public_url: "https://mayfly.example.com".into(),
        now: NOW,
    }
}

fn run() -> RunId {
    RunId("run_0123456789abcdef0123".into())
}

/// Each notice with the least and with the most that it can say.
fn pairs() -> Vec<(Notice, Notice)> {
    let long_reason = || EndReason::CreateFailed { why: hostile(4_000) };
    vec![
        (
            Notice::Plan { run: run(), summary: plan(1, 20) },
            Notice::Plan { run: run(), summary: plan(30, 900) },
        ),
        (Notice::Progress { run: run() }, Notice::Progress { run: run() }),
        (Notice::Ready, Notice::Ready),
        (
            Notice::Extended {
                by: person(),
                added: Span::hours(4),
                expires_at: NOW + Span::hours(7),
            },
            Notice::Extended { by: other(), added: Span::days(3000), expires_at: NOW },
        ),
        (
            Notice::Warning {
                expires_at: NOW + Span::hours(1),
                reap_not_before: NOW + Span::hours(1),
            },
            Notice::Warning { expires_at: NOW, reap_not_before: NOW + Span::minutes(15) },
        ),
        (failed(least_failure()), failed(most_failure())),
        (Notice::Cancelled { by: None }, Notice::Cancelled { by: Some(other()) }),
        (
            Notice::Drift { run: run(), found: PlanSummary::default() },
            Notice::Drift { run: run(), found: plan(30, 900) },
        ),
        (
            Notice::Updated { run: run(), done: PlanSummary::default() },
            Notice::Updated { run: run(), done: plan(30, 900) },
        ),
        (
            Notice::CalledOff { kind: RunKind::Drift, by: None },
            Notice::CalledOff { kind: RunKind::Update, by: Some(other()) },
        ),
        (
            Notice::Receipt {
                reason: EndReason::Expired,
                destroyed: 1,
                lived: None,
                unknown: vec!["aws_s3_bucket.site".into()],
            },
            Notice::Receipt {
                reason: long_reason(),
                destroyed: usize::MAX >> 1,
                lived: Some(Span::days(3650)),
                unknown: vec![hostile(300); 40],
            },
        ),
        (
            Notice::Quarantined { why: "The bucket is not empty.".into() },
            Notice::Quarantined { why: hostile(5_000) },
        ),
        (
            Notice::Troubled { kind: RunKind::Create, hindrance: None },
            Notice::Troubled {
                kind: RunKind::Destroy,
                hindrance: Some(Hindrance { on: hostile(400), why: hostile(5_000) }),
            },
        ),
        (
            Notice::MarkedGone { unknown: vec!["aws_s3_bucket.site".into()] },
            Notice::MarkedGone { unknown: vec![hostile(900); 30] },
        ),
        (
            Notice::SecretsWanted {
                url_path: "/secrets/x".into(),
                labels: vec!["Database password".into()],
            },
            Notice::SecretsWanted {
                url_path: format!("/secrets/{}", "x".repeat(200)),
                labels: vec![hostile(300); 40],
            },
        ),
        (Notice::Revealed { at: NOW }, Notice::Revealed { at: NOW }),
        (Notice::ChannelCreated, Notice::ChannelCreated),
        (
            Notice::ChannelFailed { summary: "The name is taken.".into() },
            Notice::ChannelFailed { summary: hostile(5_000) },
        ),
        (
            Notice::ChannelExpiring { expires_at: NOW + Span::hours(1) },
            Notice::ChannelExpiring { expires_at: NOW },
        ),
        (
            Notice::ChannelDestroyed { reason: EndReason::Expired },
            Notice::ChannelDestroyed { reason: long_reason() },
        ),
        (
            Notice::FallbackWarning {
                expires_at: NOW + Span::hours(1),
                reap_not_before: NOW + Span::hours(1),
            },
            Notice::FallbackWarning { expires_at: NOW, reap_not_before: NOW + Span::minutes(15) },
        ),
        (
            Notice::Unwarnable { reaped_at: NOW + Span::days(1) },
            Notice::Unwarnable { reaped_at: NOW },
        ),
        (
            Notice::Undeliverable {
                conversation: "dm:T1:U1".into(),
                why: "account_inactive".into(),
            },
            Notice::Undeliverable { conversation: hostile(300), why: hostile(3_000) },
        ),
    ]
}

/// What is neither the least nor the most, and says other things.
fn special() -> Vec<Sample> {
    let undeliverable = Notice::Undeliverable {
        conversation: "channel:C012345".into(),
        why: "not_in_channel".into(),
    };
    let alone = Told { facts: None, ..told(undeliverable, least(Status::Ready)) };
    let warning =
        Notice::Warning { expires_at: NOW + Span::hours(1), reap_not_before: NOW + Span::hours(1) };
    let ends = |kind, made| Notice::Failed { run: run(), kind, failure: least_failure(), made };
    let progress = Told {
        progress: Some(usual_progress()),
        ..told(Notice::Progress { run: run() }, least(Status::Provisioning))
    };
    vec![
        Sample::of("channel", Kind::Notice(Box::new(alone))),
        of("at-maximum", warning.clone(), full()),
        of("unmade", ends(RunKind::Create, false), least(Status::Failed)),
        of("too-late", warning, least(Status::Destroying)),
        of("destroy", ends(RunKind::Destroy, true), least(Status::Destroying)),
        of("update", ends(RunKind::Update, true), least(Status::Ready)),
        of("drift", ends(RunKind::Drift, true), least(Status::Ready)),
        of("usual", Notice::Drift { run: run(), found: drift() }, usual()),
        of("too-late", Notice::Drift { run: run(), found: drift() }, least(Status::Destroying)),
        of("usual", Notice::Updated { run: run(), done: drift() }, usual()),
        of("update", Notice::CalledOff { kind: RunKind::Update, by: Some(person()) }, usual()),
        of("changes", Notice::Plan { run: run(), summary: drift() }, least(Status::Updating)),
        of("usual", failed(usual_failure()), least(Status::Failed)),
        of(
            "usual",
            Notice::Plan { run: run(), summary: plan(24, 20) },
            least(Status::Provisioning),
        ),
        of("empty", Notice::Plan { run: run(), summary: PlanSummary::default() }, usual()),
        of("usual", Notice::Ready, usual()),
        of("before-any-effect", Notice::Cancelled { by: Some(person()) }, least(Status::Cancelled)),
        Sample::of("usual", Kind::Notice(Box::new(progress))),
        of("stuck", Notice::Quarantined { why: HOSTILE.into() }, least(Status::Quarantined)),
    ]
}

/// The progress message of a run in each step, and of one that has ended.
fn progressed() -> Vec<Sample> {
    let sample = |name: String, progress: Progress| {
        let told = told(Notice::Progress { run: run() }, least(Status::Provisioning));
        Sample::of(&name, Kind::Notice(Box::new(Told { progress: Some(progress), ..told })))
    };
    let begun = |step: Step| Progress {
        step,
        kind: if step == Step::Destroy { RunKind::Destroy } else { RunKind::Create },
        total: None,
        done: 0,
        current: Vec::new(),
        ..usual_progress()
    };
    let step = |step: &Step| sample(step.to_string(), begun(*step));
    let over = |status: &&RunStatus| status.is_terminal() || **status == RunStatus::Waiting;
    let ended = RunStatus::ALL.iter().filter(over);
    let end = |status: &RunStatus| {
        let progress = Progress { ended: Some(*status), current: Vec::new(), ..usual_progress() };
        sample(status.to_string(), progress)
    };
    let of_kind = |kind: &RunKind| {
        sample(format!("{kind}-run"), Progress { kind: *kind, ..begun(Step::Apply) })
    };
    let waits = |why: &Transient| {
        let again = Some(Again { after: Span::seconds(10), why: *why });
        sample(format!("again-{why}"), Progress { again, ..begun(Step::Plan) })
    };
    let checks = Progress { kind: RunKind::Drift, ..begun(Step::Plan) };
    let checked = Progress { ended: Some(RunStatus::Succeeded), ..checks.clone() };
    Step::ALL
        .iter()
        .map(step)
        .chain(ended.map(end))
        .chain(RunKind::ALL.iter().map(of_kind))
        .chain(Transient::ALL.iter().map(waits))
        .chain([sample("checks".into(), checks), sample("checked".into(), checked)])
        .collect()
}

fn failed(failure: Failure) -> Notice {
    Notice::Failed { run: run(), kind: RunKind::Create, failure, made: true }
}

fn usual_progress() -> Progress {
    Progress {
        kind: RunKind::Create,
        step: Step::Apply,
        done: 2,
        total: Some(3),
        current: vec!["terraform_data.page".into()],
        ended: None,
        again: None,
    }
}

fn largest_progress() -> Progress {
    Progress {
        kind: RunKind::Destroy,
        done: 9_999,
        total: Some(99_999),
        current: vec![hostile(5_000); 20],
        ..usual_progress()
    }
}
