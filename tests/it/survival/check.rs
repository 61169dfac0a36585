//! What has to hold after a life, whatever happened in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::lives::Led;
use crate::e2e::stage::files;

/// How long what is cleared away after the last message may take.
const CLEARED_WITHIN: Duration = Duration::from_secs(8);

/// Every invariant that does not hold, in words; `crashes`: how often the bot was ended or stopped.
pub async fn violations(led: &Led<'_>, crashes: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = |what: String| found.push(what);

    let statuses = statuses(led).await;
    if statuses != led.life.statuses() {
        wrong(format!("the audit trail has the transitions {statuses:?}"));
    }
    let runs = "SELECT kind || ' ' || status FROM runs ORDER BY created_at, id";
    let runs = led.texts(runs).await;
    if runs != led.life.runs() {
        wrong(format!("the runs are {runs:?}"));
    }
    let trail = trail(led).await;
    if !trail.is_empty() {
        wrong(format!("the audit trail: {trail:?}"));
    }
    let trace = led.trace();
    for (what, word) in [("made", "made"), ("destroyed", "gone")] {
        let times = trace.lines().filter(|line| *line == word).count();
        if times != 1 {
            wrong(format!("it was {what} {times} times"));
        }
    }
    for (what, sql) in [
        ("environments", "SELECT count(*) - 1 FROM environments"),
        ("messages given up", "SELECT count(*) FROM outbox WHERE status = 'dead'"),
        ("effects that nobody settled", "SELECT count(*) FROM effects"),
        ("secrets", "SELECT count(*) FROM secrets"),
        ("runs that hold a claim", "SELECT count(*) FROM runs WHERE claimed_until IS NOT NULL"),
    ] {
        let left = led.count(sql).await;
        if left != 0 {
            wrong(format!("{left} {what} too many"));
        }
    }
    let said: Vec<String> = led.thread().iter().map(|m| m.plain()).collect();
    for part in led.life.says() {
        if !said.iter().any(|text| text.contains(part)) {
            wrong(format!("nobody was told `{part}`"));
        }
    }
    let mut times: BTreeMap<&String, usize> = BTreeMap::new();
    said.iter().for_each(|text| *times.entry(text).or_default() += 1);
    let twice: usize = times.values().map(|n| n - 1).sum();
    if twice > crashes {
        wrong(format!("{twice} messages were sent twice after {crashes} crashes: {said:?}"));
    }
    for folder in ["runs", "states", "sites"] {
        let left = left_in(led, folder).await;
        if !left.is_empty() {
            wrong(format!("{folder} still has {left:?}"));
        }
    }
    found
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

/// The transitions, as the audit trail has them; an extension is none.
async fn statuses(led: &Led<'_>) -> Vec<String> {
    let sql = "SELECT detail FROM audit WHERE action = 'environment.transition' ORDER BY seq";
    let details = led.texts(sql).await;
    let parsed = details.iter().map(|text| serde_json::from_str(text).expect("it is JSON"));
    parsed
        .filter(|detail: &serde_json::Value| detail["event"] != "extended")
        .map(|detail| detail["to"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The files that stay in one of the data folder's, once what is cleared at the end is cleared.
async fn left_in(led: &Led<'_>, folder: &str) -> Vec<std::path::PathBuf> {
    let begun = Instant::now();
    loop {
        let left = files(&led.installation.data("one").join(folder));
        if left.is_empty() || begun.elapsed() > CLEARED_WITHIN {
            return left;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
