//! Several engines side by side: who made an environment works on it again; what is missing is told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mayfly::config::Config;
use mayfly::domain::{EngineKind, EngineNamed, TerraformBy};

use super::stage::{Options, Stage};
use crate::support::{database, programs};

on_both! {
    async fn a_template_whose_engine_is_missing_is_shown_and_refused(database: Database) {
        let options = Options::on(database).with("quick").with("future");
        let stage = Stage::start(options).await;
        let alice = stage.alice();
        let why = "it needs Terraform `&gt;=99.1`, which is not installed";

        // The picker tells of it and does not offer it.
        alice.types("new").await;
        let picker = alice.waits("the picker", |s| s.view().cloned()).await;
        assert!(picker.says("Future environment") && picker.says(why), "{}", picker.plain());
        let payload = picker.payload().to_string();
        assert!(payload.contains("\"value\":\"quick\""), "{payload}");
        assert!(!payload.contains("\"value\":\"future\""), "{payload}");
        alice.persona.closes(&picker.id).await.expect("it closes");

        let list = alice.asks("templates").await;
        assert!(list.says("Future environment") && list.says(why), "{}", list.plain());
        alice.persona.opens_home().await;
        let home = alice.waits("the home", |_| alice.persona.home()).await;
        assert!(home.says(why), "{}", home.plain());
        for shown in [list.json().to_string(), home.payload().to_string()] {
            assert!(shown.contains("\"value\":\"quick\""), "{shown}");
            assert!(!shown.contains("\"value\":\"future\""), "{shown}");
        }

        // Typed all the same, also by its beginning, it is refused with the reason and the cure.
        for typed in ["new future", "new fut"] {
            let refused = alice.asks(typed).await;
            let cure = "mayfly engines install terraform@99.1.0";
            for part in ["`future` cannot be used just now", why, "operators", cure] {
                assert!(refused.says(part), "{part} is not in: {}", refused.plain());
            }
        }
        assert!(alice.persona.open_view().is_none(), "a form was opened");
        assert_eq!(stage.environments().await, 0);
        stage.ends().await;
    }

    async fn a_form_that_was_open_when_the_engine_went_makes_nothing(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let form = alice.opens("new quick").await;
        stage.stops_bot().await;
        stage.reconfigures(|config| {
            let nowhere = EngineNamed::Program("/nowhere/terraform".into());
            config.engines.named.insert(EngineKind::Terraform, vec![nowhere]);
        });
        stage.starts_bot().await;
        alice.submits(&form, &[]).await;
        let answer = alice.waits("the refusal", |s| s.view().filter(|v| v.title() == "Not created").cloned()).await;
        assert!(answer.says("which does not work where Mayfly runs"), "{}", answer.plain());
        assert_eq!(stage.environments().await, 0);
        stage.ends().await;
    }

    async fn what_made_an_environment_destroys_it_or_what_is_newer(database: Database) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let terraforms = Terraforms(folder.path().to_path_buf());
        let first = terraforms.only(&["1.90.0"]);
        let options = Options::on(database).with("quick").adjusted(|config| {
            config.runs.destroy_backoff = Duration::from_millis(50);
            first(config);
        });
        let mut stage = Stage::start(options).await;
        let alice = stage.alice();
        let old = stage.ready("quick").await;
        assert_eq!(made_by(&stage, &old.name).await, "terraform 1.90.0");

        // A newer one makes what is new; what is old stays with what made it.
        stage.stops_bot().await;
        stage.reconfigures(terraforms.only(&["1.90.0", "1.91.0"]));
        stage.starts_bot().await;
        let new = stage.ready("quick").await;
        let shown = alice.asks(&format!("show {}", new.name)).await;
        assert!(shown.says("made with `terraform 1.91.0`"), "{}", shown.plain());
        let shown = alice.asks(&format!("show {}", old.name)).await;
        assert!(shown.says("made with `terraform 1.90.0`"), "{}", shown.plain());
        old.is_destroyed().await;
        assert_eq!(made_by(&stage, &old.name).await, "terraform 1.90.0");
        assert_eq!((terraforms.destroyed("1.90.0"), terraforms.destroyed("1.91.0")), (1, 0));

        // An older one alone does not touch it.
        stage.stops_bot().await;
        stage.reconfigures(terraforms.only(&["1.90.0"]));
        stage.starts_bot().await;
        alice.presses(&new.card(), "destroy").await;
        let failed = new.says("it failed at").await;
        for part in [
            "terraform 1.91.0 made it, and there is only terraform 1.90.0, which cannot take it over",
            "mayfly engines install terraform@1.91.0",
        ] {
            assert!(failed.says(part), "{part} is not in: {}", failed.plain());
        }
        assert_eq!(stage.row(&new.name).await.status.as_str(), "quarantined");
        assert_eq!(terraforms.destroyed("1.90.0"), 1, "it was touched all the same");

        // A newer one takes it over, and that is on record.
        stage.stops_bot().await;
        stage.reconfigures(terraforms.only(&["1.90.0", "1.92.0"]));
        stage.starts_bot().await;
        alice.presses(&new.card(), "retry").await;
        new.says("its state is empty").await;
        assert_eq!(made_by(&stage, &new.name).await, "terraform 1.92.0");
        assert_eq!((terraforms.destroyed("1.90.0"), terraforms.destroyed("1.92.0")), (1, 1));
        stage.ends().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opentofu_runs_terraforms_templates_and_tells_what_fails() {
    if !programs::runs("tofu") {
        return;
    }
    let options = Options::on(database::sqlite().await)
        .with("quick")
        .with("broken")
        .adjusted(|config| config.engines.run_terraform_with = TerraformBy::Tofu);
    let stage = Stage::start(options).await;
    let order = stage.ready("quick").await;
    assert!(made_by(&stage, &order.name).await.starts_with("tofu 1."));
    order.is_destroyed().await;

    let order = stage.alice().orders("broken", &[]).await;
    let failed = order.says("it failed at").await;
    for part in ["terraform_data.refuses", "main.tf:", "the quota is used up"] {
        assert!(failed.says(part), "{part} is not in: {}", failed.plain());
    }
    order.says("its state is empty").await;
    stage.ends().await;
}

pub async fn made_by(stage: &Stage, name: &str) -> String {
    let made_by = stage.row(name).await.made_by().expect("the row can be");
    made_by.map(|made_by| made_by.to_string()).unwrap_or_default()
}

/// Terraforms that are the machine's own, say that they have another version, and note what they do.
pub struct Terraforms(pub PathBuf);

impl Terraforms {
    /// Settings with these versions alone.
    pub fn only(&self, versions: &[&str]) -> impl FnOnce(&mut Config) + Send + 'static {
        let named: Vec<EngineNamed> =
            versions.iter().map(|version| EngineNamed::Program(self.program(version))).collect();
        |config| {
            config.engines.named.insert(EngineKind::Terraform, named);
        }
    }

    /// The program that says this; made when it is not there.
    fn program(&self, version: &str) -> PathBuf {
        let program = self.0.join(version);
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = version ] && echo '{{\"terraform_version\":\"{version}\"}}' && exit 0\n\
             echo \"$@\" >>\"$0.trace\"\nexec terraform \"$@\"\n"
        );
        programs::script(&program, &script);
        program
    }

    /// How many destroys this version was called for.
    fn destroyed(&self, version: &str) -> usize {
        let trace = self.0.join(format!("{version}.trace"));
        let text = std::fs::read_to_string(Path::new(&trace)).unwrap_or_default();
        text.lines().filter(|line| line.contains("-destroy")).count()
    }
}
