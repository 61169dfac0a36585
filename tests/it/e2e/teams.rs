//! Teams that a Slack user group backs: whose budget it is has to be known before anything is made.

use std::path::Path;
use std::time::Duration;

use mayfly::playground::{Fault, Input, SubmitOutcome};

use super::people::Player;
use super::stage::{Options, Stage};
use crate::support::database::Database;

const OF_GROUP: &str = "usergroups.users.list";

/// A workspace where nobody is in a team but by what this folder says.
async fn backed(database: Database, data: &Path) -> Stage {
    let folder = data.to_path_buf();
    let options = Options::on(database).with("quick").unguarded().adjusted(move |config| {
        config.teams.clear();
        config.policies.data = vec![folder];
    });
    Stage::start(options).await
}

/// The team `shop` is whoever is in the group.
fn says_team(data: &Path, group: &str) {
    let budget = "budget: { monthly: \"500.00\", currency: USD }";
    let team = format!("teams: {{ shop: {{ group: {group}, project: checkout, {budget} }} }}\n");
    std::fs::write(data.join("teams.yaml"), team).expect("written");
}

fn note(value: &str) -> [(&'static str, Input); 1] {
    [("in_note", Input::Text(value.to_owned()))]
}

/// Submits the form, which stays with this error.
async fn is_refused(player: &Player, group: &str) {
    let view = player.opens("new quick").await;
    let outcome = player.submits(&view, &note("typed")).await;
    let SubmitOutcome::Errors(errors) = outcome else { panic!("{outcome:?}") };
    let told = errors.values().cloned().collect::<Vec<_>>().join(" ");
    for part in [group, "Slack has not said who is in", "Nothing is lost", "usergroups:read"] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    player.persona.closes(&view.id).await.expect("it is closed");
}

on_both! {
    async fn nobody_gets_anything_while_it_is_not_known_whose_budget_it_is(database: Database) {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let mut stage = backed(database, data.path()).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let group = stage.slack().set_group("payments", &["alice"]);
        let refused = Fault::Slack("missing_scope".into());
        stage.slack().faults().always(OF_GROUP, refused.clone());
        says_team(data.path(), &group);
        carol.asks("policies reload").await;
        is_refused(&alice, &group).await;
        // He is in no group, and nobody knows that either.
        is_refused(&bob, &group).await;
        let shown = carol.asks("policies").await;
        for part in ["data.teams.shop", &group, "missing_scope", "usergroups:read"] {
            assert!(shown.says(part), "{part} is not in: {}", shown.plain());
        }
        // A start that Slack tells nothing either.
        stage.restarts_bot().await;
        is_refused(&alice, &group).await;
        assert_eq!(stage.environments().await, 0);
        // The submission itself asks Slack again.
        stage.slack().faults().clear();
        let order = alice.orders("quick", &[]).await;
        order.is_ready().await;
        let row = stage.row(&order.name).await;
        assert_eq!((row.team.as_deref(), row.project.as_deref()), (Some("shop"), Some("checkout")));
        // What was known once is known, whatever Slack says now.
        stage.slack().faults().always(OF_GROUP, refused);
        let others = bob.orders("quick", &[]).await;
        others.is_ready().await;
        assert_eq!(stage.row(&others.name).await.team, None, "he is in no team, and that is known");
        order.is_destroyed().await;
        others.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_was_typed_is_kept_while_slack_is_slow_to_say_whose_budget_it_is(database: Database) {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let stage = backed(database, data.path()).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let group = stage.slack().set_group("payments", &["alice"]);
        stage.slack().faults().always(OF_GROUP, Fault::Delay(Duration::from_secs(8)));
        says_team(data.path(), &group);
        carol.asks("policies reload").await;
        let view = alice.opens("new quick").await;
        let outcome = alice.submits(&view, &note("typed")).await;
        let back = match outcome {
            SubmitOutcome::Errors(errors) => {
                assert!(errors.values().any(|told| told.contains(&group)), "{errors:?}");
                view
            }
            SubmitOutcome::Updated(_) => {
                let back = alice.waits("the form", |s| {
                    s.view().filter(|view| view.says("Slack has not said who is in")).cloned()
                });
                let back = back.await;
                assert!(format!("{:?}", back.values).contains("typed"), "{:?}", back.values);
                back
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(stage.environments().await, 0);
        stage.slack().faults().clear();
        let before = alice.cards().len();
        let outcome = alice.submits(&back, &note("typed")).await;
        assert!(outcome.is_taken(), "{outcome:?}");
        let order = alice.gets_card(before).await;
        order.is_ready().await;
        let row = stage.row(&order.name).await;
        assert_eq!((row.team.as_deref(), &row.inputs.0["note"]), (Some("shop"), &"typed".into()));
        order.is_destroyed().await;
        stage.ends().await;
    }
}
