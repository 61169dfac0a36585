//! What a run's engine printed, line by line, scrubbed of secrets before it comes here.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::{RunId, Timestamp};

/// Appends lines, in order.
pub async fn append(
    tx: &mut Tx,
    run: &RunId,
    at: Timestamp,
    lines: &[String],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO run_log (run_id, at, line) VALUES ($1, $2, $3)";
    for line in lines {
        execute!(tx, sql, run, at, line)?;
    }
    Ok(())
}

/// The last `count` lines, oldest first.
pub async fn tail(tx: &mut Tx, run: &RunId, count: i64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT line FROM run_log WHERE run_id = $1 ORDER BY seq DESC LIMIT $2";
    let mut lines: Vec<String> =
        on!(tx, |c| sqlx::query_scalar(sql).bind(run).bind(count).fetch_all(c).await)?;
    lines.reverse();
    Ok(lines)
}
