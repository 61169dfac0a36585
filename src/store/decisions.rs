//! What policy said, whenever it was asked.

use super::db::{execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::decision::Decision;
use crate::domain::{Actor, EnvironmentId, RunId, Timestamp};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Decided {
    pub seq: i64,
    /// `None`: it was refused before there was one.
    pub environment_id: Option<EnvironmentId>,
    pub run_id: Option<RunId>,
    pub at: Timestamp,
    /// Who asked for what policy decided about.
    pub actor: JsonText<Actor>,
    pub decision: JsonText<Decision>,
    /// Who went past its denials.
    pub overridden_by: Option<JsonText<Actor>>,
    /// Why they should be gone past, as whoever asked says.
    pub reason: Option<String>,
}

/// A decision to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    pub environment: Option<&'a EnvironmentId>,
    pub run: Option<&'a RunId>,
    pub at: Timestamp,
    pub actor: &'a Actor,
    pub decision: &'a Decision,
    pub overridden_by: Option<&'a Actor>,
    pub reason: Option<&'a str>,
}

/// Keeps it.
pub async fn insert(tx: &mut Tx, new: NewDecision<'_>) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO decisions (environment_id, run_id, at, actor, decision, overridden_by, reason)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    execute!(
        tx,
        sql,
        new.environment,
        new.run,
        new.at,
        JsonText(new.actor),
        JsonText(new.decision),
        new.overridden_by.map(JsonText),
        new.reason
    )?;
    Ok(())
}

/// All of an environment, oldest first.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Decided>, StoreError> {
    let sql = "SELECT * FROM decisions WHERE environment_id = $1 ORDER BY seq";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// All of a run, oldest first.
pub async fn of_run(tx: &mut Tx, id: &RunId) -> Result<Vec<Decided>, StoreError> {
    let sql = "SELECT * FROM decisions WHERE run_id = $1 ORDER BY seq";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// The last ones about what somebody asked for, newest first: also where nothing came of it.
pub async fn latest_of(tx: &mut Tx, actor: &Actor, most: i64) -> Result<Vec<Decided>, StoreError> {
    // By the text that is kept: one person is always written the same way.
    let sql = "SELECT * FROM decisions WHERE actor = $1 ORDER BY seq DESC LIMIT $2";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(JsonText(actor)).bind(most).fetch_all(c).await)?)
}
