//! Claims that are let go before they run out.

use super::Run;
use crate::domain::RunId;
use crate::store::db::{execute, on};
use crate::store::{StoreError, Tx};

/// Lets go of every claim: on SQLite, where a starting process knows that no other is alive. Whoever
/// claims next finds the child, if it still runs, and follows it. No run waits beyond `latest` (real
/// milliseconds): the clock may have been set back since its wait began.
pub async fn release_all(tx: &mut Tx, latest: i64) -> Result<u64, StoreError> {
    let sql =
        "UPDATE runs SET not_before = $1 WHERE status IN ('queued', 'running') AND not_before > $1";
    execute!(tx, sql, latest)?;
    let sql = "UPDATE runs SET claimed_until = NULL WHERE status = 'running'";
    Ok(execute!(tx, sql)?)
}

/// Lets go of one claim, for its own machine (`@` and its id): there it may be claimed again from `not_before` (real
/// milliseconds) on, elsewhere when the claim is over. The child may still be at work.
pub async fn give_back(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    not_before: i64,
    machine: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET claimed_by = $4, not_before = $3
               WHERE id = $1 AND epoch = $2 AND status = 'running'";
    Ok(execute!(tx, sql, id, epoch, not_before, machine)? == 1)
}

/// Lets a run rest that is tried again from `not_before` (real milliseconds) on. Its claim is over at once, also
/// for a heartbeat that is on its way. `false`: the claim was lost before.
pub async fn rest(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    not_before: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET status = 'queued', claimed_until = NULL, not_before = $3
               WHERE id = $1 AND epoch = $2 AND status = 'running'";
    Ok(execute!(tx, sql, id, epoch, not_before)? == 1)
}

/// Those that were given back and wait to go on, oldest first.
pub async fn given_back(tx: &mut Tx) -> Result<Vec<Run>, StoreError> {
    let sql = "SELECT * FROM runs WHERE status = 'running' AND claimed_by LIKE '@%'
               ORDER BY created_at, id LIMIT 200";
    Ok(on!(tx, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}
