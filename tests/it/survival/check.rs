//! What has to hold after a life, whatever happened in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::lives::{KEY, Led};
use crate::e2e::stage::files;

/// How long what is cleared away after the last message may take.
const CLEARED_WITHIN: Duration = Duration::from_secs(20);

/// How often more than once policy has denied what one run planned.
const DENIALS: &str = r#"SELECT count(*) - count(DISTINCT run_id) FROM decisions WHERE run_id IS NOT NULL
    AND decision LIKE '%"point":"plan"%' AND decision LIKE '%"kind":"deny"%"level":"mandatory"%'"#;

/// An apply costs from the moment in which it begins, and nothing else does.
const CHARGED_FOR_NOTHING: &str = "SELECT count(*) FROM charges WHERE environment_id NOT IN (
    SELECT r.environment_id FROM runs r JOIN steps s ON s.run_id = r.id WHERE s.step = 'apply' AND s.event = 'begun')";
const BEGUN_FOR_NOTHING: &str =
    "SELECT count(DISTINCT r.environment_id) FROM runs r JOIN steps s ON s.run_id = r.id
    WHERE s.step = 'apply' AND s.event = 'begun'
    AND r.environment_id NOT IN (SELECT environment_id FROM charges)";

/// Every invariant that does not hold of a life whose bot was ended or stopped so often, in words.
pub async fn violations(led: &Led<'_>, crashes: usize) -> Vec<String> {
    let mut found = violations_of_any(led, crashes).await;
    let mut wrong = |what: String| found.push(what);
    let expected = led.life.expected();
    let to: Vec<String> = transitions(led).await.into_iter().map(|(_, to)| to).collect();
    if to != expected.statuses {
        wrong(format!("the audit trail has the transitions {to:?}"));
    }
    let runs = "SELECT kind || ' ' || status FROM runs ORDER BY created_at, id";
    let runs = led.texts(runs).await;
    if runs != expected.runs {
        wrong(format!("the runs are {runs:?}"));
    }
    let (made, gone) = traced(led);
    if (made, gone) != expected.traced {
        wrong(format!("it was made {made} times and destroyed {gone} times"));
    }
    let counted = led.count("SELECT destroyed_count FROM environments").await;
    let subject = led.installation.subject;
    let was_ready = expected.statuses.contains(&"ready") && !led.life.leaves_all();
    if was_ready && counted != subject.resources() {
        wrong(format!("its receipt counts {counted} destroyed resources"));
    }
    let said: Vec<String> = led.thread().iter().map(|m| m.plain()).collect();
    let plan = format!("+{} ~0 -0", subject.resources());
    let plan = (expected.traced != (0, 0)).then_some(plan.as_str());
    for part in plan.into_iter().chain(expected.says.iter().copied()) {
        if !said.iter().any(|text| text.contains(part)) {
            wrong(format!("nobody was told `{part}`"));
        }
    }
    found
}

/// The same of a life that may go another way, because what worked on it was killed: it has to be whole, and to
/// come to its end with nothing left.
pub async fn violations_of_any(led: &Led<'_>, crashes: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |what: String| found.push(what);
    let expected = led.life.expected();

    let transitions = transitions(led).await;
    let is_chain = transitions.windows(2).all(|pair| pair[0].1 == pair[1].0);
    if !is_chain || transitions.last().is_none_or(|(_, to)| to != led.life.end()) {
        wrong(format!("the transitions are no chain to the end: {transitions:?}"));
    }
    let trail = trail(led).await;
    if !trail.is_empty() {
        wrong(format!("the audit trail: {trail:?}"));
    }
    let (made, gone) = traced(led);
    let said: Vec<String> = led.thread().iter().map(|m| m.plain()).collect();
    let receipt = said.iter().find(|text| text.contains(expected.receipt));
    // What an engine that was killed did not live to say is named to people instead.
    let named = receipt.is_some_and(|text| text.contains("Look for what may be left"));
    let (_, most) = expected.traced;
    if made > 1 || gone > most.max(1) || (made > gone && !named && !led.life.leaves_all()) {
        wrong(format!("it was made {made} times and destroyed {gone} times"));
    }
    for (what, sql) in [
        ("environments", "SELECT count(*) - 1 FROM environments"),
        ("messages given up", "SELECT count(*) FROM outbox WHERE status = 'dead'"),
        ("effects that nobody settled", "SELECT count(*) FROM effects"),
        ("secrets", "SELECT count(*) FROM secrets"),
        ("runs that hold a claim", "SELECT count(*) FROM runs WHERE claimed_until IS NOT NULL"),
        ("denials of one plan", DENIALS),
        ("charges that go on", "SELECT count(*) FROM charges WHERE to_at IS NULL"),
        ("charges for what was not begun", CHARGED_FOR_NOTHING),
        ("environments that were begun and cost nothing", BEGUN_FOR_NOTHING),
    ] {
        let left = led.count(sql).await;
        // The state is kept aside, for whoever needs it.
        let kept = what == "secrets" && led.life.leaves_all();
        if left != 0 && !kept {
            wrong(format!("{left} {what} too many"));
        }
    }
    for (place, text) in secrets_told(led).await {
        wrong(format!("a secret stands in {place}: {text}"));
    }
    if led.life.leaves_all() {
        let kept = led.texts("SELECT DISTINCT kind FROM secrets ORDER BY kind").await;
        if kept.iter().any(|kind| kind != "engine" && kind != "state") {
            wrong(format!("secrets are kept: {kept:?}"));
        }
    }
    let cloud = files(&led.installation.data("one").join("cloud"));
    if cloud.iter().any(|thing| !thing.ends_with("stray")) {
        wrong(format!("its cloud still has {cloud:?}"));
    }
    if receipt.is_none() {
        wrong(format!("nobody got a receipt: {said:?}"));
    }
    for (texts, repeats) in [(&said, expected.repeats), (&led.operators(), 0)] {
        let twice = sent_twice(texts);
        if twice > crashes + repeats {
            wrong(format!("{twice} messages were sent twice after {crashes} crashes: {texts:?}"));
        }
    }
    let cards = led.cards();
    if cards == 0 || cards > 1 + crashes {
        wrong(format!("{cards} cards were sent"));
    }
    let to_thread =
        "SELECT count(*) FROM outbox WHERE status = 'sent' AND route LIKE '%\"thread\"%'
                     AND notice NOT LIKE '%\"progress\"%'";
    let told = led.count(to_thread).await;
    if i64::try_from(said.len()).unwrap_or_default() < told {
        wrong(format!("{told} messages count as sent, and these are there: {said:?}"));
    }
    if let Some(moto) = &led.installation.moto {
        let buckets = moto.buckets().await;
        if !buckets.is_empty() {
            wrong(format!("its account still has {buckets:?}"));
        }
    }
    for folder in ["runs", "states", "sites"] {
        // An older state on another machine may know what the receipt could only name: it stays.
        if folder == "states" && named && led.installation.has_machines() {
            continue;
        }
        if folder != "runs" && led.life.leaves_all() {
            continue;
        }
        let left = left_in(led, folder).await;
        if !left.is_empty() {
            wrong(format!("{folder} still has {left:?}"));
        }
    }
    found
}

/// Where what was entered as a secret is written down, or was told.
async fn secrets_told(led: &Led<'_>) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (place, sql) in [
        ("a run's log", "SELECT line FROM run_log"),
        ("the journal", "SELECT detail FROM steps"),
        ("a failure", "SELECT failure FROM runs WHERE failure IS NOT NULL"),
        ("the outbox", "SELECT notice FROM outbox"),
        ("the audit trail", "SELECT detail FROM audit"),
    ] {
        found.extend(led.texts(sql).await.into_iter().map(|text| (place, text)));
    }
    found.extend(led.thread().iter().map(|message| ("the thread", message.plain())));
    found.retain(|(_, text)| text.contains(KEY));
    found
}

fn sent_twice(texts: &[String]) -> usize {
    let mut times: BTreeMap<&String, usize> = BTreeMap::new();
    texts.iter().for_each(|text| *times.entry(text).or_default() += 1);
    times.values().map(|n| n - 1).sum()
}

/// What the trail's chains do not hold, and runs that it does not have once.
async fn trail(led: &Led<'_>) -> Vec<String> {
    let mut tx = led.installation.database.db.read().await.expect("reads");
    let report = mayfly::store::audit::verify(&mut tx).await.expect("reads");
    drop(tx);
    let mut found: Vec<String> = report.breaks.iter().map(ToString::to_string).collect();
    let completed = "SELECT count(*) FROM audit WHERE action = 'run.completed'";
    let ended = "SELECT count(*) FROM runs WHERE ended_at IS NOT NULL";
    let (completed, ended) = (led.count(completed).await, led.count(ended).await);
    if completed != ended {
        found.push(format!("{completed} ends of {ended} runs that ended"));
    }
    found
}

/// How often its last resource was made, and its first destroyed.
fn traced(led: &Led<'_>) -> (usize, usize) {
    let trace = led.trace();
    let times = |word: &str| trace.lines().filter(|line| *line == word).count();
    (times("made"), times("gone"))
}

/// The transitions, from and to, as the audit trail has them; an extension is none.
async fn transitions(led: &Led<'_>) -> Vec<(String, String)> {
    let sql = "SELECT detail FROM audit WHERE action = 'environment.transition' ORDER BY seq";
    let details = led.texts(sql).await;
    let parsed = details.iter().map(|text| serde_json::from_str(text).expect("it is JSON"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    parsed
        .filter(|detail: &serde_json::Value| detail["event"] != "extended")
        .map(|detail| (text(&detail["from"]), text(&detail["to"])))
        .collect()
}

/// The files that stay in one of the data folder's, once what is cleared at the end is cleared.
async fn left_in(led: &Led<'_>, folder: &str) -> Vec<std::path::PathBuf> {
    let begun = Instant::now();
    loop {
        let living = led.installation.living();
        let left: Vec<_> = living.iter().flat_map(|data| files(&data.join(folder))).collect();
        if left.is_empty() || begun.elapsed() > CLEARED_WITHIN {
            return left;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
