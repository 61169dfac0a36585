//! What can go wrong with the database.

use std::time::Duration;

use sqlx::migrate::MigrateError;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("database migration: {0}")]
    Migrate(#[from] MigrateError),
    /// All connections are in others' hands.
    #[error(
        "database: {who} got no connection within {waited:?}: others hold all of them too long, \
         or the pool is too small"
    )]
    Busy { who: &'static str, waited: Duration },
    /// A guarded UPDATE or a look-up by key did not meet its one row.
    #[error("database: no row of {table} where {column} is `{key}` could be changed or read")]
    NoSuchRow { table: &'static str, column: &'static str, key: String },
    /// A row holds what cannot be.
    #[error("database: {table}.{column} of `{key}` cannot be: {why}")]
    ImpossibleRow { table: &'static str, column: &'static str, key: String, why: String },
}
