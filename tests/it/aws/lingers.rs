//! What exists although the state has let it go is found by a second look, and is no "destroyed".

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::life::PATIENCE;
use crate::e2e::stage::{Options, Stage, template_folder};
use crate::support::database::{self, Database};
use crate::support::moto::Moto;
use crate::support::{programs, terraform};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn what_terraform_let_go_is_seen() {
    is_seen(database::sqlite().await, "terraform").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn what_opentofu_let_go_is_seen() {
    if let Some(database) = database::postgres().await
        && programs::runs("tofu")
    {
        is_seen(database, "tofu").await;
    }
}

async fn is_seen(database: Database, engine: &'static str) {
    let moto = Moto::start().await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database).with_folder(template(folder.path(), engine));
    let stage = Stage::start(options.adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
        config.runs.destroy_backoff = Duration::from_millis(50);
    }))
    .await;
    let alice = stage.alice().waiting(PATIENCE);
    let order = alice.orders("lingers", &[]).await;
    order.is_ready().await;
    let made = moto.tagged("mayfly:environment", &order.name).await;
    let [topic] = made.as_slice() else { panic!("there is one topic: {made:?}") };

    alice.presses(&order.card(), "destroy").await;
    stage.says(&stage.trace(), "begun").await;
    assert!(moto.tagged("mayfly:environment", &order.name).await.is_empty(), "it is still there");
    let name = &order.name;
    moto.query("sns", &format!("Action=CreateTopic&Name={name}&Version=2010-03-31")).await;
    std::fs::write(stage.data().join("go"), "").expect("it can be written");
    order.shows("Quarantined").await;
    let failed = order.says("its provider still shows aws_sns_topic.made").await;
    assert!(!failed.says("terraform_data"), "{}", failed.plain());
    assert!(order.thread().iter().all(|said| !said.says("is destroyed:")), "it was said");

    moto.query("sns", &format!("Action=DeleteTopic&TopicArn={topic}&Version=2010-03-31")).await;
    alice.presses(&order.card(), "retry").await;
    order.says("its state is empty").await;
    let looked = "SELECT detail FROM steps WHERE event = 'verified' ORDER BY seq";
    let looked = stage.texts(looked).await;
    assert_eq!(looked.last().map(String::as_str), Some("asked for anew, nothing of it exists"));
    stage.ends().await;
    drop(folder);
}

/// The template, for this engine.
fn template(folder: &Path, engine: &str) -> PathBuf {
    let (from, to) = (template_folder("lingers"), folder.join("lingers"));
    std::fs::create_dir(&to).expect("it can be made");
    for file in ["main.tf", "template.yaml", ".terraform.lock.hcl"] {
        let text = std::fs::read_to_string(from.join(file)).expect("it is there");
        let text = text.replace("engine: terraform", &format!("engine: {engine}"));
        std::fs::write(to.join(file), text).expect("it can be written");
    }
    to
}
