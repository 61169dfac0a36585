//! All rows of a database, in a form that can be compared.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use mayfly::store::{Db, Tx};
use sqlx::AssertSqlSafe;

/// Of every table how many rows it has, and a text that differs when any value of any row does.
pub type Rows = BTreeMap<String, (i64, String)>;

/// Everything as it is now.
pub async fn read(db: &Db) -> Result<Rows> {
    let mut rows = match db.read().await? {
        Tx::Sqlite(mut tx, _) => {
            let tables: Vec<String> = sqlx::query_scalar(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            )
            .fetch_all(&mut *tx)
            .await?;
            let mut rows = Rows::new();
            for table in tables {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let columns: Vec<String> =
                    sqlx::query_scalar(AssertSqlSafe(columns)).fetch_all(&mut *tx).await?;
                let all: Vec<String> = columns.iter().map(|c| format!("quote(\"{c}\")")).collect();
                let all = all.join(" || ',' || ");
                let query = format!("SELECT {all} FROM \"{table}\" ORDER BY 1");
                let values: Vec<String> =
                    sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut *tx).await?;
                rows.insert(table, (i64::try_from(values.len())?, values.join("\n")));
            }
            rows
        }
        Tx::Postgres(mut tx, _) => {
            let tables: Vec<String> = sqlx::query_scalar(
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
            )
            .fetch_all(&mut *tx)
            .await?;
            let mut rows = Rows::new();
            for table in tables {
                let query = format!("SELECT t::text FROM \"{table}\" t ORDER BY 1");
                let values: Vec<String> =
                    sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut *tx).await?;
                rows.insert(table, (i64::try_from(values.len())?, values.join("\n")));
            }
            rows
        }
    };
    // Anchors are made by the clock, whatever comes in, of what stands in `audit`, which is compared.
    rows.retain(|table, _| !["audit_anchors", "audit_heads"].contains(&table.as_str()));
    ensure!(rows.len() > 10, "only these tables were seen: {:?}", rows.keys());
    Ok(rows)
}

/// Waits until nothing has changed for a while, and then reads.
pub async fn settled(db: &Db) -> Result<Rows> {
    const STILL: Duration = Duration::from_millis(1500);
    let mut before = read(db).await?;
    for _ in 0..60 {
        tokio::time::sleep(STILL).await;
        let now = read(db).await?;
        if now == before {
            return Ok(now);
        }
        before = now;
    }
    anyhow::bail!("the rows never come to rest")
}

/// What differs, for people.
pub fn differences(before: &Rows, after: &Rows) -> Vec<String> {
    let tables = before.keys().chain(after.keys()).collect::<std::collections::BTreeSet<_>>();
    let nothing = (0, String::new());
    let differs = |table: &&String| {
        let (old, new) =
            (before.get(*table).unwrap_or(&nothing), after.get(*table).unwrap_or(&nothing));
        (old != new).then(|| {
            let known: Vec<&str> = old.1.lines().collect();
            let fresh = new.1.lines().find(|line| !known.contains(line)).unwrap_or("a row is gone");
            format!("{table}: {} rows, then {}: {fresh}", old.0, new.0)
        })
    };
    tables.iter().filter_map(differs).collect()
}
