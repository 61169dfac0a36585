//! What is changed outside is found, with before and after, and put back: with each engine that is here.

use std::path::{Path, PathBuf};

use mayfly::playground::{Message, Snapshot};

use super::life::PATIENCE;
use crate::e2e::people::Order;
use crate::e2e::stage::{Options, Stage, template_folder};
use crate::support::database::{self, Database};
use crate::support::moto::Moto;
use crate::support::{programs, terraform};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn drift_is_found_and_reverted_with_terraform() {
    if let Some(database) = database::postgres().await {
        drifts(database, "terraform").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn drift_is_found_and_reverted_with_opentofu() {
    if programs::runs("tofu") {
        drifts(database::sqlite().await, "tofu").await;
    }
}

async fn drifts(database: Database, engine: &str) {
    let moto = Moto::start().await;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database).with_folder(template(folder.path(), engine));
    let stage = Stage::start(options.adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
    }))
    .await;
    let (alice, bob) = (stage.alice().waiting(PATIENCE), stage.bob());
    let order = alice.orders("drifting", &[]).await;
    order.is_ready().await;
    let before = stage.row(&order.name).await;
    let topic = |n: usize| before.outputs.0[n].value.clone();
    let (kept, lost) = (topic(0), topic(1));
    let password = code_of(&moto, &kept).await;
    assert_eq!(password.len(), 24);

    // Right after it was made nothing has drifted, whatever the provider filled in by itself.
    alice.asks(&format!("drift {}", order.name)).await;
    let said = outcome(&order, 0).await;
    assert!(
        said.says("No drift: all that its template sets is as it was made"),
        "{}",
        said.plain()
    );
    assert!(said.button("revert").is_none(), "{:?}", said.buttons());

    let seen = order.thread().len();
    let set = "AttributeName=DisplayName&AttributeValue=by+hand";
    ask(&moto, &format!("Action=SetTopicAttributes&TopicArn={kept}&{set}")).await;
    let tag = "Tags.member.1.Key=code&Tags.member.1.Value=guessed";
    ask(&moto, &format!("Action=TagResource&ResourceArn={kept}&{tag}")).await;
    ask(&moto, &format!("Action=DeleteTopic&TopicArn={lost}")).await;
    alice.asks(&format!("drift {}", order.name)).await;
    let found = outcome(&order, seen).await;
    for part in [
        "2 resources changed outside",
        "~ aws_sns_topic.kept",
        "display_name: first → by hand",
        r#""code":"[secret]""#,
        r#""code":"guessed""#,
        "- aws_sns_topic.lost",
    ] {
        assert!(found.says(part), "{part} is not in: {}", found.plain());
    }
    assert_eq!(name_of(&moto, &kept).await, "by hand", "a check changes nothing");

    // Another's press does nothing; the owner's puts it back.
    let refused = bob.presses_stale(&found, "revert").await;
    assert!(refused.says("No environment that you may see"), "{}", refused.plain());
    let seen = order.thread().len();
    let answer = alice.presses(&found, "revert").await;
    assert!(answer.says("Reverting"), "{}", answer.plain());
    let plan = order.says_after(seen, "+1 ~1 -0").await;
    for part in ["display_name: by hand → first", "+ aws_sns_topic.lost"] {
        assert!(plan.says(part), "{part} is not in: {}", plan.plain());
    }
    let done = order.says("as its template says again").await;
    assert!(done.says("2 resources put back"), "{}", done.plain());
    assert_eq!(name_of(&moto, &kept).await, "first");
    assert_eq!(code_of(&moto, &kept).await, password);
    stage.settles().await;
    let after = stage.row(&order.name).await;
    assert_eq!((after.status, after.expires_at), (before.status, before.expires_at));
    let runs = "SELECT kind || ' ' || weight || ' ' || status FROM runs ORDER BY created_at, id";
    let expected = [
        "create heavy succeeded",
        "drift light succeeded",
        "drift light succeeded",
        "update heavy succeeded",
    ];
    assert_eq!(stage.texts(runs).await, expected);

    let seen = order.thread().len();
    alice.asks(&format!("drift {}", order.name)).await;
    let said = outcome(&order, seen).await;
    assert!(said.says("No drift"), "{}", said.plain());
    for (place, text) in stage.everything_stored().await {
        assert!(!text.contains(&password), "{place} holds the password");
    }
    let told = alice.persona.sees().describe();
    assert!(!told.contains(&password), "{told}");
    order.is_destroyed().await;
    stage.ends().await;
    drop(folder);
}

/// What the next check comes to, after so many messages.
async fn outcome(order: &Order, seen: usize) -> Message {
    let ended =
        |m: &Message| ["No drift", "has drifted", "it failed at"].iter().any(|end| m.says(end));
    let find = |_: &Snapshot| order.thread().into_iter().skip(seen).find(&ended);
    order.owner.waits("what the check comes to", find).await
}

/// The template, for this engine.
fn template(folder: &Path, engine: &str) -> PathBuf {
    let (from, to) = (template_folder("drifting"), folder.join("drifting"));
    std::fs::create_dir(&to).expect("it can be made");
    for file in ["main.tf", "template.yaml", ".terraform.lock.hcl"] {
        let text = std::fs::read_to_string(from.join(file)).expect("it is there");
        let text = text.replace("engine: terraform", &format!("engine: {engine}"));
        std::fs::write(to.join(file), text).expect("it can be written");
    }
    to
}

async fn ask(moto: &Moto, query: &str) -> String {
    moto.query("sns", &format!("{query}&Version=2010-03-31")).await
}

async fn name_of(moto: &Moto, topic: &str) -> String {
    let xml = ask(moto, &format!("Action=GetTopicAttributes&TopicArn={topic}")).await;
    behind(&xml, "<key>DisplayName</key>")
}

async fn code_of(moto: &Moto, topic: &str) -> String {
    let xml = ask(moto, &format!("Action=ListTagsForResource&ResourceArn={topic}")).await;
    behind(&xml, "<Key>code</Key>")
}

/// The text of the element that follows.
fn behind(xml: &str, key: &str) -> String {
    let rest = xml.split_once(key).map(|(_, rest)| rest.trim_start()).unwrap_or_default();
    let value = rest.split_once('>').map(|(_, rest)| rest).unwrap_or_default();
    value.split('<').next().unwrap_or_default().to_owned()
}
