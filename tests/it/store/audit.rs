//! `store::audit`: the chains, their anchors, and whatever somebody changes in them.

use mayfly::domain::audit::{Break, Report, Wrong};
use mayfly::domain::{Actor, EnvironmentId, RunId, Span, Timestamp};
use mayfly::store::{Db, StoreError, Tx, audit};
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::fixtures::{START, alice};

const HOUR: Span = Span::hours(1);

/// Records a fact about an environment, or about the installation.
async fn record(tx: &mut Tx, environment: Option<&str>, n: i64) -> Result<(), StoreError> {
    let environment = environment.map(|id| EnvironmentId(id.into()));
    let entry = audit::Entry {
        environment: environment.as_ref(),
        run: Some(&RunId("run_1".into())),
        at: START + Span::seconds(n),
        actor: &Actor::Person(alice()),
        action: "test.fact",
        detail: json!({ "n": n, "text": "ü\u{0}" }),
    };
    audit::record(tx, entry).await
}

/// Two environments' chains of six and the installation's, interleaved; the first four of each anchored.
async fn trail(db: &Db) -> anyhow::Result<()> {
    for n in 1..=6 {
        let mut tx = db.write("test").await?;
        for environment in [Some("env_1"), None, Some("env_2")] {
            record(&mut tx, environment, n).await?;
        }
        if n == 2 || n == 4 {
            let now = START + HOUR + Span::hours(n);
            assert!(audit::anchor(&mut tx, now, HOUR).await?.is_some());
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn run(tx: &mut Tx, sql: &str) -> Result<u64, sqlx::Error> {
    match tx {
        Tx::Sqlite(c, _) => {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut **c).await.map(|d| d.rows_affected())
        }
        Tx::Postgres(c, _) => {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut **c).await.map(|d| d.rows_affected())
        }
    }
}

const TABLES: [&str; 3] = ["audit", "audit_anchors", "audit_heads"];

/// As somebody with every right on the database does it, before changing the past.
async fn without_triggers(tx: &mut Tx) -> anyhow::Result<()> {
    if matches!(tx, Tx::Postgres(..)) {
        for table in TABLES {
            run(tx, &format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await?;
        }
        return Ok(());
    }
    let Tx::Sqlite(c, _) = &mut *tx else { unreachable!("there are two") };
    let all: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .fetch_all(&mut **c)
            .await?;
    anyhow::ensure!(all.len() == 9, "{all:?}");
    for name in all {
        run(tx, &format!("DROP TRIGGER {name}")).await?;
    }
    Ok(())
}

/// What is found after these statements; they are rolled back.
async fn after(db: &Db, changes: &[&str]) -> anyhow::Result<Report> {
    let mut tx = db.write("tamper").await?;
    without_triggers(&mut tx).await?;
    for change in changes {
        let rows = run(&mut tx, change).await;
        let rows = rows.map_err(|error| anyhow::anyhow!("{change}: {error}"))?;
        anyhow::ensure!(rows > 0, "nothing was changed by {change}");
    }
    Ok(audit::verify(&mut tx).await?)
}

/// The one break after them.
async fn broken(db: &Db, changes: &[&str]) -> anyhow::Result<Break> {
    let mut breaks = after(db, changes).await?.breaks;
    anyhow::ensure!(breaks.len() == 1, "{changes:?}: {breaks:#?}");
    Ok(breaks.remove(0))
}

on_both! {
    async fn entries_and_anchors_are_chained(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let report = audit::verify(&mut database.db.read().await?).await?;
        assert_eq!(report.breaks, []);
        assert_eq!((report.entries, report.chains, report.anchors), (18, 3, 2));
        assert_eq!(report.newest.map(|newest| newest.0), Some(2));
        Ok(())
    }

    async fn the_database_refuses_to_change_or_delete(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let mut statements = Vec::new();
        for table in TABLES {
            statements.push((table, format!("UPDATE {table} SET hash = hash")));
            statements.push((table, format!("DELETE FROM {table}")));
        }
        if database.db.is_shared() {
            statements.extend(TABLES.map(|table| (table, format!("TRUNCATE {table} CASCADE"))));
        } else {
            for (table, from) in [("audit", "audit"), ("audit_heads", "audit_heads")] {
                let sql = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {from} LIMIT 1");
                statements.push((table, sql));
            }
        }
        for (table, sql) in statements {
            let mut tx = database.db.write("tamper").await?;
            let told = run(&mut tx, &sql).await.expect_err(&sql).to_string();
            // Whichever of the three a TRUNCATE reaches first.
            let clear = told.contains("is append only") && (sql.contains("CASCADE") || told.contains(table));
            assert!(clear, "{sql}: {told}");
        }
        if !database.db.is_shared() {
            let mut tx = database.db.write("tamper").await?;
            run(&mut tx, "INSERT OR REPLACE INTO audit_anchors VALUES (1, 0, 'x')").await?;
            assert_eq!(audit::verify(&mut tx).await?.breaks, []);
        }
        Ok(())
    }

    async fn a_changed_byte_in_any_column_is_found(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let text = |column: &str| format!("{column} = 'X' || substr({column}, 2)");
        let changes = [
            "seq = 1000".to_owned(),
            "position = 1000".to_owned(),
            "at = at + 1".to_owned(),
            text("chain"),
            text("environment_id"),
            "environment_id = NULL".to_owned(),
            text("run_id"),
            "run_id = NULL".to_owned(),
            text("actor"),
            text("action"),
            text("detail"),
            "detail = detail || ' '".to_owned(),
            text("hash"),
            "hash = upper(hash)".to_owned(),
        ];
        // The first of a chain, one in the middle, and the last, that no anchor holds yet.
        for position in [1, 3, 6] {
            for change in &changes {
                let sql = format!(
                    "UPDATE audit SET {change} WHERE chain = 'env_1' AND position = {position}"
                );
                let report = after(&database.db, &[&sql]).await?;
                let found = report.breaks.iter().find(|found| found.chain == "env_1");
                // A last one that is put elsewhere is missing here, where no anchor holds it, and breaks there.
                let elsewhere = position == 6 && change.starts_with("chain");
                let found = found.or(report.breaks.first().filter(|_| elsewhere));
                let found = found.unwrap_or_else(|| panic!("{sql}: {report:#?}"));
                let behind = change.starts_with("position") || change.starts_with("chain");
                assert!(behind || found.position == position, "{sql}: {found}");
                assert!(report.breaks.len() <= 2, "{sql}: {report:#?}");
            }
        }
        Ok(())
    }

    async fn what_is_taken_out_put_in_or_swapped_is_found(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let db = &database.db;
        let found = broken(db, &["DELETE FROM audit WHERE chain = 'env_1' AND position = 3"]).await?;
        assert_eq!((found.position, found.wrong), (4, Wrong::Position { expected: 3 }));

        let found = broken(db, &[
            "DELETE FROM audit WHERE chain = 'env_1' AND position = 3",
            "UPDATE audit SET position = position - 1 WHERE chain = 'env_1' AND position = 4",
            "UPDATE audit SET position = position - 1 WHERE chain = 'env_1' AND position = 5",
            "UPDATE audit SET position = position - 1 WHERE chain = 'env_1' AND position = 6",
        ]).await?;
        assert!(found.position == 3 && matches!(found.wrong, Wrong::Hash { .. }), "{found}");

        let found = broken(db, &[
            "INSERT INTO audit SELECT 1000, chain, 7, environment_id, run_id, at, actor, action,
                detail, hash FROM audit WHERE chain = 'env_1' AND position = 6",
        ]).await?;
        assert_eq!((found.position, found.seq), (7, Some(1000)));

        let found = broken(db, &[
            "UPDATE audit SET position = 100 WHERE chain = 'env_1' AND position = 2",
            "UPDATE audit SET position = 2 WHERE chain = 'env_1' AND position = 3",
            "UPDATE audit SET position = 3 WHERE chain = 'env_1' AND position = 100",
        ]).await?;
        assert!(found.position == 2 && matches!(found.wrong, Wrong::Hash { .. }), "{found}");
        Ok(())
    }

    async fn a_chain_that_was_cut_off_or_taken_away_is_found_by_the_anchors(
        database: Database
    ) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let db = &database.db;
        let cut = "DELETE FROM audit WHERE chain = 'env_2' AND position > 3";
        let found = broken(db, &[cut]).await?;
        assert_eq!((found.chain.as_str(), found.position, found.seq), ("env_2", 4, None));
        assert!(matches!(found.wrong, Wrong::Missing { anchor: 2, .. }), "{found}");
        let found = broken(db, &["DELETE FROM audit WHERE chain = 'env_2'"]).await?;
        assert!(matches!(found.wrong, Wrong::Missing { anchor: 1, .. }), "{found}");
        let found = broken(db, &["DELETE FROM audit WHERE chain = 'installation'"]).await?;
        assert_eq!(found.chain, "installation");
        // What no anchor holds yet goes unseen: docs/audit.md says so.
        let unanchored = "DELETE FROM audit WHERE chain = 'env_2' AND position > 4";
        assert_eq!(after(db, &[unanchored]).await?.breaks, []);
        Ok(())
    }

    async fn a_changed_anchor_is_found(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        for change in [
            "UPDATE audit_anchors SET at = at + 1 WHERE position = 1",
            "UPDATE audit_anchors SET hash = 'X' || substr(hash, 2) WHERE position = 2",
            "UPDATE audit_heads SET position = position - 1 WHERE chain = 'env_1' AND anchor = 1",
            "UPDATE audit_heads SET hash = 'X' || substr(hash, 2) WHERE chain = 'env_1' AND anchor = 2",
            "UPDATE audit_heads SET chain = 'X' || substr(chain, 2) WHERE chain = 'env_1' AND anchor = 2",
            "DELETE FROM audit_heads WHERE chain = 'env_1' AND anchor = 1",
        ] {
            let breaks = after(&database.db, &[change]).await?.breaks;
            let found = breaks.iter().any(|found| found.chain == Break::ANCHORS);
            assert!(found, "{change}: {breaks:#?}");
        }
        let gone = ["DELETE FROM audit_heads WHERE anchor = 1", "DELETE FROM audit_anchors WHERE position = 1"];
        let found = broken(&database.db, &gone).await?;
        assert_eq!((found.chain.as_str(), found.wrong), (Break::ANCHORS, Wrong::Position { expected: 1 }));
        Ok(())
    }

    async fn anchors_are_made_when_something_is_new_and_the_interval_is_over(
        database: Database
    ) -> anyhow::Result<()> {
        let db = &database.db;
        let at = |minutes| START + Span::minutes(minutes);
        let anchored = async |now: Timestamp| {
            let due = audit::anchor_is_due(&mut db.read().await?, now, HOUR).await?;
            let mut tx = db.write("anchor").await?;
            let made = audit::anchor(&mut tx, now, HOUR).await?;
            tx.commit().await?;
            anyhow::ensure!(due == made.is_some(), "due: {due}, made: {made:?}");
            Ok(made.map(|anchor| anchor.heads.into_iter().map(|h| (h.chain, h.position)).collect::<Vec<_>>()))
        };
        assert_eq!(anchored(at(0)).await?, None);
        let mut tx = db.write("test").await?;
        for environment in [Some("env_1"), Some("env_2"), None] {
            record(&mut tx, environment, 1).await?;
        }
        tx.commit().await?;
        let all = [("env_1".to_owned(), 1), ("env_2".to_owned(), 1), ("installation".to_owned(), 1)];
        assert_eq!(anchored(at(0)).await?.as_deref(), Some(&all[..]));
        assert_eq!(anchored(at(600)).await?, None);

        let mut tx = db.write("test").await?;
        record(&mut tx, Some("env_2"), 2).await?;
        record(&mut tx, Some("env_2"), 3).await?;
        tx.commit().await?;
        assert_eq!(anchored(at(59)).await?, None);
        assert_eq!(anchored(at(60)).await?, Some(vec![("env_2".to_owned(), 3)]));

        // A clock that was put back holds nobody up.
        let mut tx = db.write("test").await?;
        record(&mut tx, None, 2).await?;
        tx.commit().await?;
        assert_eq!(anchored(at(-600)).await?, Some(vec![("installation".to_owned(), 2)]));
        assert_eq!(audit::verify(&mut db.read().await?).await?.breaks, []);
        Ok(())
    }

    async fn of_many_schedulers_one_anchors(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        record(&mut tx, Some("env_1"), 1).await?;
        tx.commit().await?;
        let handles = [database.db.clone(), database.another().await];
        let schedulers: Vec<_> = (0..12)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("anchor").await?;
                    let made = audit::anchor(&mut tx, START, HOUR).await?;
                    tx.commit().await?;
                    Ok::<_, StoreError>(made.is_some())
                })
            })
            .collect();
        let mut made = 0;
        for scheduler in schedulers {
            made += usize::from(scheduler.await??);
        }
        assert_eq!(made, 1);
        let report = audit::verify(&mut database.db.read().await?).await?;
        assert_eq!((report.anchors, report.breaks), (1, vec![]));
        Ok(())
    }

    async fn many_writers_fork_no_chain_and_fail_no_fact(database: Database) -> anyhow::Result<()> {
        const WRITERS: usize = 24;
        const FACTS: i64 = 8;
        let chains = [Some("env_1"), Some("env_1"), Some("env_2"), Some("env_3"), None, Some("env_1")];
        let handles = [database.db.clone(), database.another().await];
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                let db = handles[w % 2].clone();
                tokio::spawn(async move {
                    for n in 0..FACTS {
                        let mut tx = db.write("writer").await?;
                        record(&mut tx, chains[w % chains.len()], n).await?;
                        record(&mut tx, chains[w % chains.len()], n).await?;
                        // What is rolled back leaves no gap.
                        if n % 3 != 2 {
                            tx.commit().await?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for writer in writers {
            writer.await??;
        }
        let report = audit::verify(&mut database.db.read().await?).await?;
        assert_eq!(report.breaks, []);
        let committed = (0..FACTS).filter(|n| n % 3 != 2).count() * 2 * WRITERS;
        assert_eq!((report.entries, report.chains), (committed as u64, 4));
        Ok(())
    }

    async fn writers_of_different_chains_do_not_wait_for_each_other(
        database: Database
    ) -> anyhow::Result<()> {
        if !database.db.is_shared() {
            // SQLite has one writer, whatever it writes.
            return Ok(());
        }
        let mut one = database.db.write("one").await?;
        record(&mut one, Some("env_1"), 1).await?;
        for other in [Some("env_2"), None] {
            let mut tx = database.db.write("other").await?;
            let recorded = record(&mut tx, other, 1);
            tokio::time::timeout(std::time::Duration::from_secs(5), recorded).await??;
            tx.commit().await?;
        }
        let mut same = database.db.write("same").await?;
        let waits = tokio::time::timeout(
            std::time::Duration::from_millis(300),
            record(&mut same, Some("env_1"), 2),
        );
        assert!(waits.await.is_err(), "it does not wait");
        drop(same);
        one.commit().await?;
        Ok(())
    }

    async fn a_trail_is_walked_by_chain_and_position(database: Database) -> anyhow::Result<()> {
        use mayfly::domain::audit::Scope;
        trail(&database.db).await?;
        let mut tx = database.db.read().await?;
        let mut walked = Vec::new();
        let only = Scope::Chain("env_2".into());
        audit::each_entry(&mut tx, &only, |entry| {
            let entry = entry.expect("it reads");
            walked.push((entry.chain, entry.position));
            Ok::<_, StoreError>(())
        })
        .await?;
        assert_eq!(walked, (1..=6).map(|n| ("env_2".to_owned(), n)).collect::<Vec<_>>());
        let mut heads = Vec::new();
        audit::each_anchor(&mut tx, |anchor| {
            heads.push(anchor.expect("it reads").heads.len());
            Ok::<_, StoreError>(())
        })
        .await?;
        assert_eq!(heads, [3, 3]);
        Ok(())
    }

    async fn who_opens_to_read_makes_nothing_and_changes_nothing(
        database: Database
    ) -> anyhow::Result<()> {
        trail(&database.db).await?;
        // Beside one that is open, and after it.
        for _ in 0..2 {
            let reader = Db::open_to_read(database.url()).await?;
            assert_eq!(audit::verify(&mut reader.read().await?).await?.entries, 18);
            if !reader.is_shared() {
                let told = async {
                    let mut tx = reader.write("test").await?;
                    record(&mut tx, None, 9).await
                };
                assert!(told.await.expect_err("it reads").to_string().contains("readonly"));
            }
            reader.close().await;
            database.db.close().await;
        }
        Ok(())
    }
}

/// SQLite keeps whatever it is given.
#[tokio::test]
async fn a_value_of_another_type_is_a_break_and_no_failure() -> anyhow::Result<()> {
    let database = crate::support::database::sqlite().await;
    trail(&database.db).await?;
    for change in ["at = 'soon'", "detail = x'ff00'", "position = 3.5", "action = 7"] {
        let sql = format!("UPDATE audit SET {change} WHERE chain = 'env_1' AND position = 3");
        let report = after(&database.db, &[&sql]).await?;
        assert_eq!(report.breaks.len(), 1, "{change}: {report:#?}");
        assert_eq!(report.breaks[0].chain, "env_1", "{change}: {report:#?}");
        assert_eq!(report.entries, 18, "{change}");
    }
    let sql = "UPDATE audit_anchors SET at = 'soon' WHERE position = 2";
    let found = broken(&database.db, &[sql]).await?;
    assert_eq!((found.chain.as_str(), found.position), (Break::ANCHORS, 2));
    Ok(())
}

/// A file that is not there is not made.
#[tokio::test]
async fn nothing_is_made_where_nothing_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mayfly.db");
    let url = mayfly::store::DbUrl::Sqlite(file.clone());
    assert!(Db::open_to_read(&url).await.is_err());
    assert!(!file.exists());
}
