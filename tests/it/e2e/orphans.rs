//! What has our tag and no living environment: found by a sweep, told, destroyed or adopted.

use std::path::PathBuf;
use std::time::Duration;

use mayfly::domain::Span;
use mayfly::playground::{Message, SubmitOutcome, View};
use mayfly::store::Tx;

use super::people::{Order, Player};
use super::stage::{Options, Stage};
use crate::support::database::Database;

const SECRET: &str = "hunter2-of-the-cloud";
const SIGHTED: &str = "SELECT count(*) FROM orphans WHERE sightings = 1";

fn listed(database: Database) -> Options {
    Options::on(database).with("listed").adjusted(|config| {
        config.credentials.insert("AWS_SECRET_ACCESS_KEY".to_owned(), SECRET.to_owned());
    })
}

/// A resource that the template's own sweep lists.
fn plant(stage: &Stage, id: &str, installation: &str, environment: &str) -> PathBuf {
    let cloud = stage.data().join("cloud");
    std::fs::create_dir_all(&cloud).expect("it can be made");
    let tags = serde_json::json!({
        "mayfly:installation": installation, "mayfly:environment": environment,
    });
    let file = cloud.join(id);
    std::fs::write(&file, tags.to_string()).expect("it can be written");
    file
}

async fn installation(stage: &Stage) -> String {
    let found = stage.texts("SELECT value FROM settings WHERE key = 'installation'").await;
    found.into_iter().next().expect("it has a name")
}

/// An environment that was made and destroyed.
async fn ended(stage: &Stage, template: &str) -> Order {
    let order = stage.ready(template).await;
    order.owner.presses(&order.card(), "destroy").await;
    order.says("its state is empty").await;
    stage.settles().await;
    order
}

/// An hour passes, and with it a sweep of each of so many places.
async fn sweeps(stage: &Stage, places: i64) {
    stage.counts(places, "SELECT count(*) FROM sweeps").await;
    let last = stage.count("SELECT max(begun_at) FROM sweeps").await;
    stage.moves_clock(Span::hours(1)).await;
    let deadline = tokio::time::Instant::now() + super::stage::PATIENCE;
    let first = "SELECT min(begun_at) FROM sweeps";
    let open = "SELECT count(*) FROM sweeps WHERE claimed_until IS NOT NULL";
    while stage.count(first).await <= last || stage.count(open).await > 0 {
        assert!(tokio::time::Instant::now() < deadline, "not all is swept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stage.delivers_all().await;
}

async fn told(stage: &Stage) -> Vec<Message> {
    let carol = stage.carol();
    let messages = carol.persona.sees().channels.get("platform-ops").cloned().unwrap_or_default();
    messages.into_iter().filter(|message| message.says("no living environment")).collect()
}

async fn form(player: &Player) -> View {
    let form = |s: &mayfly::playground::Snapshot| {
        s.view().filter(|v| v.callback_id() == "adopt_orphan").cloned()
    };
    player.waits("the form", form).await
}

on_both! {
    async fn an_orphan_is_found_told_and_destroyed_or_adopted(database: Database) {
        let stage = Stage::start(listed(database)).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = ended(&stage, "listed").await;
        let living = stage.ready("listed").await;
        let ours = installation(&stage).await;
        let left = plant(&stage, "left", &ours, &order.name);
        let other = plant(&stage, "left-2", &ours, &order.name);
        let stray = plant(&stage, "stray", &ours, "nobody-knows-it");
        let theirs = plant(&stage, "theirs", "another", &order.name);

        // Seen once it may be on its way out.
        sweeps(&stage, 2).await;
        assert_eq!(stage.count(SIGHTED).await, 3);
        assert!(told(&stage).await.is_empty());
        assert!(carol.asks("orphans").await.says("No orphans are known"));

        sweeps(&stage, 2).await;
        let notice = carol.reads("platform-ops", "no living environment").await;
        for part in ["3 orphans", "cloud/left", "cloud/stray", &order.name, "has ever been called so"] {
            assert!(notice.says(part), "{part} is not in: {}", notice.plain());
        }
        for part in ["cloud/theirs", &living.name] {
            assert!(!notice.says(part), "{part} is in: {}", notice.plain());
        }
        assert!(carol.asks("attention").await.says("3 orphans"));

        // Operators alone.
        for button in ["orphan_destroy", "orphan_adopt"] {
            let answer = alice.presses_stale(&notice, button).await;
            assert!(answer.says("is for operators"), "{}", answer.plain());
        }
        assert!(alice.asks("orphans").await.says("is for operators"));

        // What is left is destroyed like anything else, and its owner is told.
        let answer = carol.presses(&notice, "orphan_destroy").await;
        assert!(answer.says("Destroying"), "{}", answer.plain());
        let receipt = order.says("once more").await;
        for part in ["1 resource", "had something taken away", "cloud/left"] {
            assert!(receipt.says(part), "{part} is not in: {}", receipt.plain());
        }
        carol.reads("platform-ops", "once more").await;
        stage.settles().await;
        assert!(!left.exists() && other.exists() && stray.exists() && theirs.exists());
        assert_eq!(stage.row(&order.name).await.status.as_str(), "destroyed");
        let again = carol.presses_stale(&notice, "orphan_destroy").await;
        assert!(again.says("not on the list any more"), "{}", again.plain());

        let list = carol.asks("orphans").await;
        assert!(list.says("cloud/left-2"), "{}", list.plain());
        carol.presses(&list, "orphan_destroy").await;
        order.says("cloud/left-2").await;
        stage.settles().await;
        assert!(!other.exists() && stray.exists());

        // What is adopted stays, and is not told again.
        let list = carol.asks("orphans").await;
        assert!(list.says("cloud/stray") && !list.says("cloud/left"), "{}", list.plain());
        assert!(list.button("orphan_destroy").is_none(), "{}", list.plain());
        carol.pushes(&list, "orphan_adopt").await;
        let view = form(&carol).await;
        let outcome = carol.submits(&view, &[("reason", " \n ".into())]).await;
        assert!(matches!(outcome, SubmitOutcome::Errors(_)), "{outcome:?}");
        let outcome = carol.submits(&view, &[("reason", "the data team has it".into())]).await;
        let SubmitOutcome::Updated(view) = outcome else { panic!("{outcome:?}") };
        assert!(view.says("yours to look after"), "{}", view.plain());
        let noted = stage.texts("SELECT detail FROM audit WHERE action = 'orphan.adopted'").await;
        assert!(noted[0].contains("the data team has it"), "{noted:?}");
        sweeps(&stage, 2).await;
        sweeps(&stage, 2).await;
        assert_eq!(told(&stage).await.len(), 1, "it is told once");
        assert!(carol.asks("orphans").await.says("No orphans are known"));
        assert!(stray.exists() && theirs.exists());
        stage.ends().await;
    }
}

/// Between the notice and the button somebody else has made something of the same name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_anothers_by_now_is_not_touched() {
    let options = listed(crate::support::database::sqlite().await)
        .adjusted(|config| config.runs.destroy_backoff = Duration::from_millis(50));
    let stage = Stage::start(options).await;
    let carol = stage.carol();
    let order = ended(&stage, "listed").await;
    let ours = installation(&stage).await;
    let left = plant(&stage, "left", &ours, &order.name);
    sweeps(&stage, 2).await;
    sweeps(&stage, 2).await;
    let notice = carol.reads("platform-ops", "no living environment").await;
    plant(&stage, "left", "another", &order.name);
    carol.presses(&notice, "orphan_destroy").await;
    order.shows("Quarantined").await;
    let failed = "SELECT failure FROM runs WHERE failure LIKE '%does not have this environment%'";
    assert_eq!(stage.texts(failed).await.len(), 3);
    assert!(left.exists(), "another's is destroyed");

    // An operator ends that, and from then on nothing of it is taken away by a button.
    carol.asks(&format!("gone {} it is another's", order.name)).await;
    order.says("is marked as gone").await;
    plant(&stage, "left", &ours, &order.name);
    sweeps(&stage, 2).await;
    sweeps(&stage, 2).await;
    let list = carol.asks("orphans").await;
    assert!(list.says("cloud/left") && list.says("marked as gone"), "{}", list.plain());
    assert!(list.button("orphan_destroy").is_none(), "{}", list.plain());
    assert!(left.exists());
    stage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_that_fails_forgets_nothing_and_says_why() {
    let database = crate::support::database::sqlite().await;
    let stage = Stage::start(listed(database)).await;
    let carol = stage.carol();
    let order = ended(&stage, "listed").await;
    let left = plant(&stage, "left", &installation(&stage).await, &order.name);
    sweeps(&stage, 2).await;
    let down = stage.data().join("cloud-is-down");
    std::fs::write(&down, "").expect("it can be written");
    sweeps(&stage, 2).await;
    let list = carol.asks("orphans").await;
    assert!(list.says("template listed") && list.says("the cloud is down"), "{}", list.plain());
    assert!(!list.says(SECRET), "{}", list.plain());
    assert_eq!(stage.count(SIGHTED).await, 1);
    std::fs::remove_file(&down).expect("it is there");

    // What has gone by itself is forgotten, and nobody is told of it.
    std::fs::remove_file(&left).expect("it is there");
    sweeps(&stage, 2).await;
    assert_eq!(stage.count("SELECT count(*) FROM orphans").await, 0);
    assert!(told(&stage).await.is_empty());
    stage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_ahead_stops_no_sweep() {
    let database = crate::support::database::sqlite().await;
    let db = database.db.clone();
    let stage = Stage::start(listed(database)).await;
    ended(&stage, "listed").await;
    sweeps(&stage, 2).await;
    // As it stands when the clock was a year ahead, and was put back.
    let ahead = stage.count("SELECT max(begun_at) FROM sweeps").await + Span::days(180).millis();
    let sql = "UPDATE sweeps SET begun_at = begun_at + 31536000000";
    let mut tx = db.write("test").await.expect("it begins");
    let Tx::Sqlite(inner, _) = &mut tx else { panic!("this is not SQLite") };
    sqlx::query(sql).execute(&mut **inner).await.expect("it is done");
    tx.commit().await.expect("it is done");
    let deadline = tokio::time::Instant::now() + super::stage::PATIENCE;
    while stage.count("SELECT max(begun_at) FROM sweeps").await > ahead {
        assert!(tokio::time::Instant::now() < deadline, "nothing is swept any more");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stage.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_nobody_has_is_found_and_taken_away() {
    // What stays of an ended environment on its machine, the worker removes by itself: not in this test.
    let options = Options::on(crate::support::database::sqlite().await)
        .adjusted(|config| config.runs.claim = Duration::from_secs(3600));
    let stage = Stage::start(options).await;
    let carol = stage.carol();
    let branch = [("in_branch", "main".into())];
    let (gone, lives) = (
        stage.alice().orders("preview-env", &branch).await,
        stage.alice().orders("preview-env", &branch).await,
    );
    gone.is_ready().await;
    lives.is_ready().await;
    stage.alice().presses(&gone.card(), "destroy").await;
    gone.says("its state is empty").await;
    stage.settles().await;
    let site = |name: &str| stage.data().join("sites").join(name);
    for name in [&gone.name, "never-was"] {
        std::fs::create_dir_all(site(name)).expect("it can be made");
        std::fs::write(site(name).join("index.html"), "left").expect("it can be written");
    }
    sweeps(&stage, 1).await;
    sweeps(&stage, 1).await;
    let notice = carol.reads("platform-ops", "no living environment").await;
    for part in ["2 orphans", "sites/never-was", &format!("sites/{}", gone.name)] {
        assert!(notice.says(part), "{part} is not in: {}", notice.plain());
    }
    carol.presses(&notice, "orphan_destroy").await;
    gone.says("once more").await;
    stage.settles().await;
    assert!(!site(&gone.name).exists() && site("never-was").exists() && site(&lives.name).exists());
    stage.ends().await;
}
