//! Several machines on one PostgreSQL: what one of them was doing when it died, another brings to its end.

use std::path::PathBuf;

use mayfly::process::{Identity, files as names};
use rustix::process::{Pid, Signal, kill_process};

use super::bot::{Bot, Installation};
use super::check::violations;
use super::lives::{Led, Life};
use super::subjects::Subject;
use crate::e2e::stage::{files, processes_of};
use crate::support::{database, say};

/// What dies with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dies {
    /// The whole machine.
    Everything,
    /// The bot alone: the supervisor has to end what it watches before the claim is over.
    BotAlone,
}

/// Kills what works on the apply of the machine `one`, which never comes back.
fn strike(installation: &Installation, dies: Dies, bot: &Bot) {
    let apply = apply_of(installation);
    bot.signal(Signal::KILL);
    if dies == Dies::BotAlone {
        return;
    }
    let text = std::fs::read(apply.join(names::SUPERVISOR)).expect("it runs");
    let supervisor: Identity = serde_json::from_slice(&text).expect("it is JSON");
    let processes = processes_of(&installation.data("one"));
    for pid in std::iter::once(supervisor.pid).chain(processes) {
        // It may have ended with the one before.
        let _ = kill_process(Pid::from_raw(pid).expect("it is one"), Signal::KILL);
    }
}

fn apply_of(installation: &Installation) -> PathBuf {
    let there = files(&installation.data("one").join("runs"));
    let child = there.iter().find(|f| f.ends_with(format!("apply/{}", names::CHILD)));
    child.and_then(|child| child.parent()).expect("it applies").to_path_buf()
}

async fn is_taken_over(dies: Dies) {
    let Some(database) = database::postgres().await else { return };
    let longer = |text: String| text.replace("default: 0, min: 0", "default: 8, min: 0");
    let installation = Installation::new(database, Subject::Counted, longer).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let one = installation.start("one", &[], "");
    // Until it applies there is only one that can have it.
    let copied = "SELECT count(*) FROM secrets WHERE kind = 'state'";
    while !led.trace().contains("made") || led.count(copied).await == 0 {
        led.goes_on().await;
    }
    strike(&installation, dies, &one);
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    assert_eq!(processes_of(&installation.data("one")), [0; 0], "what it watched lives on");
    let found = violations(&led, 1).await;
    // The first one's folder died with it.
    let found: Vec<_> = found.iter().filter(|v| !v.contains("still has")).collect();
    assert!(found.is_empty(), "{dies:?} {found:?}\n{}", led.logs());
    let receipt = led.thread().iter().map(|m| m.plain()).find(|m| m.contains("its state is empty"));
    let receipt = receipt.expect("there is one");
    assert!(receipt.contains("terraform_data.site"), "{receipt}");
    two.ends().await;
    drop((one, two));
    installation.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_dies_is_taken_over_from() {
    is_taken_over(Dies::Everything).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_dies_is_taken_over_from_when_its_engine_has_ended() {
    is_taken_over(Dies::BotAlone).await;
}

/// What a machine was telling when it died is told by another, as soon as the dead are missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_machine_was_telling_is_told_by_another() {
    let Some(database) = database::postgres().await else { return };
    if !cfg!(feature = "failpoints") {
        return say("NOT RUN: survival: it needs the fail points: --features failpoints");
    }
    let installation =
        Installation::new(database, Subject::Counted, |t| Life::Reaped.manifest(t)).await;
    let led = Led::new(&installation, Life::Reaped);
    // It knows of the second message, has sent it, and nobody else knows that.
    let dies = [("FAILPOINTS", "send a message/after=1*off->return(kill)".to_owned())];
    let mut one = installation.start("one", &dies, "");
    while one.is_running() {
        led.goes_on().await;
    }
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    let found = violations(&led, 1).await;
    let found: Vec<_> = found.iter().filter(|v| !v.contains("still has")).collect();
    assert!(found.is_empty(), "{found:?}\n{}", led.logs());
    two.ends().await;
    drop((one, two));
    installation.ends().await;
}

/// Each part of the work in a process of its own, and two for what must be done once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_can_be_split() {
    let Some(database) = database::postgres().await else { return };
    let manifest = |text| Life::Reaped.manifest(text);
    let installation = Installation::new(database, Subject::Counted, manifest).await;
    let led = Led::new(&installation, Life::Reaped);
    let start =
        |machine, role: &str| installation.start(machine, &[("MAYFLY_ROLES", role.to_owned())], "");
    let mut bots =
        [start("one", "worker"), start("two", "ingress,scheduler"), start("three", "scheduler")];
    led.lead(|| bots.iter_mut().for_each(|bot| assert!(bot.is_running(), "{}", bot.told()))).await;
    assert_eq!(violations(&led, 0).await, [""; 0]);
    for bot in &mut bots {
        bot.ends().await;
    }
    drop(bots);
    installation.ends().await;
}
