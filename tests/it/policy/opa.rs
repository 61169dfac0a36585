//! An `opa` program in place of the engine.

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
