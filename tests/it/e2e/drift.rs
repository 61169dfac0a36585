//! Checks for drift, as far as they need nothing that drifts: the rest is in `aws::drift`.

use std::path::PathBuf;

use mayfly::domain::{EngineKind, EngineNamed, Span};

use super::stage::{Options, Stage, processes_of};
use crate::support::programs;

/// An engine whose plan never ends while a file says so.
const HELD_PLAN: &str = r#"#!/bin/sh
if [ -e "$0.holds" ]; then
    for word in "$@"; do
        if [ "$word" = plan ]; then
            echo begun >>"$0.trace"
            sleep 600
            exit 1
        fi
    done
fi
exec terraform "$@"
"#;

/// A stage whose engine can be held in its plan.
struct Held {
    stage: Stage,
    program: PathBuf,
    _folder: tempfile::TempDir,
}

impl Held {
    async fn start(options: Options) -> Held {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let program = folder.path().join("terraform-that-can-be-held");
        programs::script(&program, HELD_PLAN);
        let named = EngineNamed::Program(program.clone());
        let stage = Stage::start(options.adjusted(move |config| {
            config.engines.named.insert(EngineKind::Terraform, vec![named]);
        }));
        Held { stage: stage.await, program, _folder: folder }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        PathBuf::from(format!("{}.{ending}", self.program.display()))
    }

    fn holds(&self) {
        std::fs::write(self.beside("holds"), "").expect("it can be written");
    }

    fn lets_go(&self) {
        std::fs::remove_file(self.beside("holds")).expect("it is there");
        std::fs::remove_file(self.beside("trace")).expect("it is there");
    }

    /// Waits until a plan is held.
    async fn is_held(&self) {
        self.stage.says(&self.beside("trace"), "begun").await;
    }
}

on_both! {
    async fn what_nobody_touched_has_not_drifted(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        let before = stage.row(&order.name).await;

        let shown = alice.asks(&format!("show {}", order.name)).await;
        let answer = alice.presses(&shown, "drift").await;
        assert!(answer.says("for drift"), "{}", answer.plain());
        let said = order.says("No drift: all that its template sets is as it was made").await;
        assert!(said.button("revert").is_none(), "{:?}", said.buttons());
        order.says("Checking for drift is done").await;
        let logs = alice.asks(&format!("logs {}", order.name)).await;
        assert!(logs.says("checking"), "{}", logs.plain());

        // Nothing to put back, and that is said.
        let answer = alice.asks(&format!("revert {}", order.name)).await;
        assert!(answer.says("Reverting"), "{}", answer.plain());
        order.says("nothing to do").await;
        stage.settles().await;
        order.shows("Ready").await;
        let after = stage.row(&order.name).await;
        assert_eq!(after.status, before.status);
        assert_eq!((after.ready_at, after.expires_at), (before.ready_at, before.expires_at));
        assert_eq!(after.next_warning_at, before.next_warning_at);
        assert_eq!(after.outputs, before.outputs);
        let kinds = stage.texts("SELECT kind FROM runs ORDER BY created_at, id").await;
        assert_eq!(kinds, ["create", "drift", "update"]);
        let asked = stage.texts("SELECT action FROM audit WHERE action LIKE '%_asked' ORDER BY seq");
        assert_eq!(asked.await, ["environment.drift_asked", "environment.revert_asked"]);
        assert!(alice.asks(&format!("credentials {}", order.name)).await.says("shown once"));
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn one_run_at_a_time_and_it_can_be_called_off(database: Database) {
        let held = Held::start(Options::on(database).with("quick")).await;
        let stage = &held.stage;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        let shown = alice.asks(&format!("show {}", order.name)).await;
        held.holds();
        alice.presses(&shown, "drift").await;
        held.is_held().await;
        let again = alice.presses(&shown, "drift").await;
        assert!(again.says("is being checked for drift just now"), "{}", again.plain());
        let revert = alice.asks(&format!("revert {}", order.name)).await;
        assert!(revert.says("is being checked for drift just now"), "{}", revert.plain());
        // Its end can be put off all the same.
        let longer = alice.asks(&format!("extend {} 1h", order.name)).await;
        assert!(longer.says("lives 1 h longer"), "{}", longer.plain());

        let child = stage.child("drift");
        assert!(!processes_of(&child).is_empty() || cfg!(not(target_os = "linux")));
        let answer = alice.asks(&format!("cancel {}", order.name)).await;
        assert!(answer.says("Stopping"), "{}", answer.plain());
        let said = order.says("checking it was called off").await;
        assert_eq!(processes_of(&child), [0; 0], "it was said too early");
        assert!(said.says("Nothing was changed"), "{}", said.plain());
        order.shows("Ready").await;
        let none = alice.asks(&format!("cancel {}", order.name)).await;
        assert!(none.says("that could be cancelled"), "{}", none.plain());

        held.lets_go();
        alice.asks(&format!("drift {}", order.name)).await;
        order.says("No drift").await;
        let runs = stage.texts("SELECT status FROM runs ORDER BY created_at, id").await;
        assert_eq!(runs, ["succeeded", "cancelled", "succeeded"]);
        order.is_destroyed().await;
        let gone = alice.asks(&format!("drift {}", order.name)).await;
        assert!(gone.says("is destroyed") && gone.says("It is gone"), "{}", gone.plain());
        held.stage.ends().await;
    }

    async fn what_is_being_created_is_not_checked(database: Database) {
        let stage = Stage::start(Options::on(database).with("slow")).await;
        let alice = stage.alice();
        let order = alice.orders("slow", &[("in_seconds", "600".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        for verb in ["drift", "revert"] {
            let answer = alice.asks(&format!("{verb} {}", order.name)).await;
            assert!(answer.says("is being created"), "{}", answer.plain());
        }
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
        alice.presses(&order.card(), "cancel").await;
        order.says("its state is empty").await;
        stage.ends().await;
    }

    async fn a_destroy_goes_before_a_check_that_runs(database: Database) {
        let held = Held::start(Options::on(database).with("quick")).await;
        let stage = &held.stage;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        held.holds();
        alice.asks(&format!("drift {}", order.name)).await;
        held.is_held().await;
        let child = stage.child("drift");

        let answer = alice.presses(&order.card(), "destroy").await;
        assert!(answer.says("Destroying"), "{}", answer.plain());
        let receipt = order.says("its state is empty").await;
        assert_eq!(processes_of(&child), [0; 0], "the check lives on");
        assert!(receipt.says("asked for it"), "{}", receipt.plain());
        let thread = order.thread();
        assert!(!thread.iter().any(|m| m.says("called off by") || m.says("drifted")), "{thread:?}");
        let runs = stage.texts("SELECT kind || ' ' || status FROM runs ORDER BY created_at, id");
        assert_eq!(runs.await, ["create succeeded", "drift cancelled", "destroy succeeded"]);
        held.lets_go();
        held.stage.ends().await;
    }

    async fn the_end_goes_before_a_check_that_runs(database: Database) {
        let held = Held::start(Options::on(database).with("quick")).await;
        let stage = &held.stage;
        let order = stage.ready("quick").await;
        held.holds();
        stage.alice().asks(&format!("drift {}", order.name)).await;
        held.is_held().await;
        stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
        order.says("ends in").await;
        stage.moves_clock(Span::hours(1)).await;
        let receipt = order.says("its state is empty").await;
        assert!(receipt.says("its time was over"), "{}", receipt.plain());
        held.lets_go();
        held.stage.ends().await;
    }

    async fn a_destroy_goes_before_a_check_that_waits(database: Database) {
        let options = Options::on(database).with("quick").with("slow");
        let stage = Stage::start(options.adjusted(|config| config.runs.light = 1)).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        let other = alice.orders("slow", &[("in_seconds", "600".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        for verb in ["drift", "destroy"] {
            alice.asks(&format!("{verb} {}", order.name)).await;
        }
        order.shows("Being destroyed").await;
        let runs = stage.texts("SELECT kind || ' ' || status FROM runs WHERE kind <> 'create' ORDER BY kind");
        assert_eq!(runs.await, ["destroy queued", "drift cancelled"]);
        alice.presses(&other.card(), "cancel").await;
        order.says("its state is empty").await;
        other.says("its state is empty").await;
        stage.ends().await;
    }
}
