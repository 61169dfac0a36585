//! The pools of SQLite's connections.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection as _, Executor as _, Sqlite, SqlitePool, Transaction};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Connections on which something can be begun, within this time.
pub(super) fn sqlite(within: Duration) -> SqlitePoolOptions {
    SqlitePoolOptions::new().acquire_timeout(within).before_acquire(|connection, _| {
        // On a full disk SQLite has rolled back by itself, and the driver counts a transaction that is not:
        // nothing could ever be begun on that connection again.
        Box::pin(async move { Ok(!connection.is_in_transaction()) })
    })
}

/// How soon who has found the file locked by another process tries again.
const AGAIN: Duration = Duration::from_millis(1);

/// The one connection that writes: writers of this process queue for it, in the order in which they came, instead of
/// failing with "database is locked".
///
/// Between processes SQLite has no queue. Its own handler sleeps ever longer between two tries, up to a tenth of a
/// second (`sqliteDefaultBusyCallback`), and one process that writes all the time starves another: what waits here
/// tries every millisecond.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    pool: SqlitePool,
    /// Held by who is next.
    turn: Arc<Mutex<()>>,
    within: Duration,
}

impl Writer {
    /// Connects when something is first written. Whose turn does not come `within` this time, or who then cannot
    /// begin, gets [`sqlx::Error::PoolTimedOut`].
    pub(super) fn new(options: SqliteConnectOptions, within: Duration) -> Writer {
        let pool = sqlite(within).max_connections(1).after_connect(|connection, _| {
            Box::pin(async move { connection.execute("PRAGMA busy_timeout = 0").await.map(drop) })
        });
        Writer { pool: pool.connect_lazy_with(options), turn: Arc::default(), within }
    }

    /// Begins a transaction that has the lock for writing.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        let late = |_| sqlx::Error::PoolTimedOut;
        let _turn = timeout(self.within, self.turn.lock()).await.map_err(late)?;
        let begin = async {
            loop {
                match self.pool.begin_with("BEGIN IMMEDIATE").await {
                    Err(error) if is_busy(&error) => tokio::time::sleep(AGAIN).await,
                    begun => return begun,
                }
            }
        };
        timeout(self.within, begin).await.map_err(late)?
    }

    /// Closes the connection, after what it is doing.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether another process has the lock: `SQLITE_BUSY`, or one of its extended codes, which have it in their
/// lowest byte.
fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: u32 = 5;
    let code = error.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == SQLITE_BUSY)
}
