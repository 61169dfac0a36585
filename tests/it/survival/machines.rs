//! Several machines on one PostgreSQL: what one of them was doing when it died, another brings to its end.

use std::time::Duration;

use mayfly::process::{Identity, files as names};
use rustix::process::{Pid, Signal, kill_process};

use super::bot::{Bot, Installation};
use super::check::violations;
use super::life::Life;
use super::lives::Led;
use super::subjects::Subject;
use crate::e2e::people::Player;
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

/// Kills the bot of a machine, and all that works for it there: supervisors first, and what they watch.
pub fn kill_all_of(installation: &Installation, machine: &str, bot: &Bot) {
    bot.signal(Signal::KILL);
    installation.has_lost(machine);
    let data = installation.data(machine);
    let there = files(&data.join("runs"));
    let supervisors = there.iter().filter(|file| file.ends_with(names::SUPERVISOR));
    let supervisors = supervisors.filter_map(|file| {
        let text = std::fs::read(file).ok()?;
        serde_json::from_slice::<Identity>(&text).ok().filter(Identity::is_alive)
    });
    let supervisors: Vec<i32> = supervisors.map(|supervisor| supervisor.pid).collect();
    for pid in supervisors.into_iter().chain(processes_of(&data)) {
        // It may have ended with the one before.
        let _ = kill_process(Pid::from_raw(pid).expect("it is one"), Signal::KILL);
    }
}

/// The manifest of a template whose making takes so many seconds.
pub fn longer(manifest: String, seconds: u32) -> String {
    manifest.replace("default: 0, min: 0", &format!("default: {seconds}, min: 0"))
}

/// Whether an apply is at work on this machine.
fn applies(installation: &Installation, machine: &str) -> bool {
    let apply = format!("apply/{}", names::CHILD);
    files(&installation.data(machine).join("runs")).iter().any(|file| file.ends_with(&apply))
}

/// Until it is being made, and its state has been copied to where other machines find it.
async fn until_it_is_copied(led: &Led<'_>) {
    let copied = "SELECT count(*) FROM secrets WHERE kind = 'state'";
    while !led.trace().contains("made") || led.count(copied).await == 0 {
        led.goes_on().await;
    }
}

/// When the apply ended that has worked on this machine, in milliseconds since the epoch.
fn ended_at(installation: &Installation, machine: &str) -> i64 {
    let there = files(&installation.data(machine).join("runs")).into_iter();
    let apply = format!("apply/{}", names::EXIT);
    let exits = there.filter(|file| file.ends_with(&apply)).map(|exit| {
        let written = std::fs::metadata(exit).and_then(|exit| exit.modified()).expect("is there");
        let since = written.duration_since(std::time::UNIX_EPOCH).expect("it is after that");
        i64::try_from(since.as_millis()).expect("it fits")
    });
    exits.max().expect("an engine has ended there")
}

async fn is_taken_over(dies: Dies) {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 8)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let one = installation.start("one", &[], "");
    // Until it applies there is only one that can have it.
    until_it_is_copied(&led).await;
    match dies {
        Dies::Everything => kill_all_of(&installation, "one", &one),
        Dies::BotAlone => {
            one.signal(Signal::KILL);
            installation.has_lost("one");
        }
    }
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    assert_eq!(processes_of(&installation.data("one")), [0; 0], "what it watched lives on");
    let found = violations(&led, 1).await;
    assert!(found.is_empty(), "{dies:?} {found:?}\n{}", led.logs());
    if dies == Dies::BotAlone {
        let ended = ended_at(&installation, "one");
        let epochs = "SELECT min(at) FROM steps WHERE epoch = 2";
        let taken = led.count(epochs).await;
        assert!(ended < taken, "its engine ended at {ended}, and was taken over from at {taken}");
    }
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

/// Three at once: whichever has the apply dies with it, and the two that are left bring it to its end, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_machines_one_may_die() {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 8)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let names = ["one", "two", "three"];
    let mut bots = names.map(|name| installation.start(name, &[], ""));
    until_it_is_copied(&led).await;
    let dying = names.iter().position(|name| applies(&installation, name)).expect("one applies");
    kill_all_of(&installation, names[dying], &bots[dying]);
    led.lead(|| {
        for (n, bot) in bots.iter_mut().enumerate() {
            assert!(n == dying || bot.is_running(), "{}", bot.told());
        }
    })
    .await;
    let found = violations(&led, 1).await;
    assert!(found.is_empty(), "{found:?}\n{}", led.logs());
    for (n, bot) in bots.iter_mut().enumerate() {
        if n != dying {
            bot.ends().await;
        }
    }
    drop(bots);
    installation.ends().await;
}

/// What only a machine passes that takes over.
const TAKING_OVER: [&str; 2] = ["put a state in its place", "note what may have been made"];
/// What only a machine passes that comes back when another has ended what it had begun.
const COMING_BACK: [&str; 1] = ["remove what is left of an environment"];

/// Commits and effects that no life of one machine passes: here each is where a machine dies.
pub fn points() -> impl Iterator<Item = &'static str> {
    TAKING_OVER.into_iter().chain(COMING_BACK)
}

/// The machine that takes over is killed, too, where it puts things right, or the first one where it comes back;
/// and starts again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn a_takeover_that_dies_is_taken_over_from() {
    if !cfg!(feature = "failpoints") {
        return say("NOT RUN: survival: it needs the fail points: --features failpoints");
    }
    let both = |point: &str| ["before", "after"].map(|moment| format!("{point}/{moment}"));
    let over = TAKING_OVER.into_iter().flat_map(both).map(dies_taking_over);
    let back = COMING_BACK.into_iter().flat_map(both).map(dies_coming_back);
    tokio::join!(futures_util::future::join_all(over), futures_util::future::join_all(back));
}

fn dying(point: &str) -> [(&'static str, String); 1] {
    [("FAILPOINTS", format!("{point}=return(kill)"))]
}

async fn dies_taking_over(point: String) {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 8)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let one = installation.start("one", &[], "");
    until_it_is_copied(&led).await;
    kill_all_of(&installation, "one", &one);
    let mut two = installation.start("two", &dying(&point), "");
    while two.is_running() {
        led.goes_on().await;
    }
    two.was_killed();
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    assert_eq!(violations(&led, 2).await, [""; 0], "{point}\n{}", led.logs());
    two.ends().await;
    drop((one, two));
    installation.ends().await;
}

/// The first dies when it has planned, and the second does all of it.
async fn dies_coming_back(point: String) {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |text| text).await;
    let led = Led::new(&installation, Life::ByHand);
    let mut one = installation.start("one", &dying("keep a plan/after"), "");
    while one.is_running() {
        led.goes_on().await;
    }
    one.was_killed();
    installation.has_lost("one");
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    let mut one = installation.start("one", &dying(&point), "");
    one.ended().await;
    one.was_killed();
    let mut one = installation.start("one", &[], "");
    assert_eq!(violations(&led, 2).await, [""; 0], "{point}\n{}", led.logs());
    for bot in [&mut one, &mut two] {
        bot.ends().await;
    }
    drop((one, two));
    installation.ends().await;
}

/// What waits for an approval on a machine that is gone is applied by another whose data folder has the same path: the
/// very plan that was approved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_made_on_another_machine() {
    let Some(database) = database::postgres().await else { return };
    if !cfg!(feature = "failpoints") {
        return say("NOT RUN: survival: it needs the fail points: --features failpoints");
    }
    let installation = Installation::new(database, Subject::Counted, |text| text).await;
    let led = Led::new(&installation, Life::Approved);
    let mut one = installation.start("one", &dying("wait for an approval/after"), "");
    while one.is_running() {
        led.goes_on().await;
    }
    one.was_killed();
    let lost = installation.folder().join("lost");
    std::fs::rename(installation.data("one"), lost).expect("its disk is gone");
    let mut two = installation.start("one", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
    let planned = "SELECT count(*) FROM steps WHERE step = 'plan' AND event = 'begun'";
    assert_eq!(led.count(planned).await, 1, "it was planned anew: {}", led.logs());
    assert_eq!(led.count("SELECT count(*) FROM approvals").await, 1);
    two.ends().await;
    drop(two);
    installation.ends().await;
}

/// One of two is restarted in mid-apply: it follows its own child, and the other keeps its hands off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_comes_back_follows_its_child_beside_another() {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 6)).await;
    let led = Led::new(&installation, Life::ByHand);
    let names = ["one", "two"];
    let mut bots = names.map(|name| installation.start(name, &[], ""));
    while !led.trace().contains("made") {
        led.goes_on().await;
    }
    let killed = names.iter().position(|name| applies(&installation, name)).expect("one applies");
    bots[killed].signal(Signal::KILL);
    while bots[killed].is_running() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Long enough for the other to look for work more than once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    bots[killed] = installation.start(names[killed], &[], "");
    led.lead(|| bots.iter_mut().for_each(|bot| assert!(bot.is_running(), "{}", bot.told()))).await;
    assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
    for bot in &mut bots {
        bot.ends().await;
    }
    drop(bots);
    installation.ends().await;
}

/// The first has planned and dies, the second applies and dies, the first comes back: its own plan is an old one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_comes_back_does_not_apply_its_old_plan() {
    let Some(database) = database::postgres().await else { return };
    if !cfg!(feature = "failpoints") {
        return say("NOT RUN: survival: it needs the fail points: --features failpoints");
    }
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 8)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let dies = [("FAILPOINTS", "keep a plan/after=return(kill)".to_owned())];
    let mut one = installation.start("one", &dies, "");
    while one.is_running() {
        led.goes_on().await;
    }
    let two = installation.start("two", &[], "");
    until_it_is_copied(&led).await;
    kill_all_of(&installation, "two", &two);
    let mut one = installation.start("one", &[], "");
    led.lead(|| assert!(one.is_running(), "{}", one.told())).await;
    let found = violations(&led, 2).await;
    assert!(found.is_empty(), "{found:?}\n{}", led.logs());
    one.ends().await;
    drop((one, two));
    installation.ends().await;
}

/// It stands still past its claim, another brings its run to the end, and it wakes up in the middle of nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_stood_still_does_no_harm() {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 30)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let mut one = installation.start("one", &[], "");
    until_it_is_copied(&led).await;
    one.signal(Signal::STOP);
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    one.signal(Signal::CONT);
    // It finds out, and clears away what is here.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(one.is_running(), "{}", one.told());
    assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
    one.ends().await;
    two.ends().await;
    drop((one, two));
    installation.ends().await;
}

/// With reconciling switched off the same death is no longer survived: the proof sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_reconciling_it_is_made_twice() {
    let Some(database) = database::postgres().await else { return };
    if !cfg!(feature = "failpoints") {
        return say("NOT RUN: survival: it needs the fail points: --features failpoints");
    }
    let installation = Installation::new(database, Subject::Counted, |t| longer(t, 8)).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let off = [("FAILPOINTS", "reconcile/off=return".to_owned())];
    let one = installation.start("one", &off, "");
    while !led.trace().contains("made") {
        led.goes_on().await;
    }
    kill_all_of(&installation, "one", &one);
    let mut two = installation.start("two", &off, "");
    while led.trace().matches("made").count() < 2 {
        led.goes_on().await;
        assert!(two.is_running(), "{}", two.told());
    }
    let found = violations(&led, 1).await;
    assert!(found.iter().any(|what| what.contains("it was made 2 times")), "{found:?}");
    two.signal(Signal::KILL);
    drop((one, two));
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
    one.was_killed();
    installation.has_lost("one");
    let mut two = installation.start("two", &[], "");
    led.lead(|| assert!(two.is_running(), "{}", two.told())).await;
    let found = violations(&led, 1).await;
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

/// What an operator has read anew in one process holds in the others: the one that plans has not heard the command.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_that_one_reads_anew_hold_in_all() {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Counted, |text| text).await;
    let rules = installation.folder().join("rules");
    std::fs::create_dir_all(&rules).expect("it can be made");
    let says = |rule: &str| {
        std::fs::write(rules.join("plan.rego"), format!("package plan\n\n{rule}\n"))
            .expect("written");
    };
    says("deny_never contains \"Never.\" if false");
    let start = |machine, roles: &str| {
        let environment = [
            ("MAYFLY_ROLES", roles.to_owned()),
            ("MAYFLY_POLICIES_FOLDER", rules.display().to_string()),
        ];
        installation.start(machine, &environment, "")
    };
    let mut bots = [start("one", "worker"), start("two", "ingress,scheduler")];
    bots[0].address().await;
    bots[1].says("Socket Mode is connected").await;
    let [alice, carol] = ["alice", "carol"].map(|name| Player::of(installation.slack.person(name)));
    says("deny_today contains \"Nothing is made today.\" if true");
    let told = carol.asks("policies reload").await;
    assert!(!told.says("error"), "{}", told.plain());
    bots[0].says("policies were read anew").await;
    let order = alice.orders("counted", &[]).await;
    order.says("Nothing is made today.").await;
    // What is broken holds in none of them.
    says("deny_today contains nothing(1) if true");
    carol.asks("policies reload").await;
    bots[0].says("newer policies are broken").await;
    let order = alice.orders("counted", &[]).await;
    order.says("Nothing is made today.").await;
    for bot in &mut bots {
        bot.ends().await;
    }
    drop(bots);
    installation.ends().await;
}
