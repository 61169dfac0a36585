//! What engines said that they were making: the record that is left when a killed engine has written its
//! state only in part. A row goes when the state is known to hold the resource, or when it is known not to exist.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::{EnvironmentId, RunId, Timestamp};

/// A resource that an engine began to make.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Effect {
    pub environment_id: EnvironmentId,
    /// As the engine's events name it.
    pub address: String,
    /// The resource's type.
    pub kind: String,
    /// What its provider calls it, as `key=value`; `None`: nobody was told that it is made.
    pub id: Option<String>,
    pub run_id: RunId,
    pub at: Timestamp,
}

/// Notes that it is being made. What an earlier run had begun of the same name stays: it may be another.
pub async fn begin(tx: &mut Tx, effect: &Effect) -> Result<(), StoreError> {
    let sql = "INSERT INTO effects (environment_id, address, kind, id, run_id, at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (environment_id, address, run_id)
               DO UPDATE SET kind = $3, id = $4, at = $6";
    let Effect { environment_id, address, kind, id, run_id, at } = effect;
    execute!(tx, sql, environment_id, address, kind, id, run_id, at)?;
    Ok(())
}

/// Notes that it is made, and what its provider calls it. Nothing where nobody noted that it began.
pub async fn complete(
    tx: &mut Tx,
    (environment, run): (&EnvironmentId, &RunId),
    address: &str,
    id: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "UPDATE effects SET id = $4
               WHERE environment_id = $1 AND run_id = $2 AND address = $3";
    execute!(tx, sql, environment, run, address, id)?;
    Ok(())
}

/// It is in the state, or does not exist.
pub async fn settle(
    tx: &mut Tx,
    (environment, run): (&EnvironmentId, &RunId),
    address: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM effects WHERE environment_id = $1 AND run_id = $2 AND address = $3";
    execute!(tx, sql, environment, run, address)?;
    Ok(())
}

/// All that this run has made are in the state.
pub async fn settle_run(tx: &mut Tx, run: &RunId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM effects WHERE run_id = $1", run)?;
    Ok(())
}

/// All of an environment were told.
pub async fn settle_all(tx: &mut Tx, environment: &EnvironmentId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM effects WHERE environment_id = $1", environment)?;
    Ok(())
}

/// What is not settled of an environment, in the order of its addresses.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Effect>, StoreError> {
    let sql = "SELECT * FROM effects WHERE environment_id = $1 ORDER BY address, at";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}
