//! What teams have spent and set aside of their budgets, and from when to when environments cost how much.
//! Amounts are millionths of the budget's currency; months are `2026-11`, by UTC.

use super::db::{exactly_one, execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::cost::Estimate;
use crate::domain::{EnvironmentId, Timestamp};

/// Holds a team's budget of a month against all others until the transaction ends. To take several, take the
/// earlier months first.
pub async fn lock(tx: &mut Tx, team: &str, month: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO budgets (team, month, version) VALUES ($1, $2, 1)
               ON CONFLICT (team, month) DO UPDATE SET version = budgets.version + 1";
    exactly_one(execute!(tx, sql, team, month)?, "budgets", "team", team)
}

/// What is spent and set aside in a month, by environment.
pub async fn held(
    tx: &mut Tx,
    (team, month): (&str, &str),
) -> Result<Vec<(EnvironmentId, i64)>, StoreError> {
    let sql = "SELECT environment_id, micros FROM reservations WHERE team = $1 AND month = $2";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(team).bind(month).fetch_all(c).await)?)
}

/// Sets aside for an environment: by month, in place of all that was set aside for it before.
pub async fn reserve(
    tx: &mut Tx,
    environment: &EnvironmentId,
    team: &str,
    months: &[(String, i64)],
) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM reservations WHERE environment_id = $1", environment)?;
    let sql =
        "INSERT INTO reservations (environment_id, month, team, micros) VALUES ($1, $2, $3, $4)";
    for (month, micros) in months {
        execute!(tx, sql, environment, month, team, *micros)?;
    }
    Ok(())
}

/// What is spent and set aside for an environment, by month.
pub async fn of_environment(
    tx: &mut Tx,
    id: &EnvironmentId,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT month, micros FROM reservations WHERE environment_id = $1 ORDER BY month";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// From when to when an environment costs how much.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Charge {
    pub environment_id: EnvironmentId,
    pub from_at: Timestamp,
    /// `None`: until now.
    pub to_at: Option<Timestamp>,
    pub estimate: JsonText<Estimate>,
}

/// From now on it costs so much; what it cost until now is closed. The same time twice is one beginning.
pub async fn charge(
    tx: &mut Tx,
    environment: &EnvironmentId,
    from: Timestamp,
    estimate: &Estimate,
) -> Result<(), StoreError> {
    close(tx, environment, from).await?;
    let sql = "INSERT INTO charges (environment_id, from_at, estimate) VALUES ($1, $2, $3)
               ON CONFLICT (environment_id, from_at) DO UPDATE SET estimate = excluded.estimate, to_at = NULL";
    execute!(tx, sql, environment, from, JsonText(estimate))?;
    Ok(())
}

/// From now on it costs nothing.
pub async fn close(tx: &mut Tx, id: &EnvironmentId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE charges SET to_at = CASE WHEN from_at > $2 THEN from_at ELSE $2 END
               WHERE environment_id = $1 AND to_at IS NULL";
    execute!(tx, sql, id, at)?;
    Ok(())
}

/// All of an environment, oldest first.
pub async fn charges(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Charge>, StoreError> {
    let sql = "SELECT * FROM charges WHERE environment_id = $1 ORDER BY from_at";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// All of those environments of a team that cost something now, oldest first.
pub async fn running(tx: &mut Tx, team: &str) -> Result<Vec<Charge>, StoreError> {
    let sql = "SELECT * FROM charges WHERE environment_id IN (
                   SELECT e.id FROM environments e JOIN charges c ON c.environment_id = e.id
                   WHERE e.team = $1 AND c.to_at IS NULL)
               ORDER BY environment_id, from_at";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(team).fetch_all(c).await)?)
}

/// All that cost something between two times, by environment, oldest first.
pub async fn charges_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Charge>, StoreError> {
    let sql = "SELECT * FROM charges WHERE from_at < $2 AND (to_at IS NULL OR to_at > $1)
               ORDER BY environment_id, from_at";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(from).bind(to).fetch_all(c).await)?)
}
