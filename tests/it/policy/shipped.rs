//! The shipped policies: on plans that real Terraform makes with the real AWS provider, on Pulumi's previews, and by
//! their own tests.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use mayfly::domain::decision::{Decision, Point, Verdict};
use mayfly::policy::{Policies, Settings};
use serde_json::{Value, json};

use super::{exe, of_the_tree};
use crate::e2e::stage::files;
use crate::support::{programs, terraform};

/// What the bad plan of each engine trips; `tests/policy/plans/README.md` says with what.
const TRIPPED: &[&str] = &[
    "deny_encryption",
    "deny_ingress",
    "deny_naming",
    "deny_public",
    "deny_region",
    "deny_service",
    "deny_size",
    "deny_tags",
    "deny_version",
];

fn context() -> Value {
    json!({
        "point": "plan",
        "actor": { "kind": "person", "id": "U1", "workspace": "T1", "team": null, "groups": [], "roles": [] },
        "template": { "name": "t", "title": "T", "version": "v", "engine": "terraform" },
        "inputs": {}, "project": null, "cost_center": null, "budget": null, "estimate": null,
    })
}

async fn decided(mut plan: Value) -> Decision {
    plan["mayfly"] = context();
    let policies = Policies::load(&Settings::builtin(exe())).expect("the shipped policies load");
    policies.decide(Point::Plan, &plan).await
}

fn tripped(decision: &Decision) -> BTreeSet<&str> {
    decision.of(Verdict::Deny).map(|finding| finding.rule.as_str()).collect()
}

/// What `terraform show -json` prints of a plan of this configuration, made without an account.
fn planned(which: &str) -> Value {
    let source = of_the_tree("tests/policy/plans").join(which);
    let folder = tempfile::tempdir().expect("a folder");
    for file in files(&source) {
        let to = folder.path().join(file.strip_prefix(&source).expect("it is below"));
        std::fs::create_dir_all(to.parent().expect("has one")).expect("is made");
        std::fs::copy(&file, to).expect("is copied");
    }
    let program = programs::find("terraform", &[]).expect("terraform is on the PATH");
    let runs = |args: &[&str]| {
        let output = Command::new(&program)
            .args(args)
            .current_dir(folder.path())
            .env("TF_CLI_CONFIG_FILE", terraform::cli_config())
            .stdin(Stdio::null())
            .output()
            .expect("terraform runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "terraform {args:?}: {said}");
        output.stdout
    };
    runs(&["init", "-input=false", "-no-color"]);
    runs(&["plan", "-input=false", "-no-color", "-refresh=false", "-out=saved"]);
    serde_json::from_slice(&runs(&["show", "-json", "saved"])).expect("it is JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_denies_its_bad_plan_and_passes_its_good_one() {
    let (bad, good) = tokio::join!(
        tokio::task::spawn_blocking(|| planned("bad")),
        tokio::task::spawn_blocking(|| planned("good")),
    );
    let bad = decided(bad.expect("it is planned")).await;
    assert_eq!(tripped(&bad), TRIPPED.iter().copied().collect(), "{:#?}", bad.findings);
    for finding in &bad.findings {
        let rego = finding.place.rsplit_once(':').map(|(file, _)| file.ends_with(".rego"));
        assert_eq!(rego, Some(true), "{finding:?}");
        assert!(finding.fix.is_some(), "it says nothing that would pass: {finding:?}");
    }
    let good = decided(good.expect("it is planned")).await;
    assert_eq!(good.findings, [], "of the good one");
    assert!(good.rules > TRIPPED.len(), "only {} rules were asked", good.rules);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_of_pulumis_previews() {
    let preview = |which: &str| -> Value {
        let path = of_the_tree("tests/policy/plans").join(format!("pulumi-{which}.json"));
        serde_json::from_slice(&std::fs::read(path).expect("it reads")).expect("it is JSON")
    };
    let bad = decided(preview("bad")).await;
    assert_eq!(tripped(&bad), TRIPPED.iter().copied().collect(), "{:#?}", bad.findings);
    let good = decided(preview("good")).await;
    assert_eq!(good.findings, [], "of the good one");
}

#[test]
fn their_own_tests_pass_and_reach_every_rule() {
    let output = Command::new(exe())
        .args(["policy", "test", "--every-rule"])
        .current_dir(of_the_tree(""))
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let passed = said.split(" passed").next().and_then(|text| text.trim().parse::<usize>().ok());
    assert!(passed.is_some_and(|passed| passed > 100), "{said}");
}
