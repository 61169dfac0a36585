//! Which points there are, from the code; and the sweeps over them.

use std::collections::BTreeSet;

use super::life::Life;
use super::machines;
use super::subjects::Subject;
use super::sweep::{At, Case, Fault, Point, STARTING, Swept, passed, points, sweep};
use crate::support::{database, say, source};

/// What the transactions of the code are for.
fn commits() -> BTreeSet<String> {
    let written = regex::Regex::new(r#"\.write\(\s*"([^"]+)"\s*\)\s*\.await"#).expect("is a regex");
    let mut found = BTreeSet::new();
    for file in source::rust("src") {
        // Its text and not its code: what is asked for is a literal.
        let tests = file.text.find("#[cfg(test)]").unwrap_or(file.text.len());
        let text = &file.text[..tests];
        found.extend(written.captures_iter(text).map(|found| found[1].to_owned()));
    }
    assert!(found.len() > 30, "only {} commits are seen", found.len());
    found
}

/// What in the code of the worker and the notifier has an effect outside the database.
const EFFECTFUL: &str = r"Supervised::start\(|\.interrupt\(\)|[^f]\.bury\(|\.forget\(|\.put_state\(|\.remember\(&|\.open\(&place|guard\.finish\(|\.supply\(|remove_dir_all\(|remove_file\(|fs::write\(|fs::rename\(|slack\.call\(";

/// Effects that need no point: the function, and why.
const HARMLESS: &[(&str, &str)] = &[
    ("end_child", "for the end of the demo alone"),
    ("dm", "Slack opens a conversation once, and names the same one ever after"),
    ("listed", "a listing changes nothing; the next sweep lists anew"),
    ("listing_ended", "the same"),
    ("remove_listing", "before the next sweep at the latest"),
    ("machine", "drawn before anything is claimed, and drawn again where the file is not"),
];

/// The functions of a file, each from its `fn` to the brace that ends it.
fn functions(code: &str) -> Vec<(&str, &str)> {
    let named = regex::Regex::new(r"\bfn (\w+)").expect("is a regex");
    let mut found = Vec::new();
    for name in named.captures_iter(code) {
        let begin = name.get(0).expect("it matched").start();
        let (mut depth, mut end) = (0usize, code.len());
        for (n, c) in code[begin..].char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => {
                    end = begin + n;
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        let whole = name.get(1).expect("it has a name").as_str();
        found.push((whole, &code[begin..end]));
    }
    found
}

/// An effect that has no fail point fails here; so does a point that stands at no effect.
#[test]
fn every_effect_has_a_point() {
    let effectful = regex::Regex::new(EFFECTFUL).expect("is a regex");
    let (mut bare, mut effects, mut points) = (Vec::new(), 0, 0);
    for file in ["src/worker", "src/notify"].iter().flat_map(|below| source::rust(below)) {
        let code = file.code_outside_tests();
        for (name, body) in functions(&code) {
            let found = effectful.find_iter(body).count();
            let pointed =
                body.matches("faults::around(").count() + body.matches("Moment::Before").count();
            points += pointed;
            effects += found;
            if found > pointed && !HARMLESS.iter().any(|(harmless, _)| *harmless == name) {
                bare.push(format!(
                    "{}: {name} has {found} effects and {pointed} points",
                    file.path
                ));
            }
        }
    }
    assert_eq!(bare, [""; 0]);
    assert!(effects >= mayfly::faults::EFFECTS.len() - 1, "only {effects} effects are seen");
    assert!(points >= effects - HARMLESS.len(), "only {points} points are seen");
}

#[test]
fn a_planted_effect_without_a_point_is_found() {
    let code = "impl A { async fn b(&self) { std::fs::write(c, d); } fn e() { faults::around(F, || fs::write(c, d)); } }";
    let effectful = regex::Regex::new(EFFECTFUL).expect("is a regex");
    let found: Vec<bool> = functions(code)
        .into_iter()
        .map(|(_, body)| effectful.is_match(body) && !body.contains("faults::around("))
        .collect();
    assert_eq!(found, [true, false]);
}

fn is_armed() -> bool {
    if !cfg!(feature = "failpoints") {
        say("NOT RUN: survival: it needs the fail points: scripts/test, or --features failpoints");
    }
    cfg!(feature = "failpoints")
}

/// Every commit and every effect of the code has its two points, and a life that passes them.
fn complete(points: &[Point]) {
    let passed: BTreeSet<&str> = points.iter().map(|point| point.name.as_str()).collect();
    let elsewhere: BTreeSet<&str> = machines::points().collect();
    let mut expected = commits();
    expected.extend(mayfly::faults::EFFECTS.iter().map(|effect| (*effect).to_owned()));
    for what in &elsewhere {
        assert!(expected.contains(*what), "`{what}` is no commit of the code any more");
    }
    let mut missing = Vec::new();
    for what in expected.iter().filter(|what| !elsewhere.contains(what.as_str())) {
        for moment in ["before", "after"] {
            let point = format!("{what}/{moment}");
            if !passed.contains(point.as_str()) {
                missing.push(point);
            }
        }
    }
    assert!(missing.is_empty(), "no life passes {missing:?}");
    let unknown: Vec<_> = passed
        .iter()
        .filter(|point| !expected.contains(point.rsplit_once('/').expect("it has a moment").0))
        .collect();
    assert!(unknown.is_empty(), "these are not in the code: {unknown:?}");
    let counted = 2 * (expected.len() - elsewhere.len());
    let own = passed.iter().filter(|point| {
        let (what, _) = point.rsplit_once('/').expect("it has a moment");
        !elsewhere.contains(what)
    });
    assert_eq!(own.count(), counted, "as many points as the code has commits and effects, twice");
    say(&format!(
        "{} commits and effects in the code: {} are passed by lives, {} by a second machine alone",
        expected.len(),
        counted / 2,
        elsewhere.len()
    ));
}

/// At how many points the bot is stopped, or refused a commit, in one life.
const IN_A_LIFE: usize = 3;

/// By this seed: each point, at one of the times that it is passed, on one of the databases.
fn cases(points: &[Point], seed: usize, fault: Fault) -> Vec<Case> {
    let each = points.iter().enumerate().map(|(n, point)| Case {
        subject: point.subject,
        life: point.life,
        at: vec![At { point: point.name.clone(), time: (seed + n * 7) % point.times }],
        fault,
        // A claim that runs out under a bot that stands still is PostgreSQL's affair.
        postgres: fault == Fault::Stop || (seed + n) % 2 == 1,
    });
    each.collect()
}

/// Each commit, refused.
fn refusals(points: &[Point], seed: usize) -> Vec<Case> {
    let is_commit = |case: &Case| {
        let what = case.at.first().and_then(|at| at.point.strip_suffix("/before"));
        what.is_some_and(|what| !mayfly::faults::EFFECTS.contains(&what))
    };
    let mut cases = cases(points, seed, Fault::Refuse);
    cases.retain(is_commit);
    together(cases)
}

/// The same points in fewer lives: a bot that goes on meets several, one after the other.
fn together(cases: Vec<Case>) -> Vec<Case> {
    let (alone, others): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| STARTING.iter().any(|what| case.is_at(what)));
    let mut together: Vec<Case> = alone;
    for case in others {
        let room = together.last_mut().filter(|last| {
            (last.subject, last.life) == (case.subject, case.life)
                && last.at.len() < IN_A_LIFE
                && !STARTING.iter().any(|what| last.is_at(what))
        });
        match room {
            Some(last) => last.at.extend(case.at),
            None => together.push(case),
        }
    }
    together
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_point_is_there_and_a_few_are_survived() {
    if !is_armed() {
        return;
    }
    let (points, working) = points().await;
    complete(&points);
    assert!(working.len() > 20, "only {} points are passed beside a child", working.len());
    let few = cases(&points, 1, Fault::Kill).into_iter().step_by(points.len() / 8).collect();
    let swept = sweep(few, 1).await;
    assert!(swept.violations == 0 && swept.faults + swept.not_led >= 8, "{swept:?}");
}

/// The end of each step is refused, so that the step is done twice in a row: to the same outcome.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn every_step_is_done_twice() {
    if !is_armed() {
        return;
    }
    let mut cases = Vec::new();
    for life in [Life::ByHand, Life::PutBack] {
        let (subject, point) = (Subject::Counted, "end a step/before");
        let passed = passed(subject, life, database::sqlite().await).await;
        let times = passed.iter().find(|passed| passed.name == point).map_or(0, |p| p.times);
        cases.extend((0..times).map(|time| Case {
            subject,
            life,
            at: vec![At { point: point.to_owned(), time }],
            fault: Fault::Refuse,
            postgres: false,
        }));
    }
    let steps = cases.len();
    let swept = sweep(cases, 1).await;
    assert!(swept == Swept { faults: steps, violations: 0, not_led: 0 } && steps > 15, "{swept:?}");
}

/// While the bot stands still for a moment, what works for it is killed.
fn strikes(working: &[Point], fault: fn(usize) -> Fault) -> Vec<Case> {
    let mut cases = cases(working, 0, fault(0));
    for (case, point) in cases.iter_mut().zip(working) {
        case.at[0].time = 0;
        case.fault = fault(point.working.expect("a child is at work"));
    }
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_and_a_supervisor_that_are_killed_are_survived() {
    if !is_armed() {
        return;
    }
    // When the state is copied for the first time, the engine waits for its second resource.
    let cases = [Fault::Engine(0), Fault::Supervisor(0)].map(|fault| Case {
        subject: Subject::Slow,
        life: Life::ByHand,
        at: vec![At { point: "keep a copy of a state/before".to_owned(), time: 0 }],
        fault,
        postgres: false,
    });
    assert_eq!(sweep(cases.to_vec(), 1).await, Swept { faults: 2, violations: 0, not_led: 0 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn every_point_is_survived() {
    if !is_armed() {
        return;
    }
    let seeds = std::env::var("MAYFLY_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (points, working) = points().await;
    let mut all = Vec::new();
    for seed in 0..seeds {
        // These take longest: they begin first.
        all.extend(together(cases(&points, seed + 2, Fault::Stop)));
        all.extend(cases(&points, seed, Fault::Kill));
        all.extend(refusals(&points, seed));
    }
    all.extend(strikes(&working, Fault::Engine));
    all.extend(strikes(&working, Fault::Supervisor));
    let planned: usize = all.iter().map(|case| case.at.len()).sum();
    let swept = sweep(all, seeds).await;
    // A few points are not passed beside a child in every life.
    let struck = swept.faults + swept.not_led - (planned - 2 * working.len());
    let enough = 4 * struck >= 3 * 2 * working.len();
    assert!(swept.violations == 0 && enough, "{swept:?}, {struck} of 2 × {}", working.len());
}

/// A few points of a life by hand of this subject, each with this fault.
fn sample(subject: Subject, fault: Fault, points: &[(&str, usize)]) -> Vec<Case> {
    let case = |(point, time): &(&str, usize)| Case {
        subject,
        life: Life::ByHand,
        at: vec![At { point: (*point).to_owned(), time: *time }],
        fault,
        postgres: false,
    };
    points.iter().map(case).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn the_other_engines_survive_it_too() {
    if !is_armed() {
        return;
    }
    let points = [
        ("start a child/after", 2),
        ("see a child end/before", 2),
        ("keep a plan/before", 0),
        ("forget a state/after", 0),
    ];
    let here = [Subject::Tofu, Subject::Pulumi].into_iter().filter(|subject| subject.runs());
    let cases: Vec<Case> = here.flat_map(|s| sample(s, Fault::Kill, &points)).collect();
    let all = cases.len();
    assert_eq!(sweep(cases, 1).await, Swept { faults: all, violations: 0, not_led: 0 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn a_bucket_survives_it_too() {
    if !is_armed() {
        return;
    }
    let points = [("append to a run's log/after", 1), ("see a child end/before", 2)];
    let mut cases = sample(Subject::Bucket, Fault::Kill, &points);
    cases.extend(sample(
        Subject::Bucket,
        Fault::Engine(0),
        &[("keep a copy of a state/before", 0)],
    ));
    assert_eq!(sweep(cases, 1).await, Swept { faults: 3, violations: 0, not_led: 0 });
}
