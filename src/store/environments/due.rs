//! Warnings and reaps: what is due when.

use super::Environment;
use crate::domain::{EnvironmentId, Timestamp};
use crate::store::db::{exactly_one, execute, on};
use crate::store::{StoreError, Tx};

/// Notes that a warning was written into the outbox, and when the next one is due.
pub async fn warning_sent(
    tx: &mut Tx,
    environment: &Environment,
    sent: usize,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET warnings_sent = $3, next_warning_at = $4
               WHERE id = $1 AND next_warning_at = $2";
    let sent = i64::try_from(sent).unwrap_or(i64::MAX);
    let rows = execute!(tx, sql, &environment.id, environment.next_warning_at, sent, next)?;
    exactly_one(rows, "environments", "id", environment.id.as_str())
}

/// Notes that somebody accepted the warning of this expiry: from now the grace runs.
/// `false`: the environment was extended or ended meanwhile, and nothing changes.
pub async fn warning_accepted(
    tx: &mut Tx,
    environment: &Environment,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE environments SET warned_at = $3, unwarned_at = NULL, reap_at = $4
               WHERE id = $1 AND expires_at = $2 AND status IN ('ready', 'updating')
                 AND warned_at IS NULL";
    let reap_at = environment.rules.0.reap_at(expires_at, now);
    let rows = execute!(tx, sql, &environment.id, expires_at, now, reap_at)?;
    Ok(rows == 1)
}

/// Notes that nobody takes the warning of this expiry: it is reaped at `reap_at` all the same.
pub async fn warning_refused(
    tx: &mut Tx,
    id: &EnvironmentId,
    expires_at: Timestamp,
    refused_at: Timestamp,
    reap_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE environments SET unwarned_at = $3, reap_at = $4
               WHERE id = $1 AND expires_at = $2 AND status IN ('ready', 'updating')
                 AND warned_at IS NULL AND unwarned_at IS NULL";
    let rows = execute!(tx, sql, id, expires_at, refused_at, reap_at)?;
    Ok(rows == 1)
}

/// Who is to be warned by now, most urgent first.
pub const DUE_WARNINGS: &str = "SELECT id FROM environments
    WHERE next_warning_at IS NOT NULL AND next_warning_at <= $1 ORDER BY next_warning_at LIMIT $2";

/// What is to be reaped by now, most overdue first.
pub const DUE_REAPS: &str = "SELECT id FROM environments
    WHERE reap_at IS NOT NULL AND reap_at <= $1 ORDER BY reap_at LIMIT $2";

/// The ids that one of the two queries above finds.
pub async fn due(
    tx: &mut Tx,
    query: &'static str,
    now: Timestamp,
    at_most: i64,
) -> Result<Vec<EnvironmentId>, StoreError> {
    Ok(on!(tx, |c| sqlx::query_scalar(query).bind(now).bind(at_most).fetch_all(c).await)?)
}

/// The next warning or reap of all.
pub async fn next_event(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let warning = "SELECT min(next_warning_at) FROM environments WHERE next_warning_at IS NOT NULL";
    let reap = "SELECT min(reap_at) FROM environments WHERE reap_at IS NOT NULL";
    let a: Option<Timestamp> = on!(tx, |c| sqlx::query_scalar(warning).fetch_one(c).await)?;
    let b: Option<Timestamp> = on!(tx, |c| sqlx::query_scalar(reap).fetch_one(c).await)?;
    Ok([a, b].into_iter().flatten().min())
}

/// Those whose warning nobody takes, by what is reaped first.
pub async fn unwarned(tx: &mut Tx) -> Result<Vec<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE reap_at IS NOT NULL AND unwarned_at IS NOT NULL
               ORDER BY reap_at LIMIT 200";
    Ok(on!(tx, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}
