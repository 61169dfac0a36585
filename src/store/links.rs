//! One-time links. The token is in the URL alone; here is its hash.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::{EnvironmentId, Person, RevealId, Timestamp};

/// To see an environment's credentials.
pub const REVEAL: &str = "reveal";
/// To enter an environment's secret inputs.
pub const ENTER: &str = "enter";

/// A link, for one person and one use.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Link {
    pub id: RevealId,
    pub environment_id: EnvironmentId,
    pub purpose: String,
    pub token_hash: String,
    pub person_workspace: String,
    pub person_user: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Link {
    /// Whom it is for.
    pub fn person(&self) -> Person {
        Person { workspace: self.person_workspace.clone(), user: self.person_user.clone() }
    }

    /// Whether it still opens.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Makes a link; the earlier ones of the same purpose are void from then on.
pub async fn replace(tx: &mut Tx, link: &Link) -> Result<(), StoreError> {
    revoke(tx, &link.environment_id, &link.purpose, link.created_at).await?;
    let sql = "INSERT INTO links (id, environment_id, purpose, token_hash, person_workspace,
                                  person_user, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    execute!(
        tx,
        sql,
        &link.id,
        &link.environment_id,
        &link.purpose,
        &link.token_hash,
        &link.person_workspace,
        &link.person_user,
        link.created_at,
        link.expires_at
    )?;
    Ok(())
}

/// Voids what is still open of a purpose.
pub async fn revoke(
    tx: &mut Tx,
    id: &EnvironmentId,
    purpose: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE links SET revoked_at = $3
               WHERE environment_id = $1 AND purpose = $2 AND used_at IS NULL AND revoked_at IS NULL";
    execute!(tx, sql, id, purpose, now)?;
    Ok(())
}

/// The link with this token hash, whatever its condition.
pub async fn find(
    tx: &mut Tx,
    token_hash: &str,
    purpose: &str,
) -> Result<Option<Link>, StoreError> {
    let sql = "SELECT * FROM links WHERE token_hash = $1 AND purpose = $2";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(token_hash).bind(purpose).fetch_optional(c).await)?)
}

/// Uses it up: the link if it was live, and nobody else can have it after.
pub async fn consume(
    tx: &mut Tx,
    token_hash: &str,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<Link>, StoreError> {
    let sql = "UPDATE links SET used_at = $3
               WHERE token_hash = $1 AND purpose = $2
                 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3
               RETURNING *";
    Ok(on!(tx, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(purpose)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}
