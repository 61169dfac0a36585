//! Failures that pass by themselves are tried again, a few times; while a run waits, nobody holds it.

use std::time::Duration;

use mayfly::domain::Timestamp;
use mayfly::domain::clock::real_now;

use super::stage::{Options, Stage};
use crate::support::database::Database;

const THROTTLED: &str = "api error ThrottlingException: Rate exceeded";
const RETRIED: &str = "SELECT count(*) FROM steps WHERE event = 'retried'";
const PLANS: &str = "SELECT count(*) FROM steps WHERE event = 'begun' AND step = 'plan'";
const HELD: &str = "SELECT count(*) FROM runs WHERE claimed_until IS NOT NULL";
const RUNS: &str = "SELECT count(*) FROM runs";

/// A bot that waits so long before the first other try.
pub fn waiting(database: Database, backoff: Duration) -> Options {
    Options::on(database).with("moody").adjusted(move |config| {
        config.runs.retry_backoff = backoff;
        config.runs.destroy_backoff = Duration::from_millis(50);
        config.runs.progress = Duration::from_millis(100);
        config.runs.poll = Duration::from_millis(200);
    })
}

/// From here every such call fails with these words; `None`: no more.
pub fn fails(stage: &Stage, call: &str, words: Option<&str>) {
    let file = stage.data().join(format!("{call}-fails"));
    match words {
        Some(words) => std::fs::write(file, words).expect("it can be written"),
        None => std::fs::remove_file(file).expect("it is there"),
    }
}

on_both! {
    async fn a_plan_that_is_throttled_is_tried_again(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_secs(4))).await;
        fails(&stage, "plan", Some(THROTTLED));
        let order = stage.alice().orders("moody", &[]).await;
        let told = order.says("Trying again in 4 s").await;
        assert!(told.says("its provider wants fewer calls"), "{}", told.plain());
        assert_eq!(stage.count(HELD).await, 0, "somebody holds what waits");
        fails(&stage, "plan", None);
        order.is_ready().await;
        assert_eq!(stage.count(RETRIED).await, 1);
        assert_eq!(stage.count(RUNS).await, 1, "it is one run");
        let progress = order.says("is done").await;
        assert!(!progress.says("Trying again"), "{}", progress.plain());
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn trying_again_has_an_end_and_helps_only_what_passes(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_millis(50))).await;
        fails(&stage, "plan", Some(THROTTLED));
        let order = stage.alice().orders("moody", &[]).await;
        let failed = order.says("it failed at").await;
        assert!(failed.says("ThrottlingException"), "{}", failed.plain());
        assert_eq!(stage.count(RETRIED).await, 2);
        assert_eq!(stage.count(PLANS).await, 3);
        order.shows("Destroyed").await;

        fails(&stage, "plan", Some("api error AccessDenied: Access Denied"));
        let order = stage.alice().orders("moody", &[]).await;
        order.says("it failed at").await;
        assert_eq!(stage.count(RETRIED).await, 2, "what does not pass was tried again");
        assert_eq!(stage.count(RUNS).await, 2, "nothing was made, and something was destroyed");
        stage.ends().await;
    }

    async fn an_update_that_is_throttled_is_tried_again(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_secs(3))).await;
        let order = stage.ready("moody").await;
        fails(&stage, "plan", Some(THROTTLED));
        stage.alice().asks(&format!("revert {}", order.name)).await;
        order.says("Trying again in 3 s").await;
        assert_eq!(stage.count(HELD).await, 0, "somebody holds what waits");
        fails(&stage, "plan", None);
        let updated = "SELECT count(*) FROM runs WHERE kind = 'update' AND status = 'succeeded'";
        stage.counts(1, updated).await;
        stage.settles().await;
        assert_eq!(stage.count(RUNS).await, 2, "a create and an update");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_check_for_drift_that_is_throttled_is_tried_again(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_millis(300))).await;
        let order = stage.ready("moody").await;
        fails(&stage, "plan", Some(THROTTLED));
        stage.alice().asks(&format!("drift {}", order.name)).await;
        stage.counts(1, "SELECT count(*) FROM steps WHERE event = 'retried'").await;
        fails(&stage, "plan", None);
        order.says("No drift").await;
        assert_eq!(stage.count(RUNS).await, 2, "a create and a check");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_waits_can_be_called_off(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_secs(600))).await;
        fails(&stage, "plan", Some(THROTTLED));
        let order = stage.alice().orders("moody", &[]).await;
        order.says("Trying again in 10 min").await;
        let answer = stage.alice().presses(&order.card(), "cancel").await;
        assert!(answer.says("Stopping"), "{}", answer.plain());
        order.says("is cancelled").await;
        order.shows("Nothing was made").await;
        assert_eq!(stage.count(PLANS).await, 1, "it was planned once more");
        stage.ends().await;
    }

    async fn the_wait_outlives_the_bot(database: Database) {
        let mut stage = Stage::start(waiting(database, Duration::from_secs(15))).await;
        fails(&stage, "plan", Some(THROTTLED));
        let order = stage.alice().orders("moody", &[]).await;
        order.says("Trying again in 15 s").await;
        fails(&stage, "plan", None);
        stage.stops_bot().await;
        let due = Timestamp(stage.count("SELECT not_before FROM runs").await);
        assert!(due > real_now(), "it does not wait");
        stage.starts_bot().await;
        order.is_ready().await;
        assert!(real_now() > due, "it waited no longer");
        assert_eq!(stage.count(RETRIED).await, 1);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_destroy_is_tried_again_in_its_own_run(database: Database) {
        let stage = Stage::start(waiting(database, Duration::from_secs(3))).await;
        let order = stage.ready("moody").await;
        fails(&stage, "destroy", Some("dial tcp 10.0.0.1:443: connect: connection refused"));
        order.owner.presses(&order.card(), "destroy").await;
        let told = order.says("Trying again in 3 s").await;
        assert!(told.says("could not be reached"), "{}", told.plain());
        fails(&stage, "destroy", None);
        order.says("its state is empty").await;
        assert_eq!(stage.count(RUNS).await, 2, "a create and a destroy");
        assert_eq!(stage.row(&order.name).await.destroy_failures, 0);
        // Twice, before "destroyed" is said.
        let verified = "SELECT count(*) FROM steps WHERE event = 'verified' AND step = 'verify'";
        assert_eq!(stage.count(verified).await, 2);
        stage.ends().await;
    }
}
