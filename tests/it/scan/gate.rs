//! The bot asks its scanners at the gate.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mayfly::config;
use mayfly::domain::scan::{Weighing, Weight};
use mayfly::playground::{Input, Message, View};
use serde_json::{Value, json};

use crate::e2e::stage::{Options, Stage};
use crate::support::{database, moto::Moto, programs, terraform};

fn scanner(program: PathBuf) -> config::Scanner {
    config::Scanner {
        program,
        weighing: Weighing::default(),
        overridable_by: vec!["role:operator".to_owned()],
        time: Duration::from_secs(60),
    }
}

/// A scanner that finds one thing of this severity, and keeps the plan that it was given.
fn finds(folder: &Path, severity: &str) -> config::Scanner {
    let report = json!({
        "check_type": "terraform_plan",
        "results": { "failed_checks": [{
            "check_id": "CKV_TEST_1", "check_name": "Ensure it is named well", "severity": severity,
            "resource_address": "terraform_data.only",
        }] },
        "summary": { "passed": 4, "failed": 1, "parsing_errors": 0 },
    });
    let program = folder.join("checkov");
    let text = format!(
        "#!/bin/sh\ncp plan.json {}/given.json\ncat <<'END'\n{report}\nEND\n",
        folder.display()
    );
    programs::script(&program, &text);
    scanner(program)
}

async fn stage(database: database::Database, scanner: config::Scanner) -> Stage {
    let adjust = move |config: &mut config::Config| config.policies.checkov = Some(scanner);
    Stage::start(Options::on(database).with("quick").adjusted(adjust)).await
}

on_both! {
    async fn who_may_go_past_what_a_scanner_denies_is_asked(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let stage = stage(database, finds(folder.path(), "HIGH")).await;
        let carol = stage.carol();
        let order = stage.alice().orders("quick", &[]).await;
        let told = order.says("CKV_TEST_1").await;
        assert!(told.says("terraform_data.only: Ensure it is named well."), "{}", told.plain());
        let ours = |m: &&Message| m.says(&order.name) && m.says("Approve");
        let card = carol.waits("the question", |s| s.dm.iter().find(ours).cloned()).await;
        let given = std::fs::read(folder.path().join("given.json")).expect("it was asked");
        let given: Value = serde_json::from_slice(&given).expect("it is JSON");
        assert_eq!(given["variables"]["password"]["value"], "(sensitive)");
        assert_eq!(given.get("mayfly"), None, "who asks is no business of a scanner's");
        carol.pushes(&card, "approve").await;
        let answers = |view: &&View| view.callback_id() == "answer";
        let view = carol.waits("why it may pass", |s| s.view().filter(answers).cloned()).await;
        let reason = ("reason", Input::Text("It lives for an hour.".to_owned()));
        carol.submits(&view, &[reason]).await;
        order.is_ready().await;
        let why = stage.alice().asks(&format!("why {}", order.name)).await;
        for part in ["checkov.CKV_TEST_1", "operator", "It lives for an hour."] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        order.is_destroyed().await;
        stage.ends().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_of_a_plan_that_no_scanner_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("checkov");
    programs::script(&program, "#!/bin/sh\necho it is out of order >&2\nexit 3\n");
    let stage = stage(database::sqlite().await, scanner(program)).await;
    let order = stage.alice().orders("quick", &[]).await;
    let told = order.says("checkov.failed").await;
    for part in ["code 3: it is out of order", "Nobody can override"] {
        assert!(told.says(part), "{part} is not in: {}", told.plain());
    }
    order.shows("Nothing was made").await;
    assert_eq!(stage.row(&order.name).await.status.as_str(), "rejected");
    stage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkov_itself_keeps_a_bucket_from_being_made() {
    let Some(program) = programs::scanner("checkov") else { return };
    let moto = Moto::start().await;
    let mut strict = scanner(program);
    strict.overridable_by.clear();
    strict.weighing.set("CKV_AWS_18", Weight::Deny).expect("it is a check");
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database::sqlite().await).adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
        config.policies.checkov = Some(strict);
    });
    let stage = Stage::start(options).await;
    let alice = stage.alice().waiting(Duration::from_secs(300));
    let order = alice.orders("s3-bucket", &[]).await;
    let told = order.says("checkov.CKV_AWS_18").await;
    assert!(
        told.says("aws_s3_bucket.this: Ensure the S3 bucket has access logging enabled."),
        "{}",
        told.plain()
    );
    order.shows("Nothing was made").await;
    let why = alice.asks(&format!("why {}", order.name)).await;
    assert!(why.says("checkov.CKV_AWS_18"), "{}", why.plain());
    assert_eq!(moto.buckets().await, Vec::<String>::new());
    stage.ends().await;
}
