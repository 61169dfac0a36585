//! Something of the bot's own is in the way of a run, and not in passing: people are told, and it goes on as soon as
//! that is mended.

use super::stage::{Options, Stage};

const TROUBLED: &str = "SELECT count(*) FROM steps WHERE event = 'troubled'";

on_both! {
    async fn lasting_trouble_is_told_once_and_ends_when_it_is_mended(database: Database) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let program = folder.path().join("mayfly");
        // Without rules nothing has to be evaluated, for which it takes the program, too.
        let options = Options::on(database).with("quick").supervised_by(program.clone()).unguarded();
        let stage = Stage::start(options).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        // As when somebody has removed the program that runs.
        let order = alice.orders("quick", &[]).await;
        let told = order.says("in the way of creating it").await;
        assert!(!told.says("No such file"), "{}", told.plain());
        assert_eq!(stage.count(TROUBLED).await, 4);
        let notice = carol.reads("platform-ops", "in the way of creating it").await;
        for part in [&order.name, "No such file"] {
            assert!(notice.says(part), "{part} is not in: {}", notice.plain());
        }
        let list = carol.asks("attention").await;
        assert!(list.says("in the way") && list.says(&order.name), "{}", list.plain());
        let log = stage.texts("SELECT line FROM run_log ORDER BY seq").await;
        assert!(log.iter().any(|line| line.ends_with("it is gone on with in 8 s.")), "{log:?}");

        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mayfly"), &program).expect("it can be made");
        order.is_ready().await;
        assert!(carol.asks("attention").await.says("Nothing needs an operator"));
        order.is_destroyed().await;
        let seen = carol.persona.sees();
        let told = seen.channels["platform-ops"].iter().filter(|m| m.says("in the way")).count();
        let own = order.thread().iter().filter(|m| m.says("in the way")).count();
        assert_eq!((told, own), (1, 1), "it is told again");
        stage.ends().await;
    }
}
