//! `mayfly policy …` as a person calls it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{exe, folder};

fn mayfly(folder: &Path, args: &[&str]) -> Output {
    Command::new(exe()).args(args).current_dir(folder).stdin(Stdio::null()).output().expect("runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const MAIN: &str = r#"package main

deny contains {"msg": "no tags", "severity": "high"} if not input.tags

deny_open contains "open" if input.open

warn contains "old" if input.old

exception contains ["open"] if input.trusted
"#;

#[test]
fn what_is_found_has_the_shape_that_conftest_gives_it() {
    let folder = folder(&[
        ("policy/main.rego", MAIN),
        ("bad.json", r#"{"old": true, "open": true}"#),
        ("good.json", r#"{"tags": {}}"#),
        ("trusted.json", r#"{"tags": {}, "open": true, "trusted": true}"#),
    ]);
    let args = [
        "policy",
        "check",
        "-p",
        "policy",
        "-i",
        "bad.json",
        "-i",
        "good.json",
        "-i",
        "trusted.json",
        "-o",
        "json",
    ];
    let output = mayfly(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let results: Value = serde_json::from_str(&out(&output)).expect("JSON");
    let query = |rule: &str, line: u32| json!({"query": format!("data.main.{rule}"), "place": format!("policy/main.rego:{line}")});
    let mut tags = query("deny", 3);
    tags["severity"] = json!("high");
    let except = "data.main.exception[_][_] == \"open\"";
    assert_eq!(
        results,
        json!([
            {
                "filename": "bad.json", "namespace": "main", "successes": 0,
                "warnings": [{"msg": "old", "metadata": query("warn", 7)}],
                "failures": [
                    {"msg": "no tags", "metadata": tags},
                    {"msg": "open", "metadata": query("deny_open", 5)},
                ],
            },
            {"filename": "good.json", "namespace": "main", "successes": 3},
            {
                "filename": "trusted.json", "namespace": "main", "successes": 2,
                "exceptions": [{"msg": except, "metadata": {"query": except}}],
            },
        ])
    );
}

#[test]
fn it_ends_as_conftest_ends() {
    let folder = folder(&[
        ("policy/main.rego", MAIN),
        ("bad.json", "{}"),
        ("old.json", r#"{"old": true, "tags": {}}"#),
        ("good.json", r#"{"tags": {}}"#),
        ("broken.rego", "package main\ndeny contains x if true"),
    ]);
    for (args, code) in [
        (&["-i", "good.json"][..], 0),
        (&["-i", "old.json"], 0),
        (&["-i", "bad.json"], 1),
        (&["-i", "good.json", "--fail-on-warn"], 0),
        (&["-i", "old.json", "--fail-on-warn"], 1),
        (&["-i", "bad.json", "--fail-on-warn"], 2),
        (&["-i", "bad.json", "--no-fail"], 0),
        (&["-i", "none.json"], 2),
        (&["-i", "bad.json", "-n", "other"], 0),
        (&["-i", "bad.json", "--all-namespaces"], 1),
        (&["-i", "bad.json", "-p", "broken.rego"], 2),
    ] {
        let all = [&["policy", "check", "-p", "policy"][..], args].concat();
        let output = mayfly(folder.path(), &all);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}{}", out(&output), err(&output));
    }
}

#[test]
fn text_says_rule_place_and_what_would_pass() {
    let folder = folder(&[
        (
            "policy/main.rego",
            "package main\ndeny contains {\"msg\": \"no\", \"fix\": \"do\"} if true\napproval contains \"ask\" if true",
        ),
        ("in.yaml", "a: 1\n"),
    ]);
    let output = mayfly(folder.path(), &["policy", "check", "-p", "policy", "-i", "in.yaml"]);
    assert_eq!(
        out(&output),
        "FAIL - in.yaml - main - no (do) [policy/main.rego:2]\nAPPROVAL - in.yaml - main - ask [policy/main.rego:3]\n\n\
         2 tests, 0 passed, 0 warnings, 1 failure, 0 exceptions, 1 to approve\n"
    );
}

#[test]
fn junit_and_sarif_are_well_formed() {
    let folder = folder(&[
        (
            "policy/main.rego",
            "package main\ndeny_x contains \"a <b> & \\\"c\\\"\" if true\nwarn contains \"w\" if true\ndeny_y contains \"never\" if input.y",
        ),
        ("in.json", "{}"),
    ]);
    let check = |output: &str| {
        out(&mayfly(
            folder.path(),
            &["policy", "check", "-p", "policy", "-i", "in.json", "-o", output],
        ))
    };
    let junit = check("junit");
    assert!(
        junit.contains(
            r#"<testsuite tests="3" failures="1" skipped="0" time="0.000" name="conftest.main">"#
        ),
        "{junit}"
    );
    assert!(
        junit.contains(
            "<failure message=\"Failed\" type=\"deny_x\">a &lt;b&gt; &amp; &quot;c&quot;</failure>"
        ),
        "{junit}"
    );
    let sarif: Value = serde_json::from_str(&check("sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = &sarif["runs"][0]["results"];
    let found: Vec<(&Value, &Value)> = results
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["ruleId"], &one["level"]))
        .collect();
    assert_eq!(
        found,
        [(&json!("main.deny_x"), &json!("error")), (&json!("main.warn"), &json!("warning"))]
    );
}

#[test]
fn a_query_is_answered_as_opa_answers_it() {
    let folder = folder(&[
        ("policy/a.rego", "package a.b\nc contains x if some x in input.list\nd := data.limit"),
        ("more/limit.json", "{\"limit\": 7}"),
        ("in.json", "{\"list\": [2, 1]}"),
    ]);
    let query = |query: &str| {
        let args =
            ["policy", "eval", "--query", query, "-i", "in.json", "-p", "policy", "-d", "more"];
        let output = mayfly(folder.path(), &args);
        (output.status.code(), out(&output), err(&output))
    };
    let (code, text, _) = query("data.a.b");
    assert_eq!(code, Some(0));
    let expected = json!({"result": [{"expressions": [{
        "value": {"c": [1, 2], "d": 7}, "text": "data.a.b", "location": {"row": 1, "col": 1},
    }]}]});
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), expected);
    assert_eq!(query("data.a.none").1, "{}\n");
    let (_, text, _) = query("x := data.a.b.d");
    assert_eq!(
        serde_json::from_str::<Value>(&text).expect("JSON")["result"][0]["bindings"],
        json!({"x": 7})
    );
    let (code, _, text) = query("data.a.b ==");
    assert_eq!(code, Some(2));
    assert!(text.starts_with("error: "), "{text}");
}

#[test]
fn tests_are_run_and_what_they_miss_is_said() {
    let rules = "package request\n\ndeny contains \"x\" if {\n\tinput.x\n}\n\ndeny_never contains \"y\" if {\n\tinput.y\n}\n";
    let tests = r#"package request

test_x if deny["x"] with input as {"x": true}

test_not if count(deny) == 0 with input as {}

test_fails if {
	print("x is", input)
	deny["z"] with input as {"x": true}
}

todo_test_later if false
"#;
    let folder = folder(&[("policy/r.rego", rules), ("policy/r_test.rego", tests)]);
    let output = mayfly(folder.path(), &["policy", "test", "-p", "policy", "--coverage"]);
    assert_eq!(
        out(&output),
        "policy/r_test.rego:7: FAIL request.test_fails\n    policy/r_test.rego:8: x is {}\n\
         policy/r.rego:7: no test reaches request.deny_never\n\
         2 passed, 1 failed, 1 skipped · 50.0 % of the lines reached\n\
         policy/r.rego: 2 of 4 lines, not 7, 8\n",
        "{}",
        err(&output)
    );
    assert_eq!(output.status.code(), Some(1));
    let passing = folder.path().join("policy/r_test.rego");
    std::fs::write(
        &passing,
        "package request\n\ntest_x if deny[\"x\"] with input as {\"x\": true}\n",
    )
    .expect("is written");
    let code = |more: &[&str]| {
        mayfly(folder.path(), &[&["policy", "test", "-p", "policy"], more].concat()).status.code()
    };
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--coverage-threshold", "80"]), Some(1));
    assert_eq!(code(&["--every-rule"]), Some(1));
    assert_eq!(code(&["-d", "none"]), Some(2));
}

#[test]
fn the_shipped_policies_pass_their_tests_and_each_rule_is_reached() {
    let tree = super::of_the_tree("");
    let output = mayfly(
        &tree,
        &["policy", "test", "-p", "policies", "--every-rule", "--coverage-threshold", "100"],
    );
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
}

#[test]
fn schemas_are_printed() {
    let folder = folder(&[]);
    let output = mayfly(folder.path(), &["policy", "schema", "extend"]);
    let schema: Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(schema["properties"]["point"]["const"], "extend");
    let pulumi = mayfly(folder.path(), &["policy", "schema", "plan", "--pulumi"]);
    assert!(out(&pulumi).contains("\"steps\""));
    assert_eq!(
        mayfly(folder.path(), &["policy", "schema", "extend", "--pulumi"]).status.code(),
        Some(1)
    );
}
