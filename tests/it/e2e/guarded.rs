//! What policy says of forms, plans and extensions, what people do about it, and what it costs.

use std::path::{Path, PathBuf};

use mayfly::domain::{Clock as _, Span};
use mayfly::playground::{Fault, Input, Message, Presence, SubmitOutcome, View};

use super::people::{Order, Player};
use super::stage::{Options, Stage};
use crate::support::programs;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies").join(name)
}

fn guarded(database: crate::support::database::Database) -> Options {
    Options::on(database).with("quick").adjusted(|config| {
        config.policies.folders = vec![folder("guarded/rules")];
        config.policies.data = vec![folder("guarded/data")];
    })
}

/// Where what is made costs three dollars an hour, and the team of alice's may spend twenty a month.
fn costly(database: crate::support::database::Database) -> Options {
    guarded(database).adjusted(|config| config.costs.prices = Some(folder("prices")))
}

fn text(name: &'static str, value: &str) -> (&'static str, Input) {
    (name, Input::Text(value.to_owned()))
}

/// Submits the form and gets it back, with what policy says.
async fn judged(player: &Player, values: &[(&str, Input)]) -> View {
    let view = player.opens("new quick").await;
    match player.submits(&view, values).await {
        SubmitOutcome::Updated(view) => *view,
        other => panic!("the form did not come back: {other:?}"),
    }
}

/// Submits it once more, to the card.
async fn submits_again(player: &Player, view: &View, values: &[(&str, Input)]) -> Order {
    let before = player.cards().len();
    let outcome = player.submits(view, values).await;
    assert!(outcome.is_taken(), "{outcome:?}");
    player.gets_card(before).await
}

async fn question(approver: &Player, order: &Order) -> Message {
    let ours = |m: &&Message| m.says(&order.name) && m.button("approve").is_some();
    let what = format!("the question about {}", order.name);
    approver.waits(&what, |s| s.dm.iter().find(ours).cloned()).await
}

/// The card, once it says that.
async fn question_says(approver: &Player, card: &Message, words: &str) -> Message {
    let drawn = |m: &&Message| m.ts == card.ts && m.says(words);
    approver.waits(words, |s| s.dm.iter().find(drawn).cloned()).await
}

/// The chart as a picture in the direct messages.
async fn chart_follows(player: &Player, command: &str, comment: &str) {
    player.asks(command).await;
    let picture = player
        .waits("the chart", |seen| seen.dm_says(comment).filter(|m| !m.files().is_empty()))
        .await;
    let file = &picture.files()[0];
    let alt = file["alt_txt"].as_str().unwrap_or_default();
    assert!(alt.contains("A bar for each day of"), "{alt}");
    let address = file["url_private"].as_str().expect("it has an address");
    let png = reqwest::get(address).await.expect("it is there").bytes().await.expect("it is whole");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((&png[..4], side(16), side(20)), (&b"\x89PNG"[..], 1600, 800));
}

on_both! {
    async fn what_is_denied_is_told_in_the_form(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let alice = stage.alice();
        let view = alice.opens("new quick").await;
        let outcome = alice.submits(&view, &[text("in_note", "red")]).await;
        let SubmitOutcome::Errors(errors) = outcome else { panic!("{outcome:?}") };
        let told = &errors["in_note"];
        for part in ["Red is not for sale.", "Take green.", "request.deny_red", "request.rego:4"] {
            assert!(told.contains(part), "{part} is not in: {told}");
        }
        assert_eq!(stage.environments().await, 0);
        let kept = "SELECT count(*) FROM decisions WHERE environment_id IS NULL";
        assert_eq!(stage.count(kept).await, 1);
        // It can be asked about, though there is no environment.
        let why = alice.asks("why").await;
        for part in ["Red is not for sale.", "request.deny_red", "nothing was made"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        let others = stage.bob().asks("why").await;
        assert!(others.says("decided nothing") && !others.says("Red"), "{}", others.plain());
        stage.ends().await;
    }

    async fn a_denial_that_takes_long_comes_into_the_form(database: Database) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let program = folder.path().join("mayfly");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" != policy-eval ] || sleep 2.5\nexec {:?} \"$@\"\n",
            env!("CARGO_BIN_EXE_mayfly"),
        );
        programs::script(&program, &script);
        let stage = Stage::start(guarded(database).supervised_by(program)).await;
        let alice = stage.alice();
        let view = alice.opens("new quick").await;
        let outcome = alice.submits(&view, &[text("in_note", "red")]).await;
        let SubmitOutcome::Updated(meanwhile) = outcome else { panic!("{outcome:?}") };
        assert!(meanwhile.says("One moment"), "{meanwhile:?}");
        let back = alice.waits("the form", |s| {
            s.view().filter(|view| view.says("Red is not for sale.")).cloned()
        }).await;
        assert_eq!(back.id, view.id);
        // All that was entered is there; what is wrong is put right.
        assert!(format!("{:?}", back.values).contains("red"), "{:?}", back.values);
        let order = submits_again(&alice, &back, &[text("in_note", "green")]).await;
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_is_warned_of_is_gone_on_with(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let alice = stage.alice();
        let view = judged(&alice, &[text("in_note", "amber")]).await;
        for part in ["Amber is nearly red.", "Continue"] {
            assert!(view.says(part), "{part} is not in the form");
        }
        let order = submits_again(&alice, &view, &[]).await;
        order.is_ready().await;
        let row = stage.row(&order.name).await;
        assert_eq!(row.inputs.0["note"], "amber", "what was entered is kept");
        assert_eq!((row.project.as_deref(), row.cost_center.as_deref()), (Some("checkout"), Some("CC-1")));
        let why = alice.asks(&format!("why {}", order.name)).await;
        for part in ["request.warn_amber", "request.rego:", "Amber is nearly red.", "allowed"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_operator_goes_past_a_denial_with_a_reason(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let carol = stage.carol();
        let view = judged(&carol, &[text("project", "locked")]).await;
        assert!(view.says("This project is locked.") && view.says("Override"));
        let without = carol.submits(&view, &[]).await;
        assert!(matches!(without, SubmitOutcome::RefusedByForm(_) | SubmitOutcome::Updated(_)), "{without:?}");
        let order = submits_again(&carol, &view, &[text("reason", "a fire drill")]).await;
        order.is_ready().await;
        let why = carol.asks(&format!("why {}", order.name)).await;
        for part in ["request.deny_locked", "a fire drill", "operator"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        let overridden = "SELECT count(*) FROM audit WHERE action = 'policy.overridden'";
        assert_eq!(stage.count(overridden).await, 1);
        let refused = carol.asks(&format!("extend {} 9h", order.name)).await;
        let how = format!("/infra override \"reason\" extend {} 9h", order.name);
        for part in ["Eight hours are the most.", "extend.deny_long", "role operator", how.as_str()] {
            assert!(refused.says(part), "{part} is not in: {}", refused.plain());
        }
        let extended = carol.asks(&format!("override \"the drill goes on\" extend {} 9h", order.name)).await;
        assert!(extended.says("9 h longer"), "{}", extended.plain());
        assert_eq!(stage.count(overridden).await, 2);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn others_ask_for_an_exception(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let view = judged(&alice, &[text("project", "locked")]).await;
        let order = submits_again(&alice, &view, &[text("reason", "the demo is tonight")]).await;
        let card = question(&carol, &order).await;
        assert!(card.says("the demo is tonight"), "{}", card.plain());
        // A denial is gone past with a reason, or not at all.
        carol.pushes(&card, "approve").await;
        let form = carol.waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned()).await;
        carol.submits(&form, &[text("reason", "for tonight alone")]).await;
        order.is_ready().await;
        let why = alice.asks(&format!("why {}", order.name)).await;
        for part in ["request.deny_locked", "the demo is tonight", "for tonight alone"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_plan_is_denied_before_anything_is_made(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let alice = stage.alice();
        let order = alice.orders("quick", &[text("in_note", "planned")]).await;
        let told = order.says("must not be planned").await;
        for part in ["main.deny_planned", "plan.rego:9", "Take another note.", "terraform_data.only"] {
            assert!(told.says(part), "{part} is not in: {}", told.plain());
        }
        order.shows("Nothing was made").await;
        let why = alice.asks(&format!("why {}", order.name)).await;
        assert!(why.says("main.deny_planned") && why.says("plan.rego:9"), "{}", why.plain());
        let run = stage.texts("SELECT id FROM runs").await.remove(0);
        let of_run = alice.asks(&format!("why {run}")).await;
        assert!(of_run.says("main.deny_planned") && of_run.says(&run), "{}", of_run.plain());
        let other = stage.bob().asks(&format!("why {run}")).await;
        assert!(!other.says("deny_planned") && other.says("error"), "{}", other.plain());
        let mine = alice.asks("why").await;
        assert!(mine.says("main.deny_planned") && mine.says(&order.name), "{}", mine.plain());
        let left: Vec<_> = std::fs::read_dir(stage.data().join("states")).into_iter().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        stage.ends().await;
    }

    async fn whoever_is_asked_may_ask_why_and_strangers_may_not(database: Database) {
        let mut stage = Stage::start(guarded(database)).await;
        let (alice, bob) = (stage.alice(), stage.bob());
        let other = alice.orders("quick", &[]).await;
        other.is_ready().await;
        let order = alice.orders("quick", &[text("project", "single")]).await;
        // Bob is of another team, and no operator.
        let card = question(&bob, &order).await;
        assert!(card.says("Note: `nothing`"), "inputs go by their labels: {}", card.plain());
        let why = bob.presses(&card, "why").await;
        for part in ["request.approval_one", "request.rego:", "One has to agree.", "team search"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        let unseen = "No environment that you may see";
        for command in ["show", "logs", "destroy", "extend"] {
            let refused = bob.asks(&format!("{command} {}", order.name)).await;
            assert!(refused.says(unseen), "{command}: {}", refused.plain());
        }
        let run = "SELECT id FROM runs WHERE status = 'waiting'";
        let run = stage.texts(run).await.remove(0);
        let of_run = bob.asks(&format!("why {run}")).await;
        assert!(of_run.says(&run), "{}", of_run.plain());
        let strange = bob.asks(&format!("why {}", other.name)).await;
        assert!(strange.says(unseen), "{}", strange.plain());
        bob.presses(&card, "approve").await;
        order.is_ready().await;
        // Also afterwards, and by a policy that does not ask bob any more.
        let nobody = folder("none");
        stage.reconfigures(move |config| config.policies.folders = vec![nobody]);
        stage.restarts_bot().await;
        let why = bob.asks(&format!("why {}", order.name)).await;
        assert!(why.says("It was approved"), "{}", why.plain());
        order.is_destroyed().await;
        other.is_destroyed().await;
        stage.ends().await;
    }

    async fn two_of_three_have_to_agree(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let order = alice.orders("quick", &[text("project", "joint")]).await;
        let (of_bob, of_carol) = (question(&bob, &order).await, question(&carol, &order).await);
        let (one, two) = tokio::join!(
            bob.presses(&of_bob, "approve"),
            carol.presses(&of_carol, "approve"),
        );
        assert!(one.says("approv") && two.says("approv"), "{}\n{}", one.plain(), two.plain());
        order.is_ready().await;
        assert_eq!(stage.count("SELECT count(*) FROM answers").await, 2);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn who_is_away_is_passed_over(database: Database) {
        let stage = Stage::start(guarded(database)).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        stage.slack().set_presence("bob", Presence::Away);
        let order = alice.orders("quick", &[text("project", "single")]).await;
        let card = question(&carol, &order).await;
        stage.delivers_all().await;
        let asks_bob = |s: &mayfly::playground::Snapshot| s.dm.iter().any(|m| m.says(&order.name));
        assert!(!asks_bob(&bob.persona.sees()), "bob is away, and comes before carol");
        carol.presses(&card, "approve").await;
        order.is_ready().await;
        order.is_destroyed().await;
        // Snoozed is away, too; where nobody is there, the first is asked all the same.
        stage.slack().set_presence("bob", Presence::Active);
        stage.slack().set_snooze("bob", Some(stage.world().clock.now() + Span::hours(9)));
        stage.slack().set_presence("carol", Presence::Away);
        let order = alice.orders("quick", &[text("project", "single")]).await;
        let card = question(&bob, &order).await;
        bob.presses(&card, "approve").await;
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn broken_rules_are_not_taken(database: Database) {
        let rules = tempfile::tempdir().expect("a temporary folder can be made");
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let file = rules.path().join("request.rego");
        std::fs::write(&file, "package request\n\ndeny_all contains \"closed\" if true\n").expect("written");
        let (path, none) = (rules.path().to_path_buf(), data.path().to_path_buf());
        let stage = Stage::start(guarded(database).adjusted(move |config| {
            config.policies.folders = vec![path];
            config.policies.data = vec![none];
        })).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let view = judged(&alice, &[]).await;
        assert!(view.says("closed"));
        alice.persona.closes(&view.id).await.expect("it closes");
        std::fs::write(&file, "package request\n\ndeny_all contains \"open\" if\n").expect("written");
        let broken = carol.asks("policies reload").await;
        assert!(broken.says("request.rego:"), "{}", broken.plain());
        let view = judged(&alice, &[]).await;
        assert!(view.says("closed"), "the old ones stay");
        alice.persona.closes(&view.id).await.expect("it closes");
        std::fs::write(&file, "package request\n").expect("written");
        carol.asks("policies reload").await;
        let refused = alice.asks("policies reload").await;
        assert!(refused.says("operators"), "{}", refused.plain());
        let order = stage.ready("quick").await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_chart_that_does_not_arrive_is_told_of(database: Database) {
        let stage = Stage::start(costly(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        // Nothing has cost anything: there is nothing to be drawn.
        let none = alice.asks("cost").await;
        assert!(none.says("There was none") && !none.says("chart"), "{}", none.plain());
        let order = stage.ready("quick").await;
        stage.moves_clock(Span::hours(1)).await;
        chart_follows(&alice, "cost team", "Your team's environments in").await;
        chart_follows(&carol, "cost all", "All environments in").await;
        let refused = alice.asks("cost all").await;
        assert!(refused.says("cost all") && refused.says("for operators"), "{}", refused.plain());
        for (method, fault) in [
            ("files.completeUploadExternal", Fault::Slack("missing_scope".into())),
            ("upload", Fault::Http(500)),
        ] {
            stage.slack().faults().times(1, method, fault);
            let before = alice.persona.sees().ephemerals.len();
            let said = alice.asks("cost").await;
            assert!(said.says(&order.name), "{}", said.plain());
            let told = alice.is_answered(before + 1, "the chart").await;
            assert!(told.says("could not be sent") && told.says("mayfly doctor"), "{}", told.plain());
        }
        assert_eq!(alice.persona.sees().dm.iter().filter(|m| !m.files().is_empty()).count(), 1);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_operator_goes_past_what_the_plan_shows(database: Database) {
        let shipped = |name| Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(name);
        let options = guarded(database).adjusted(move |config| {
            config.policies.folders.extend([shipped("approve"), shipped("lib")]);
        });
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        // There is no other operator: with a role of one's own one goes past a plan's rule as past a form's.
        let order = carol.orders("quick", &[text("in_note", "large")]).await;
        let card = question(&carol, &order).await;
        carol.pushes(&card, "approve").await;
        let form = carol.waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned()).await;
        carol.submits(&form, &[text("reason", "a load test")]).await;
        order.is_ready().await;
        let denied = order.thread().iter().filter(|m| m.says("main.deny_large")).count();
        assert!((1..=2).contains(&denied), "what was approved is not denied again: {denied}");
        let last = order.thread().into_iter().rposition(|m| m.says("main.deny_large"));
        let approved = order.thread().into_iter().rposition(|m| m.says("is approved"));
        assert!(last < approved, "{last:?} {approved:?}");
        let why = carol.asks(&format!("why {}", order.name)).await;
        assert!(why.plain().matches("a load test").count() >= 2, "{}", why.plain());
        order.is_destroyed().await;
        // What nobody can say yes to waits for nobody.
        let order = alice.orders("quick", &[text("project", "lonely")]).await;
        let told = order.says("not so many who could").await;
        assert!(told.says("role:nobody") && told.says("Put more people"), "{}", told.plain());
        order.shows("Nothing was made").await;
        stage.ends().await;
    }

    async fn a_budget_that_is_gone_when_it_is_approved_is_asked_again(database: Database) {
        let stage = Stage::start(costly(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        stage.slack().set_presence("bob", Presence::Away);
        let waits = alice.orders("quick", &[text("project", "single")]).await;
        let card = question(&carol, &waits).await;
        let other = stage.ready("quick").await;
        let told = carol.presses(&card, "approve").await;
        assert!(told.says("has no room") && told.says("It is looked at again"), "{}", told.plain());
        let again = carol.waits("the second question", |s| {
            let ours = |m: &&Message| m.ts != card.ts && m.says(&waits.name) && m.button("approve").is_some();
            s.dm.iter().find(ours).cloned()
        }).await;
        assert!(again.says("budget"), "{}", again.plain());
        let told = carol.presses(&again, "approve").await;
        assert!(told.says("approved"), "{}", told.plain());
        waits.is_ready().await;
        waits.is_destroyed().await;
        other.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_outlives_its_end_is_spent_as_well(database: Database) {
        let stage = Stage::start(costly(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        carol.asks("pause reaping").await;
        let hour = || [text("ttl", "1h")];
        let late = alice.orders("quick", &hour()).await;
        late.is_ready().await;
        // Three dollars were set aside; eighteen are spent by then, of twenty.
        stage.moves_clock(Span::hours(6)).await;
        let order = alice.orders("quick", &hour()).await;
        let told = order.says("has no room for it").await;
        assert!(told.says("mayfly.deny_budget"), "{}", told.plain());
        order.shows("Nothing was made").await;
        // What was refused says nothing of what the next one costs.
        let view = alice.opens("new quick").await;
        assert!(view.says("$3.00/h"), "{view:?}");
        alice.persona.closes(&view.id).await.expect("it closes");
        late.is_destroyed().await;
        stage.ends().await;
    }

    async fn who_goes_past_another_rule_alone_gets_no_more_money(database: Database) {
        let mut stage = Stage::start(costly(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let id = alice.persona.id().to_owned();
        stage.reconfigures(move |config| config.operators.users = vec![id]);
        stage.restarts_bot().await;
        let one = stage.ready("quick").await;
        // Twelve dollars of twenty are gone. Alice may go past the rule about what is large, and nobody else.
        let two = alice.orders("quick", &[text("in_note", "large")]).await;
        let told = two.says("has no room for it").await;
        assert!(told.says("$8.00 is left") && told.says("main.deny_large"), "{}", told.plain());
        two.shows("Nothing was made").await;
        // With a second operator it is asked, and whoever says yes is told what that means.
        let both = [&alice, &carol].map(|player| player.persona.id().to_owned());
        stage.reconfigures(move |config| config.operators.users = both.to_vec());
        stage.restarts_bot().await;
        let three = alice.orders("quick", &[text("in_note", "large")]).await;
        let card = question(&alice, &three).await;
        assert!(card.says("Over the budget"), "{}", card.plain());
        alice.pushes(&card, "approve").await;
        let form = alice.waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned()).await;
        alice.submits(&form, &[text("reason", "a load test")]).await;
        // Her own yes is kept, and it waits for the other's.
        let card = question_says(&alice, &card, "takes the yes of somebody else than").await;
        assert!(card.button("approve").is_some(), "{}", card.plain());
        assert_eq!(stage.count("SELECT count(*) FROM charges").await, 1, "nothing is made of that");
        assert_eq!(stage.texts("SELECT status FROM approvals").await, ["pending"]);
        let card = question(&carol, &three).await;
        carol.pushes(&card, "approve").await;
        let form = carol.waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned()).await;
        carol.submits(&form, &[text("reason", "it is worth it")]).await;
        three.is_ready().await;
        assert_eq!(stage.texts("SELECT status FROM approvals").await, ["approved"]);
        three.is_destroyed().await;
        one.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_advisory_budget_is_only_said(database: Database) {
        let rules = tempfile::tempdir().expect("a temporary folder can be made");
        let rule = "package plan\n\ndeny_budget contains \"Too dear.\" if {\n\tinput.mayfly.budget.wanted.micros > input.mayfly.budget.left.micros\n}\n";
        std::fs::write(rules.path().join("plan.rego"), rule).expect("written");
        let levels = "enforcement:\n  plan.deny_budget: { level: advisory }\n";
        std::fs::write(rules.path().join("levels.yaml"), levels).expect("written");
        let (path, teams) = (rules.path().to_path_buf(), folder("guarded/data/teams.yaml"));
        let stage = Stage::start(costly(database).adjusted(move |config| {
            config.policies.folders = vec![path.clone()];
            config.policies.data = vec![path.join("levels.yaml"), teams];
        })).await;
        let alice = stage.alice();
        let (one, two) = (stage.ready("quick").await, alice.orders("quick", &[]).await);
        let told = two.says("Too dear.").await;
        assert!(told.says("plan.deny_budget"), "{}", told.plain());
        two.is_ready().await;
        one.is_destroyed().await;
        two.is_destroyed().await;
        stage.ends().await;
    }

    async fn a_form_says_what_that_costs_which_stands_in_it(database: Database) {
        let stage = Stage::start(costly(database)).await;
        let alice = stage.alice();
        let view = alice.opens("new quick").await;
        assert!(view.says("Nobody knows yet what it costs") && !view.says("$3"), "{view:?}");
        alice.persona.closes(&view.id).await.expect("it closes");
        let order = stage.ready("quick").await;
        let view = alice.opens("new quick ttl=3h").await;
        assert!(view.says("$3.00/h · about $9.00 for 3 h"), "{view:?}");
        alice.persona.closes(&view.id).await.expect("it closes");
        let view = judged(&alice, &[text("in_note", "amber"), text("ttl", "2h")]).await;
        assert!(view.says("$3.00/h · about $6.00 for 2 h"), "{view:?}");
        assert!(view.says("by the last one, with other values"), "{view:?}");
        alice.persona.closes(&view.id).await.expect("it closes");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_nobody_knows_the_price_of_is_not_for_nothing(database: Database) {
        let stage = Stage::start(guarded(database).adjusted(|config| {
            config.costs.prices = Some(folder("unpriced"));
        })).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        stage.moves_clock(Span::hours(1)).await;
        for command in ["cost", "cost team"] {
            let said = alice.asks(command).await;
            assert!(said.says(&order.name) && said.says("not known"), "{}", said.plain());
            assert!(!said.says("*$0") && !said.says(": $0"), "{}", said.plain());
            // Of a budget it holds nothing, and that is said.
            assert!(said.says("$0.00 spent or set aside, without what has no price"), "{}", said.plain());
        }
        assert!(!order.card().says("$0"), "{}", order.card().plain());
        let receipt = order.is_destroyed().await;
        assert!(receipt.says("What it cost is not known"), "{}", receipt.plain());
        let said = alice.asks("cost").await;
        assert!(said.says("not known") && !said.says("*$0"), "{}", said.plain());
        stage.ends().await;
    }

    async fn the_last_dollar_is_spent_once(database: Database) {
        let stage = Stage::start(costly(database)).await;
        let alice = stage.alice();
        // Twelve dollars each, and there are twenty.
        let one = alice.orders("quick", &[]).await;
        let two = alice.orders("quick", &[]).await;
        let ended = |order: &Order| {
            order.thread().iter().any(|m| m.says("is ready") || m.says("nothing was made"))
        };
        alice.waits("both to end", |_| (ended(&one) && ended(&two)).then_some(())).await;
        let ready = [&one, &two].iter().filter(|order| order.thread().iter().any(|m| m.says("is ready"))).count();
        assert_eq!(ready, 1, "one of two gets it");
        let won = if one.thread().iter().any(|m| m.says("is ready")) { &one } else { &two };
        let card = won.shows("$3.00/h").await;
        assert!(card.says("$12.00") && card.says("priced 1 of 1"), "{}", card.plain());
        assert!(card.says("Extend 4 h (+$12.00)"), "{}", card.plain());
        let refused = alice.asks(&format!("extend {} 4h", won.name)).await;
        assert!(refused.says("budget"), "{}", refused.plain());
        let cost = alice.asks("cost").await;
        assert!(cost.says(&won.name) && cost.says("$20.00"), "{}", cost.plain());
        chart_follows(&alice, "cost", "Your environments in").await;
        won.is_destroyed().await;
        // What was not spent is free again.
        let third = alice.orders("quick", &[]).await;
        third.is_ready().await;
        third.is_destroyed().await;
        stage.ends().await;
    }
}
