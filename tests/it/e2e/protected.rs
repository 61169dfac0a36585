//! What is protected is destroyed before its end by operators, or by an owner who may go past that.

use std::path::Path;

use mayfly::playground::Input;

use super::people::{Order, Player};
use super::stage::{Options, Stage};

/// What is protected, and who may go past that beside operators.
fn says(data: &Path, leads: &[&Player]) {
    let ids: Vec<String> = leads.iter().map(|player| player.persona.id().to_owned()).collect();
    let text = format!(
        "protected: {{ projects: [ledger] }}\nroles: {{ lead: {ids:?} }}\n\
         enforcement: {{ destroy.deny_protected: {{ level: overridable, overridable_by: [\"role:lead\"] }} }}\n"
    );
    std::fs::write(data.join("protected.yaml"), text).expect("written");
}

async fn ledger(player: &Player) -> Order {
    let project = ("project", Input::Text("ledger".to_owned()));
    let order = player.orders("quick", &[project]).await;
    order.is_ready().await;
    order
}

on_both! {
    async fn its_owner_alone_does_not_destroy_what_is_protected(database: Database) {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        says(data.path(), &[]);
        let folder = data.path().to_path_buf();
        let options = Options::on(database)
            .with("quick")
            .adjusted(move |config| config.policies.data = vec![folder]);
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = ledger(&alice).await;
        let past = format!("override \"it is empty\" destroy {}", order.name);
        for command in [&format!("destroy {}", order.name), &past] {
            let refused = alice.asks(command).await;
            for part in ["is protected", "project ledger", "Ask an operator", "protected.rego:"] {
                assert!(refused.says(part), "{part} is not in: {}", refused.plain());
            }
        }
        // With a role that may go past it, and a reason.
        says(data.path(), &[&alice]);
        carol.asks("policies reload").await;
        let refused = alice.asks(&format!("destroy {}", order.name)).await;
        assert!(refused.says("/infra override"), "{}", refused.plain());
        assert_eq!(stage.row(&order.name).await.status.as_str(), "ready");
        alice.asks(&past).await;
        order.says("its state is empty").await;
        let overridden = "SELECT count(*) FROM audit WHERE action = 'policy.overridden'";
        assert_eq!(stage.count(overridden).await, 1);
        // Operators need none.
        says(data.path(), &[]);
        carol.asks("policies reload").await;
        let other = ledger(&alice).await;
        carol.asks(&format!("destroy {}", other.name)).await;
        other.says("its state is empty").await;
        assert_eq!(stage.count(overridden).await, 1);
        stage.ends().await;
    }
}
