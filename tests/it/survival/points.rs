//! Which points there are, from the code; and the sweeps over them.

use std::collections::BTreeSet;

use super::lives::Life;
use super::sweep::{Case, Fault, points, sweep};
use crate::support::{say, source};

/// Commits of no life here: what each is, and which test ends the bot at it or why none has to.
const ELSEWHERE: &[(&str, &str)] = &[
    ("pause", "one row of a setting"),
    ("resume", "one row of a setting"),
    ("enter secrets", "one transaction for the whole page: e2e::inputs"),
    ("make a reveal link", "one row; who gets no answer asks again"),
    ("reveal credentials", "one transaction for the link and its trail: e2e::pages"),
    ("fail a destroy run", "as `fail a create run`: e2e::failing has three of them"),
    (
        "anchor the audit trail",
        "one transaction for the anchor and its heads; the next look makes it",
    ),
    ("give a claim back", "a claim runs out by itself"),
    ("leave a run to the next start", "one row: it is queued, and nothing of it runs"),
    (
        "let an interrupted run go on",
        "one transaction, and the bot is stopped at it: survival::stop",
    ),
    ("let a run rest", "one transaction, and the bot is restarted after it: e2e::again"),
    ("retry a destroy", "one transaction for state and run: e2e::quarantine"),
    ("mark an environment as gone", "one transaction for all of it: e2e::quarantine"),
    ("settle what was made", "aws::killed"),
    ("note what may have been made", "survival::machines: one transaction, and again the same"),
    ("remember a progress message", "as `remember a card`"),
    ("call off a run of a living environment", "as `cancel a create run`: e2e::update"),
    ("fail a run of a living environment", "as `fail a create run`: e2e::update"),
];

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

fn is_armed() -> bool {
    if !cfg!(feature = "failpoints") {
        say("NOT RUN: survival: it needs the fail points: scripts/test, or --features failpoints");
    }
    cfg!(feature = "failpoints")
}

/// Every commit and every effect of the code has its two points, and a life that passes them.
fn complete(points: &[(Life, String, usize)]) {
    let passed: BTreeSet<&str> = points.iter().map(|(_, point, _)| point.as_str()).collect();
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(what, _)| *what).collect();
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
}

/// By this seed: each point, at one of the times that it is passed.
fn kills(points: &[(Life, String, usize)], seed: usize, postgres: bool) -> Vec<Case> {
    let each = points.iter().enumerate().map(|(n, (life, point, times))| Case {
        life: *life,
        point: point.clone(),
        time: (seed + n * 7) % times,
        fault: Fault::Kill,
        postgres,
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_point_is_there_and_a_few_are_survived() {
    if !is_armed() {
        return;
    }
    let points = points().await;
    complete(&points);
    let few = kills(&points, 1, false).into_iter().step_by(points.len() / 8).collect();
    assert_eq!(sweep(few, 1).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn every_point_is_survived() {
    if !is_armed() {
        return;
    }
    let seeds = std::env::var("MAYFLY_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let points = points().await;
    let mut cases = Vec::new();
    for seed in 0..seeds {
        cases.extend(kills(&points, seed, seed % 2 == 1));
        let commits =
            kills(&points, seed, false).into_iter().filter(|c| c.point.ends_with("/before"));
        let commits =
            commits.filter(|c| !mayfly::faults::EFFECTS.iter().any(|e| c.point.starts_with(e)));
        cases.extend(commits.map(|case| Case { fault: Fault::Refuse, ..case }));
    }
    // A claim that runs out under a bot that stands still is PostgreSQL's affair.
    let still = kills(&points, 2, true).into_iter().step_by(9);
    cases.extend(still.map(|case| Case { fault: Fault::Stop, ..case }));
    assert_eq!(sweep(cases, seeds).await, 0);
}
