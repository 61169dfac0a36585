//! Samples of the views: forms with every kind of input, the picker, the home.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::Span;
use crate::domain::environment::Status;
use crate::domain::reply::Home;
use crate::template::{
    Alphabet, Choice, Credentials, EngineKind, Input, InputKind, Manifest, RawInputs, TimeLimits,
    TtlRules, Weight,
};

use super::costs::{most_priced, priced};
use super::facts::{
    NOW, hostile, least, most, one_of_many, template, templates, unavailable, usual,
};
use super::policy::{decision, encryption, most_decision, region, warning};
use super::{Kind, Sample};
use crate::domain::approval::PricedFor;
use crate::domain::decision::{Finding, Point};
use crate::domain::form::CostsBy;
use crate::words::{Broadcast, FormCosts, FormNext, FormVerdict, Rendered};

pub struct Form {
    pub manifest: Manifest,
    pub version: String,
    pub prefilled: Vec<(String, String)>,
    pub ttl: Option<Span>,
    pub entered: Option<RawInputs>,
    pub project: Option<String>,
    pub cost_center: Option<String>,
    pub costs: Option<FormCosts>,
    pub verdict: Option<FormVerdict>,
    pub reason: Option<String>,
}

pub fn all() -> Vec<Sample> {
    let home = |environments, templates| Kind::Home(Home { environments, templates, now: NOW });
    let every: Vec<_> = Status::ALL.iter().map(|status| least(*status)).collect();
    let crowd: Vec<_> =
        Status::ALL.iter().map(|status| one_of_many(*status)).cycle().take(30).collect();
    let answer = |text: String| Rendered {
        text: "One sentence.".into(),
        blocks: json!([{
            "type": "section",
            "text": { "type": "plain_text", "text": text },
        }]),
        broadcast: Broadcast::No,
    };
    let free =
        PricedFor { hourly: String::new(), priced: 3, resources: 3, budget: None, ..priced() };
    vec![
        Sample::of("minimal", form(Vec::new())),
        Sample::of("usual", form(usual_inputs())),
        Sample::of("maximal", longest()),
        Sample::of("maximal-judged", longest_judged()),
        Sample::of("priced", asked(Some(priced()), None)),
        Sample::of("no-book", asked(None, Some("aws eu-central-1"))),
        Sample::of("partly-no-book", asked(Some(priced()), Some("aws eu-central-1"))),
        Sample::of("unpriced", asked(None, None)),
        Sample::of("never-made", known_by(CostsBy::Nothing, None, None)),
        Sample::of(
            "never-made-no-book",
            known_by(CostsBy::Nothing, None, Some("aws eu-central-1")),
        ),
        Sample::of("other-values", known_by(CostsBy::OtherInputs, Some(priced()), None)),
        Sample::of("free", asked(Some(free), None)),
        Sample::of("continue", judged(FormNext::Continue, vec![warning()])),
        Sample::of("override", judged(FormNext::Override, vec![region(), warning()])),
        Sample::of("ask", judged(FormNext::AskException, vec![region()])),
        Sample::of("change", judged(FormNext::Change, vec![region(), encryption()])),
        Sample::of("minimal", Kind::Loading("Preview".into())),
        Sample::of("maximal", Kind::Loading(hostile(400))),
        Sample::of("minimal", Kind::Picker(Vec::new())),
        Sample::of("usual", Kind::Picker(vec![template()])),
        Sample::of("maximal", Kind::Picker(templates(204))),
        Sample::of("some-unavailable", Kind::Picker([vec![template()], unavailable()].concat())),
        Sample::of("all-unavailable", Kind::Picker(unavailable())),
        Sample::of("minimal", Kind::Info("Preview".into(), answer("Done.".into()))),
        Sample::of("maximal", Kind::Info(hostile(400), answer("x".repeat(3_000)))),
        Sample::of("minimal", Kind::MarkGone(Box::new(least(Status::Quarantined)))),
        Sample::of("maximal", Kind::MarkGone(Box::new(most(Status::Quarantined)))),
        Sample::of("minimal", home(Vec::new(), Vec::new())),
        Sample::of("usual", home(vec![usual()], vec![template()])),
        Sample::of("unavailable", home(vec![usual()], unavailable())),
        Sample::of("every-state", home(every, vec![template()])),
        Sample::of("maximal", home(crowd, templates(12))),
    ]
}

fn form(inputs: Vec<Input>) -> Kind {
    Kind::Form(Box::new(Form {
        manifest: Manifest {
            name: "preview-env".into(),
            title: "Preview environment".into(),
            description: String::new(),
            owner: String::new(),
            engine: EngineKind::Terraform,
            engine_versions: Vec::new(),
            weight: Weight::Light,
            inputs,
            outputs: Vec::new(),
            ttl: TtlRules {
                default: Span::hours(4),
                maximum: Span::hours(24),
                grace: Span::minutes(15),
                warnings: Vec::new(),
                extensions: Vec::new(),
            },
            limits: TimeLimits::default(),
            notify: None,
            credentials: Credentials::default(),
            tags: BTreeMap::new(),
            reserved: BTreeSet::new(),
            plugins: Default::default(),
            encrypt_state: false,
            sweep: None,
            usage: BTreeMap::new(),
        },
        version: "3f9a1c0b7d2e4455".into(),
        prefilled: Vec::new(),
        ttl: None,
        entered: None,
        project: None,
        cost_center: None,
        costs: None,
        verdict: None,
        reason: None,
    }))
}

/// With what the person's team pays with, and what it costs.
fn asked(known: Option<PricedFor>, no_book: Option<&str>) -> Kind {
    let Kind::Form(mut form) = form(usual_inputs()) else { return form(Vec::new()) };
    form.project = Some("checkout".into());
    form.cost_center = Some("CC-1200".into());
    let unknown = PricedFor { hourly: String::new(), priced: 0, budget: None, ..priced() };
    let no_book = no_book.map(str::to_owned);
    let ttl = Span::hours(24);
    let by = CostsBy::Last;
    form.costs = Some(FormCosts { priced: known.unwrap_or(unknown), ttl, by, no_book });
    Kind::Form(form)
}

/// With what is known otherwise than by one of the same inputs.
fn known_by(by: CostsBy, known: Option<PricedFor>, no_book: Option<&str>) -> Kind {
    let Kind::Form(mut form) = asked(known, no_book) else { return form(Vec::new()) };
    form.costs = form.costs.map(|costs| FormCosts { by, ..costs });
    Kind::Form(form)
}

/// Come back with what policy said.
fn judged(next: FormNext, findings: Vec<Finding>) -> Kind {
    let Kind::Form(mut form) = asked(Some(priced()), None) else { return form(Vec::new()) };
    form.entered = Some(RawInputs::from_pairs([("branch", "feature/login"), ("size", "option-2")]));
    form.verdict = Some(FormVerdict {
        decision: decision(Point::Request, findings),
        next,
        digest: "5d41402abc4b".into(),
    });
    Kind::Form(form)
}

/// All that policy can say, over many fields.
fn longest_judged() -> Kind {
    let Kind::Form(mut form) = judged(FormNext::AskException, Vec::new()) else { return longest() };
    for (n, (kind, default)) in kinds().into_iter().enumerate() {
        form.manifest.inputs.push(Input { default, ..input(&format!("bare_{n}"), kind) });
    }
    form.verdict = Some(FormVerdict {
        decision: most_decision(),
        next: FormNext::AskException,
        digest: "5d41402abc4b".repeat(6),
    });
    form.reason = Some(hostile(9_000));
    Kind::Form(form)
}

/// Every kind of input, bare, as with a template's own words, and with more and longer than there can be.
fn longest() -> Kind {
    let Kind::Form(mut form) = form(Vec::new()) else { return form(Vec::new()) };
    let manifest = &mut form.manifest;
    manifest.title = hostile(300);
    manifest.description = hostile(5_000);
    manifest.owner = hostile(300);
    for (n, (kind, default)) in kinds().into_iter().enumerate() {
        manifest.inputs.push(Input { default, ..input(&format!("bare_{n}"), kind) });
    }
    for (n, (kind, default)) in kinds().into_iter().enumerate() {
        let described = Input {
            label: hostile(3_000),
            hint: Some(hostile(3_000)),
            placeholder: Some(hostile(300)),
            required: true,
            ..input(&format!("{}_{n}", "long".repeat(50)), kind)
        };
        manifest.inputs.push(Input { default, ..described });
    }
    form.project = Some(hostile(3_000));
    form.cost_center = Some(hostile(3_000));
    let (priced, no_book) = (most_priced(), Some(hostile(300)));
    form.costs =
        Some(FormCosts { priced, ttl: Span::days(3649), by: CostsBy::OtherInputs, no_book });
    form.version = "f".repeat(64);
    form.ttl = Some(Span::days(3649) + Span::seconds(86_399));
    form.prefilled = vec![("bare_0".into(), "main".into()), ("bare_2".into(), "many".into())];
    Kind::Form(form)
}

fn input(name: &str, kind: InputKind) -> Input {
    Input {
        name: name.into(),
        label: name.into(),
        hint: None,
        placeholder: None,
        kind,
        default: None,
        required: false,
    }
}

fn usual_inputs() -> Vec<Input> {
    let size = InputKind::Choice { options: choices(3) };
    vec![
        Input {
            label: "Branch".into(),
            hint: Some("What is checked out.".into()),
            default: Some("main".into()),
            required: true,
            ..input("branch", InputKind::String { pattern: None, min: 1, max: 100 })
        },
        Input { label: "Size".into(), default: Some("option-1".into()), ..input("size", size) },
        Input {
            label: "Database password".into(),
            ..input("password", InputKind::Secret { min: 8, max: 100 })
        },
    ]
}

fn choices(count: usize) -> Vec<Choice> {
    let choice = |n: usize| Choice { value: format!("option-{n}"), label: format!("Option {n}") };
    (0..count).map(choice).collect()
}

fn long_choices(count: usize) -> Vec<Choice> {
    let long = |n: usize| Choice {
        value: format!("{n}{}", "v".repeat(140)),
        label: format!("{n} {}", hostile(300)),
    };
    (0..count).map(long).collect()
}

fn kinds() -> Vec<(InputKind, Option<Value>)> {
    let first = |count: usize| {
        json!([format!("0{}", "v".repeat(140)), format!("{}{}", count - 1, "v".repeat(140))])
    };
    let mut all = vec![
        (InputKind::String { pattern: None, min: 0, max: 3_000 }, Some("x".repeat(3_000).into())),
        (InputKind::Text { min: 10, max: 9_000 }, Some(hostile(2_000).into())),
        (InputKind::Integer { min: Some(i64::MIN), max: Some(i64::MAX) }, Some(json!(i64::MAX))),
        (InputKind::Integer { min: None, max: None }, None),
        (InputKind::Number { min: Some(-1.5e12), max: Some(1e12) }, Some(json!(0.125))),
        (InputKind::Boolean, Some(true.into())),
        (InputKind::Boolean, None),
        (
            InputKind::Choice { options: long_choices(100) },
            Some(format!("7{}", "v".repeat(140)).into()),
        ),
        (InputKind::Choice { options: choices(101) }, Some("option-100".into())),
        (InputKind::MultiChoice { options: long_choices(10), max: 10 }, Some(first(10))),
        (InputKind::MultiChoice { options: long_choices(10), max: 2 }, Some(first(10))),
        (InputKind::MultiChoice { options: long_choices(100), max: 5 }, Some(first(100))),
        (InputKind::MultiChoice { options: long_choices(500), max: 500 }, Some(first(500))),
        (InputKind::User, Some("U0123456789".into())),
        (InputKind::Channel, Some("C0123456789".into())),
        (InputKind::Date, Some("2030-12-31".into())),
        (
            InputKind::Duration { min: Span::minutes(1), max: Span::days(3650) },
            Some("1d12h".into()),
        ),
        (InputKind::Secret { min: 0, max: 100 }, None),
    ];
    let generated = |alphabet| (InputKind::Generated { length: 20, alphabet }, None);
    all.extend(Alphabet::named("hex").map(generated));
    all
}
