//! What is written with a wrong type is never silently nothing: data are refused, findings deny.

use mayfly::domain::decision::{Level, Point, Verdict};
use mayfly::policy::Policies;
use serde_json::json;

use super::{folder, settings, write};

#[test]
fn data_of_a_wrong_type_are_refused_with_file_and_key_and_the_old_ones_stay() {
    let rule = "package request\ndeny contains \"x\" if input.x\n";
    let budget = |monthly: &str| {
        format!("teams:\n  payments: {{budget: {{monthly: {monthly}, currency: USD}}}}\n")
    };
    let folder = folder(&[("a.rego", rule), ("data/teams.yaml", &budget("\"200.00\""))]);
    let policies = Policies::load(&settings(folder.path())).expect("it is loaded");
    let before = policies.bundle();
    for (name, text, key) in [
        ("data/teams.yaml", budget("200.00"), "data.teams.payments.budget.monthly"),
        ("data/teams.yaml", budget("\"1,000\""), "data.teams.payments.budget.monthly"),
        ("data/roles.yaml", "roles: {lead: user:U1}\n".to_owned(), "data.roles.lead"),
        ("data/quotas.json", "{\"quotas\": {\"team\": \"3\"}}".to_owned(), "data.quotas.team"),
    ] {
        write(folder.path(), &[("data/teams.yaml", &budget("\"200.00\"")), (name, &text)]);
        let errors = policies.reload().expect_err("it is refused");
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        for part in [name, key, "hint: write "] {
            assert!(told[0].contains(part), "{part} is not in: {told:?}");
        }
        assert_eq!(policies.bundle(), before, "the old ones stay");
        assert!(Policies::load(&settings(folder.path())).is_err(), "nothing starts with it");
        if name != "data/teams.yaml" {
            std::fs::remove_file(folder.path().join(name)).expect("is there");
        }
    }
}

#[tokio::test]
async fn a_key_of_a_wrong_type_denies_and_says_so() {
    for (rule, key) in [
        (r#"approval_x contains {"msg": "Ask.", "needed": "2"}"#, "`needed`: \"2\""),
        (r#"approval_x contains {"msg": "Ask.", "needed": 1.5}"#, "`needed`: 1.5"),
        (
            r#"approval_x contains {"msg": "Ask.", "approvers": "team:x"}"#,
            "`approvers`: \"team:x\"",
        ),
        (
            r#"approval_x contains {"msg": "Ask.", "by_requester": "yes"}"#,
            "`by_requester`: \"yes\"",
        ),
        (r#"deny_x contains {"msg": "No.", "level": "advisry"}"#, "`level`: \"advisry\""),
        (r#"deny_x contains {"msg": "No.", "level": 1}"#, "`level`: 1"),
        (
            r#"deny_x contains {"msg": "No.", "level": "overridable", "overridable_by": "role:lead"}"#,
            "`overridable_by`: \"role:lead\"",
        ),
    ] {
        let text = format!("package request\n{rule} if true\n");
        // What the organisation says of a rule that cannot be read does not soften it.
        let data = "enforcement: {request.deny_x: {level: advisory}}";
        let data = if rule.starts_with("deny") { data } else { "{}" };
        let folder = folder(&[("a.rego", &text), ("data/e.yaml", data)]);
        let policies = Policies::load(&settings(folder.path())).expect("it is loaded");
        let decision = policies.decide(Point::Request, &json!({})).await;
        assert_eq!(decision.verdict(), Verdict::Deny, "{rule}: {decision:?}");
        let finding = &decision.findings[0];
        assert_eq!(finding.level, Level::Mandatory, "{rule}");
        assert!(finding.message.contains(key), "{rule}: {}", finding.message);
        assert!(finding.place.ends_with("a.rego:2"), "{finding:?}");
    }
}

#[tokio::test]
async fn a_key_that_says_nothing_or_means_nothing_there_is_let_be() {
    let text = r#"package request
approval_x contains {"msg": "Ask.", "needed": null, "approvers": null, "level": "high"} if true
warn_x contains {"msg": "Careful.", "level": "high", "needed": "2"} if true
"#;
    let folder = folder(&[("a.rego", text)]);
    let policies = Policies::load(&settings(folder.path())).expect("it is loaded");
    let decision = policies.decide(Point::Request, &json!({})).await;
    assert_eq!(decision.verdict(), Verdict::Approval, "{decision:?}");
    assert_eq!(decision.findings.iter().filter(|one| one.verdict() == Verdict::Warn).count(), 1);
}
