//! The journal of a run: an intent before each effect, its outcome after it.

use std::collections::BTreeSet;

use super::db::{Statement, execute, on};
use super::{StoreError, Tx};
use crate::domain::run::Step;
use crate::domain::{RunId, Timestamp};

/// What the journal says where something of Mayfly's own was in the way; its detail is what was.
pub const TROUBLED: &str = "troubled";
/// After so many of these without any progress the trouble of a run does not pass by itself: people are told.
pub const LASTING_TROUBLE: usize = 4;

/// What the journal says of a step.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Journalled {
    pub seq: i64,
    pub run_id: RunId,
    pub epoch: i64,
    pub step: Step,
    /// `begun`, `done`, `denied`, `retried`, [`TROUBLED`] and others.
    pub event: String,
    pub at: Timestamp,
    pub detail: String,
}

/// A line for the journal.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub run: &'a RunId,
    pub epoch: i64,
    pub step: Step,
    pub event: &'a str,
    pub detail: &'a str,
}

/// The line, with what PostgreSQL adds: it holds the run until the transaction ends, so that nobody
/// claims the run, and reads its journal, while an intent is about to be written.
macro_rules! write_sql {
    ($lock:literal) => {
        concat!(
            "INSERT INTO steps (run_id, epoch, step, event, at, detail)
             SELECT id, $2, $3, $4, $5, $6 FROM runs
             WHERE id = $1 AND epoch = $2 AND status = 'running'",
            $lock
        )
    };
}

const WRITE: Statement = Statement { sqlite: write_sql!(""), postgres: write_sql!(" FOR SHARE") };

/// Writes it, if the claim with this epoch still holds; `false`: it was fenced off.
pub async fn write(tx: &mut Tx, line: Line<'_>, at: Timestamp) -> Result<bool, StoreError> {
    let sql = WRITE.on(tx);
    let rows = execute!(tx, sql, line.run, line.epoch, line.step, line.event, at, line.detail)?;
    Ok(rows == 1)
}

/// The whole journal of a run, oldest first.
pub async fn of_run(tx: &mut Tx, run: &RunId) -> Result<Vec<Journalled>, StoreError> {
    let sql = "SELECT * FROM steps WHERE run_id = $1 ORDER BY seq";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(run).fetch_all(c).await)?)
}

/// How often something was in the way since the run has last got on: to an end of a step that it had not come to
/// before.
pub fn troubles(journal: &[Journalled]) -> usize {
    let mut ends = BTreeSet::new();
    let mut times = 0;
    for line in journal {
        match line.event.as_str() {
            TROUBLED => times += 1,
            "begun" => {}
            end if ends.insert((line.step.as_str(), end)) => times = 0,
            _ => {}
        }
    }
    times
}
