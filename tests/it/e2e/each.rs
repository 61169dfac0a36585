//! OpenTofu and Pulumi through the playground: created, checked, reverted, called off, failed, destroyed. What
//! Terraform does is all the rest of these tests; `aws::drift` has the drift of both that speak HCL.

use mayfly::domain::TerraformBy;

use super::stage::{Options, Stage, processes_of};
use crate::support::database::Database;
use crate::support::programs::runs;

fn options(database: Database, engine: &str, template: &str) -> Options {
    let tofu = engine == "tofu";
    Options::on(database).with(template).adjusted(move |config| {
        if tofu {
            config.engines.run_terraform_with = TerraformBy::Tofu;
        }
    })
}

async fn lives(database: Database, engine: &str, template: &str) {
    let stage = Stage::start(options(database, engine, template)).await;
    let alice = stage.alice();
    let order = alice.orders(template, &[("in_note", "calm \"${x}\" $$y".into())]).await;
    order.is_ready().await;
    let shown = alice.asks(&format!("show {}", order.name)).await;
    assert!(shown.says(engine), "{}", shown.plain());
    assert!(order.card().says("calm \"${x}\" $$y"), "{}", order.card().plain());
    alice.asks(&format!("drift {}", order.name)).await;
    order.says("No drift").await;

    if engine == "pulumi" {
        let note = stage.data().join("sites").join(&order.name).join("note");
        std::fs::write(&note, "wild").expect("it is there");
        alice.asks(&format!("drift {}", order.name)).await;
        let found = order.says("changed outside").await;
        assert!(found.says("file:index:File::paper"), "{}", found.plain());
        assert!(found.says("→ wild"), "{}", found.plain());
        let answer = alice.presses(&found, "revert").await;
        assert!(answer.says("Reverting"), "{}", answer.plain());
        order.says("as its template says again").await;
        let text = std::fs::read_to_string(&note).expect("it is there");
        assert_eq!(text, "calm \"${x}\" $$y");
    }
    let sealed = "SELECT count(*) FROM secrets WHERE kind = 'output' AND field = 'password'";
    assert_eq!(stage.count(sealed).await, 1, "its password is sealed");
    order.is_destroyed().await;
    let left = std::fs::read_dir(stage.data().join("states")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "a state is left");
    stage.ends().await;
}

async fn is_called_off(database: Database, engine: &str, template: &str) {
    let stage = Stage::start(options(database, engine, template)).await;
    let order = stage.alice().orders(template, &[("in_seconds", "600".into())]).await;
    stage.says(&stage.trace(), "begun").await;
    let apply = stage.child("apply");
    stage.alice().presses(&order.card(), "cancel").await;
    let said = order.says("is cancelled").await;
    assert_eq!(processes_of(&apply), [0; 0], "it was said too early");
    assert!(said.says("What it had made is being destroyed"), "{}", said.plain());
    let receipt = order.says("its state is empty").await;
    assert!(receipt.says("called off its creation"), "{}", receipt.plain());
    let left = std::fs::read_dir(stage.data().join("sites")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
    stage.ends().await;
}

/// Called off while it is planned, with its state kept elsewhere: no empty stack stays there.
async fn leaves_no_stack(database: Database) {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let backend = format!("file://{}", elsewhere.path().display());
    let options = options(database, "pulumi", "filed");
    let stage =
        Stage::start(options.adjusted(move |config| config.pulumi.backend = Some(backend))).await;
    let order = stage.alice().orders("filed", &[("in_note", "endless".into())]).await;
    let stacks = elsewhere.path().join(".pulumi/stacks/filed");
    let stack = stacks.join(format!("{}.json", order.name));
    stage.appears(&stack).await;
    stage.counts(1, "SELECT count(*) FROM runs WHERE step = 'plan'").await;
    stage.alice().presses(&order.card(), "cancel").await;
    order.says("is cancelled").await;
    stage.settles().await;
    assert!(stacks.is_dir() && !stack.exists(), "an empty stack is left");
    stage.ends().await;
    drop(elsewhere);
}

/// The bot goes away in mid-apply and comes back: the child is followed, and nothing is begun twice.
async fn is_taken_up_again(database: Database, template: &'static str) {
    let options = Options::on(database).with(template);
    let mut stage = Stage::start(options).await;
    let order = stage.alice().orders(template, &[("in_seconds", "5".into())]).await;
    stage.says(&stage.trace(), "begun").await;
    stage.restarts_bot().await;
    order.is_ready().await;
    let text = std::fs::read_to_string(stage.trace()).expect("is there");
    assert_eq!(text.lines().collect::<Vec<_>>(), ["begun", "ended"], "it ran otherwise than once");
    assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
    order.is_destroyed().await;
    stage.ends().await;
}

/// Neither state nor plan holds in clear what is secret, and the folder goes in the end.
async fn is_encrypted(database: Database) {
    let stage = Stage::start(Options::on(database).with("tucked")).await;
    let order = stage.alice().orders("tucked", &[("in_note", "calm as ever".into())]).await;
    order.is_ready().await;
    let state = stage.data().join("states").join(&order.name).join("terraform.tfstate");
    let text = std::fs::read_to_string(&state).expect("it is there");
    assert!(text.contains("encrypted_data") && !text.contains("calm as ever"), "{text}");
    stage.alice().asks(&format!("drift {}", order.name)).await;
    order.says("No drift").await;
    order.is_destroyed().await;
    let left = std::fs::read_dir(stage.data().join("states")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "a state is left");
    stage.ends().await;
}

async fn fails(database: Database, engine: &str, template: &str) {
    let stage = Stage::start(options(database, engine, template)).await;
    let order = stage.alice().orders(template, &[]).await;
    let failed = order.says("it failed at").await;
    for part in ["refuses", "exit status 3", "the quota is used up"] {
        assert!(failed.says(part), "{part} is not in: {}", failed.plain());
    }
    let receipt = order.says("its state is empty").await;
    assert!(receipt.says("creating it had failed"), "{}", receipt.plain());
    let left = std::fs::read_dir(stage.data().join("sites")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
    stage.ends().await;
}

on_both! {
    async fn opentofu_lives(database: Database) {
        if runs("tofu") {
            lives(database, "tofu", "quick").await;
        }
    }

    async fn pulumi_lives_drifts_and_is_put_back(database: Database) {
        if runs("pulumi") {
            lives(database, "pulumi", "filed").await;
        }
    }

    async fn pulumi_is_taken_up_again(database: Database) {
        if runs("pulumi") {
            is_taken_up_again(database, "filed-slow").await;
        }
    }
}

/// What has nothing to do with the database is tried on one.
macro_rules! on_sqlite {
    ($($program:literal $name:ident => $what:ident($($argument:literal),*),)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            if runs($program) {
                $what(crate::support::database::sqlite().await, $($argument),*).await;
            }
        })+
    };
}

on_sqlite! {
    "tofu" opentofu_is_called_off => is_called_off("tofu", "slow"),
    "tofu" opentofu_fails => fails("tofu", "broken"),
    "tofu" opentofu_encrypts_its_state => is_encrypted(),
    "pulumi" pulumi_is_called_off => is_called_off("pulumi", "filed-slow"),
    "pulumi" pulumi_leaves_no_stack_of_what_was_called_off => leaves_no_stack(),
    "pulumi" pulumi_fails => fails("pulumi", "filed-broken"),
}
