//! Every invariant can be seen to break: what is planted after, or into, a life is found.

use mayfly::store::Tx;

use super::bot::Installation;
use super::check::violations;
use super::life::Life;
use super::lives::{Led, Tended};
use super::subjects::Subject;
use crate::support::database;

/// Changes the database behind the bot's back.
async fn plant(installation: &Installation, statements: &[&'static str]) {
    let mut tx = installation.database.db.write("plant").await.expect("it begins");
    for sql in statements {
        let Tx::Sqlite(transaction, _) = &mut tx else { panic!("this is not SQLite") };
        sqlx::query(*sql).execute(&mut **transaction).await.expect("it can be done");
    }
    tx.commit().await.expect("it is done");
}

/// The next look finds this, and nothing else.
async fn finds(led: &Led<'_>, what: &str) {
    let found = violations(led, 0).await;
    assert!(
        !found.is_empty() && found.iter().all(|found| found.contains(what)),
        "`{what}` is not all of {found:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_planted_after_a_life_is_found() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    let led = Led::new(&installation, Life::ByHand);
    let mut tended = Tended::start(&led, Vec::new());
    led.lead(|| tended.tend()).await;
    tended.bot.ends().await;
    assert_eq!(violations(&led, 0).await, [""; 0]);

    let data = installation.data("one");
    let orphan = data.join("sites/nobodys");
    std::fs::create_dir_all(&orphan).expect("it can be made");
    std::fs::write(orphan.join("index.html"), "still here").expect("it can be written");
    finds(&led, "sites still has").await;
    std::fs::remove_dir_all(&orphan).expect("it was there");

    let trace = led.trace();
    std::fs::write(data.join("trace"), format!("{trace}made\n")).expect("it can be written");
    finds(&led, "it was made 2 times").await;
    std::fs::write(data.join("trace"), trace).expect("it can be written");

    let changed = [
        "DROP TRIGGER audit_stays_update",
        "UPDATE audit SET actor = replace(actor, 'U', 'V') WHERE seq = 1",
    ];
    plant(&installation, &changed).await;
    finds(&led, "the audit trail").await;
    installation.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_dropped_is_missed() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    let loses = "CREATE TRIGGER loses AFTER INSERT ON outbox WHEN NEW.notice LIKE '%\"extended\"%'
                 BEGIN DELETE FROM outbox WHERE seq = NEW.seq; END";
    plant(&installation, &[loses]).await;
    let led = Led::new(&installation, Life::ByHand);
    let mut tended = Tended::start(&led, Vec::new());
    led.lead(|| tended.tend()).await;
    tended.bot.ends().await;
    finds(&led, "nobody was told `extended it by`").await;
    installation.ends().await;
}
