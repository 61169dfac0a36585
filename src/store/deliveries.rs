//! Which of Slack's deliveries have acted already.

use super::db::execute;
use super::{StoreError, Tx};
use crate::domain::Timestamp;

/// Notes a delivery by its key, in the transaction of what it causes. `false`: it acted before.
pub async fn first_time(tx: &mut Tx, key: &str, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO deliveries (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    let rows = execute!(tx, sql, key, at)?;
    Ok(rows == 1)
}
