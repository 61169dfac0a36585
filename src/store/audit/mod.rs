//! What was done, by whom: append only, and chained. `domain::audit` says what is hashed.

mod anchor;
mod trail;

use serde_json::Value;

use super::db::{Statement, execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::audit::{BEGINNING, Entry as Chained};
use crate::domain::{Actor, EnvironmentId, RunId, Timestamp};

pub use anchor::{anchor, anchor_is_due};
pub use trail::{Unreadable, each_anchor, each_entry, verify};

/// One fact for the trail.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub environment: Option<&'a EnvironmentId>,
    pub run: Option<&'a RunId>,
    pub at: Timestamp,
    pub actor: &'a Actor,
    /// `environment.transition`, `run.completed`, `credentials.revealed` …
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

/// Appends it to its environment's chain, or to the installation's.
///
/// Writers of one chain wait here for each other until they commit; those of other chains do not. So that two of
/// them never wait for each other in a circle, a transaction that is about an environment takes that
/// environment's row first (`environments::lock`, or a change of it), and one transaction writes to one chain.
pub async fn record(tx: &mut Tx, entry: Entry<'_>) -> Result<(), StoreError> {
    let environment = entry.environment.map(EnvironmentId::as_str);
    let chain = Chained::chain_of(environment);
    hold(tx, chain).await?;
    let (position, previous) = head(tx, chain).await?.unwrap_or_else(|| (0, BEGINNING.to_owned()));
    let mut chained = Chained {
        seq: next_seq(tx).await?,
        chain: chain.to_owned(),
        position: position + 1,
        environment_id: environment.map(str::to_owned),
        run_id: entry.run.map(|run| run.0.clone()),
        at: entry.at,
        actor: json("actor", chain, entry.actor)?,
        action: entry.action.to_owned(),
        detail: json("detail", chain, &entry.detail)?,
        hash: String::new(),
    };
    chained.hash = chained.hash_after(&previous);
    append(tx, &chained).await
}

/// All about one environment, oldest first.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Recorded>, StoreError> {
    let sql = "SELECT * FROM audit WHERE environment_id = $1 ORDER BY position";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// Holds the chain against other writers until the transaction ends. A statement of its own: what is read after
/// it sees what the one before has committed. On SQLite the transaction is the only one that writes.
async fn hold(tx: &mut Tx, chain: &str) -> Result<(), StoreError> {
    if let Tx::Postgres(transaction, _) = tx {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended('mayfly audit ' || $1, 0))";
        sqlx::query(sql).bind(chain).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Position and hash of the chain's newest entry.
async fn head(tx: &mut Tx, chain: &str) -> Result<Option<(i64, String)>, StoreError> {
    let sql = "SELECT position, hash FROM audit WHERE chain = $1 ORDER BY position DESC LIMIT 1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(chain).fetch_optional(c).await)?)
}

/// The number that the next entry of the trail gets: it is hashed, so it has to be known before.
async fn next_seq(tx: &mut Tx) -> Result<i64, StoreError> {
    let next = Statement {
        sqlite: "SELECT COALESCE(MAX(seq), 0) + 1 FROM audit",
        postgres: "SELECT nextval(pg_get_serial_sequence('audit', 'seq'))",
    };
    let sql = next.on(tx);
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await)?)
}

async fn append(tx: &mut Tx, entry: &Chained) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit (seq, chain, position, environment_id, run_id, at, actor, action,
                                  detail, hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    execute!(
        tx,
        sql,
        entry.seq,
        &entry.chain,
        entry.position,
        &entry.environment_id,
        &entry.run_id,
        entry.at,
        &entry.actor,
        &entry.action,
        &entry.detail,
        &entry.hash
    )?;
    Ok(())
}

/// The text that is stored, and hashed byte by byte.
fn json(
    column: &'static str,
    chain: &str,
    value: &impl serde::Serialize,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::ImpossibleRow {
        table: "audit",
        column,
        key: chain.to_owned(),
        why: error.to_string(),
    })
}
