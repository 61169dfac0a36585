//! Small facts about the installation itself.

use super::db::{execute, on};
use super::{StoreError, Tx};

/// The random id that every resource of ours carries as `mayfly:installation`.
pub const INSTALLATION: &str = "installation";
/// Set while creating is paused; the value says by whom.
pub const CREATING_PAUSED: &str = "creating_paused";
/// Set while reaping is paused; the value says by whom.
pub const REAPING_PAUSED: &str = "reaping_paused";

/// When policies were last to be read anew; every process does.
pub const POLICIES_RELOADED: &str = "policies_reloaded";

/// The workspace that the bot's token is of, as Slack said last.
pub const WORKSPACE: &str = "slack_workspace";

/// A setting's value, if it is set.
pub async fn get(tx: &mut Tx, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM settings WHERE key = $1";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).bind(key).fetch_optional(c).await)?)
}

/// Sets it, in place of what was there.
pub async fn set(tx: &mut Tx, key: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO settings (key, value) VALUES ($1, $2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    execute!(tx, sql, key, value)?;
    Ok(())
}

/// Sets it unless it is set, and returns what holds.
pub async fn get_or_set(tx: &mut Tx, key: &str, value: &str) -> Result<String, StoreError> {
    let sql = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    execute!(tx, sql, key, value)?;
    Ok(get(tx, key).await?.unwrap_or_else(|| value.to_owned()))
}

/// Takes it away; says whether it was there.
pub async fn clear(tx: &mut Tx, key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM settings WHERE key = $1";
    let rows = execute!(tx, sql, key)?;
    Ok(rows > 0)
}
