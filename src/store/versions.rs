//! Templates as they were when environments were made of them.

use super::db::{execute, on};
use super::{StoreError, Tx};
use crate::domain::Timestamp;

/// A version to keep.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Version {
    pub digest: String,
    pub template: String,
    /// The folder's content, packed.
    pub archive: Vec<u8>,
    pub created_at: Timestamp,
}

/// Keeps it, unless it is kept already.
pub async fn keep(tx: &mut Tx, version: &Version) -> Result<(), StoreError> {
    let sql = "INSERT INTO template_versions (digest, template, archive, created_at)
               VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING";
    execute!(tx, sql, &version.digest, &version.template, &version.archive, version.created_at)?;
    Ok(())
}

/// The kept version, whose absence would be our own fault.
pub async fn get(tx: &mut Tx, digest: &str) -> Result<Version, StoreError> {
    let sql = "SELECT * FROM template_versions WHERE digest = $1";
    let found: Option<Version> =
        on!(tx, |c| sqlx::query_as(sql).bind(digest).fetch_optional(c).await)?;
    found.ok_or(StoreError::NoSuchRow {
        table: "template_versions",
        column: "digest",
        key: digest.to_owned(),
    })
}
