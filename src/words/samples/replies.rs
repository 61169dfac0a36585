//! Samples of the replies and the refusals.

use crate::domain::environment::Status;
use crate::domain::facts::EnvironmentFacts;
use crate::domain::reply::{Attention, Audience, Brake, ListScope, Refusal, Reply, RunLine, VERBS};
use crate::domain::run::{RunKind, RunStatus};
use crate::domain::{EngineKind, Lack, Span, Timestamp};

use super::costs::cost;
use super::facts::{
    NOW, hostile, lacking, least, most, most_lacking, one_of_many, other, person, template,
    templates, unavailable, usual,
};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    let mut all = Vec::new();
    let mut reply =
        |name: &str, reply: Reply| all.push(Sample::of(name, Kind::Reply(Box::new(reply))));
    for (name, facts) in [("minimal", least(Status::Ready)), ("maximal", most(Status::Ready))] {
        let long = name == "maximal";
        for made in about_one(&facts, long) {
            reply(name, made);
        }
        for brake in Brake::ALL {
            reply(&format!("{name}-{brake}"), Reply::Paused { brake: *brake });
            reply(&format!("{name}-{brake}"), Reply::Resumed { brake: *brake });
        }
    }
    for status in Status::ALL {
        reply(status.as_str(), shown(least(*status), Vec::new()));
    }
    reply("requested", Reply::Cancelling { facts: least(Status::Requested) });
    reply("usual", shown(usual(), vec![run_line(RunStatus::Succeeded)]));
    for (name, status, priced) in [
        ("priced", Status::Ready, 11),
        ("spent", Status::Destroyed, 11),
        ("unpriced", Status::Ready, 0),
    ] {
        let cost = Some(cost(priced, 14));
        reply(name, shown(EnvironmentFacts { cost, ..least(status) }, Vec::new()));
    }
    for scope in ListScope::ALL {
        reply(&format!("minimal-{scope}"), list(*scope, Vec::new()));
        reply(&format!("maximal-{scope}"), list(*scope, vec![one_of_many(Status::Ready); 25]));
    }
    reply("usual", list(ListScope::Team, vec![usual(), least(Status::Requested)]));
    reply("minimal", Reply::Templates { templates: Vec::new() });
    reply("usual", Reply::Templates { templates: vec![template()] });
    reply("maximal", Reply::Templates { templates: templates(30) });
    reply("unavailable", Reply::Templates { templates: unavailable() });
    reply("minimal", Reply::Help { verb: None, audience: Audience::Everyone });
    reply("maximal", Reply::Help { verb: None, audience: Audience::Operators });
    for verb in VERBS {
        reply(verb.word, Reply::Help { verb: Some(verb.word), audience: Audience::Operators });
    }
    reply("minimal", Reply::Attention(Attention::default()));
    reply("maximal", Reply::Attention(much()));
    for (least, most) in refusals() {
        all.push(Sample::of("minimal", Kind::Refusal(Box::new(least))));
        all.push(Sample::of("maximal", Kind::Refusal(Box::new(most))));
    }
    all.extend(
        other_refusals().into_iter().map(|(name, r)| Sample::of(name, Kind::Refusal(Box::new(r)))),
    );
    all
}

fn about_one(facts: &EnvironmentFacts, long: bool) -> Vec<Reply> {
    let facts = || facts.clone();
    let lines = if long { vec![hostile(900); 60] } else { Vec::new() };
    let runs: Vec<RunLine> =
        if long { RunStatus::ALL.iter().map(|s| long_run(*s)).collect() } else { Vec::new() };
    let url =
        format!("https://mayfly.example.com/reveal/{}", "x".repeat(if long { 500 } else { 43 }));
    vec![
        Reply::Created { facts: facts() },
        shown(facts(), runs),
        Reply::Extended { facts: facts(), added: Span::hours(4), warnings: Vec::new() },
        Reply::Destroying { facts: facts(), warnings: Vec::new() },
        Reply::MarkedGone { facts: facts() },
        Reply::Cancelling { facts: facts() },
        Reply::Checking { facts: facts() },
        Reply::Reverting { facts: facts(), warnings: vec!["It is Friday.".to_owned()] },
        Reply::Logs { facts: facts(), kind: RunKind::Create, status: RunStatus::Running, lines },
        Reply::Credentials { facts: facts(), url: url.clone(), expires_at: NOW + Span::hours(24) },
        Reply::SecretsAsked { facts: facts(), url, expires_at: NOW + Span::hours(24) },
    ]
}

fn shown(facts: EnvironmentFacts, runs: Vec<RunLine>) -> Reply {
    Reply::Shown { facts, runs, now: NOW }
}

fn list(scope: ListScope, environments: Vec<EnvironmentFacts>) -> Reply {
    let many = environments.len() > 10;
    Reply::List { scope, environments, page: if many { 7 } else { 1 }, more: many, now: NOW }
}

fn run_line(status: RunStatus) -> RunLine {
    RunLine {
        kind: RunKind::Create,
        status,
        started_at: Some(NOW - Span::minutes(62)),
        ended_at: Some(NOW - Span::minutes(60)),
        plan: Some("+3 ~0 -0".into()),
        failure: None,
    }
}

fn long_run(status: RunStatus) -> RunLine {
    RunLine {
        kind: RunKind::Drift,
        plan: Some("+99999 ~99999 -99999".into()),
        failure: Some(hostile(3_000)),
        ..run_line(status)
    }
}

fn much() -> Attention {
    let unwarned = |n: i64| (one_of_many(Status::Ready), Timestamp(NOW.0 + n));
    Attention {
        brakes: vec![(Brake::Creating, "<@U1>".into()), (Brake::Reaping, "the console".into())],
        quarantined: vec![one_of_many(Status::Quarantined); 12],
        troubled: vec![one_of_many(Status::Provisioning); 12],
        orphans: 3,
        unwarned: (0..12).map(unwarned).collect(),
        dead_letters: vec![("dm:T1:U1".into(), hostile(2_000)), (hostile(500), hostile(500))]
            .into_iter()
            .cycle()
            .take(14)
            .collect(),
    }
}

/// Each refusal with the least and with the most that it can say.
fn refusals() -> Vec<(Refusal, Refusal)> {
    let long = || hostile(4_000);
    let name = || "preview-env-calm-otter".to_owned();
    let names = |n: usize| vec![hostile(100); n];
    vec![
        (
            Refusal::UnknownVerb { typed: "nwe".into(), nearest: Some("new") },
            Refusal::UnknownVerb { typed: long(), nearest: None },
        ),
        (
            Refusal::BadArgument { verb: "extend", problem: "Which environment?".into() },
            Refusal::BadArgument { verb: "new", problem: long() },
        ),
        (
            Refusal::UnknownTemplate {
                typed: "preview".into(),
                nearest: Some("preview-env".into()),
                known: vec!["preview-env".into()],
            },
            Refusal::UnknownTemplate { typed: long(), nearest: None, known: names(300) },
        ),
        (
            Refusal::UnavailableTemplate {
                name: "preview-env".into(),
                why: Box::new(lacking(EngineKind::Pulumi, Lack::Engine { why: None })),
            },
            Refusal::UnavailableTemplate { name: long(), why: Box::new(most_lacking()) },
        ),
        (
            Refusal::UnknownEnvironment { typed: "clam".into() },
            Refusal::UnknownEnvironment { typed: long() },
        ),
        (
            Refusal::AmbiguousEnvironment {
                typed: "ca".into(),
                candidates: vec![name(), "preview-env-cat".into()],
            },
            Refusal::AmbiguousEnvironment { typed: long(), candidates: names(300) },
        ),
        (
            Refusal::NotYours { name: name(), owner: person() },
            Refusal::NotYours { name: long(), owner: other() },
        ),
        (
            Refusal::OwnerOnly { name: name(), owner: person() },
            Refusal::OwnerOnly { name: long(), owner: other() },
        ),
        (Refusal::OperatorsOnly { verb: "pause" }, Refusal::OperatorsOnly { verb: "attention" }),
        (
            Refusal::WrongState {
                name: name(),
                status: Status::Destroyed,
                marked_gone: false,
                wanted: "extended".into(),
            },
            Refusal::WrongState {
                name: long(),
                status: Status::Ready,
                marked_gone: false,
                wanted: long(),
            },
        ),
        (
            Refusal::Busy { name: name(), kind: RunKind::Drift },
            Refusal::Busy { name: long(), kind: RunKind::Update },
        ),
        (
            Refusal::AlreadyExtended { name: name(), expires_at: NOW + Span::hours(8) },
            Refusal::AlreadyExtended { name: long(), expires_at: NOW },
        ),
        (
            Refusal::AtMaximum { name: name(), latest: NOW + Span::hours(20) },
            Refusal::AtMaximum { name: long(), latest: NOW },
        ),
        (
            Refusal::CreatingPaused { by: "<@U1>".into() },
            Refusal::CreatingPaused { by: "the console".into() },
        ),
        (Refusal::NoCredentials { name: name() }, Refusal::NoCredentials { name: long() }),
        (Refusal::NothingToCancel { name: name() }, Refusal::NothingToCancel { name: long() }),
        (Refusal::NoLogs { name: name() }, Refusal::NoLogs { name: long() }),
        (
            Refusal::BadInputs { problems: vec![("branch".into(), "A value is needed.".into())] },
            Refusal::BadInputs { problems: vec![(long(), long()); 60] },
        ),
        (Refusal::Restarting, Refusal::Restarting),
        (
            Refusal::Internal { reference: "err_0123456789".into() },
            Refusal::Internal { reference: long() },
        ),
    ]
}

fn other_refusals() -> Vec<(&'static str, Refusal)> {
    let name = || "preview-env-calm-otter".to_owned();
    let mut all: Vec<(&'static str, Refusal)> = Status::ALL
        .iter()
        .map(|status| {
            let wanted = "cancelled".into();
            let marked_gone = false;
            let (name, status) = (name(), *status);
            (status.as_str(), Refusal::WrongState { name, status, marked_gone, wanted })
        })
        .collect();
    let (status, wanted) = (Status::Destroyed, "retried".into());
    let marked = Refusal::WrongState { name: name(), status, marked_gone: true, wanted };
    all.push(("marked-gone", marked));
    all.push(("update", Refusal::Busy { name: name(), kind: RunKind::Update }));
    let none = Refusal::UnknownTemplate { typed: "x".into(), nearest: None, known: Vec::new() };
    all.push(("no-templates", none));
    for line in unavailable() {
        let Some(why) = line.unavailable else { continue };
        let name = line.name;
        all.push(("unavailable", Refusal::UnavailableTemplate { name, why: Box::new(why) }));
    }
    let whole = vec![(String::new(), "The template has changed: open the form anew.".into())];
    all.push(("whole-form", Refusal::BadInputs { problems: whole }));
    all
}
