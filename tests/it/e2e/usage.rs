//! Amounts that no plan knows: who says them, and who goes before whom.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::stage::{Options, Stage};

/// Where a resource costs by four usages, each at a tenth of the rate before it.
fn stated(database: crate::support::database::Database) -> Options {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies/usage");
    Options::on(database).with("stored").unguarded().adjusted(move |config| {
        config.policies.data = vec![folder.clone()];
        config.costs.prices = Some(folder);
        let said = ["storage_gb", "requests", "traffic_gb"];
        let named = said.map(|usage| (format!("terraform_data-{usage}"), Decimal::TWO));
        config.costs.usage = named.into();
    })
}

/// What an environment was predicted to cost, to the last digit.
async fn hourly(stage: &Stage, name: &str) -> String {
    let row = stage.row(name).await;
    row.estimate.expect("it was priced").0.hourly().normalize().to_string()
}

on_both! {
    async fn the_team_goes_before_the_template_and_the_template_before_the_installation(database: Database) {
        let stage = Stage::start(stated(database)).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        // Of alice's team 4.5 GB, of the template 3 requests, of the installation 2 GB of traffic, of the book 1 GB.
        let hers = alice.orders("stored", &[]).await;
        hers.is_ready().await;
        assert_eq!(hourly(&stage, &hers.name).await, "4.821");
        let card = hers.shows("$4.82/h").await;
        assert!(card.says("priced 1 of 1"), "{}", card.plain());
        // What bob's team says cannot be: the template's 2.5 GB and 3 requests count.
        let his = bob.orders("stored", &[]).await;
        his.is_ready().await;
        assert_eq!(hourly(&stage, &his.name).await, "2.821");
        let told = carol.asks("policies reload").await;
        for part in [
            "data.teams.search.usage: no price book knows the usage `terraform_data.storage`",
            "terraform_data.storage_gb",
            "data.teams.search.usage.terraform_data.requests = 0.5: a fraction is written in quotes",
            "in force",
        ] {
            assert!(told.says(part), "{part} is not in: {}", told.plain());
        }
        // Before there is a plan: the last of her own team, though bob's is newer.
        let form = alice.opens("new stored").await;
        assert!(form.says("$4.82/h") && !form.says("$2.82/h"), "the form says another price");
        alice.persona.closes(&form.id).await.expect("it closes");
        hers.is_destroyed().await;
        his.is_destroyed().await;
        stage.ends().await;
    }
}
