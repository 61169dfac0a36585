//! What rules are called, what they say, and what becomes of it.

use mayfly::domain::approval::Requirement;
use mayfly::domain::decision::{Decision, Finding, FindingKind, Level, Point, Verdict};
use mayfly::policy::{BuiltinErrors, Policies, RegoVersion, Settings};
use serde_json::{Value, json};

use super::{folder, settings};

async fn decided(files: &[(&str, &str)], point: Point, input: &Value) -> Decision {
    let folder = folder(files);
    let policies =
        Policies::load(&settings(folder.path())).unwrap_or_else(|problems| panic!("{problems:#?}"));
    policies.decide(point, input).await
}

fn lines(decision: &Decision) -> Vec<String> {
    let line = |finding: &Finding| {
        let kind = match finding.kind {
            FindingKind::Deny => "deny",
            FindingKind::Warn => "warn",
            FindingKind::Approval => "approval",
        };
        let (_, place) = finding.place.split_once('/').expect("below the folder");
        format!("{kind} {}.{} {place}: {}", finding.namespace, finding.rule, finding.message)
    };
    decision.findings.iter().map(line).collect()
}

#[tokio::test]
async fn rules_are_what_their_names_say() {
    let policy = r#"package request
deny contains "one" if input.x

deny contains "two" if input.x

deny_named contains "three" if input.x
violation contains {"msg": "four"} if input.x
warn_late contains "five" if input.x
approval contains {"msg": "six", "approvers": ["role:lead"], "needed": 2} if input.x
denyall contains "never" if input.x
allow if false
helper contains "never" if true
"#;
    let decision = decided(&[("a.rego", policy)], Point::Request, &json!({"x": true})).await;
    assert_eq!(
        lines(&decision),
        [
            "approval request.approval a.rego:9: six",
            "deny request.deny a.rego:2: one",
            "deny request.deny a.rego:4: two",
            "deny request.deny_named a.rego:6: three",
            "deny request.violation a.rego:7: four",
            "warn request.warn_late a.rego:8: five",
        ]
    );
    assert_eq!((decision.rules, decision.verdict()), (5, Verdict::Deny));
    let approval = &decision.findings[0];
    assert_eq!(
        (approval.approvers.as_slice(), approval.needed),
        (["role:lead".to_owned()].as_slice(), 2)
    );
    let none = decided(&[("a.rego", policy)], Point::Request, &json!({})).await;
    assert_eq!((none.findings.len(), none.rules, none.verdict()), (0, 5, Verdict::Allow));
}

#[tokio::test]
async fn only_the_package_of_the_point_is_asked_and_main_at_plan() {
    let files = [
        ("a.rego", "package main\ndeny contains \"main\" if true"),
        ("b.rego", "package plan\ndeny contains \"plan\" if true"),
        ("c.rego", "package plan.deeper\ndeny contains \"deeper\" if true"),
        ("d.rego", "package extend\ndeny contains \"extend\" if true"),
    ];
    let said = async |point| {
        let decision = decided(&files, point, &json!({})).await;
        decision.findings.iter().map(|finding| finding.message.clone()).collect::<Vec<String>>()
    };
    assert_eq!(said(Point::Plan).await, ["main", "plan"]);
    assert_eq!(said(Point::Extend).await, ["extend"]);
    assert_eq!(said(Point::Request).await, Vec::<String>::new());
}

#[tokio::test]
async fn messages_keep_what_they_say() {
    let policy = r#"package request
deny contains {
	"msg": "too long",
	"fix": "ask for 8 h",
	"field": "ttl",
	"resource": "aws_x.y",
	"level": "overridable",
	"overridable_by": ["role:lead"],
	"severity": 3,
} if true
"#;
    let decision = decided(&[("a.rego", policy)], Point::Request, &json!({})).await;
    let finding = &decision.findings[0];
    assert_eq!(
        (
            finding.message.as_str(),
            finding.fix.as_deref(),
            finding.field.as_deref(),
            finding.resource.as_deref()
        ),
        ("too long", Some("ask for 8 h"), Some("ttl"), Some("aws_x.y"))
    );
    assert_eq!(
        (finding.level, finding.overridable_by.as_slice()),
        (Level::Overridable, ["role:lead".to_owned()].as_slice())
    );
    assert_eq!(finding.place.rsplit(':').next(), Some("2"));
}

#[tokio::test]
async fn what_is_no_message_is_not_unheard() {
    for (rule, message) in [
        ("deny if true", "`deny` is true, and says no reason"),
        ("deny := true", "`deny` is true, and says no reason"),
        ("deny := \"a reason\"", "a reason"),
        ("deny := [\"a reason\"]", "a reason"),
        ("deny contains 5 if true", "`deny` says what is no message: 5"),
        (
            "deny contains {\"message\": \"x\"} if true",
            "`deny` says what is no message: {\"message\":\"x\"}",
        ),
        ("deny.x := \"y\"", "`deny` says what is no message: {\"x\":\"y\"}"),
    ] {
        let policy = format!("package request\n{rule}\n");
        let decision = decided(&[("a.rego", &policy)], Point::Request, &json!({})).await;
        assert_eq!(decision.findings.len(), 1, "{rule}: {decision:?}");
        assert_eq!(decision.findings[0].message, message, "{rule}");
        assert_eq!(decision.verdict(), Verdict::Deny, "{rule}");
    }
    for rule in ["deny := false", "deny := []", "deny := input.none", "default deny := false"] {
        let policy = format!("package request\n{rule}\n");
        let decision = decided(&[("a.rego", &policy)], Point::Request, &json!({})).await;
        assert_eq!(decision.findings, [], "{rule}");
    }
}

#[tokio::test]
async fn an_exception_lets_rules_pass_by_name() {
    let policy = r#"package main
deny_public contains "public" if true
deny_open contains "open" if true
deny contains "bare" if true

exception contains rules if {
	input.trusted
	rules := ["public", ""]
}
"#;
    let decision = decided(&[("a.rego", policy)], Point::Plan, &json!({"trusted": true})).await;
    let excepted: Vec<(&str, bool)> = decision
        .findings
        .iter()
        .map(|finding| (finding.message.as_str(), finding.excepted.is_some()))
        .collect();
    assert_eq!(excepted, [("bare", true), ("open", false), ("public", true)]);
    let place = decision.findings[0].excepted.as_deref().expect("it is");
    assert!(place.ends_with("a.rego:6"), "{place}");
    assert_eq!(decision.rules, 3);
    let decision = decided(&[("a.rego", policy)], Point::Plan, &json!({})).await;
    assert!(decision.findings.iter().all(|finding| finding.excepted.is_none()));
}

#[tokio::test]
async fn an_exception_takes_nobody_the_right_to_be_asked() {
    let policy = r#"package request
deny_production contains "no" if true
warn_production contains "careful" if true
approval_production contains "ask" if true
approval contains "ask, too" if true

exception contains ["production", "", "approval"] if true
"#;
    let decision = decided(&[("a.rego", policy)], Point::Request, &json!({})).await;
    let passed: Vec<(&str, bool)> = decision
        .findings
        .iter()
        .map(|finding| (finding.message.as_str(), finding.excepted.is_some()))
        .collect();
    let wanted = [("ask, too", false), ("ask", false), ("no", true), ("careful", true)];
    assert_eq!(passed, wanted);
}

#[tokio::test]
async fn the_organisation_says_how_hard_a_rule_is() {
    let policy = r#"package request
deny_region contains {"msg": "region", "level": "mandatory"} if true
deny_size contains {"msg": "size", "level": "advisory"} if true
deny_ttl contains "ttl" if true
"#;
    let data = "enforcement:\n  request.deny_region: {level: overridable, overridable_by: [\"role:lead\"]}\n  request.deny_size: {level: mandatory}\n";
    let files = [("a.rego", policy), ("data/enforcement.yaml", data)];
    let decision = decided(&files, Point::Request, &json!({})).await;
    let levels: Vec<Level> = decision.findings.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Level::Overridable, Level::Mandatory, Level::Mandatory]);
    assert_eq!(decision.findings[0].overridable_by, ["role:lead"]);
}

#[tokio::test]
async fn an_approval_that_is_advisory_is_only_told() {
    let policy = r#"package request
approval_cost contains {"msg": "costly", "approvers": ["role:lead"], "needed": 2} if true
approval_late contains {"msg": "late", "level": "advisory"} if true
approval_own contains {"msg": "own", "level": "overridable"} if true
approval_prod contains {"msg": "production", "level": "advisory"} if true
"#;
    let data = "enforcement:\n  request.approval_cost: {level: advisory}\n  request.approval_prod: {level: mandatory}\n";
    let files = [("a.rego", policy), ("data/enforcement.yaml", data)];
    let decision = decided(&files, Point::Request, &json!({})).await;
    let verdicts: Vec<_> = decision
        .findings
        .iter()
        .map(|finding| {
            (finding.message.as_str(), finding.verdict(), Requirement::of(finding).is_some())
        })
        .collect();
    let wanted = [
        ("costly", Verdict::Warn, false),
        ("late", Verdict::Warn, false),
        ("own", Verdict::Approval, true),
        ("production", Verdict::Approval, true),
    ];
    assert_eq!(verdicts, wanted);
    // Without it, all of them are asked for.
    let decision = decided(&[("a.rego", policy)], Point::Request, &json!({})).await;
    assert_eq!(decision.of(Verdict::Approval).count(), 2, "{decision:?}");
    assert_eq!(decision.findings[0].verdict(), Verdict::Approval);
}

#[tokio::test]
async fn what_can_mean_nothing_for_a_rule_of_its_kind_is_refused() {
    let policy = "package request\n\napproval_cost contains \"x\" if true\n\nwarn_name contains \"x\" if true\n\nexception contains [\"x\"] if true\n";
    for (said, told) in [
        (
            "request.approval_cost: {overridable_by: [\"role:lead\"]}",
            "e.yaml: `data.enforcement`: `request.approval_cost` asks for an approval (a.rego:3): those who may go past it \
             are its approvers\nhint: name them as its `approvers`; `{level: advisory}` makes a warning of it",
        ),
        ("request.approval_cost: {level: overridable}", "asks for an approval (a.rego:3)"),
        ("request.warn_name: {level: mandatory}", "`request.warn_name` only warns (a.rego:5)"),
        ("request.exception: {level: advisory}", "`request.exception` is an exception (a.rego:7)"),
    ] {
        let data = format!("enforcement: {{ {said} }}\n");
        let folder = folder(&[("a.rego", policy), ("data/e.yaml", &data)]);
        let problems = Policies::load(&settings(folder.path())).err().expect("it is refused");
        let name = folder.path().file_name().expect("it has a name").to_string_lossy();
        let problem = problems[0].to_string().replace(&format!("{name}/"), "");
        assert!(problem.contains(told), "{problem}");
    }
    let harmless = "enforcement: {request.warn_name: {level: advisory}, request.approval_cost: {level: mandatory}}";
    let folder = folder(&[("a.rego", policy), ("data/e.yaml", harmless)]);
    Policies::load(&settings(folder.path())).expect("it says what is so anyway");
}

#[tokio::test]
async fn what_is_said_of_no_rule_is_refused() {
    for (data, said) in [
        (
            "enforcement: {request.deny_regoin: {level: advisory}}",
            "`request.deny_regoin` is no rule\nhint: did you mean `request.deny_region`?",
        ),
        (
            "enforcement: {request.deny_region: {level: harsh}}",
            "`request.deny_region`: unknown variant `harsh`",
        ),
        ("enforcement: [a]", "it is no mapping"),
    ] {
        let files = [
            ("a.rego", "package request\ndeny_region contains \"x\" if true"),
            ("data/e.yaml", data),
        ];
        let folder = folder(&files);
        let problems = Policies::load(&settings(folder.path())).err().expect("it is refused");
        assert!(problems[0].to_string().contains(said), "{}", problems[0]);
    }
}

#[tokio::test]
async fn a_rule_that_could_not_be_asked_denies_and_says_so() {
    let policy = r#"package request
deny contains "found" if input.x

deny contains "many" if {
	to_number(input.count) > 3
}

warn contains "w" if to_number(input.count) > 3
"#;
    let input = json!({"x": true, "count": "many"});
    let decision = decided(&[("a.rego", policy)], Point::Request, &input).await;
    assert_eq!(
        lines(&decision),
        [
            "deny request.deny a.rego:2: found",
            "deny request.deny a.rego:5: this rule could not be evaluated: to_number: `many` is no number",
            "warn request.warn a.rego:8: this rule could not be evaluated: to_number: `many` is no number",
        ]
    );
    // As `opa eval` has it.
    let folder = folder(&[("a.rego", policy)]);
    let lenient = Settings { builtin_errors: BuiltinErrors::Undefined, ..settings(folder.path()) };
    let decision =
        Policies::load(&lenient).expect("it is loaded").decide(Point::Request, &input).await;
    assert_eq!(lines(&decision), ["deny request.deny a.rego:2: found"]);
}

#[tokio::test]
async fn both_versions_of_rego_are_read() {
    let old = "package main\n\ndeny[msg] {\n  any([input.x, false])\n  msg := \"old\"\n}\n";
    let new = "package main\n\nimport rego.v1\n\ndeny contains \"new\" if input.x\n";
    let folder = folder(&[("old.rego", old)]);
    let problems = Policies::load(&settings(folder.path())).err().expect("it is v0");
    assert!(
        problems[0].to_string().contains("this is Rego v0: say so by `rego_version`"),
        "{}",
        problems[0]
    );
    let v0 = Settings { version: RegoVersion::V0, ..settings(folder.path()) };
    let said = async |settings: &Settings| {
        let decision = Policies::load(settings).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let decision = decision.decide(Point::Plan, &json!({"x": true})).await;
        decision.findings.into_iter().map(|finding| finding.message).collect::<Vec<String>>()
    };
    assert_eq!(said(&v0).await, ["old"]);
    super::write(folder.path(), &[(".manifest", "{\"rego_version\": 0}")]);
    assert_eq!(said(&settings(folder.path())).await, ["old"]);
    std::fs::remove_file(folder.path().join("old.rego")).expect("is removed");
    super::write(folder.path(), &[("new.rego", new)]);
    assert_eq!(said(&settings(folder.path())).await, ["new"]);
}

#[tokio::test]
async fn data_is_there_for_rules_and_for_others() {
    let files = [
        ("a.rego", "package request\ndeny contains data.teams.shop.limit if true"),
        ("data/teams.yaml", "teams:\n  shop: {limit: 3}\n"),
        ("a_test.rego", "package request\ntest_broken if nothing(1)"),
    ];
    let folder = folder(&files);
    let policies = Policies::load(&settings(folder.path())).expect("tests are not loaded");
    assert_eq!(policies.data(), json!({"teams": {"shop": {"limit": 3}}}));
    let decision = policies.decide(Point::Request, &json!({})).await;
    assert_eq!(decision.findings[0].message, "`deny` says what is no message: 3");
}
