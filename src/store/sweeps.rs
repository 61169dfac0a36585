//! The places that are swept for orphans: when each was, how that went, and who is at it.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::Timestamp;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Sweep {
    pub target: String,
    /// As people know it.
    pub what: String,
    /// When the last sweep began; before the first, since when the place is known.
    pub begun_at: Timestamp,
    /// When the last whole one ended.
    pub swept_at: Option<Timestamp>,
    /// Until when whoever sweeps it has it alone, in real milliseconds.
    pub claimed_until: Option<i64>,
    /// Why the last one failed.
    pub error: Option<String>,
}

/// The place's row; made where there is none, as one that was never swept.
pub async fn know(
    tx: &mut Tx,
    target: &str,
    what: &str,
    now: Timestamp,
) -> Result<Sweep, StoreError> {
    let sql = "INSERT INTO sweeps (target, what, begun_at) VALUES ($1, $2, $3)
               ON CONFLICT (target) DO UPDATE SET what = $2 RETURNING *";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(target).bind(what).bind(now).fetch_one(c).await)?)
}

/// One by its place, if it is known.
pub async fn find(tx: &mut Tx, target: &str) -> Result<Option<Sweep>, StoreError> {
    let sql = "SELECT * FROM sweeps WHERE target = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(target).fetch_optional(c).await)?)
}

/// All that are known.
pub async fn all(tx: &mut Tx) -> Result<Vec<Sweep>, StoreError> {
    let sql = "SELECT * FROM sweeps ORDER BY what, target";
    Ok(on!(tx, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Takes a place to sweep it, as it was when it was looked at. `false`: another process has it, or has had it
/// meanwhile. `claim` is the real present and until when, both in real milliseconds.
pub async fn begin(
    tx: &mut Tx,
    sweep: &Sweep,
    now: Timestamp,
    (real_now, until): (i64, i64),
) -> Result<bool, StoreError> {
    let sql = "UPDATE sweeps SET begun_at = $3, claimed_until = $5
               WHERE target = $1 AND begun_at = $2
                 AND (claimed_until IS NULL OR claimed_until <= $4)";
    let rows = execute!(tx, sql, &sweep.target, sweep.begun_at, now, real_now, until)?;
    Ok(rows == 1)
}

/// Notes how it ended, and lets the place go. `false`: whoever holds it now is not the one that began it with
/// this `until`, and what it has found is not to be kept.
pub async fn end(
    tx: &mut Tx,
    (target, until): (&str, i64),
    outcome: Result<Timestamp, &str>,
) -> Result<bool, StoreError> {
    let sql =
        "UPDATE sweeps SET swept_at = COALESCE($3, swept_at), error = $4, claimed_until = NULL
               WHERE target = $1 AND claimed_until = $2";
    let rows = execute!(tx, sql, target, until, outcome.ok(), outcome.err())?;
    Ok(rows == 1)
}
