//! What was done, by whom: append only.

use serde_json::Value;

use super::db::{execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::{Actor, EnvironmentId, RunId, Timestamp};

/// One fact for the trail.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub environment: Option<&'a EnvironmentId>,
    pub run: Option<&'a RunId>,
    pub at: Timestamp,
    pub actor: &'a Actor,
    /// `environment.ready`, `run.claimed`, `credentials.revealed` …
    pub action: &'a str,
    pub detail: Value,
}

/// A fact as it was recorded.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Recorded {
    pub seq: i64,
    pub environment_id: Option<String>,
    pub run_id: Option<String>,
    pub at: Timestamp,
    pub actor: JsonText<Actor>,
    pub action: String,
    pub detail: JsonText<Value>,
}

/// Appends it.
pub async fn record(tx: &mut Tx, entry: Entry<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (environment_id, run_id, at, actor, action, detail)
               VALUES ($1, $2, $3, $4, $5, $6)";
    execute!(
        tx,
        sql,
        entry.environment,
        entry.run,
        entry.at,
        JsonText(entry.actor),
        entry.action,
        JsonText(&entry.detail)
    )?;
    Ok(())
}

/// All about one environment, oldest first.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Recorded>, StoreError> {
    let sql = "SELECT * FROM audit WHERE environment_id = $1 ORDER BY seq";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}
