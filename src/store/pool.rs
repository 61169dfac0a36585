//! The pool of SQLite's connections.

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::SqlitePoolOptions;

/// Connections on which something can be begun, within this time.
pub(super) fn sqlite(within: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new().acquire_timeout(within).before_acquire(|connection, _| {
        // On a full disk SQLite has rolled back by itself, and the driver counts a transaction that is not:
        // nothing could ever be begun on that connection again.
        Box::pin(async move { Ok(!connection.is_in_transaction()) })
    })
}
