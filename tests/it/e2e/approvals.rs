//! What policy wants approved waits for somebody who may: with everything that can come between.

use std::path::{Path, PathBuf};

use mayfly::domain::Span;
use mayfly::playground::{Input, Message, SubmitOutcome};

use super::engines::{Terraforms, made_by};
use super::people::{Order, Player};
use super::stage::{Options, Stage, files};

/// What makes the shipped policy ask an operator.
const PRODUCTION: &str = "shop-prod";
const WAITING: &str =
    "SELECT count(*) FROM runs WHERE status = 'waiting' AND claimed_until IS NULL";
const KEPT: &str = "SELECT count(*) FROM plans";
const ASKED: &str = "SELECT count(*) FROM approvals";
const PLANNED: &str = "SELECT count(*) FROM steps WHERE step = 'plan' AND event = 'begun'";
const APPLIED: &str = "SELECT count(*) FROM steps WHERE step = 'apply' AND event = 'begun'";

fn project(name: &str) -> (&'static str, Input) {
    ("project", Input::Text(name.to_owned()))
}

/// Ordered, planned, and waiting.
async fn waiting(stage: &Stage, by: &Player) -> Order {
    let order = by.orders("quick", &[project(PRODUCTION)]).await;
    order.says("waits for an approval").await;
    stage.counts(1, WAITING).await;
    order
}

/// The approver's card of an order.
async fn card(approver: &Player, order: &Order) -> Message {
    let ours = |m: &&Message| m.says(&order.name) && m.says("Approve");
    let what = format!("the question about {}", order.name);
    approver.waits(&what, |s| s.dm.iter().find(ours).cloned()).await
}

/// The approver's card that is another than those, and can be answered.
async fn next_card(approver: &Player, order: &Order, known: &[&Message]) -> Message {
    let known: Vec<&str> = known.iter().map(|one| one.ts.as_str()).collect();
    let ours = |m: &&Message| {
        m.says(&order.name) && m.button("approve").is_some() && !known.contains(&m.ts.as_str())
    };
    let what = format!("another question about {}", order.name);
    approver.waits(&what, |s| s.dm.iter().find(ours).cloned()).await
}

/// The only file of a state.
fn state(stage: &Stage) -> PathBuf {
    let mut states = files(&stage.data().join("states"));
    states.retain(|file| file.ends_with("terraform.tfstate"));
    assert_eq!(states.len(), 1, "{states:?}");
    states.remove(0)
}

/// Presses deny and says why.
async fn denies(approver: &Player, card: &Message, why: &str) -> SubmitOutcome {
    approver.pushes(card, "deny").await;
    let view = approver
        .waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned())
        .await;
    approver.submits(&view, &[("reason", Input::Text(why.to_owned()))]).await
}

on_both! {
    async fn it_is_made_once_an_operator_has_said_yes(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        assert_eq!(stage.count(KEPT).await, 1);
        let runs: Vec<_> = std::fs::read_dir(stage.data().join("runs")).expect("is there").collect();
        assert!(runs.is_empty(), "a waiting run has left {runs:?}");
        let question = card(&carol, &order).await;
        for part in ["shop-prod", "approval_production", "production.rego:"] {
            assert!(question.says(part), "{part} is not in: {}", question.plain());
        }
        stage.restarts_bot().await;
        let question = card(&carol, &order).await;
        let answer = carol.presses(&question, "approve").await;
        assert!(answer.says("approved"), "{}", answer.plain());
        order.is_ready().await;
        assert_eq!(stage.count(KEPT).await, 0);
        let done = carol.waits("the card to be closed", |s| {
            s.dm.iter().find(|m| m.ts == question.ts && m.says("Approved")).cloned()
        }).await;
        assert!(!done.says("Deny"), "{}", done.plain());
        let again = carol.presses_stale(&question, "approve").await;
        assert!(again.says("is approved already"), "{}", again.plain());
        let why = alice.asks(&format!("why {}", order.name)).await;
        for part in ["approval_production", "production.rego:", "operator", "approved"] {
            assert!(why.says(part), "{part} is not in: {}", why.plain());
        }
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn nothing_is_made_of_what_is_denied(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let question = card(&carol, &order).await;
        denies(&carol, &question, "Use staging.").await;
        let told = order.says("Use staging.").await;
        assert!(told.says("denied"), "{}", told.plain());
        order.shows("Nothing was made").await;
        assert_eq!(stage.row(&order.name).await.status.as_str(), "rejected");
        let log = alice.asks(&format!("why {}", order.name)).await;
        assert!(log.says("Use staging."), "{}", log.plain());
        stage.ends().await;
    }

    async fn nobody_answers_and_it_is_over(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let question = card(&carol, &order).await;
        stage.moves_clock(Span::minutes(61)).await;
        let ours = |m: &Message| m.thread_ts.as_deref() == Some(&question.ts);
        carol.waits("a reminder", |s| s.dm.iter().find(|m| ours(m)).cloned()).await;
        stage.moves_clock(Span::hours(2)).await;
        carol.waits("another", |s| s.dm.iter().filter(|m| ours(m)).nth(1).cloned()).await;
        stage.moves_clock(Span::hours(5)).await;
        order.says("in time").await;
        order.shows("Nothing was made").await;
        let late = carol.presses_stale(&question, "approve").await;
        assert!(late.says("expired"), "{}", late.plain());
        let reminders = carol.persona.sees().dm.iter().filter(|m| ours(m)).count();
        assert_eq!(reminders, 2, "after one hour and after three; the next would be after seven");
        stage.ends().await;
    }

    async fn who_has_left_the_group_answers_nothing(database: Database) {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let rules = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(
            rules.path().join("request.rego"),
            "package request\n\napproval_group contains {\"msg\": \"The platform team agrees.\", \"approvers\": [\"role:lead\"]} if {\n\tinput.project == \"shop-prod\"\n}\n",
        )
        .expect("written");
        let (folder, of_rules) = (data.path().to_path_buf(), rules.path().to_path_buf());
        let options = Options::on(database).with("quick").adjusted(move |config| {
            config.policies.folders = vec![of_rules];
            config.policies.data = vec![folder];
        });
        let stage = Stage::start(options).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        // A group that is named by a reload alone is asked for at once.
        let group = stage.slack().set_group("platform", &["bob"]);
        let roles = format!("roles: {{lead: [\"group:{group}\"]}}\n");
        std::fs::write(data.path().join("roles.yaml"), roles).expect("written");
        let reloaded = carol.asks("policies reload").await;
        assert!(!reloaded.says("error"), "{}", reloaded.plain());
        let order = waiting(&stage, &alice).await;
        card(&bob, &order).await;
        let question = carol.reads("platform-ops", &order.name).await;
        // Bob leaves; nobody has told the bot.
        stage.slack().set_group("platform", &["carol"]);
        let refused = bob.presses_stale(&question, "approve").await;
        assert!(refused.says("role lead"), "{}", refused.plain());
        assert_eq!(stage.count("SELECT count(*) FROM answers").await, 0);
        // What Slack does not say is as it was, for a while.
        let down = mayfly::playground::Fault::Slack("internal_error".into());
        stage.slack().faults().always("usergroups.users.list", down);
        let approved = carol.presses_stale(&question, "approve").await;
        assert!(approved.says("approved"), "{}", approved.plain());
        stage.slack().faults().clear();
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn who_asks_approves_where_the_rule_lets_them(database: Database) {
        let rules = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(
            rules.path().join("request.rego"),
            "package request\n\napproval_own contains {\"msg\": \"Think twice.\", \"approvers\": [\"role:operator\"], \"by_requester\": true} if {\n\tinput.project == \"shop-prod\"\n}\n",
        )
        .expect("written");
        // Beside the shipped rules of who may not approve.
        let shipped = ["policies/approve", "policies/lib"];
        let mut folders = shipped.map(|one| Path::new(env!("CARGO_MANIFEST_DIR")).join(one)).to_vec();
        folders.push(rules.path().to_path_buf());
        let options = Options::on(database)
            .with("quick")
            .adjusted(move |config| config.policies.folders = folders);
        let stage = Stage::start(options).await;
        let carol = stage.carol();
        let order = waiting(&stage, &carol).await;
        let question = card(&carol, &order).await;
        let approved = carol.presses(&question, "approve").await;
        assert!(approved.says("approved"), "{}", approved.plain());
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn nobody_approves_their_own(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        // The only operator has nobody to ask.
        let alone = carol.orders("quick", &[project(PRODUCTION)]).await;
        alone.says("not so many who could").await;
        alone.shows("Nothing was made").await;
        let operators = [&carol, &bob].map(|player| player.persona.id().to_owned());
        stage.reconfigures(move |config| config.operators.users = operators.to_vec());
        stage.restarts_bot().await;
        let order = waiting(&stage, &carol).await;
        let question = carol.reads("platform-ops", &order.name).await;
        let own = carol.presses(&question, "approve").await;
        assert!(own.says("own"), "{}", own.plain());
        let other = alice.presses_stale(&question, "approve").await;
        assert!(other.says("operator"), "{}", other.plain());
        carol.asks(&format!("cancel {}", order.name)).await;
        order.shows("Nothing was made").await;
        stage.ends().await;
    }

    async fn who_is_no_operator_any_more_approves_nothing(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let question = card(&carol, &order).await;
        let id = bob.persona.id().to_owned();
        stage.reconfigures(move |config| config.operators.users = vec![id]);
        stage.restarts_bot().await;
        let refused = carol.presses(&question, "approve").await;
        assert!(refused.says("role operator"), "{}", refused.plain());
        // The next who can answer is asked with the reminder.
        stage.moves_clock(Span::minutes(61)).await;
        let question = card(&bob, &order).await;
        bob.presses(&question, "approve").await;
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn two_presses_at_once_are_one_answer(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let question = card(&carol, &order).await;
        let (one, two) = tokio::join!(
            carol.persona.presses(&question, "approve"),
            carol.persona.presses_stale(&question, "approve"),
        );
        assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        order.is_ready().await;
        assert_eq!(stage.count("SELECT count(*) FROM answers").await, 1);
        let answered = "SELECT count(*) FROM audit WHERE action = 'approval.answered'";
        assert_eq!(stage.count(answered).await, 1);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_waits_can_be_called_off(database: Database) {
        let options = Options::on(database).with("quick").with("slow").adjusted(|config| {
            (config.runs.light, config.runs.heavy) = (1, 1);
        });
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let question = card(&carol, &order).await;
        // Another has the only place: nobody works on what is called off, and nobody is to be asked about it.
        let other = alice.orders("slow", &[("in_seconds", "600".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        alice.asks(&format!("cancel {}", order.name)).await;
        let asked = "SELECT count(*) FROM approvals WHERE status = 'withdrawn'";
        assert_eq!(stage.count(asked).await, 1);
        let closed = |m: &&Message| m.ts == question.ts && m.button("approve").is_none();
        carol.waits("the card to be closed", |s| s.dm.iter().find(closed).cloned()).await;
        let runs = "SELECT count(*) FROM runs WHERE status = 'queued'";
        assert_eq!(stage.count(runs).await, 1, "nobody works on it");
        alice.asks(&format!("cancel {}", other.name)).await;
        order.shows("Nothing was made").await;
        let late = carol.presses_stale(&question, "approve").await;
        assert!(late.says("does not wait for an approval any more"), "{}", late.plain());
        assert_eq!(stage.count(KEPT).await, 0);
        stage.ends().await;
    }

    async fn what_was_approved_is_applied_whatever_becomes_of_the_templates_folder(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let version = stage.row(&order.name).await.version;
        let question = card(&carol, &order).await;
        stage.stops_bot().await;
        let source = stage.templates().join("quick/main.tf");
        let text = std::fs::read_to_string(&source).expect("is there");
        let edited = text.replace("input = var.note", "input = \"what nobody approved\"");
        assert_ne!(edited, text);
        std::fs::write(&source, edited).expect("written");
        stage.starts_bot().await;
        carol.presses(&question, "approve").await;
        order.is_ready().await;
        let made = order.card();
        assert!(made.says("Note: `nothing`"), "{}", made.plain());
        assert_eq!(stage.row(&order.name).await.version, version);
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [1, 1, 1], "plans, questions, applies");
        // Who asks now gets what the folder has now, and nobody has approved that.
        let other = waiting(&stage, &alice).await;
        assert_ne!(stage.row(&other.name).await.version, version);
        let question = next_card(&carol, &other, &[]).await;
        carol.presses(&question, "approve").await;
        other.is_ready().await;
        other.shows("what nobody approved").await;
        for order in [order, other] {
            order.is_destroyed().await;
        }
        stage.ends().await;
    }

    async fn another_engine_plans_anew_and_the_old_yes_does_not_count(database: Database) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let terraforms = Terraforms(folder.path().to_path_buf());
        let first = terraforms.only(&["1.90.0"]);
        let mut stage = Stage::start(Options::on(database).with("quick").adjusted(first)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = waiting(&stage, &alice).await;
        let old = card(&carol, &order).await;
        stage.stops_bot().await;
        stage.reconfigures(terraforms.only(&["1.91.0"]));
        stage.starts_bot().await;
        let answer = carol.presses(&old, "approve").await;
        assert!(answer.says("approved"), "{}", answer.plain());
        let new = next_card(&carol, &order, &[&old]).await;
        stage.counts(1, WAITING).await;
        assert_eq!(made_by(&stage, &order.name).await, "terraform 1.91.0");
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [2, 2, 0], "plans, questions, applies");
        let again = carol.presses_stale(&old, "approve").await;
        assert!(again.says("does not wait for an approval any more"), "{}", again.plain());
        assert_eq!(stage.count(WAITING).await, 1);
        carol.presses(&new, "approve").await;
        order.is_ready().await;
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [2, 2, 1], "plans, questions, applies");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn another_state_is_planned_anew_and_asked_about_again(database: Database) {
        let stage = Stage::start(Options::on(database).with("swayed")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = alice.orders("swayed", &[project(PRODUCTION)]).await;
        let create = next_card(&carol, &order, &[]).await;
        carol.presses(&create, "approve").await;
        order.is_ready().await;
        std::fs::write(stage.data().join("wanted"), "wanted").expect("it can be written");
        alice.asks(&format!("revert {}", order.name)).await;
        order.says("as made → wanted").await;
        let old = next_card(&carol, &order, &[&create]).await;
        stage.counts(1, WAITING).await;
        // While it waits somebody works on the state by hand.
        let file = state(&stage);
        let text = std::fs::read_to_string(&file).expect("is there");
        let mut state: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
        state["serial"] = (state["serial"].as_u64().expect("a number") + 1).into();
        let by_hand = state.to_string().replace("as made", "by hand");
        std::fs::write(&file, by_hand).expect("written");
        let seen = order.thread().len();
        carol.presses(&old, "approve").await;
        let plan = order.says_after(seen, "by hand → wanted").await;
        let new = next_card(&carol, &order, &[&create, &old]).await;
        stage.counts(1, WAITING).await;
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [3, 3, 1], "plans, questions, applies: {}", plan.plain());
        carol.presses(&new, "approve").await;
        order.says("as its template says again").await;
        order.shows("wanted").await;
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [3, 3, 2], "plans, questions, applies");
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_update_whose_state_stays_is_applied_as_it_was_approved(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("swayed")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = alice.orders("swayed", &[project(PRODUCTION)]).await;
        let create = next_card(&carol, &order, &[]).await;
        carol.presses(&create, "approve").await;
        order.is_ready().await;
        std::fs::write(stage.data().join("wanted"), "approved").expect("it can be written");
        alice.asks(&format!("revert {}", order.name)).await;
        let question = next_card(&carol, &order, &[&create]).await;
        stage.counts(1, WAITING).await;
        stage.restarts_bot().await;
        carol.presses(&question, "approve").await;
        order.says("as its template says again").await;
        let shown = order.shows("Wanted").await;
        assert!(shown.says("`approved`"), "{}", shown.plain());
        let counted = [stage.count(PLANNED).await, stage.count(ASKED).await, stage.count(APPLIED).await];
        assert_eq!(counted, [2, 2, 2], "plans, questions, applies");
        order.is_destroyed().await;
        stage.ends().await;
    }
}
