//! The database and Slack go away in the middle of a life, and come back: nothing is lost or made twice, and no
//! child is interrupted that need not be. An hour's outage takes seconds: every interval is a setting.

use std::time::Duration;

use mayfly::playground::{Fault, SocketDisconnect};
use rustix::process::Signal;

use super::bot::{Bot, Installation};
use super::check::{violations, violations_of_any};
use super::life::Life;
use super::lives::Led;
use super::machines::{kill_all_of, longer};
use super::subjects::Subject;
use crate::e2e::pages::Browser;
use crate::support::database::{self, Restartable};

/// Until what it makes is being made.
async fn until_it_applies(led: &Led<'_>) {
    while !led.trace().contains("made") {
        led.goes_on().await;
    }
}

async fn readiness(bot: &mut Bot) -> u16 {
    Browser::new().gets(&format!("{}/readyz", bot.address().await)).await.status.as_u16()
}

/// For less than the time after which a child is interrupted: a third of it, as 20 s are of the minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_restarted_in_mid_run() {
    let Some((mut server, database)) = Restartable::start().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 9)).await;
    let installation = installation.with_patient_claims();
    let led = Led::new(&installation, Life::ByHand);
    let mut bot = installation.start("one", &[], "");
    until_it_applies(&led).await;
    server.goes_away();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(bot.is_running(), "{}", bot.told());
    server.comes_back().await;
    led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
    assert_eq!(violations(&led, 0).await, [""; 0], "{}", led.logs());
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// An engine that ends while nobody can write that down: it is collected when somebody can, and by nobody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_ends_while_postgresql_is_away() {
    let Some((mut server, database)) = Restartable::start().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 3)).await;
    let installation = installation.with_patient_claims();
    let led = Led::new(&installation, Life::ByHand);
    let mut bots = ["one", "two"].map(|name| installation.start(name, &[], ""));
    until_it_applies(&led).await;
    server.goes_away();
    tokio::time::sleep(Duration::from_secs(9)).await;
    server.comes_back().await;
    led.lead(|| bots.iter_mut().for_each(|bot| assert!(bot.is_running(), "{}", bot.told()))).await;
    assert_eq!(violations(&led, 0).await, [""; 0], "{}", led.logs());
    for bot in &mut bots {
        bot.ends().await;
    }
    drop(bots);
    installation.ends().await;
}

/// Longer than a claim holds: the child is ended, because another machine could begin, and all of it is undone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_is_away_for_longer_than_a_claim() {
    let Some((mut server, database)) = Restartable::start().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 30)).await;
    let led = Led::new(&installation, Life::Fails);
    let mut bot = installation.start("one", &[], "");
    until_it_applies(&led).await;
    server.goes_away();
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert!(bot.is_running(), "{}", bot.told());
    assert_eq!(readiness(&mut bot).await, 503, "it is not ready without its database");
    server.comes_back().await;
    led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
    assert_eq!(violations(&led, 0).await, [""; 0], "{}", led.logs());
    assert_eq!(readiness(&mut bot).await, 200);
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// Slack away, in each of its ways, while an environment is made; its socket dies with what is on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_is_away() {
    let database = database::sqlite().await;
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 4)).await;
    let led = Led::new(&installation, Life::ByHand);
    let mut bot = installation.start("one", &[], "");
    until_it_applies(&led).await;
    let faults = installation.slack.faults();
    let second = Duration::from_secs(1);
    for fault in [
        Fault::Http(503),
        Fault::RateLimited(second),
        Fault::DropBefore,
        Fault::Slack("internal_error".into()),
    ] {
        faults.clear();
        faults.always("*", fault);
        installation.slack.socket_disconnect(SocketDisconnect::RefreshRequested);
        // What is typed meanwhile is answered or not; the socket is cut with it on its way.
        for _ in 0..4 {
            let typed = led.types("/infra list");
            let cut = async {
                tokio::time::sleep(second / 4).await;
                installation.slack.socket_disconnect(SocketDisconnect::RefreshRequested);
            };
            tokio::join!(typed, cut, tokio::time::sleep(second / 2));
        }
        assert!(bot.is_running(), "{}", bot.told());
        assert_eq!(readiness(&mut bot).await, 200, "it is ready all the same");
    }
    faults.clear();
    // An answer that is lost is a message that may be there twice.
    faults.times(1, "chat.postMessage", Fault::DropAfter);
    led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
    assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
    let said: Vec<String> = led.thread().iter().map(|m| m.plain()).collect();
    let order = ["+2 ~0 -0", "is ready", "extended it by", "its state is empty"];
    let places = order.map(|part| said.iter().position(|text| text.contains(part)));
    assert!(places.is_sorted(), "{said:?}");
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// The intervals that everybody has: 45 s without a database harm nothing, and a machine that is gone is missed
/// after a minute and a half.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn at_real_intervals() {
    let Some((mut server, database)) = Restartable::start().await else { return };
    let unlimited = |text: String| {
        longer(text, 70).replace("apply: 1m", "apply: 10m").replace("silence: 1m", "silence: 10m")
    };
    let installation =
        Installation::new(database, Subject::Counted, unlimited).await.at_real_intervals();
    let led = Led::new(&installation, Life::LostSightOf).within(Duration::from_secs(300));
    let one = installation.start("one", &[], "");
    until_it_applies(&led).await;
    server.goes_away();
    tokio::time::sleep(Duration::from_secs(45)).await;
    server.comes_back().await;
    // Its engine goes on, and so does its claim: two heartbeats later nothing has happened to either.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let running = "SELECT count(*) FROM runs WHERE status = 'running' AND epoch = 1";
    assert_eq!(led.count(running).await, 1, "{}", led.logs());
    kill_all_of(&installation, "one", &one);
    let begun = std::time::Instant::now();
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    assert!(begun.elapsed() > Duration::from_secs(60), "its claim did not run out");
    let found = violations_of_any(&led, 1).await;
    assert!(found.is_empty(), "{found:?}\n{}", led.logs());
    two.signal(Signal::TERM);
    two.ends().await;
    drop((one, two));
    installation.ends().await;
}
