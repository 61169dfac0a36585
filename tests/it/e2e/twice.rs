//! What is delivered twice acts once.

use mayfly::cli::demo::Transport;
use mayfly::playground::{Delivered, DeliveredKind};

use super::stage::{Options, Stage};

/// The latest delivery of a kind whose payload is of this type.
fn latest(stage: &Stage, kind: DeliveredKind, of_type: &str) -> Delivered {
    let all = stage.slack().deliveries();
    let found = all
        .into_iter()
        .rev()
        .find(|d| d.kind == kind && (of_type.is_empty() || d.body.contains(of_type)));
    found.expect("it was delivered")
}

async fn a_form_submitted_again(options: Options) {
    let mut stage = Stage::start(options.with("quick")).await;
    let order = stage.alice().orders("quick", &[]).await;
    let submission = latest(&stage, DeliveredKind::Interaction, "view_submission");
    // While the first one is still being worked on, side by side.
    let (first, second) =
        tokio::join!(stage.slack().redeliver(&submission), stage.slack().redeliver(&submission));
    for again in [first, second] {
        assert_eq!(again.expect("it is answered").status, Some(200));
    }
    order.is_ready().await;
    assert_eq!(stage.environments().await, 1);

    stage.restarts_bot().await;
    let again = stage.slack().redeliver(&submission).await.expect("it is answered");
    assert_eq!(again.status, Some(200));
    stage.settles().await;
    assert_eq!(stage.environments().await, 1);
    assert_eq!(stage.alice().cards().len(), 1);
    stage.ends().await;
}

on_both! {
    async fn a_form_that_is_submitted_twice_makes_one_environment(database: Database) {
        a_form_submitted_again(Options::on(database)).await;
    }

    async fn a_form_that_is_submitted_twice_over_a_socket_makes_one_environment(database: Database) {
        a_form_submitted_again(Options::on(database).by(Transport::Socket)).await;
    }

    async fn buttons_and_commands_act_once(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;

        let before = order.card();
        alice.presses(&before, "extend_4h").await;
        let extended = stage.row(&order.name).await.expires_at;
        let press = latest(&stage, DeliveredKind::Interaction, "block_actions");
        for _ in 0..3 {
            stage.slack().redeliver(&press).await.expect("it is answered");
        }
        // A second click on the button as it was drawn is for an end that is no more.
        let again = alice.presses_stale(&before, "extend_4h").await;
        assert!(again.says("is extended already"), "{}", again.plain());
        alice.asks(&format!("extend {} 1h", order.name)).await;
        let typed = latest(&stage, DeliveredKind::Command, "");
        for _ in 0..3 {
            stage.slack().redeliver(&typed).await.expect("it is answered");
        }
        stage.settles().await;
        let last = stage.row(&order.name).await.expires_at;
        let hour = mayfly::domain::Span::hours(1);
        assert_eq!(last, extended.map(|at| at + hour));
        assert_eq!(stage.count("SELECT count(*) FROM audit WHERE action = 'environment.extended'").await, 2);

        // The same button once more, before the card has caught up.
        let card = order.card();
        alice.presses(&card, "destroy").await;
        let again = alice.presses_stale(&card, "destroy").await;
        assert!(again.says("is being destroyed") || again.says("is destroyed"), "{}", again.plain());
        order.says("its state is empty").await;
        let gone = alice.presses_stale(&card, "extend_4h").await;
        assert!(gone.says("is destroyed") && gone.says("It is gone"), "{}", gone.plain());
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 2);
        stage.ends().await;
    }
}
