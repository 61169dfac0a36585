//! The sealed plans of runs that wait, or apply what somebody approved.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::RunId;

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealedPlan {
    pub run_id: RunId,
    /// The digest of what it was planned from.
    pub basis: String,
    pub sealed: Vec<u8>,
}

/// Keeps it in place of an older one, for the run that holds this epoch. `false`: the claim was lost.
pub async fn put(tx: &mut Tx, plan: &SealedPlan, epoch: i64) -> Result<bool, StoreError> {
    let sql = "INSERT INTO plans (run_id, basis, sealed)
               SELECT id, $2, $3 FROM runs WHERE id = $1 AND epoch = $4 AND status = 'running'
               ON CONFLICT (run_id) DO UPDATE SET basis = excluded.basis, sealed = excluded.sealed";
    Ok(execute!(tx, sql, &plan.run_id, &plan.basis, &plan.sealed, epoch)? == 1)
}

/// The one of a run.
pub async fn find(tx: &mut Tx, run: &RunId) -> Result<Option<SealedPlan>, StoreError> {
    let sql = "SELECT * FROM plans WHERE run_id = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(run).fetch_optional(c).await)?)
}

/// Forgets the one of a run, if there is one.
pub async fn forget(tx: &mut Tx, run: &RunId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM plans WHERE run_id = $1", run)?;
    Ok(())
}
