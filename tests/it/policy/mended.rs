//! Where the engine reads a policy otherwise than OPA: it is mended, or refused with its place.

use mayfly::domain::decision::Point;
use mayfly::policy::Policies;
use serde_json::{Value, json};

use super::{folder, settings};

/// The messages and their lines.
async fn said(policy: &str, input: Value) -> Vec<(String, String)> {
    let folder = folder(&[("p.rego", policy)]);
    let policies =
        Policies::load(&settings(folder.path())).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let decision = policies.decide(Point::Plan, &input).await;
    let line = |place: &str| place.rsplit(':').next().unwrap_or_default().to_owned();
    decision.findings.into_iter().map(|finding| (line(&finding.place), finding.message)).collect()
}

async fn messages(policy: &str, input: Value) -> Vec<String> {
    said(policy, input).await.into_iter().map(|(_, message)| message).collect()
}

/// What keeps a policy from being loaded.
fn refused(policy: &str) -> Vec<String> {
    let folder = folder(&[("p.rego", policy)]);
    let problems = Policies::load(&settings(folder.path())).err().expect("it is refused");
    let name = folder.path().file_name().expect("has one").to_string_lossy().into_owned();
    problems.iter().map(|problem| problem.to_string().replace(&format!("{name}/"), "")).collect()
}

#[tokio::test]
async fn a_variable_may_be_called_like_a_rule() {
    let policy = r#"package main

resource contains r.address if some r in input.resources

deny contains msg if {
	some resource in input.resources
	resource.size > 1
	msg := sprintf("%s of %d", [resource.address, count(data.main.resource)])
}

deny contains msg if {
	names := [resource.address | some resource in input.resources]
	every resource in names { resource != "c" }
	count(resource) == 2
	msg := concat(",", names)
}

big(resource) if resource.size > 2

deny contains "big" if {
	resource := input.resources[_]
	big(resource)
}
"#;
    let input = json!({"resources": [{"address": "a", "size": 1}, {"address": "b", "size": 3}]});
    let said = said(policy, input).await;
    let expected = [("11", "a,b"), ("5", "b of 2"), ("20", "big")];
    assert_eq!(said, expected.map(|(line, text)| (line.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn what_is_undefined_behind_not_leaves_the_rule_undefined() {
    let policy = r#"package main
f(x) := startswith(x, "a")
g(x) := x.name
deny contains "reference" if not startswith(input.missing, "a")
deny contains "function" if not f(g(input))
deny contains "comparison" if not input.missing > 3
deny contains "membership" if not input.missing in ["a"]
deny contains "with" if not f(g(input)) with input as {"name": "b"}
deny contains "several" if {
	input.text
	not f(
		# Of several lines,
		g({"name": input.text}),
	)
}
deny contains "equation" if not input.missing == 1
deny contains "plain" if not input.missing
deny contains "comprehension" if count([1 | not startswith(lower(input.missing), "a")]) == 1
deny contains "nested" if not count([x | x := input.text; not startswith(lower(x), "q")]) == 0
"#;
    assert_eq!(
        messages(policy, json!({"text": "b"})).await,
        ["equation", "nested", "plain", "several", "with"]
    );
}

#[tokio::test]
async fn what_a_head_cannot_say_is_left_out_and_nothing_else() {
    let policy = r#"package main
deny contains sprintf("%s", [x.name]) if some x in input.list
deny_object contains {
	"msg": x.name,
	"fix": "name it",
} if {
	some x in input.list # each
}
warn[x.name] := "w" if some x in input.list
"#;
    let input = json!({"list": [{"name": "a"}, {}, {"name": "c"}, {}]});
    let all = said(policy, input).await;
    let denied: Vec<(&str, &str)> =
        all.iter().map(|(line, said)| (line.as_str(), said.as_str())).collect();
    assert_eq!(
        denied,
        [
            ("2", "a"),
            ("2", "c"),
            ("3", "a"),
            ("3", "c"),
            ("9", "`warn` says what is no message: {\"a\":\"w\",\"c\":\"w\"}"),
        ]
    );
}

#[tokio::test]
async fn walking_gives_out_everything() {
    let policy = r#"package main
deny contains path[0] if {
	[path, value] := walk(input)
	value == "secret"
}
deny_two contains concat(".", walk(input)[0]) if input.a
"#;
    assert_eq!(
        messages(policy, json!({"a": "secret", "b": "x", "c": "secret"})).await,
        ["a", "c", "", "a", "b", "c"]
    );
    assert_eq!(
        refused("package main\ndeny := walk(input)[1]"),
        [
            "p.rego:2:9: `walk` stands in the head of a rule that has no body\nhint: call it in a body"
        ]
    );
}

#[tokio::test]
async fn there_is_nothing_in_a_text() {
    let policy = r#"package main
deny contains x if some x in input.text
deny contains k if some k, _ in input.number
deny contains x if some x in input.list
"#;
    assert_eq!(messages(policy, json!({"text": "abc", "number": 5, "list": ["x"]})).await, ["x"]);
}

#[tokio::test]
async fn a_package_is_whole_however_many_files_it_has() {
    let files = [
        ("a.rego", "package lib\n\nimport data.other\n\nfirst contains x if some x in second\n"),
        (
            "b.rego",
            "package lib\n\nimport data.other.made as thing\n\nsecond contains x if { some x in third; x != thing }\n",
        ),
        ("c.rego", "package lib\n\nimport data.other\n\nthird := {\"p\", other.made, \"q\"}\n"),
        (
            "main.rego",
            "package main\n\nimport data.lib\n\ndeny contains x if some x in lib.first\n",
        ),
        ("other.rego", "package other\n\nmade := \"made\"\n"),
    ];
    let folder = folder(&files);
    let policies =
        Policies::load(&settings(folder.path())).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let decision = policies.decide(Point::Plan, &json!({})).await;
    let said: Vec<&str> =
        decision.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(said, ["p", "q"]);
}

#[test]
fn files_of_a_package_that_import_different_things_by_one_name_are_refused() {
    let folder = folder(&[
        ("a.rego", "package main\n\nimport data.x.lib\n\ndeny contains lib.a if true"),
        ("b.rego", "package main\n\nimport data.y.lib\n\ndeny contains lib.a if true"),
    ]);
    let problems = Policies::load(&settings(folder.path())).err().expect("it is refused");
    assert!(
        problems[0]
            .to_string()
            .contains("b.rego:3:1: `lib` is another import in this file's package, in "),
        "{}",
        problems[0]
    );
}

#[test]
fn what_would_never_be_denied_is_refused_with_its_place() {
    for (policy, said) in [
        (
            "deny contains \"x\" if {\n\tinput.never\n\tcrypto.x509.parse_certificates(input.x)\n}",
            "p.rego:4:2: `crypto.x509.parse_certificates` is no function here",
        ),
        (
            "deny contains \"x\" if http.send({\"url\": \"x\"}).status_code != 200",
            "p.rego:2:22: `http.send` makes no request here",
        ),
        ("deny contains \"x\" if helper(1)", "p.rego:2:22: `helper` is no function here"),
        (
            "f(x) := x\ndeny contains \"x\" if f(1, 2, 3)",
            "p.rego:3:22: `f` takes 1 arguments and gets 3",
        ),
        (
            "deny contains \"x\" if startswith(\"x\")",
            "p.rego:2:22: `startswith` takes 2 arguments and gets 1",
        ),
        (
            "deny contains \"x\" if regex.match(`(?=a)`, input.x)",
            "p.rego:2:22: the regular expression `(?=a)`: look-around",
        ),
        (
            "deny contains \"x\" if count([y | y := data.lib.f(1)]) == 0",
            "p.rego:2:38: `data.lib.f` is no function here",
        ),
        ("deny contains \"x\" if y > 1", "p.rego:2:22: `y` is bound by nothing"),
        ("deny contains msg if true", "p.rego:2:15: `msg` is bound by nothing"),
        ("deny contains \"x\" if {", "p.rego:3:1: expecting expression"),
        (
            "deny contains json.marshal({\"n\": 1.50}) if true",
            "p.rego:2:34: `1.50` is written out as 1.5 here",
        ),
    ] {
        let problems = refused(&format!("package main\n{policy}\n"));
        assert!(problems[0].starts_with(said), "{policy}: {problems:?}");
    }
}

#[tokio::test]
async fn places_of_errors_are_those_of_the_file() {
    // Both statements move and grow when they are mended.
    let policy = r#"package main
name := "x"
deny contains {
	"msg": input.a,
} if { some name in input.list; not startswith(lower(name), "x"); to_number(name) > 1 }
"#;
    let all = said(policy, json!({"a": "m", "list": ["b"]})).await;
    assert_eq!(
        all,
        [(
            "5".to_owned(),
            "this rule could not be evaluated: to_number: `b` is no number".to_owned()
        )]
    );
    let unsafe_one = "package main\nname := 1\ndeny contains \"x\" if { some name in [1]; not lower(input.x) == name; other > name }\n";
    assert_eq!(
        refused(unsafe_one),
        [
            "p.rego:3:70: `other` is bound by nothing\nhint: give it a value in the rule's body, or correct its name"
        ]
    );
}

#[tokio::test]
async fn long_lines_are_read() {
    let long =
        format!("package main\ndeny contains \"x\" if input.x == \"{}\"\n", "y".repeat(3000));
    assert_eq!(messages(&long, json!({"x": "y".repeat(3000)})).await, ["x"]);
}
