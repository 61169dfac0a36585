//! The two schemas say the same.

use std::collections::{BTreeMap, BTreeSet};

use mayfly::store::Tx;
use sqlx::AssertSqlSafe;

use crate::support::database;

/// A schema in words that both databases share, a line a fact.
type Facts = BTreeSet<String>;

#[tokio::test]
async fn both_have_the_same_tables_columns_and_indexes() -> anyhow::Result<()> {
    let Some(postgres) = database::postgres().await else { return Ok(()) };
    let sqlite = database::sqlite().await;
    let sqlite = of_sqlite(&mut sqlite.db.read().await?).await?;
    let postgres = of_postgres(&mut postgres.db.read().await?).await?;
    assert!(sqlite.len() > 150, "too little was read: {sqlite:#?}");
    let only = |of: &Facts, other: &Facts| of.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!(
        (only(&sqlite, &postgres), only(&postgres, &sqlite)),
        (vec![], vec![]),
        "left: only in SQLite, right: only in PostgreSQL"
    );
    Ok(())
}

async fn of_sqlite(tx: &mut Tx) -> anyhow::Result<Facts> {
    let Tx::Sqlite(transaction, _) = tx else { anyhow::bail!("this is not SQLite") };
    let mut facts = Facts::new();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master
         WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut **transaction)
    .await?;
    for table in tables {
        facts.insert(format!("table {table}"));
        let columns: Vec<(String, String, bool, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')"
        )))
        .fetch_all(&mut **transaction)
        .await?;
        for (name, kind, not_null, key) in columns {
            // The alias of the rowid is never null, whatever the pragma says of it.
            let rowid = kind == "INTEGER" && key == 1;
            facts.insert(column(&table, &name, &kind, not_null || rowid));
            if key > 0 {
                facts.insert(format!("key {table} {key} {name}"));
            }
        }
        let references: Vec<(String, String, String)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{table}')"
        )))
        .fetch_all(&mut **transaction)
        .await?;
        for (from, other, to) in references {
            facts.insert(format!("reference {table}.{from} {other}.{to}"));
        }
        let indexes: Vec<(String, bool, String)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT l.name, l.\"unique\", m.sql FROM pragma_index_list('{table}') l
             JOIN sqlite_master m ON m.name = l.name WHERE l.origin = 'c'"
        )))
        .fetch_all(&mut **transaction)
        .await?;
        for (name, unique, sql) in indexes {
            let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT name FROM pragma_index_info('{name}') ORDER BY seqno"
            )))
            .fetch_all(&mut **transaction)
            .await?;
            let condition = sql.split_once(" WHERE ").map(|(_, condition)| condition);
            let index = Index { table: &table, name: &name, unique, columns };
            facts.insert(index.fact(condition));
        }
    }
    Ok(facts)
}

/// Table, name, whether unique, whether the primary key, columns, condition.
type PostgresIndex = (String, String, bool, bool, Vec<String>, Option<String>);

async fn of_postgres(tx: &mut Tx) -> anyhow::Result<Facts> {
    let Tx::Postgres(transaction, _) = tx else { anyhow::bail!("this is not PostgreSQL") };
    let mut facts = Facts::new();
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO'
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut **transaction)
    .await?;
    for (table, name, kind, not_null) in columns {
        facts.insert(format!("table {table}"));
        facts.insert(column(&table, &name, &kind, not_null));
    }
    let indexes: Vec<PostgresIndex> = sqlx::query_as(
        "SELECT t.relname::text, i.relname::text, x.indisunique, x.indisprimary,
                ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY k (n, place)
                      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n
                      ORDER BY k.place),
                pg_get_expr(x.indpred, x.indrelid)
         FROM pg_index x
         JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_class t ON t.oid = x.indrelid
         WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> '_sqlx_migrations'",
    )
    .fetch_all(&mut **transaction)
    .await?;
    for (table, name, unique, primary, columns, condition) in indexes {
        if primary {
            for (place, column) in columns.iter().enumerate() {
                facts.insert(format!("key {table} {} {column}", place + 1));
            }
            continue;
        }
        let index = Index { table: &table, name: &name, unique, columns };
        facts.insert(index.fact(condition.as_deref()));
    }
    let references: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT t.relname::text, a.attname::text, o.relname::text, b.attname::text
         FROM pg_constraint c
         JOIN pg_class t ON t.oid = c.conrelid
         JOIN pg_class o ON o.oid = c.confrelid
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
         JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1]
         WHERE c.contype = 'f'",
    )
    .fetch_all(&mut **transaction)
    .await?;
    for (table, from, other, to) in references {
        facts.insert(format!("reference {table}.{from} {other}.{to}"));
    }
    Ok(facts)
}

fn column(table: &str, name: &str, kind: &str, not_null: bool) -> String {
    let kind = match kind.to_lowercase().as_str() {
        "bigint" | "integer" => "number",
        "blob" | "bytea" => "bytes",
        "text" => "text",
        "boolean" => "boolean",
        other => panic!("{table}.{name}: `{other}` is no type that both databases share"),
    };
    format!("column {table}.{name} {kind} {}", if not_null { "not null" } else { "null" })
}

struct Index<'a> {
    table: &'a str,
    name: &'a str,
    unique: bool,
    columns: Vec<String>,
}

impl Index<'_> {
    /// PostgreSQL rewrites a condition (IN becomes = ANY (ARRAY[…])), so of a condition its columns,
    /// literals and negations are compared, each as often as it occurs.
    fn fact(&self, condition: Option<&str>) -> String {
        let kind = if self.unique { "unique index" } else { "index" };
        let mut words: BTreeMap<String, usize> = BTreeMap::new();
        let word = regex::Regex::new(r"'[^']*'|[a-z_]+|<>").expect("is a regular expression");
        let condition = condition.unwrap_or_default();
        let rewritten = condition.replace("NOT IN", "<>").replace("NOT NULL", "given");
        for found in word.find_iter(&rewritten) {
            if found.as_str() != "text" {
                *words.entry(found.as_str().to_owned()).or_default() += 1;
            }
        }
        format!("{kind} {} on {} {:?} where {words:?}", self.name, self.table, self.columns)
    }
}
