//! Updates: an environment is put back as its template says, and is ready before and after.

use mayfly::domain::Span;
use mayfly::domain::environment::Status;

use super::people::Order;
use super::restart::with_slow;
use super::stage::{Options, Stage, processes_of};

/// What the template is to find when it looks the next time.
fn wants(stage: &Stage, what: &str) {
    std::fs::write(stage.data().join("wanted"), what).expect("it can be written");
}

/// One that is updated, for ten minutes unless somebody interrupts.
async fn updating(stage: &Stage) -> Order {
    let order = stage.ready("swayed").await;
    wants(stage, "slow600");
    let answer = stage.alice().asks(&format!("revert {}", order.name)).await;
    assert!(answer.says("Reverting"), "{}", answer.plain());
    stage.says(&stage.trace(), "begun").await;
    order.shows("Being updated").await;
    order
}

on_both! {
    async fn a_failed_update_leaves_it_ready_and_the_next_one_mends_it(database: Database) {
        let stage = Stage::start(Options::on(database).with("swayed")).await;
        let alice = stage.alice();
        let order = stage.ready("swayed").await;
        let before = stage.row(&order.name).await;
        wants(&stage, "refused");
        alice.asks(&format!("revert {}", order.name)).await;
        let plan = order.says("+1 ~1 -1").await;
        assert!(plan.says("input: as made → refused"), "{}", plan.plain());
        let failed = order.says("updating it failed at").await;
        for part in ["the quota is used up", "terraform_data.sways", "nothing is destroyed"] {
            assert!(failed.says(part), "{part} is not in: {}", failed.plain());
        }
        order.shows("Ready").await;
        let after = stage.row(&order.name).await;
        assert_eq!(after.status, Status::Ready);
        assert_eq!((after.ready_at, after.expires_at), (before.ready_at, before.expires_at));
        assert_eq!(after.end_reason, None);

        let seen = order.thread().len();
        wants(&stage, "mended");
        alice.asks(&format!("revert {}", order.name)).await;
        let plan = order.says_after(seen, "+1 ~1 -1").await;
        assert!(plan.says("input: refused → mended"), "{}", plan.plain());
        let done = order.says("as its template says again").await;
        assert!(done.says("2 resources put back"), "{}", done.plain());
        // The outputs are those of now.
        order.shows("mended").await;
        let shown = alice.asks(&format!("show {}", order.name)).await;
        assert!(shown.says("updating it: succeeded"), "{}", shown.plain());
        assert!(shown.says("updating it: failed"), "{}", shown.plain());
        stage.settles().await;
        let runs = stage.texts("SELECT kind || ' ' || status FROM runs ORDER BY created_at, id");
        assert_eq!(runs.await, ["create succeeded", "update failed", "update succeeded"]);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_update_is_called_off_and_nothing_is_destroyed(database: Database) {
        let stage = Stage::start(Options::on(database).with("swayed")).await;
        let alice = stage.alice();
        let order = updating(&stage).await;
        let apply = stage.child("apply");
        let again = alice.asks(&format!("revert {}", order.name)).await;
        assert!(again.says("is being updated already"), "{}", again.plain());
        let answer = alice.presses(&order.card(), "cancel").await;
        assert!(answer.says("Stopping"), "{}", answer.plain());
        let said = order.says("updating it was called off").await;
        assert_eq!(processes_of(&apply), [0; 0], "it was said too early");
        assert!(said.says("nothing is destroyed"), "{}", said.plain());
        order.shows("Ready").await;
        assert_eq!(stage.row(&order.name).await.status, Status::Ready);
        wants(&stage, "calm");
        alice.asks(&format!("revert {}", order.name)).await;
        order.says("as its template says again").await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_destroy_interrupts_an_update(database: Database) {
        let stage = Stage::start(Options::on(database).with("swayed")).await;
        let order = updating(&stage).await;
        let apply = stage.child("apply");
        let answer = stage.alice().asks(&format!("destroy {}", order.name)).await;
        assert!(answer.says("Destroying"), "{}", answer.plain());
        let receipt = order.says("its state is empty").await;
        assert_eq!(processes_of(&apply), [0; 0], "the update lives on");
        assert!(receipt.says("asked for it"), "{}", receipt.plain());
        let runs = stage.texts("SELECT kind || ' ' || status FROM runs ORDER BY created_at, id");
        assert_eq!(runs.await, ["create succeeded", "update cancelled", "destroy succeeded"]);
        stage.ends().await;
    }

    async fn the_end_waits_for_an_update_and_can_be_put_off_meanwhile(database: Database) {
        let stage = Stage::start(Options::on(database).with("swayed")).await;
        let alice = stage.alice();
        let order = updating(&stage).await;
        let end = stage.row(&order.name).await.expires_at.expect("it has an end");

        stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
        let warning = order.says("ends in").await;
        alice.presses(&warning, "extend_4h").await;
        order.says("extended it by 4 h").await;
        let row = stage.row(&order.name).await;
        assert_eq!((row.status, row.expires_at), (Status::Updating, Some(end + Span::hours(4))));

        let seen = order.thread().len();
        stage.moves_clock(Span::hours(4)).await;
        order.says_after(seen, "ends in").await;
        stage.moves_clock(Span::hours(2)).await;
        stage.scheduler_has_looked().await;
        assert_eq!(stage.row(&order.name).await.status, Status::Updating, "it was interrupted");
        alice.presses(&order.card(), "cancel").await;
        let receipt = order.says("its state is empty").await;
        assert!(receipt.says("its time was over"), "{}", receipt.plain());
        stage.ends().await;
    }

    async fn an_update_goes_on_when_the_bot_was_away(database: Database) {
        let mut stage = Stage::start(with_slow(database).with("swayed")).await;
        let order = stage.ready("swayed").await;
        wants(&stage, "slow4");
        stage.alice().asks(&format!("revert {}", order.name)).await;
        stage.says(&stage.trace(), "begun").await;
        stage.restarts_bot().await;
        order.says("as its template says again").await;
        order.shows("Ready").await;
        let trace = std::fs::read_to_string(stage.trace()).expect("is there");
        assert_eq!(trace.matches("begun").count(), 1, "it was applied twice");
        order.is_destroyed().await;
        stage.ends().await;
    }
}
