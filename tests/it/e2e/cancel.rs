//! "Cancelled" is said when nothing runs any more, and what was made is destroyed.

use mayfly::domain::{EngineKind, EngineNamed};

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

on_both! {
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
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let program = folder.path().join("terraform-with-a-slow-plan");
        programs::script(&program, SLOW_PLAN);
        let options = Options::on(database).with("quick").adjusted(move |config| {
            let program = EngineNamed::Program(program);
            config.engines.named.insert(EngineKind::Terraform, vec![program]);
        });
        let stage = Stage::start(options).await;
        let alice = stage.alice();
        let order = alice.orders("quick", &[]).await;
        stage.says(&folder.path().join("terraform-with-a-slow-plan.trace"), "begun").await;
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
        drop(folder);
    }
}
