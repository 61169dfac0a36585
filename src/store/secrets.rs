//! Sealed values: secret inputs, generated ones, secret outputs.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::{EnvironmentId, Timestamp};

/// What a sealed value is: an input of the template, one of its outputs, or what its engine encrypts the
/// state with.
pub const INPUT: &str = "input";
pub const OUTPUT: &str = "output";
pub const ENGINE: &str = "engine";

/// The copy of the environment's state.
pub const STATE: &str = "state";

/// A sealed value.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealedSecret {
    pub environment_id: EnvironmentId,
    pub field: String,
    pub kind: String,
    /// What a person reads beside it.
    pub label: String,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
}

/// Keeps it, in place of an older value of the same field.
pub async fn put(tx: &mut Tx, secret: &SealedSecret) -> Result<(), StoreError> {
    let sql = "INSERT INTO secrets (environment_id, field, kind, label, sealed, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (environment_id, field, kind)
               DO UPDATE SET sealed = excluded.sealed, label = excluded.label,
                             created_at = excluded.created_at";
    execute!(
        tx,
        sql,
        &secret.environment_id,
        &secret.field,
        &secret.kind,
        &secret.label,
        &secret.sealed,
        secret.created_at
    )?;
    Ok(())
}

/// Everything sealed for an environment, of one kind, in the order of the fields' names.
pub async fn of_environment(
    tx: &mut Tx,
    id: &EnvironmentId,
    kind: &str,
) -> Result<Vec<SealedSecret>, StoreError> {
    let sql = "SELECT * FROM secrets WHERE environment_id = $1 AND kind = $2 ORDER BY field";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).bind(kind).fetch_all(c).await)?)
}

/// Forgets all secrets of an environment but its state, and what that is encrypted with.
pub async fn forget_all_but_state(tx: &mut Tx, id: &EnvironmentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM secrets WHERE environment_id = $1 AND kind <> $2 AND kind <> $3";
    execute!(tx, sql, id, ENGINE, STATE)?;
    Ok(())
}

/// Forgets all secrets of an environment: it is gone.
pub async fn forget(tx: &mut Tx, id: &EnvironmentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM secrets WHERE environment_id = $1";
    execute!(tx, sql, id)?;
    Ok(())
}
