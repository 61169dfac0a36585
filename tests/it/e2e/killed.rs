//! The engine is killed from outside in the middle of its work: what it made goes all the same, and what
//! nobody can know is said.

use mayfly::domain::TerraformBy;
use mayfly::process::Identity;

use super::stage::{Options, Stage, files};
use crate::support::database::Database;
use crate::support::programs::runs;

/// Kills the engine itself, as the system does when memory is short: neither its group nor its supervisor.
pub fn kill_engine(stage: &Stage, call: &str) {
    let path = stage.child(call).join("child.json");
    let text = std::fs::read(&path).expect("it runs");
    let child: Identity = serde_json::from_slice(&text).expect("it is JSON");
    let pid = rustix::process::Pid::from_raw(child.pid).expect("it is one");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it is ours");
}

/// What the receipt says after a kill in mid-create.
async fn receipt(database: Database, template: &'static str, tofu: bool) -> String {
    let options = Options::on(database).with(template).adjusted(move |config| {
        if tofu {
            config.engines.run_terraform_with = TerraformBy::Tofu;
        }
    });
    let stage = Stage::start(options).await;
    let order = stage.alice().orders(template, &[("in_seconds", "600".into())]).await;
    stage.says(&stage.trace(), "begun").await;
    kill_engine(&stage, "apply");
    let failed = order.says("it failed at").await;
    assert!(failed.says("signal 9"), "{}", failed.plain());
    assert!(failed.says("waits"), "{}", failed.plain());
    let receipt = order.says("its state is empty").await;
    let left = files(&stage.data().join("sites"));
    assert!(left.is_empty(), "{left:?}");
    let unsettled = "SELECT count(*) FROM effects";
    assert_eq!(stage.count(unsettled).await, 0);
    let plain = receipt.plain();
    stage.ends().await;
    plain
}

on_both! {
    async fn terraform_loses_what_was_in_flight(database: Database) {
        let receipt = receipt(database, "slow", false).await;
        assert!(receipt.contains("terraform_data.waits"), "{receipt}");
        assert!(!receipt.contains("terraform_data.made"), "{receipt}");
    }

    async fn opentofu_loses_all_of_its_first_seconds(database: Database) {
        if runs("tofu") {
            let receipt = receipt(database, "slow", true).await;
            assert!(receipt.contains("cut off"), "{receipt}");
            for lost in ["terraform_data.made", "terraform_data.waits"] {
                assert!(receipt.contains(lost), "{receipt}");
            }
        }
    }

    async fn pulumi_loses_what_was_in_flight(database: Database) {
        if runs("pulumi") {
            let receipt = receipt(database, "filed-slow", false).await;
            assert!(receipt.contains("command:local:Command::waits"), "{receipt}");
            assert!(!receipt.contains("Command::made"), "{receipt}");
        }
    }
}
