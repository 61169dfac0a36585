//! The two databases behind one type.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction, postgres::PgPoolOptions};

use super::StoreError;
use super::pool::{self, Writer};
use crate::faults::{self, Moment};

/// How long a transaction waits for a connection before it says who asked for it.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_SIZE: u32 = 10;

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// One file.
    Sqlite(PathBuf),
    /// A `postgres://` URL; it may carry a password, so it is never printed whole.
    Postgres(String),
}

/// Without user, password and parameters, any of which may be secret.
impl std::fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DbUrl::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            DbUrl::Postgres(url) => {
                let place = url::Url::parse(url).ok();
                let host = place.as_ref().and_then(|u| u.host_str()).unwrap_or_default();
                let database = place.as_ref().map(|u| u.path()).unwrap_or_default();
                write!(f, "postgres://{host}{database}")
            }
        }
    }
}

/// What transactions that write nothing are for.
const READING: &str = "a reader";

/// A handle on the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db(Pools);

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { write: Writer, read: SqlitePool },
    Postgres(PgPool),
}

/// A transaction on either database, with what it is for. Dropped without [`Tx::commit`] it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>, &'static str),
    Postgres(Transaction<'static, Postgres>, &'static str),
}

/// A statement that cannot be the same on both databases.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Statement {
    /// The text for this transaction's database.
    pub fn on(self, tx: &Tx) -> &'static str {
        match tx {
            Tx::Sqlite(..) => self.sqlite,
            Tx::Postgres(..) => self.postgres,
        }
    }
}

/// Runs one body per driver, with `$c` as the connection: `on!(tx, |c| query.execute(c).await)`.
macro_rules! on {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction, _) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction, _) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use on;

/// Binds and executes on either driver; comes to the number of affected rows.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::store::db::on!($tx, |c| sqlx::query($sql)
            $(.bind($bind))*
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
    };
}
pub(crate) use execute;

impl Db {
    /// Connects and brings the schema up to date.
    pub async fn open(url: &DbUrl) -> Result<Db, StoreError> {
        match url {
            DbUrl::Sqlite(file) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(ACQUIRE_TIMEOUT);
                // By a connection that waits for other processes wherever it is.
                let first = pool::sqlite(ACQUIRE_TIMEOUT).max_connections(1);
                let first = first.connect_with(options.clone()).await?;
                migrate_sqlite(&first).await?;
                // A write through the reading pool would escape the queue of writers: it fails.
                let reading = options.clone().pragma("query_only", "ON");
                let pool = pool::sqlite(ACQUIRE_TIMEOUT).max_connections(POOL_SIZE);
                let read = pool.connect_with(reading).await?;
                first.close().await;
                Ok(Db(Pools::Sqlite { write: Writer::new(options, ACQUIRE_TIMEOUT), read }))
            }
            DbUrl::Postgres(url) => {
                let pool = connect_postgres(url).await?;
                sqlx::migrate!("migrations/postgres").run(&pool).await?;
                Ok(Db(Pools::Postgres(pool)))
            }
        }
    }

    /// Connects to what is there, to read it alone: nothing is made, and nothing is brought up to date. Works
    /// beside a bot that runs, and without one.
    pub async fn open_to_read(url: &DbUrl) -> Result<Db, StoreError> {
        match url {
            DbUrl::Sqlite(file) => {
                let options = SqliteConnectOptions::new()
                    .filename(file)
                    .read_only(true)
                    .busy_timeout(ACQUIRE_TIMEOUT);
                let pool = pool::sqlite(ACQUIRE_TIMEOUT);
                let read = pool.max_connections(1).connect_with(options.clone()).await?;
                Ok(Db(Pools::Sqlite { write: Writer::new(options, ACQUIRE_TIMEOUT), read }))
            }
            DbUrl::Postgres(url) => Ok(Db(Pools::Postgres(connect_postgres(url).await?))),
        }
    }

    /// A transaction that reads, all of it at one moment. On SQLite it holds up no writer. Writing in
    /// it fails, on both databases.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let begun = match &self.0 {
            Pools::Sqlite { read, .. } => read.begin().await.map(|t| Tx::Sqlite(t, READING)),
            Pools::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                pool.begin_with(begin).await.map(|t| Tx::Postgres(t, READING))
            }
        };
        begun.map_err(|error| could_not_begin(READING, error))
    }

    /// A transaction that writes; `who` is named when no connection comes free in time.
    pub async fn write(&self, who: &'static str) -> Result<Tx, StoreError> {
        let begun = match &self.0 {
            Pools::Sqlite { write, .. } => write.begin().await.map(|t| Tx::Sqlite(t, who)),
            Pools::Postgres(pool) => pool.begin().await.map(|t| Tx::Postgres(t, who)),
        };
        begun.map_err(|error| could_not_begin(who, error))
    }

    /// Whether other processes can work on the same data.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Pools::Postgres(_))
    }

    /// Closes all connections, after what they are doing.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn connect_postgres(url: &str) -> Result<PgPool, StoreError> {
    let options = sqlx::postgres::PgConnectOptions::from_str(url)?;
    let pool = PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).max_connections(POOL_SIZE);
    Ok(pool.connect_with(options).await?)
}

/// SQLite has no lock for migrations, as PostgreSQL has: when another process is faster with one, what
/// it did counts, and the rest is tried again.
async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), MigrateError> {
    const TRIES: usize = 5;
    let migrator = sqlx::migrate!("migrations/sqlite");
    let mut tried = 0;
    loop {
        tried += 1;
        match migrator.run(pool).await {
            Err(MigrateError::ExecuteMigration(..)) if tried < TRIES => continue,
            done => return done,
        }
    }
}

fn could_not_begin(who: &'static str, error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Busy { who, waited: ACQUIRE_TIMEOUT },
        error => StoreError::Sql(error),
    }
}

impl Tx {
    /// Makes it so.
    pub async fn commit(self) -> Result<(), StoreError> {
        let (Tx::Sqlite(_, who) | Tx::Postgres(_, who)) = &self;
        let who = *who;
        if who != READING {
            faults::point(who, Moment::Before);
            faults::refuse(who).map_err(|why| sqlx::Error::Io(std::io::Error::other(why)))?;
        }
        match self {
            Tx::Sqlite(transaction, _) => transaction.commit().await?,
            Tx::Postgres(transaction, _) => transaction.commit().await?,
        }
        if who != READING {
            faults::point(who, Moment::After);
        }
        Ok(())
    }

    /// The present for claims, in real milliseconds: PostgreSQL's own time, which all hosts share;
    /// on SQLite, which has one process, that process's own, which no clock that is set moves.
    pub async fn real_now(&mut self) -> Result<i64, StoreError> {
        match self {
            Tx::Sqlite(..) => Ok(crate::domain::clock::steady_now().0),
            Tx::Postgres(transaction, _) => {
                let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
                Ok(sqlx::query_scalar(sql).fetch_one(&mut **transaction).await?)
            }
        }
    }
}

/// Refuses an UPDATE that did not meet exactly its one row.
pub(super) fn exactly_one(
    rows: u64,
    table: &'static str,
    column: &'static str,
    key: &str,
) -> Result<(), StoreError> {
    match rows {
        1 => Ok(()),
        _ => Err(StoreError::NoSuchRow { table, column, key: key.to_owned() }),
    }
}
