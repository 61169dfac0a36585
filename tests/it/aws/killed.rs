//! The engine is killed after it has made things of which its state knows nothing: they are found by the
//! names that its log gave them, taken in, and destroyed.

use std::path::{Path, PathBuf};

use super::life::PATIENCE;
use crate::e2e::killed::kill_engine;
use crate::e2e::stage::{Options, Stage, template_folder};
use crate::support::moto::Moto;
use crate::support::{database, programs, terraform};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn what_terraform_lost_is_in_the_copy() {
    let journal = is_found("terraform").await;
    assert!(journal.iter().any(|event| event == "restored"), "{journal:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn what_opentofu_lost_is_taken_in_and_destroyed() {
    // It writes no state in its first seconds, so that there is no copy of it either.
    if programs::runs("tofu") {
        let journal = is_found("tofu").await;
        let adopted = journal.iter().filter(|event| *event == "adopted").count();
        assert_eq!(adopted, 2, "{journal:?}");
    }
}

/// What the journal says happened.
async fn is_found(engine: &'static str) -> Vec<String> {
    let moto = Moto::start().await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database::sqlite().await)
        .with_folder(template(folder.path(), engine))
        .unguarded();
    let stage = Stage::start(options.adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
    }))
    .await;
    let alice = stage.alice().waiting(PATIENCE);
    let order = alice.orders("cutoff", &[]).await;
    stage.says(&stage.trace(), "begun").await;
    let made = moto.tagged("mayfly:environment", &order.name).await;
    assert_eq!(made.len(), 3, "{made:?}");
    // One of them somebody removes by hand: there is nothing to be taken in then.
    let topic = made.iter().find(|arn| arn.contains(":sns:")).expect("there are two");
    moto.query("sns", &format!("Action=DeleteTopic&TopicArn={topic}&Version=2010-03-31")).await;
    // As a killed engine leaves it, when it was writing.
    let state = stage.data().join("states").join(&order.name).join("terraform.tfstate");
    kill_engine(&stage, "apply");
    std::fs::write(state, "").expect("it is there");
    let failed = order.says("it failed at").await;
    assert!(failed.says("signal 9"), "{}", failed.plain());
    let receipt = order.says("its state is empty").await;
    assert!(!receipt.says("aws_"), "{}", receipt.plain());
    let left = moto.tagged("mayfly:environment", &order.name).await;
    assert!(left.is_empty(), "{left:?}");
    assert!(moto.buckets().await.is_empty());
    let journal = stage.texts("SELECT event FROM steps ORDER BY seq").await;
    stage.ends().await;
    drop(folder);
    journal
}

/// What its provider calls it nobody has heard: it is found by its tag.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn what_has_no_id_is_found_by_its_tag() {
    let moto = Moto::start().await;
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database::sqlite().await).with("midway").unguarded();
    let stage = Stage::start(options.adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
    }))
    .await;
    let alice = stage.alice().waiting(PATIENCE);
    let order = alice.orders("midway", &[]).await;
    stage.says(&stage.trace(), "begun").await;
    let ids = stage.count("SELECT count(*) FROM effects WHERE id IS NOT NULL").await;
    assert_eq!((moto.buckets().await.len(), ids), (1, 0));
    // Another installation's has the same name in its tag.
    let tags = [("mayfly:installation", "another"), ("mayfly:environment", &order.name)];
    moto.make_bucket("theirs").await;
    moto.tag_bucket("theirs", &tags).await;
    // Terraform writes a resource down before its provisioners run: as if the kill had come before that.
    let state = stage.data().join("states").join(&order.name).join("terraform.tfstate");
    kill_engine(&stage, "apply");
    let text = std::fs::read_to_string(&state).expect("it is there");
    let mut empty: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    empty["resources"] = serde_json::json!([]);
    std::fs::write(&state, empty.to_string()).expect("it can be written");
    order.says("it failed at").await;
    let receipt = order.says("its state is empty").await;
    assert!(!receipt.says("aws_s3_bucket"), "{}", receipt.plain());
    assert_eq!(moto.buckets().await, ["theirs"]);
    let journal = stage.texts("SELECT event || ': ' || detail FROM steps ORDER BY seq").await;
    let said = |what: &str| journal.iter().any(|line| line.starts_with(what));
    assert!(
        said("swept by tag: 1 resources") && said("adopted: took aws_s3_bucket"),
        "{journal:?}"
    );
    stage.ends().await;
}

/// The template, for this engine.
fn template(folder: &Path, engine: &str) -> PathBuf {
    let (from, to) = (template_folder("cutoff"), folder.join("cutoff"));
    std::fs::create_dir(&to).expect("it can be made");
    for file in ["main.tf", "template.yaml", ".terraform.lock.hcl"] {
        let text = std::fs::read_to_string(from.join(file)).expect("it is there");
        let text = text.replace("engine: terraform", &format!("engine: {engine}"));
        std::fs::write(to.join(file), text).expect("it can be written");
    }
    to
}
