//! What cannot be destroyed: tried again by a person, or called gone by an operator who says why.

use std::time::Duration;

use mayfly::playground::{DeliveredKind, SubmitOutcome, View};

use super::again::{fails, waiting};
use super::people::{Order, Player};
use super::stage::{Stage, files};
use crate::support::database::Database;

const RUNS: &str = "SELECT count(*) FROM runs";
const MARKED: &str = "SELECT count(*) FROM audit WHERE action = 'environment.marked_gone'";

/// An environment that three destroys have left where it was.
async fn quarantined(database: Database) -> (Stage, Order) {
    let stage = Stage::start(waiting(database, Duration::from_millis(50))).await;
    let order = stage.ready("moody").await;
    fails(&stage, "destroy", Some("the vault is closed"));
    order.owner.presses(&order.card(), "destroy").await;
    order.shows("Quarantined").await;
    let told = order.says("is not tried again by itself").await;
    assert!(told.button("retry").is_some() && told.button("gone").is_some(), "{}", told.plain());
    assert_eq!(stage.count(RUNS).await, 4, "a create and three destroys");
    (stage, order)
}

async fn form(player: &Player) -> View {
    player.waits("the form", |s| s.view().filter(|v| v.callback_id() == "mark_gone").cloned()).await
}

on_both! {
    async fn it_is_destroyed_once_more_by_its_owner_or_an_operator(database: Database) {
        let (stage, order) = quarantined(database).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let told = carol.reads("platform-ops", "could not be destroyed").await;
        let answer = bob.presses_stale(&order.card(), "retry").await;
        assert!(answer.says("No environment that you may see"), "{}", answer.plain());
        let answer = bob.asks(&format!("retry {}", order.name)).await;
        assert!(answer.says("No environment that you may see"), "{}", answer.plain());
        assert_eq!(stage.count(RUNS).await, 4);

        // It fails as before, and has three more.
        alice.presses(&order.card(), "retry").await;
        stage.counts(7, RUNS).await;
        stage.settles().await;
        order.shows("Quarantined").await;

        fails(&stage, "destroy", None);
        let card = order.card();
        let answer = carol.presses(&told, "retry").await;
        assert!(answer.says("Destroying"), "{}", answer.plain());
        let again = alice.presses_stale(&card, "retry").await;
        assert!(again.says("is being destroyed") || again.says("is destroyed"), "{}", again.plain());
        let receipt = order.says("its state is empty").await;
        assert!(receipt.says("asked for it"), "{}", receipt.plain());
        assert_eq!(stage.count(RUNS).await, 8);
        for button in ["retry", "gone"] {
            let late = carol.presses_stale(&told, button).await;
            assert!(late.says("is destroyed"), "{button}: {}", late.plain());
        }
        stage.ends().await;
    }

    async fn an_operator_says_that_it_is_gone_and_why(database: Database) {
        let (stage, order) = quarantined(database).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let card = order.card();
        for player in [&alice, &bob] {
            let answer = player.presses_stale(&card, "gone").await;
            assert!(answer.says("is for operators"), "{}", answer.plain());
            let answer = player.asks(&format!("gone {} I say so", order.name)).await;
            assert!(answer.says("is for operators"), "{}", answer.plain());
        }

        let list = carol.asks("attention").await;
        assert!(list.says(&order.name), "{}", list.plain());
        assert!(list.button("retry").is_some(), "{}", list.plain());
        carol.pushes(&list, "gone").await;
        let view = form(&carol).await;
        assert!(view.says("This destroys nothing"), "{}", view.plain());
        assert!(view.says(&order.name), "{}", view.plain());
        let outcome = carol.submits(&view, &[("reason", "".into())]).await;
        assert!(matches!(outcome, SubmitOutcome::RefusedByForm(_)), "{outcome:?}");
        let outcome = carol.submits(&view, &[("reason", " \n ".into())]).await;
        let SubmitOutcome::Errors(problems) = outcome else { panic!("{outcome:?}") };
        assert!(problems["reason"].contains("Say why"), "{problems:?}");
        assert_eq!(stage.row(&order.name).await.status.as_str(), "quarantined");
        let outcome = carol.submits(&view, &[("reason", "<!channel> its account is closed".into())]).await;
        let SubmitOutcome::Updated(view) = outcome else { panic!("{outcome:?}") };
        assert!(view.says("Nothing was destroyed or verified"), "{}", view.plain());

        // The receipt says what it is.
        let receipt = order.says("is marked as gone").await;
        for part in ["its account is closed", "It was not verified"] {
            assert!(receipt.says(part), "{part} is not in: {}", receipt.plain());
        }
        assert!(!receipt.plain().contains("<!channel>"), "{}", receipt.plain());
        order.shows("nothing was verified").await;
        carol.reads("platform-ops", "is marked as gone").await;

        // Once, and nothing is destroyed by it; what may be needed is kept aside, and no more than that.
        let submission = stage.slack().deliveries().into_iter().rev();
        let submission = submission
            .into_iter()
            .find(|d| d.kind == DeliveredKind::Interaction && d.body.contains("view_submission"))
            .expect("it was delivered");
        stage.slack().redeliver(&submission).await.expect("it is answered");
        stage.settles().await;
        assert_eq!((stage.count(MARKED).await, stage.count(RUNS).await), (1, 4));
        let noted = stage.texts("SELECT detail FROM audit WHERE action = 'environment.marked_gone'");
        assert!(noted.await[0].contains("its account is closed"));
        let kept = stage.texts("SELECT DISTINCT kind FROM secrets ORDER BY kind").await;
        assert_eq!(kept, ["engine", "state"]);
        let state = stage.data().join("states").join(&order.name).join("terraform.tfstate");
        assert!(state.exists(), "{:?}", files(&stage.data().join("states")));
        assert_eq!(stage.count("SELECT count(*) FROM links WHERE revoked_at IS NULL").await, 0);

        let late = alice.presses_stale(&card, "retry").await;
        assert!(late.says("is marked as gone"), "{}", late.plain());
        let late = carol.presses_stale(&card, "gone").await;
        assert!(late.says("is marked as gone"), "{}", late.plain());
        assert!(carol.asks("attention").await.says("Nothing needs an operator"));
        stage.ends().await;
    }

    async fn a_reason_can_be_typed_with_the_command(database: Database) {
        let (stage, order) = quarantined(database).await;
        let carol = stage.carol();
        let long = "x".repeat(501);
        let answer = carol.asks(&format!("gone {} {long}", order.name)).await;
        assert!(answer.says("Say it in 500 characters"), "{}", answer.plain());
        carol.types(&format!("gone {}", order.name)).await;
        form(&carol).await;
        let answer = carol.asks(&format!("gone {} removed by hand", order.name)).await;
        assert!(answer.says("is marked as gone"), "{}", answer.plain());
        let receipt = order.says("removed by hand").await;
        assert!(receipt.says("not verified"), "{}", receipt.plain());
        let row = stage.row(&order.name).await;
        assert_eq!(row.status.as_str(), "destroyed");
        let wrong = carol.asks(&format!("gone {} again", order.name)).await;
        assert!(wrong.says("is marked as gone"), "{}", wrong.plain());
        stage.ends().await;
    }
}
