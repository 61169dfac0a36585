//! The bot is asked to end in the middle of its work.

use std::time::{Duration, Instant};

use mayfly::domain::clock::real_now;
use mayfly::domain::{EnvironmentId, RunId};
use mayfly::playground::{Message, SubmitOutcome};
use mayfly::process::{Cause, Exit, Identity, files as names};
use mayfly::store::{Tx, effects};
use rustix::process::{Pid, Signal, kill_process};

use super::bot::{Bot, Installation};
use super::check::violations;
use super::life::Life;
use super::lives::Led;
use super::subjects::Subject;
use crate::e2e::pages::Browser;
use crate::e2e::people::{Order, Player};
use crate::e2e::stage::{files, processes_of};
use crate::support::database;

fn grace(text: &str) -> (&'static str, String) {
    ("MAYFLY_SERVER_STOP_GRACE", text.to_owned())
}

fn interrupting() -> (&'static str, String) {
    ("MAYFLY_RUNS_ON_STOP", "interrupt".to_owned())
}

/// The lines of the trace that are this word.
fn times(installation: &Installation, word: &str) -> usize {
    let trace = installation.data("one").join("trace");
    let trace = std::fs::read_to_string(trace).unwrap_or_default();
    trace.lines().filter(|line| *line == word).count()
}

async fn traces(installation: &Installation, word: &str) {
    let begun = Instant::now();
    while times(installation, word) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(40), "`{word}` is not in the trace");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Starts it, and waits until people reach it.
async fn started(installation: &Installation, environment: &[(&str, String)]) -> Bot {
    let mut bot = installation.start("one", environment, "");
    bot.says("Socket Mode is connected").await;
    bot
}

/// Asks it to end; how it ended, and how long that took.
async fn stops(bot: &mut Bot) -> (Option<i32>, Duration) {
    let asked = Instant::now();
    bot.signal(Signal::TERM);
    (bot.ended().await, asked.elapsed())
}

async fn orders(installation: &Installation, template: &str, seconds: &str) -> Order {
    let alice = Player::of(installation.slack.person("alice"));
    alice.orders(template, &[("in_seconds", seconds.into())]).await
}

on_both! {
    async fn engines_go_on_and_the_next_start_brings_their_runs_to_the_end(database: Database) {
        let longer = |text: String| text.replace("default: 0, min: 0", "default: 4, min: 0");
        let installation = Installation::new(database, Subject::Counted, longer).await;
        let led = Led::new(&installation, Life::ByHand);
        let mut bot = started(&installation, &[grace("500ms")]).await;
        while !led.trace().contains("made") {
            led.goes_on().await;
        }
        let (code, took) = stops(&mut bot).await;
        assert_eq!(code, Some(0), "{}", bot.told());
        assert!(took >= Duration::from_millis(500) && took < Duration::from_secs(4), "{took:?}");
        assert!(!processes_of(&installation.data("one")).is_empty(), "its engine has ended with it");
        assert!(bot.told().contains("the next start follows it"), "{}", bot.told());
        let mut bot = started(&installation, &[]).await;
        led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
        assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
        bot.ends().await;
        drop(bot);
        installation.ends().await;
    }

    async fn engines_are_interrupted_and_the_next_start_goes_on_with_what_is_there(database: Database) {
        let installation = Installation::new(database, Subject::Resumed, |text| text).await;
        let mut bot = started(&installation, &[interrupting()]).await;
        let order = orders(&installation, "resumed", "8").await;
        traces(&installation, "begun").await;
        let (code, took) = stops(&mut bot).await;
        assert_eq!(code, Some(0), "{}", bot.told());
        assert!(took < Duration::from_secs(7), "it waited for what it had interrupted: {took:?}");
        assert_eq!(processes_of(&installation.data("one")), [0; 0], "{}", bot.told());
        let led = Led::new(&installation, Life::ByHand);
        let journal = "SELECT step FROM steps WHERE event = 'interrupted'";
        assert_eq!(led.texts(journal).await, ["apply"]);
        assert_eq!(led.texts("SELECT status FROM runs").await, ["queued"]);
        let copies = "SELECT count(*) FROM secrets WHERE kind = 'state'";
        assert_eq!(led.count(copies).await, 1, "no copy of its state was sealed");

        // It takes its inputs from the database: it sleeps as long again, and is interrupted again.
        let mut bot = started(&installation, &[interrupting()]).await;
        let begun = Instant::now();
        while times(&installation, "begun") < 2 {
            assert!(begun.elapsed() < Duration::from_secs(40), "{}", led.logs());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(stops(&mut bot).await.0, Some(0), "{}", bot.told());
        let mut bot = started(&installation, &[]).await;
        order.is_ready().await;
        let counted = ["first", "made", "gone"].map(|word| times(&installation, word));
        assert_eq!(counted, [1, 1, 0], "{}", led.logs());
        order.is_destroyed().await;
        assert_eq!(times(&installation, "gone"), 1);
        let runs = "SELECT kind || ' ' || status FROM runs ORDER BY created_at, id";
        assert_eq!(led.texts(runs).await, ["create succeeded", "destroy succeeded"]);
        assert_eq!(led.count("SELECT count(*) FROM effects").await, 0);
        bot.ends().await;
        drop(bot);
        installation.ends().await;
    }
}

/// What is planned anew is asked anew, and its yes is not taken for one that was given before a machine was lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_interrupted_is_approved_anew_and_goes_on() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Resumed, |text| text).await;
    let mut bot = started(&installation, &[interrupting()]).await;
    let [alice, carol] = ["alice", "carol"].map(|name| Player::of(installation.slack.person(name)));
    let asked = [("in_seconds", "8".into()), ("project", "guarded".into())];
    let order = alice.orders("resumed", &asked).await;
    let first = approves(&carol, None).await;
    traces(&installation, "begun").await;
    assert_eq!(stops(&mut bot).await.0, Some(0), "{}", bot.told());

    let mut bot = started(&installation, &[]).await;
    approves(&carol, Some(&first)).await;
    order.is_ready().await;
    let led = Led::new(&installation, Life::ByHand);
    let counted = ["first", "made", "gone"].map(|word| times(&installation, word));
    assert_eq!(counted, [1, 1, 0], "{}", led.logs());
    assert_eq!(led.texts("SELECT status FROM runs").await, ["succeeded"]);
    let open = "SELECT count(*) FROM charges WHERE to_at IS NULL";
    assert_eq!(led.count(open).await, 1, "it costs other than once");
    order.is_destroyed().await;
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// Says yes to the question that comes after that one.
async fn approves(carol: &Player, before: Option<&Message>) -> Message {
    let is_new = |m: &&Message| {
        m.button("approve").is_some() && before.is_none_or(|before| before.ts != m.ts)
    };
    let card = carol.waits("a question", |seen| seen.dm.iter().find(is_new).cloned()).await;
    let told = carol.presses(&card, "approve").await;
    assert!(told.says("is approved"), "{}", told.plain());
    card
}

/// As when a create's answer had not come at the interrupt: it is in no state, and has no id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_interrupted_engine_cannot_answer_for_is_not_made_again_but_named() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Resumed, |text| text).await;
    let mut bot = started(&installation, &[interrupting()]).await;
    let order = orders(&installation, "resumed", "60").await;
    traces(&installation, "begun").await;
    assert_eq!(stops(&mut bot).await.0, Some(0), "{}", bot.told());
    let led = Led::new(&installation, Life::ByHand);
    let run_id = RunId(led.texts("SELECT id FROM runs").await.pop().expect("there is one"));
    let environment = led.texts("SELECT id FROM environments").await.pop().expect("there is one");
    let effect = effects::Effect {
        environment_id: EnvironmentId(environment),
        address: "aws_sqs_queue.jobs".to_owned(),
        kind: "aws_sqs_queue".to_owned(),
        id: None,
        run_id,
        at: real_now(),
    };
    let mut tx = installation.database.db.write("test").await.expect("begins");
    effects::begin(&mut tx, &effect).await.expect("is noted");
    tx.commit().await.expect("commits");

    let mut bot = started(&installation, &[]).await;
    let failed = order.says("it failed at").await;
    assert!(failed.says("nobody knows whether that exists"), "{}", failed.plain());
    let receipt = order.says("its state is empty").await;
    assert!(receipt.says("aws_sqs_queue.jobs"), "{}", receipt.plain());
    let counted = ["first", "begun", "made", "gone"].map(|word| times(&installation, word));
    assert_eq!(counted, [1, 1, 0, 1], "{}", led.logs());
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// As on a virtual machine that stood still, and whose clocks do not know it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_whose_run_is_anothers_by_now_is_asked_to_end_at_once() {
    let Some(database) = database::postgres().await else { return };
    let installation = Installation::new(database, Subject::Resumed, |text| text).await;
    let mut bot = started(&installation, &[]).await;
    orders(&installation, "resumed", "60").await;
    traces(&installation, "begun").await;
    let taken = "UPDATE runs SET epoch = epoch + 1, claimed_by = 'elsewhere:1@another',
                     claimed_until = claimed_until + 3600000";
    let mut tx = installation.database.db.write("test").await.expect("begins");
    let Tx::Postgres(inner, _) = &mut tx else { panic!("it is PostgreSQL") };
    sqlx::query(taken).execute(&mut **inner).await.expect("it is taken");
    tx.commit().await.expect("commits");
    let (_, child) = apply_of(&installation);
    let folder = files(&installation.data("one").join("runs"));
    let folder = folder.iter().find(|f| f.ends_with(format!("apply/{}", names::CHILD)));
    let exit = folder.and_then(|child| child.parent()).expect("it applies").join(names::EXIT);
    let begun = Instant::now();
    while child.is_alive() || !exit.exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", bot.told());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let exit: Exit = serde_json::from_slice(&std::fs::read(exit).expect("is there")).expect("JSON");
    assert_eq!(exit.cause, Cause::Interrupted, "it ended for want of a stamp, seconds later");
    assert!(bot.told().contains("a run is another's by now"), "{}", bot.told());
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_it_ends_is_told_to_try_again_and_nothing_is_lost() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    let led = Led::new(&installation, Life::ByHand);
    let alice = Player::of(installation.slack.person("alice"));
    let mut bot = started(&installation, &[("MAYFLY_RUNS_LIGHT", "1".to_owned())]).await;
    let ready = format!("{}/readyz", bot.address().await);
    let first = orders(&installation, "counted", "6").await;
    traces(&installation, "made").await;
    let second = orders(&installation, "counted", "0").await;
    let form = alice.opens("new counted").await;

    bot.signal(Signal::TERM);
    bot.says("stopping; ").await;
    let page = Browser::new().gets(&ready).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (503, "stopping\n"));
    let restarting = "Mayfly is restarting; try again in a moment.";
    let answer = alice.asks(&format!("destroy {}", second.name)).await;
    assert!(answer.says(restarting), "{}", answer.plain());
    let answer = alice.presses(&second.card(), "cancel").await;
    assert!(answer.says(restarting), "{}", answer.plain());
    let outcome = alice.submits(&form, &[]).await;
    let SubmitOutcome::Errors(errors) = outcome else { panic!("{outcome:?}") };
    assert!(errors.iter().any(|(_, text)| text.as_str() == restarting), "{errors:?}");

    // What works ends within the grace; what waits is not begun.
    assert_eq!(bot.ended().await, Some(0), "{}", bot.told());
    let standing = "SELECT status FROM environments ORDER BY created_at, id";
    assert_eq!(led.texts(standing).await, ["ready", "requested"]);

    let mut bot = started(&installation, &[]).await;
    first.is_ready().await;
    second.is_ready().await;
    let before = alice.cards().len();
    let outcome = alice.submits(&form, &[]).await;
    assert!(outcome.is_taken(), "{outcome:?}");
    let third = alice.gets_card(before).await;
    third.is_ready().await;
    for order in [first, second, third] {
        order.is_destroyed().await;
    }
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_whose_bot_and_supervisor_are_killed_ends_and_is_cleaned_up_behind() {
    let longer = |text: String| text.replace("default: 0, min: 0", "default: 30, min: 0");
    let installation = Installation::new(database::sqlite().await, Subject::Counted, longer).await;
    let led = Led::new(&installation, Life::LostSightOf);
    let mut bot = installation.start("one", &[], "");
    while !led.trace().contains("made") {
        led.goes_on().await;
    }
    let (supervisor, child) = apply_of(&installation);
    bot.signal(Signal::KILL);
    kill_process(Pid::from_raw(supervisor.pid).expect("it is one"), Signal::KILL).expect("it runs");
    let killed = Instant::now();
    while child.is_alive() {
        let lives_on = killed.elapsed() > Duration::from_secs(10);
        assert!(!lives_on, "nobody watches its limits, and it goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Until then it has the data folder to itself.
    bot.ended().await;
    let mut bot = installation.start("one", &[], "");
    led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
    assert_eq!(violations(&led, 1).await, [""; 0], "{}", led.logs());
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}

/// The supervisor and the engine of the apply that runs.
fn apply_of(installation: &Installation) -> (Identity, Identity) {
    let there = files(&installation.data("one").join("runs"));
    let child = there.iter().find(|f| f.ends_with(format!("apply/{}", names::CHILD)));
    let folder = child.and_then(|child| child.parent()).expect("it applies");
    let read = |name| {
        let text = std::fs::read(folder.join(name)).expect("it runs");
        serde_json::from_slice(&text).expect("it is JSON")
    };
    (read(names::SUPERVISOR), read(names::CHILD))
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    let mut bot = started(&installation, &[grace("10m")]).await;
    let order = orders(&installation, "counted", "5").await;
    traces(&installation, "made").await;
    bot.signal(Signal::TERM);
    bot.says("stopping; ").await;
    bot.signal(Signal::TERM);
    assert_eq!(bot.ended().await, Some(130), "{}", bot.told());
    let mut bot = started(&installation, &[]).await;
    order.is_ready().await;
    order.is_destroyed().await;
    assert_eq!((times(&installation, "made"), times(&installation, "gone")), (1, 1));
    bot.ends().await;
    drop(bot);
    installation.ends().await;
}
