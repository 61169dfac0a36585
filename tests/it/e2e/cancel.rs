//! "Cancelled" is said when nothing runs any more, and what was made is destroyed.

use std::path::PathBuf;

use mayfly::domain::{Actor, EngineKind, EngineNamed};
use mayfly::store::runs;
use tempfile::TempDir;

use super::people::Order;
use super::stage::{Options, Stage, processes_of};
use crate::support::programs;

/// An engine that never ends its plan.
const SLOW_PLAN: &str = r#"#!/bin/sh
for word in "$@"; do
    if [ "$word" = plan ]; then
        echo begun >"$0.trace"
        sleep 600
        exit 1
    fi
done
exec terraform "$@"
"#;

/// An engine that, while a file says so, plans until another one is there, and fails then, of what would pass.
const PLANS_IN_VAIN: &str = r#"#!/bin/sh
for word in "$@"; do
    if [ "$word" = plan ] && [ -e "$0.stalls" ]; then
        echo begun >>"$0.trace"
        until [ -e "$0.goes" ]; do sleep 0.05; done
        echo 'Error: api error ThrottlingException: Rate exceeded' >&2
        exit 1
    fi
done
exec terraform "$@"
"#;

/// Terraform behind a script, which has files beside it.
struct Scripted {
    folder: TempDir,
}

impl Scripted {
    fn new(script: &str) -> Self {
        let scripted =
            Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        programs::script(&scripted.program(), script);
        scripted
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("scripted")
    }

    /// What the script knows as `$0.` and this.
    fn beside(&self, extension: &str) -> PathBuf {
        self.program().with_extension(extension)
    }

    /// A bot whose Terraform it is.
    fn runs(&self, options: Options) -> Options {
        let program = EngineNamed::Program(self.program());
        options.adjusted(move |config| {
            config.engines.named.insert(EngineKind::Terraform, vec![program]);
        })
    }
}

/// Calls its live run off as another process does: the worker here hears of it at its next heartbeat alone.
async fn is_called_off_elsewhere(stage: &Stage, order: &Order) {
    let environment = stage.row(&order.name).await;
    let mut tx = stage.database.db.write("call a run off").await.expect("writes");
    let run = runs::live(&mut tx, &environment.id).await.expect("reads").expect("it runs");
    let alice = Actor::Person(environment.owner());
    runs::ask_to_cancel(&mut tx, &run.id, &alice).await.expect("it is accepted");
    tx.commit().await.expect("writes");
}

on_both! {
    async fn what_was_accepted_is_kept_where_it_fails_meanwhile(database: Database) {
        let engine = Scripted::new(PLANS_IN_VAIN);
        let [stalls, goes, trace] = ["stalls", "goes", "trace"].map(|file| engine.beside(file));
        let stage = Stage::start(engine.runs(Options::on(database).with("quick"))).await;
        let alice = stage.alice();
        let order = alice.orders("quick", &[]).await;
        order.is_ready().await;

        std::fs::write(&stalls, "").expect("it can be written");
        let seen = order.thread().len();
        alice.asks(&format!("drift {}", order.name)).await;
        stage.says(&trace, "begun").await;
        is_called_off_elsewhere(&stage, &order).await;
        std::fs::write(&goes, "").expect("it can be written");
        let told = order.says_after(seen, "called off").await;
        assert!(!told.says("failed"), "{}", told.plain());
        let runs = "SELECT status FROM runs ORDER BY created_at, id";
        assert_eq!(stage.texts(runs).await, ["succeeded", "cancelled"]);

        // Whoever asks for its end meanwhile is who destroys it, and not who has called the check off.
        std::fs::remove_file(&goes).expect("it can be removed");
        std::fs::write(&trace, "").expect("it can be written");
        alice.asks(&format!("drift {}", order.name)).await;
        stage.says(&trace, "begun").await;
        is_called_off_elsewhere(&stage, &order).await;
        let carol = stage.carol();
        carol.asks(&format!("destroy {}", order.name)).await;
        std::fs::remove_file(&stalls).expect("it can be removed");
        std::fs::write(&goes, "").expect("it can be written");
        order.says("its state is empty").await;
        let actor = stage.texts("SELECT actor FROM runs WHERE kind = 'destroy'").await.concat();
        assert!(actor.contains(carol.persona.id()), "{actor}");

        std::fs::write(&stalls, "").expect("it can be written");
        std::fs::remove_file(&goes).expect("it can be removed");
        std::fs::write(&trace, "").expect("it can be written");
        let order = alice.orders("quick", &[]).await;
        stage.says(&trace, "begun").await;
        is_called_off_elsewhere(&stage, &order).await;
        std::fs::write(&goes, "").expect("it can be written");
        let told = order.says("is cancelled").await;
        assert!(told.says("Nothing was made"), "{}", told.plain());
        assert_eq!(stage.row(&order.name).await.status.as_str(), "cancelled");
        let retried = "SELECT count(*) FROM steps WHERE event = 'retried'";
        assert_eq!(stage.count(retried).await, 0, "what was called off was to be tried again");
        let lines = stage.texts("SELECT line FROM run_log").await;
        assert!(!lines.iter().any(|line| line.contains("Trying again")), "{lines:?}");
        stage.ends().await;
    }

    async fn while_applying(database: Database) {
        let stage = Stage::start(Options::on(database).with("slow")).await;
        let alice = stage.alice();
        let order = alice.orders("slow", &[("in_seconds", "600".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        let apply = stage.child("apply");
        assert!(!processes_of(&apply).is_empty() || cfg!(not(target_os = "linux")));

        let answer = alice.presses(&order.card(), "cancel").await;
        assert!(answer.says("Stopping"), "{}", answer.plain());
        let said = order.says("is cancelled").await;
        assert_eq!(processes_of(&apply), [0; 0], "it was said too early");
        assert!(said.says("What it had made is being destroyed"), "{}", said.plain());
        let receipt = order.says("its state is empty").await;
        assert!(receipt.says("called off its creation"), "{}", receipt.plain());
        let left = std::fs::read_dir(stage.data().join("sites")).map_or(0, Iterator::count);
        assert_eq!(left, 0);
        let text = std::fs::read_to_string(stage.trace()).expect("is there");
        assert!(!text.contains("ended"), "{text}");
        stage.ends().await;
    }

    async fn while_planning(database: Database) {
        let engine = Scripted::new(SLOW_PLAN);
        let stage = Stage::start(engine.runs(Options::on(database).with("quick"))).await;
        let alice = stage.alice();
        let order = alice.orders("quick", &[]).await;
        stage.says(&engine.beside("trace"), "begun").await;
        let plan = stage.child("plan");

        alice.asks(&format!("cancel {}", order.name)).await;
        let said = order.says("is cancelled").await;
        assert_eq!(processes_of(&plan), [0; 0], "it was said too early");
        assert!(said.says("Nothing was made"), "{}", said.plain());
        order.shows("Cancelled").await;
        let again = alice.asks(&format!("cancel {}", order.name)).await;
        assert!(again.says("that could be cancelled"), "{}", again.plain());
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
        stage.ends().await;
    }
}
