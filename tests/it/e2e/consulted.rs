//! What policy says of what is done with an environment that is there, who goes past it, and who answers.

use std::path::Path;

use mayfly::config;
use mayfly::domain::Span;
use mayfly::domain::scan::Weighing;
use mayfly::playground::{Input, Message};
use tempfile::TempDir;

use super::people::{Order, Player};
use super::stage::{Options, Stage};
use crate::support::database::Database;
use crate::support::programs;

/// Under these rules and data alone.
fn ruled(database: Database, files: &[(&str, &str)]) -> (Options, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let path = folder.path().to_path_buf();
    let options = Options::on(database).with("quick").adjusted(move |config| {
        config.policies.folders = vec![path.clone()];
        config.policies.data = vec![path];
    });
    (options, folder)
}

async fn question(approver: &Player, order: &Order) -> Message {
    let ours = |m: &&Message| m.says(&order.name) && m.button("approve").is_some();
    let what = format!("the question about {}", order.name);
    approver.waits(&what, |s| s.dm.iter().find(ours).cloned()).await
}

fn project(name: &str) -> (&'static str, Input) {
    ("project", Input::Text(name.to_owned()))
}

const WATCHED: &str = r#"package extend

warn_watched contains "Extensions are watched." if true
"#;
const EARLY: &str = r#"package destroy

warn_early contains "It ends early." if true
"#;

const AGREED: &str = r#"package extend

approval_long contains {"msg": "Somebody agrees to that.", "approvers": ["role:operator"]} if {
	input.ttl.seconds > 2 * 3600
}

approval_longer contains {"msg": "Two agree to that.", "approvers": ["role:operator"], "needed": 2} if {
	input.ttl.seconds > 4 * 3600
}
"#;
const FROZEN: &str = r#"package update

deny_frozen contains "Nothing changes on a Friday." if true
"#;
const PROTECTED: &str = r#"package destroy

deny_protected contains "It is protected." if true
"#;
const LEVELS: &str = r#"enforcement:
  destroy.deny_protected: { level: overridable, overridable_by: ["role:operator"] }
"#;

const AGREES: &str = r#"package request

approval_one contains {"msg": "One has to agree.", "approvers": ["role:operator"]} if true
"#;
const CLOSED: &str = r#"package approve

deny_closed contains "Nobody answers on a Friday." if input.approval.answer == "approve"
"#;

const CHANGES: &str = r#"package plan

approval_changes contains {"msg": "One has to agree.", "approvers": ["role:operator"]} if {
	input.mayfly.environment.status == "updating"
}
"#;

const DEAR: &str = r#"package plan

approval_budget contains {"msg": "It is over the budget.", "approvers": ["role:operator"]} if {
	input.mayfly.budget.wanted.micros > input.mayfly.budget.left.micros
}
"#;
const TEAMS: &str = r#"teams:
  payments: { budget: { monthly: "20.00", currency: USD } }
"#;

const DENIED: &str = "SELECT count(*) FROM audit WHERE action = 'policy.denied'";
const OVERRIDDEN: &str = "SELECT count(*) FROM audit WHERE action = 'policy.overridden'";

/// A scanner that answers when two plans have been brought to it.
fn barrier(folder: &Path) -> config::Scanner {
    let program = folder.join("checkov");
    let here = folder.display();
    let text = format!(
        "#!/bin/sh\ntouch {here}/brought.$$\n\
         while [ $(ls {here} | grep -c brought) -lt 2 ]; do sleep 0.05; done\n\
         echo '{{\"check_type\": \"terraform_plan\", \"results\": {{\"failed_checks\": []}}, \
         \"summary\": {{\"passed\": 1, \"failed\": 0, \"parsing_errors\": 0}}}}'\n"
    );
    programs::script(&program, &text);
    config::Scanner {
        program,
        weighing: Weighing::default(),
        overridable_by: Vec::new(),
        time: std::time::Duration::from_secs(60),
    }
}

on_both! {
    async fn what_is_warned_of_is_said(database: Database) {
        let (options, _rules) = ruled(database, &[("extend.rego", WATCHED), ("destroy.rego", EARLY)]);
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = stage.ready("quick").await;
        let answer = alice.asks(&format!("extend {} 1h", order.name)).await;
        assert!(answer.says("1 h longer") && answer.says("Extensions are watched."), "{}", answer.plain());
        let told = order.says("extend.warn_watched").await;
        assert!(told.says("Policy warns") && told.says("extend.rego:3"), "{}", told.plain());
        let answer = carol.asks(&format!("destroy {}", order.name)).await;
        assert!(answer.says("Destroying") && answer.says("It ends early."), "{}", answer.plain());
        order.says("destroy.warn_early").await;
        order.says("its state is empty").await;
        assert_eq!(stage.count(DENIED).await, 0);
        stage.ends().await;
    }

    async fn who_may_goes_past_with_a_reason_and_nobody_past_what_takes_two(database: Database) {
        let rules = [
            ("extend.rego", AGREED), ("update.rego", FROZEN), ("destroy.rego", PROTECTED), ("levels.yaml", LEVELS),
        ];
        let (options, _rules) = ruled(database, &rules);
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = stage.ready("quick").await;
        let name = &order.name;
        for (who, typed) in [
            (&alice, format!("extend {name} 3h")),
            // Going past it would be an approval of one's own.
            (&alice, format!("override \"a demo\" extend {name} 3h")),
            (&carol, format!("extend {name} 3h")),
        ] {
            let refused = who.asks(&typed).await;
            let how = format!("/infra override \"reason\" extend {name} 3h");
            for part in ["Somebody agrees to that.", "extend.approval_long", how.as_str()] {
                assert!(refused.says(part), "{typed}: {part} is not in: {}", refused.plain());
            }
        }
        let extended = carol.asks(&format!("override \"a demo\" extend {name} 3h")).await;
        assert!(extended.says("3 h longer"), "{}", extended.plain());
        assert_eq!((stage.count(DENIED).await, stage.count(OVERRIDDEN).await), (3, 1));
        let told = order.says("extend.approval_long").await;
        for part in ["Policy is overridden", carol.persona.id(), "a demo"] {
            assert!(told.says(part), "{part} is not in: {}", told.plain());
        }
        for typed in [format!("extend {name} 5h"), format!("override \"a demo\" extend {name} 5h")] {
            let refused = carol.asks(&typed).await;
            assert!(refused.says("Two agree to that."), "{}", refused.plain());
            assert!(!refused.says("/infra override"), "nobody can: {}", refused.plain());
        }
        for typed in [format!("revert {name}"), format!("override \"a demo\" revert {name}")] {
            let refused = carol.asks(&typed).await;
            assert!(refused.says("Nothing changes on a Friday."), "{}", refused.plain());
            assert!(!refused.says("/infra override"), "nobody can: {}", refused.plain());
        }
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
        let refused = alice.asks(&format!("destroy {name}")).await;
        let how = format!("/infra override \"reason\" destroy {name}");
        assert!(refused.says("It is protected.") && refused.says(&how), "{}", refused.plain());
        let destroyed = carol.asks(&format!("override \"it is over\" destroy {name}")).await;
        assert!(destroyed.says("Destroying"), "{}", destroyed.plain());
        order.says("its state is empty").await;
        assert_eq!((stage.count(DENIED).await, stage.count(OVERRIDDEN).await), (8, 2));
        let why = alice.asks(&format!("why {name}")).await;
        assert!(why.says("it is over"), "{}", why.plain());
        stage.ends().await;
    }

    async fn an_answer_that_policy_denies_is_none(database: Database) {
        let (options, _rules) = ruled(database, &[("request.rego", AGREES), ("approve.rego", CLOSED)]);
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = alice.orders("quick", &[]).await;
        let card = question(&carol, &order).await;
        let refused = carol.presses(&card, "approve").await;
        for part in ["Nobody answers on a Friday.", "approve.deny_closed", "approve.rego:3"] {
            assert!(refused.says(part), "{part} is not in: {}", refused.plain());
        }
        assert_eq!(stage.count("SELECT count(*) FROM answers").await, 0);
        assert_eq!(stage.count(DENIED).await, 1);
        let why = alice.asks(&format!("why {}", order.name)).await;
        assert!(why.says("approve.deny_closed"), "{}", why.plain());
        alice.asks(&format!("cancel {}", order.name)).await;
        order.shows("Nothing was made").await;
        stage.ends().await;
    }

    async fn whoever_asked_hears_what_became_of_it(database: Database) {
        let (options, _rules) = ruled(database, &[("plan.rego", CHANGES)]);
        let mut stage = Stage::start(options).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let operators = [&bob, &carol].map(|player| player.persona.id().to_owned());
        stage.reconfigures(move |config| config.operators.users = operators.to_vec());
        stage.restarts_bot().await;
        let order = alice.orders("quick", &[]).await;
        order.is_ready().await;
        carol.asks(&format!("revert {}", order.name)).await;
        let card = question(&bob, &order).await;
        carol.waits("that it waits", |s| s.dm_says("waits for an approval, until")).await;
        let answer = bob.presses(&card, "approve").await;
        assert!(answer.says("is told"), "{}", answer.plain());
        carol.waits("that it is approved", |s| s.dm_says("is approved, and goes on")).await;
        order.says("is approved, and goes on").await;
        order.says("everything is as its template says").await;
        // What its owner calls off is told, too.
        carol.asks(&format!("revert {}", order.name)).await;
        stage.counts(1, "SELECT count(*) FROM approvals WHERE status = 'pending'").await;
        alice.asks(&format!("cancel {}", order.name)).await;
        carol.waits("that it is called off", |s| s.dm_says("does not wait for an approval any more")).await;
        carol.asks(&format!("destroy {}", order.name)).await;
        order.says("its state is empty").await;
        stage.ends().await;
    }

    async fn who_has_answered_is_not_reminded(database: Database) {
        let two = AGREES.replace("[\"role:operator\"]", "[\"team:search\", \"role:operator\"], \"needed\": 2");
        let (options, _rules) = ruled(database, &[("request.rego", &two)]);
        let stage = Stage::start(options).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let order = alice.orders("quick", &[]).await;
        let (of_bob, of_carol) = (question(&bob, &order).await, question(&carol, &order).await);
        bob.presses(&of_bob, "approve").await;
        stage.moves_clock(Span::minutes(61)).await;
        let of = |card: &Message, m: &Message| m.thread_ts.as_deref() == Some(&card.ts);
        carol.waits("a reminder", |s| s.dm.iter().find(|m| of(&of_carol, m)).cloned()).await;
        stage.delivers_all().await;
        let seen = bob.persona.sees();
        assert!(!seen.dm.iter().any(|m| of(&of_bob, m)), "{seen:?}");
        carol.presses(&of_carol, "approve").await;
        order.is_ready().await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn who_comes_second_for_the_last_of_a_budget_is_asked_about(database: Database) {
        let scanners = tempfile::tempdir().expect("a temporary folder can be made");
        let scanner = barrier(scanners.path());
        let (options, _rules) = ruled(database, &[("plan.rego", DEAR), ("teams.yaml", TEAMS)]);
        let prices = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies/prices");
        let stage = Stage::start(options.adjusted(move |config| {
            config.costs.prices = Some(prices);
            config.policies.checkov = Some(scanner);
        })).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        // Twelve dollars each, and there are twenty: both have seen them when the first takes its share.
        let one = alice.orders("quick", &[]).await;
        let two = alice.orders("quick", &[]).await;
        let ours = |m: &&Message| m.button("approve").is_some();
        let card = carol.waits("the question", |s| s.dm.iter().find(ours).cloned()).await;
        assert!(card.says("It is over the budget."), "{}", card.plain());
        let (first, second) = if card.says(&two.name) { (one, two) } else { (two, one) };
        first.is_ready().await;
        carol.presses(&card, "approve").await;
        second.is_ready().await;
        for order in [first, second] {
            order.is_destroyed().await;
        }
        stage.ends().await;
    }

    async fn an_update_that_is_denied_changes_nothing_and_one_that_waits_delays_no_end(database: Database) {
        let (options, _rules) = ruled(database, &[("plan.rego", CHANGES)]);
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = alice.orders("quick", &[project("checkout")]).await;
        order.is_ready().await;
        let seen = order.thread().len();
        alice.asks(&format!("revert {}", order.name)).await;
        let card = question(&carol, &order).await;
        carol.pushes(&card, "deny").await;
        let form = carol.waits("the comment", |s| s.view().filter(|v| v.callback_id() == "answer").cloned()).await;
        carol.submits(&form, &[("reason", Input::Text("Not today.".to_owned()))]).await;
        let told = order.says_after(seen, "nothing was changed").await;
        assert!(!told.says("failed") && told.says("It was not approved."), "{}", told.plain());
        assert_eq!(stage.row(&order.name).await.status.as_str(), "ready");
        carol.waits("the card to be closed", |s| {
            s.dm.iter().find(|m| m.ts == card.ts && m.button("approve").is_none()).cloned()
        }).await;
        // The time of the next ends before anybody answers: it is ended, and waits for nobody.
        alice.asks(&format!("revert {}", order.name)).await;
        let card = question(&carol, &order).await;
        stage.moves_clock(Span::hours(5)).await;
        order.says("was to end").await;
        stage.moves_clock(Span::hours(2)).await;
        order.says("its state is empty").await;
        let late = carol.presses_stale(&card, "approve").await;
        assert!(late.says("does not wait for an approval any more"), "{}", late.plain());
        stage.ends().await;
    }
}
