//! Due work is found by index, among 100,000 rows of each kind.

use std::time::{Duration, Instant};

use mayfly::domain::Timestamp;
use mayfly::domain::run::Weight;
use mayfly::store::environments::{ALL_LIVING, DUE_REAPS, DUE_WARNINGS};
use mayfly::store::runs::{self, NEXT_DUE};
use mayfly::store::{Tx, environments, outbox};
use sqlx::AssertSqlSafe;

/// One in five lives; of those, one in ten is due for a warning, one in twenty to be reaped.
const ENVIRONMENTS: &str = "
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
    INSERT INTO environments
        (id, name, template, template_title, version, owner_workspace, owner_user, team, status,
         inputs, rules, channel_notices, ttl, created_at, ready_at, expires_at, latest, outputs, has_credentials,
         warnings_sent, next_warning_at, reap_at, destroyed_count, destroy_failures)
    SELECT 'env_' || i, 'preview-env-' || i, 'preview-env', 'Preview', 'd1', 'T1', 'U' || (i % 500),
        'team-' || (i % 40), CASE WHEN i % 5 = 0 THEN 'ready' ELSE 'destroyed' END, '{}', '{}', '[]',
        14400000, i, i, i, i, '[]', FALSE, 0,
        CASE WHEN i % 5 = 0 THEN CASE WHEN i % 50 = 0 THEN i ELSE 1000000 + i END END,
        CASE WHEN i % 5 = 0 THEN CASE WHEN i % 100 = 0 THEN i ELSE 1000000 + i END END, 0, 0
    FROM n";

/// A run each; those of living environments are queued, running or waiting.
const RUNS: &str = r#"
    INSERT INTO runs (id, environment_id, kind, status, weight, actor, created_at, not_before,
                      claimed_until, epoch)
    SELECT 'run_' || created_at, id, 'create',
        CASE WHEN status = 'destroyed' THEN 'succeeded'
             WHEN created_at % 20 = 0 THEN 'waiting'
             WHEN created_at % 15 = 0 THEN 'running' ELSE 'queued' END,
        CASE WHEN created_at % 3 = 0 THEN 'heavy' ELSE 'light' END,
        '{"kind":"scheduler"}', created_at,
        CASE WHEN created_at % 2 = 0 THEN created_at ELSE 1000000 + created_at END,
        CASE WHEN created_at % 15 = 0 THEN 2000000 END, 0
    FROM environments"#;

/// Most are sent; 20,000 wait in 500 conversations.
const OUTBOX: &str = r#"
    INSERT INTO outbox (id, conversation, route, notice, status, attempts, created_at, not_before,
                        claimed_until)
    SELECT 'msg_' || created_at, 'channel:' || (created_at % 500),
        '{"to":"channel","channel":"c"}', '{"what":"ready"}',
        CASE WHEN status = 'ready' AND created_at >= 500 THEN 'pending' ELSE 'sent' END, 0,
        created_at, CASE WHEN created_at % 500 < 100 THEN 1000000 ELSE 0 END,
        CASE WHEN created_at % 500 < 200 THEN 2000000 END
    FROM environments ORDER BY created_at"#;

async fn fill(tx: &mut Tx) -> anyhow::Result<()> {
    let version = "INSERT INTO template_versions (digest, template, archive, created_at)
                   VALUES ('d1', 'preview-env', '', 0)";
    for sql in [version, ENVIRONMENTS, RUNS, OUTBOX] {
        match tx {
            Tx::Sqlite(t, _) => sqlx::query(sql).execute(&mut **t).await.map(|_| ())?,
            Tx::Postgres(t, _) => sqlx::query(sql).execute(&mut **t).await.map(|_| ())?,
        }
    }
    // SQLite is left without statistics, as it is in an installation.
    if let Tx::Postgres(t, _) = tx {
        sqlx::query("ANALYZE").execute(&mut **t).await?;
    }
    Ok(())
}

/// A statement with values for its parameters and the index it has to go by.
struct Case {
    name: &'static str,
    sql: &'static str,
    values: &'static [&'static str],
    index: &'static str,
}

fn cases(tx: &Tx) -> Vec<Case> {
    let page = &["100000", "50"];
    let claim = &["'light'", "100000", "'w@one'", "'@one'", "200000"];
    vec![
        Case {
            name: "warnings",
            sql: DUE_WARNINGS,
            values: page,
            index: "environments_next_warning",
        },
        Case { name: "reaps", sql: DUE_REAPS, values: page, index: "environments_reap" },
        Case {
            name: "a page of all that live",
            sql: ALL_LIVING,
            values: &["20", "40"],
            index: "environments_living",
        },
        Case {
            name: "the next run",
            sql: NEXT_DUE,
            values: &["'light'", "100000", "'w@one'", "'@one'"],
            index: "runs_due",
        },
        Case { name: "the claim", sql: runs::CLAIM.on(tx), values: claim, index: "runs_due" },
        Case { name: "the heads", sql: outbox::DUE_HEADS, values: page, index: "outbox_pending" },
        Case {
            name: "the claim of heads",
            sql: outbox::CLAIM.on(tx),
            values: &["100000", "50", "200000", "'me'"],
            index: "outbox_pending",
        },
    ]
}

/// What the database means to do, in as many ways as it may choose.
async fn plans(tx: &mut Tx, case: &Case) -> anyhow::Result<Vec<String>> {
    match tx {
        Tx::Sqlite(transaction, _) => {
            let mut query =
                sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", case.sql)));
            for value in case.values {
                query = match value.parse::<i64>() {
                    Ok(number) => query.bind(number),
                    Err(_) => query.bind(value.trim_matches('\'')),
                };
            }
            let rows: Vec<(i64, i64, i64, String)> = query.fetch_all(&mut **transaction).await?;
            let lines: Vec<String> = rows.into_iter().map(|row| row.3).collect();
            Ok(vec![lines.join("\n")])
        }
        Tx::Postgres(transaction, _) => {
            let mut plans = Vec::new();
            // A prepared statement is planned for its values at first, and for any values later on.
            for mode in ["force_custom_plan", "force_generic_plan"] {
                let script = format!(
                    "SET LOCAL plan_cache_mode = {mode}; DEALLOCATE ALL; PREPARE due AS {}",
                    case.sql
                );
                sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut **transaction).await?;
                let explain = format!("EXPLAIN EXECUTE due ({})", case.values.join(", "));
                let rows =
                    sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut **transaction).await?;
                let lines: Result<Vec<String>, _> =
                    rows.iter().map(|row| sqlx::Row::try_get(row, 0)).collect();
                plans.push(format!("-- {mode}\n{}", lines?.join("\n")));
            }
            Ok(plans)
        }
    }
}

/// Why this plan is no good, if it is not.
fn fault(plan: &str, index: &str) -> Option<&'static str> {
    let reads_all = plan.lines().any(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        // What SQLite scans of its own making (the recursion) has no table's name.
        let sqlite = ["environments", "runs", "outbox", "head", "o"]
            .iter()
            .any(|table| line == format!("SCAN {table}"));
        sqlite || line.contains("Seq Scan on")
    });
    match () {
        () if reads_all => Some("it reads a whole table"),
        () if !plan.contains(index) => Some("it does not go by the index"),
        () => None,
    }
}

on_both! {
    async fn due_work_is_found_by_index(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        fill(&mut tx).await?;
        for case in cases(&tx) {
            for plan in plans(&mut tx, &case).await? {
                let fault = fault(&plan, case.index);
                assert_eq!(fault, None, "{} by {}:\n{plan}", case.name, case.index);
            }
        }
        // A control: the same without an index is noticed.
        let drop = "DROP INDEX environments_reap";
        match &mut tx {
            Tx::Sqlite(t, _) => sqlx::query(drop).execute(&mut **t).await.map(|_| ())?,
            Tx::Postgres(t, _) => sqlx::query(drop).execute(&mut **t).await.map(|_| ())?,
        }
        let reaps = cases(&tx).swap_remove(1);
        let plan = plans(&mut tx, &reaps).await?.remove(0);
        assert!(fault(&plan, reaps.index).is_some(), "not noticed:\n{plan}");

        let now = Timestamp(100_000);
        assert_eq!(environments::due(&mut tx, DUE_WARNINGS, now, 50).await?.len(), 50);
        let begun = Instant::now();
        for _ in 0..20 {
            let claim = runs::Claim { worker: "w", weight: Weight::Light, now: now.0, until: 200_000 };
            assert!(runs::claim(&mut tx, claim).await?.is_some());
            assert_eq!(outbox::claim_heads(&mut tx, now.0, 200_000, 2, "me").await?.len(), 2);
        }
        // 20 claims of each kind: by a scan of 100,000 rows each they would take several seconds.
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        Ok(())
    }
}
