//! Templates that go wrong, and what their processes get to see.

use std::time::Duration;

use super::stage::{Options, Stage, processes_of};

on_both! {
    async fn a_failed_create_tells_why_and_is_destroyed(database: Database) {
        let stage = Stage::start(Options::on(database).with("broken")).await;
        let order = stage.alice().orders("broken", &[]).await;
        let failed = order.says("it failed at").await;
        for part in [
            "local-exec provisioner error",
            "terraform_data.refuses",
            "main.tf:",
            "the quota is used up",
        ] {
            assert!(failed.says(part), "{part} is not in: {}", failed.plain());
        }
        let receipt = order.says("its state is empty").await;
        assert!(receipt.says("creating it had failed"), "{}", receipt.plain());
        assert!(receipt.says("it was never ready"), "{}", receipt.plain());
        // What was made had a destroy of its own, and that ran.
        let left = std::fs::read_dir(stage.data().join("sites")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
        let logs = stage.alice().asks(&format!("logs {}", order.name)).await;
        assert!(logs.says(&order.name), "{}", logs.plain());
        stage.ends().await;
    }

    async fn an_apply_that_never_ends_fails_by_its_limit(database: Database) {
        let stage = Stage::start(Options::on(database).with("endless")).await;
        let order = stage.alice().orders("endless", &[]).await;
        stage.says(&stage.trace(), "begun").await;
        let apply = stage.child("apply");
        let failed = order.says("it failed at").await;
        assert!(failed.says("The apply took longer than its limit of 4 s"), "{}", failed.plain());
        assert_eq!(processes_of(&apply), [0; 0], "its processes live on");
        order.says("its state is empty").await;
        let left = std::fs::read_dir(stage.data().join("sites")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
        stage.ends().await;
    }

    async fn children_see_nothing_of_the_bots_environment(database: Database) {
        let stage = Stage::start(Options::on(database).with("environ")).await;
        let slack = stage.slack();
        let hidden = [slack.bot_token(), slack.app_token(), slack.signing_secret(), "xoxb-", "xapp-"]
            .map(str::to_owned);
        let order = stage.ready("environ").await;
        let dump = std::fs::read_to_string(stage.data().join("env")).expect("it was dumped");
        assert_allowed(&dump, &hidden);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_slow_start_is_told_as_it_goes(database: Database) {
        let options = Options::on(database)
            .with("slow")
            .adjusted(|config| config.runs.progress = Duration::from_millis(300));
        let stage = Stage::start(options).await;
        let order = stage.alice().orders("slow", &[("in_seconds", "3".into())]).await;
        // One message a run, edited: what is made just now stands in it.
        let progress = order.says("terraform_data.waits").await;
        order.is_ready().await;
        let same = order.thread().into_iter().filter(|m| !m.earlier.is_empty()).count();
        assert_eq!(same, 1, "{progress:?}");
        stage.ends().await;
    }
}

/// Every variable has a name that the adapter or a shell gives it, and none holds a secret of the bot.
pub fn assert_allowed(dump: &str, hidden: &[String]) {
    const ALLOWED: &[&str] = &[
        "PATH",
        "HOME",
        "CHECKPOINT_DISABLE",
        "MAYFLY_WORK_DIR",
        "MAYFLY_SUPERVISED_IN",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
        "OUT",
    ];
    let names = dump.lines().filter_map(|line| line.split_once('=').map(|(name, _)| name));
    let odd: Vec<&str> =
        names.filter(|name| !ALLOWED.contains(name) && !name.starts_with("TF_")).collect();
    assert!(odd.is_empty(), "children are given {odd:?}");
    for secret in hidden {
        assert!(!dump.contains(secret), "children see a secret of the bot");
    }
}
