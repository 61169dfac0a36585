//! Whatever people, the clock and workers do is one entry of the trail, and the trail holds.

use mayfly::domain::clock::real_now;
use mayfly::domain::{Actor, Span};
use mayfly::store::{audit, environments, links};

use super::pages::{Browser, link};
use super::stage::{Options, Stage};

/// An entry in one line: `person extended`.
async fn acts(stage: &Stage, name: &str) -> Vec<String> {
    let id = stage.row(name).await.id;
    let mut tx = stage.database.db.read().await.expect("reads");
    let entries = mayfly::store::audit::of_environment(&mut tx, &id).await.expect("reads");
    let told = |entry: mayfly::store::audit::Recorded| {
        let actor = serde_json::to_value(&entry.actor.0).expect("is JSON");
        let what = match entry.action.as_str() {
            "environment.transition" => format!("-> {}", entry.detail.0["to"]),
            "run.begun" | "run.completed" => format!("{} {}", entry.action, entry.detail.0["kind"]),
            action => action.to_owned(),
        };
        format!("{} {what}", actor["kind"]).replace('"', "")
    };
    entries.into_iter().map(told).collect()
}

on_both! {
    async fn every_act_is_one_entry(database: Database) {
        let stage = Stage::start(Options::on(database).with("sealed")).await;
        let (alice, carol, browser) = (stage.alice(), stage.carol(), Browser::new());
        let order = alice.orders("sealed", &[]).await;
        order.says("waits for you").await;
        let again = alice.asks(&format!("credentials {}", order.name)).await;
        let page = link(&again, "/enter/");
        assert_eq!(browser.fills(&page, &[("api_key", "hunter2-hunter2")]).await.status, 200);
        order.is_ready().await;
        let answer = alice.asks(&format!("credentials {}", order.name)).await;
        browser.fills(&link(&answer, "/reveal/"), &[]).await;
        alice.asks(&format!("drift {}", order.name)).await;
        order.says("No drift").await;
        alice.asks(&format!("revert {}", order.name)).await;
        order.says("nothing to do").await;
        stage.settles().await;
        // Its last hour begins: it is warned of, and extended.
        stage.moves_clock(Span::hours(3) + Span::minutes(5)).await;
        order.says("ends in").await;
        stage.delivers_all().await;
        alice.asks(&format!("extend {} 4h", order.name)).await;
        alice.asks(&format!("destroy {}", order.name)).await;
        order.says("its state is empty").await;
        assert_eq!(acts(&stage, &order.name).await, [
            "person environment.requested",
            "person credentials.linked",
            "person secrets.entered",
            "worker -> provisioning",
            "worker run.begun create",
            "worker policy.decided",
            "worker run.completed create",
            "worker -> ready",
            "person credentials.linked",
            "person credentials.revealed",
            "person environment.drift_asked",
            "worker run.begun drift",
            "worker run.completed drift",
            "person environment.revert_asked",
            "worker -> updating",
            "worker run.begun update",
            "worker policy.decided",
            "worker run.completed update",
            "worker -> ready",
            "scheduler environment.warned",
            "scheduler warning.accepted",
            "person -> ready",
            "person environment.extended",
            "person -> destroying",
            "person run.queued",
            "worker run.begun destroy",
            "worker run.completed destroy",
            "worker -> destroyed",
        ]);

        let order = alice.orders("sealed", &[]).await;
        order.says("waits for you").await;
        alice.asks(&format!("cancel {}", order.name)).await;
        order.says("is cancelled").await;
        assert_eq!(acts(&stage, &order.name).await, [
            "person environment.requested",
            "person run.cancel_asked",
            "person run.completed create",
            "person -> cancelled",
        ]);

        for typed in ["pause creating", "resume creating", "pause reaping", "resume reaping"] {
            carol.asks(typed).await;
        }
        let brakes = "SELECT action FROM audit WHERE chain = 'installation' ORDER BY position";
        assert_eq!(stage.texts(brakes).await, ["brake.on", "brake.off", "brake.on", "brake.off"]);
        stage.ends().await;
    }

    /// Who destroys holds the environment and its chain, and then voids the links: who uses one takes the
    /// environment first, or the two would wait for each other.
    async fn a_link_that_is_used_while_it_is_voided_waits_and_opens_nothing(database: Database) {
        let stage = Stage::start(Options::on(database).with("sealed")).await;
        let alice = stage.alice();
        let order = alice.orders("sealed", &[]).await;
        let page = link(&order.says("waits for you").await, "/enter/");
        assert_eq!(Browser::new().fills(&page, &[("api_key", "hunter2-hunter2")]).await.status, 200);
        order.is_ready().await;
        let answer = alice.asks(&format!("credentials {}", order.name)).await;
        let page = link(&answer, "/reveal/");
        stage.settles().await;

        let id = stage.row(&order.name).await.id;
        let mut tx = stage.database.db.write("test").await.expect("begins");
        environments::lock(&mut tx, &id).await.expect("is there");
        let entry = audit::Entry {
            environment: Some(&id),
            run: None,
            at: real_now(),
            actor: &Actor::Console,
            action: "test.fact",
            detail: serde_json::json!({}),
        };
        audit::record(&mut tx, entry).await.expect("is recorded");
        let used = tokio::spawn(async move { Browser::new().fills(&page, &[]).await.status });
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        links::revoke(&mut tx, &id, links::REVEAL, real_now()).await.expect("is voided");
        tx.commit().await.expect("commits");
        assert_eq!(used.await.expect("it answers"), 410);
        let acts = acts(&stage, &order.name).await;
        assert!(!acts.iter().any(|act| act.contains("revealed")), "{acts:#?}");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_is_reaped_is_an_entry_and_all_is_anchored(database: Database) {
        let options = Options::on(database).with("quick").adjusted(|config| {
            config.audit.anchor_every = Span::from_millis(200);
        });
        let stage = Stage::start(options).await;
        let order = stage.ready("quick").await;
        stage.counts(1, "SELECT count(*) FROM audit_anchors WHERE position = 1").await;
        stage.moves_clock(Span::hours(3) + Span::minutes(5)).await;
        order.says("ends in").await;
        stage.delivers_all().await;
        stage.moves_clock(Span::hours(2)).await;
        order.says("its state is empty").await;
        let acts = acts(&stage, &order.name).await;
        assert!(acts.contains(&"scheduler -> destroying".to_owned()), "{acts:#?}");
        stage.settles().await;
        // The program verifies it while the bot runs, and anchors hold every head.
        let unanchored = "SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT 1 FROM audit_heads h
            WHERE h.chain = a.chain AND h.position >= a.position)";
        stage.counts(0, unanchored).await;
        let folder = tempfile::tempdir().expect("a folder");
        let verified = crate::audit::mayfly(folder.path(), stage.database.url(), &["verify"]);
        let told = crate::audit::told(&verified);
        assert!(verified.status.success() && told.contains("All of it holds."), "{told}");
        stage.ends().await;
    }
}
