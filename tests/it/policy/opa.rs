//! An `opa` program in place of the engine.

use std::time::{Duration, Instant};

use mayfly::domain::decision::{Level, Point, Verdict};
use mayfly::policy::{Evaluator, FAILED, Policies, Settings};
use serde_json::json;

use super::{folder, settings};
use crate::support::programs;

fn opa() -> Option<std::path::PathBuf> {
    programs::find("opa", &[programs::cache().join("built")])
}

#[tokio::test]
async fn opa_decides_the_same() {
    let Some(opa) = opa() else {
        programs::runs("opa");
        return;
    };
    let policy = r#"package request
deny_size contains {"msg": sprintf("%d is too many", [input.count]), "fix": "ask for 3"} if input.count > 3
deny_never contains "x" if input.never
warn contains "careful" if true
exception contains ["size"] if input.trusted
"#;
    let folder = folder(&[
        ("a.rego", policy),
        ("data/x.yaml", "enforcement: {request.deny_size: {level: overridable}}"),
    ]);
    let ours = Policies::load(&settings(folder.path())).expect("it is loaded");
    let theirs = Settings { evaluator: Evaluator::Opa(opa), ..settings(folder.path()) };
    let theirs = Policies::load(&theirs).expect("it is loaded");
    for input in
        [json!({"count": 5}), json!({"count": 1}), json!({"count": 5, "trusted": true}), json!({})]
    {
        let decision = theirs.decide(Point::Request, &input).await;
        assert_eq!(decision, ours.decide(Point::Request, &input).await);
        assert_eq!(decision.rules, 3);
    }
}

#[tokio::test]
async fn what_only_opa_has_is_loaded_for_it_and_its_errors_deny() {
    let Some(opa) = opa() else {
        programs::runs("opa");
        return;
    };
    let policy = "package request\ndeny contains crypto.md5(input.x) if true\n";
    let folder = folder(&[("a.rego", policy)]);
    assert!(Policies::load(&settings(folder.path())).is_err(), "ours has no such function");
    let theirs = Settings { evaluator: Evaluator::Opa(opa), ..settings(folder.path()) };
    let policies = Policies::load(&theirs).expect("it is loaded");
    let decision = policies.decide(Point::Request, &json!({"x": "abc"})).await;
    assert_eq!(decision.findings[0].message, "900150983cd24fb0d6963f7d28e17f72");
    let refused = policies.decide(Point::Request, &json!({"x": 5})).await;
    assert_eq!(refused.verdict(), Verdict::Deny);
    assert!(refused.findings[0].message.contains("could not be evaluated"), "{refused:?}");
    super::write(folder.path(), &[("a.rego", "package request\ndeny contains x if true\n")]);
    let broken = Policies::load(&theirs).expect("only opa finds it");
    let decision = broken.decide(Point::Request, &json!({})).await;
    assert_eq!(decision.findings[0].rule, FAILED);
    assert!(decision.findings[0].message.contains("unsafe"), "{decision:?}");
}

#[tokio::test]
async fn what_opa_cannot_evaluate_is_a_denial_whichever_rule_comes_first() {
    let Some(opa) = opa() else {
        programs::runs("opa");
        return;
    };
    let cost = "package plan\ndeny_cost contains \"dear\" if to_number(input.cost) > 3\n";
    let others = [
        // Sorted, `main.warn` and `plan.deny_advisory` are asked before `plan.deny_cost`.
        ("w.rego", "package main\nwarn contains \"careful\" if true\n", "{}"),
        ("e.rego", "package main\nexception contains [\"x\"] if true\n", "{}"),
        (
            "d.rego",
            "package plan\ndeny_advisory contains \"x\" if false\n",
            "enforcement: {plan.deny_advisory: {level: advisory}}",
        ),
    ];
    for (name, other, data) in others {
        let folder = folder(&[("cost.rego", cost), (name, other), ("data/x.yaml", data)]);
        let theirs = Settings { evaluator: Evaluator::Opa(opa.clone()), ..settings(folder.path()) };
        let policies = Policies::load(&theirs).expect("it is loaded");
        let refused = policies.decide(Point::Plan, &json!({"cost": "many"})).await;
        assert_eq!(refused.verdict(), Verdict::Deny, "{name}: {refused:?}");
        let denial = refused.of(Verdict::Deny).next().expect("it denies");
        assert_eq!((denial.rule.as_str(), denial.level), (FAILED, Level::Mandatory), "{name}");
        assert!(denial.place.ends_with("cost.rego:2"), "{name}: {denial:?}");
        let allowed = policies.decide(Point::Plan, &json!({"cost": "2"})).await;
        assert_eq!(allowed.of(Verdict::Deny).count(), 0, "{name}: {allowed:?}");
    }
}

/// A busy machine needs a while for the start of two programs.
const LIMIT: Duration = Duration::from_secs(6);

/// Whether a script in its place was asked a second time, what the decision says, and how long that took.
async fn asked_of(script: &str) -> (usize, String, Duration) {
    let rules = folder(&[("a.rego", "package request\ndeny contains \"x\" if true\n")]);
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let (program, asked) = (place.path().join("opa"), place.path().join("asked"));
    let text = format!("#!/bin/sh\necho \"$*\" >> {}\n{script}\n", asked.display());
    programs::script(&program, &text);
    let mut theirs = Settings { evaluator: Evaluator::Opa(program), ..settings(rules.path()) };
    theirs.limits.time = LIMIT;
    let policies = Policies::load(&theirs).expect("it is loaded");
    let started = Instant::now();
    let decision = policies.decide(Point::Request, &json!({})).await;
    assert_eq!(decision.verdict(), Verdict::Deny, "{decision:?}");
    let took = started.elapsed();
    let asked = std::fs::read_to_string(asked).expect("it was asked");
    (asked.lines().count(), decision.findings[0].message.clone(), took)
}

#[tokio::test]
async fn it_is_asked_again_only_where_it_says_what_is_wrong_and_never_for_longer() {
    let answers =
        "*--strict-builtin-errors*) echo '{\"errors\": [{\"message\": \"odd\"}]}'; exit 2;;";
    let (times, said, _) = asked_of(&format!(
        "case \"$*\" in {answers} *) echo '{{\"result\": [{{\"expressions\": [{{\"value\": [[[\"x\"]]]}}]}}]}}';; esac"
    ))
    .await;
    assert_eq!(times, 2, "{said}");
    let (times, said, took) = asked_of("exec sleep 30").await;
    assert!(times == 1 && said.contains("did not end within 6.0 s"), "{times}: {said}");
    assert!(took < LIMIT * 2, "{took:?}");
    let (times, said, _) = asked_of("kill -9 $$").await;
    assert!(times == 1 && said.contains("signal 9"), "{times}: {said}");
    // Both together have the time of one.
    let (times, said, took) = asked_of(&format!(
        "case \"$*\" in *--strict*) sleep 2;; esac\ncase \"$*\" in {answers} *) exec sleep 30;; esac"
    ))
    .await;
    assert!(times == 2 && said.contains("did not end within 6.0 s"), "{times}: {said}");
    assert!(took < LIMIT * 2, "{took:?}");
}
