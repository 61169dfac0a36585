//! The bot goes away and comes back.

use std::path::Path;
use std::time::{Duration, Instant};

use super::stage::{Options, PATIENCE, Stage};
use crate::support::database::Database;

on_both! {
    async fn destroying_needs_neither_template_nor_cache(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let order = stage.ready("quick").await;
        stage.settles().await;
        stage.stops_bot().await;
        for gone in [
            stage.templates().join("quick"),
            stage.data().join("versions"),
            stage.data().join("sources"),
        ] {
            remove(&gone);
        }
        stage.starts_bot().await;
        order.is_destroyed().await;
        let row = stage.row(&order.name).await;
        assert_eq!(row.destroyed_count, 1);
        stage.ends().await;
    }

    async fn a_start_sweeps_what_ended_runs_left(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        stage.ready("quick").await;
        stage.settles().await;
        stage.stops_bot().await;
        let ended = stage.texts("SELECT id FROM runs").await.pop().expect("there is one");
        let runs = stage.data().join("runs");
        // As if the bot had been killed between the end of the run and the removal of its folder.
        for (run, file) in [(ended.as_str(), "vars.json"), ("nobodys", "vars.json")] {
            std::fs::create_dir_all(runs.join(run)).expect("it can be made");
            std::fs::write(runs.join(run).join(file), "{}").expect("it can be written");
        }
        stage.starts_bot().await;
        let deadline = Instant::now() + PATIENCE;
        while runs.join(&ended).exists() {
            assert!(Instant::now() < deadline, "it is not swept");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(runs.join("nobodys/vars.json").exists(), "what is not known was touched");
        std::fs::remove_dir_all(runs.join("nobodys")).expect("it can be removed");
        stage.ends().await;
    }

    async fn a_restart_in_mid_apply_follows_the_child(database: Database) {
        let mut stage = Stage::start(with_slow(database)).await;
        let order = stage.alice().orders("slow", &[("in_seconds", "5".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        stage.restarts_bot().await;
        order.is_ready().await;
        let text = std::fs::read_to_string(stage.trace()).expect("is there");
        assert_eq!(text.lines().collect::<Vec<_>>(), ["begun", "ended"], "it ran otherwise than once");
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn an_apply_that_ends_while_the_bot_is_down_is_collected(database: Database) {
        let mut stage = Stage::start(with_slow(database)).await;
        let order = stage.alice().orders("slow", &[("in_seconds", "1".into())]).await;
        stage.says(&stage.trace(), "begun").await;
        stage.stops_bot().await;
        let deadline = Instant::now() + PATIENCE;
        while !stage.processes().is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stage.starts_bot().await;
        order.is_ready().await;
        let text = std::fs::read_to_string(stage.trace()).expect("is there");
        assert_eq!(text.lines().collect::<Vec<_>>(), ["begun", "ended"]);
        stage.ends().await;
    }
}

/// On PostgreSQL a claim holds 90 s: whoever starts on the same machine does not wait for its end.
pub fn with_slow(database: Database) -> Options {
    Options::on(database).with("slow")
}

/// Removes a folder whose files may be read-only.
fn remove(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fn open(folder: &Path) {
        let writable = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, writable).expect("it is ours");
        for entry in std::fs::read_dir(folder).expect("it is a folder").flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open(&entry.path());
            }
        }
    }
    open(folder);
    std::fs::remove_dir_all(folder).expect("it can be removed");
}
