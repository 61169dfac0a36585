//! The trail from its beginning, a row at a time: to be verified, to be exported.

use futures_util::TryStreamExt as _;
use sqlx::{FromRow as _, Row as _};

use crate::domain::Timestamp;
use crate::domain::audit::{Anchor, Break, Entry, Head, Report, Scope, Verifier};
use crate::store::db::on;
use crate::store::{StoreError, Tx};

/// A row that holds what cannot be: somebody has changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// As far as it can be read.
    pub chain: String,
    pub seq: Option<i64>,
    pub why: String,
}

/// Entries by chain and position. What `take` comes to ends the walk when it is an error.
pub async fn each_entry<E: From<StoreError>>(
    tx: &mut Tx,
    scope: &Scope,
    mut take: impl FnMut(Result<Entry, Unreadable>) -> Result<(), E>,
) -> Result<(), E> {
    on!(tx, |c| {
        let query = match scope {
            Scope::All => sqlx::query("SELECT * FROM audit ORDER BY chain, position"),
            Scope::Chain(chain) => {
                sqlx::query("SELECT * FROM audit WHERE chain = $1 ORDER BY position").bind(chain)
            }
        };
        let mut rows = query.fetch(c);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            take(Entry::from_row(&row).map_err(|error| Unreadable {
                // What is no text or no number either is told by the error.
                chain: row.try_get("chain").unwrap_or_else(|_| "?".to_owned()),
                seq: row.try_get("seq").ok(),
                why: error.to_string(),
            }))?;
        }
    });
    Ok(())
}

/// Anchors with their heads, oldest first.
pub async fn each_anchor<E: From<StoreError>>(
    tx: &mut Tx,
    mut take: impl FnMut(Result<Anchor, Unreadable>) -> Result<(), E>,
) -> Result<(), E> {
    for known in anchors(tx).await? {
        let anchor = match known {
            Ok((position, at, hash)) => {
                heads(tx, position).await.map(|heads| Anchor { position, at, heads, hash })
            }
            Err(error) => Err(error.into()),
        };
        take(anchor.map_err(|error| Unreadable {
            chain: Break::ANCHORS.to_owned(),
            seq: None,
            why: error.to_string(),
        }))?;
    }
    Ok(())
}

/// Verifies everything.
pub async fn verify(tx: &mut Tx) -> Result<Report, StoreError> {
    let mut verifier = Verifier::new(Scope::All);
    each_anchor(tx, |anchor| {
        match anchor {
            Ok(anchor) => verifier.anchor(&anchor),
            Err(bad) => verifier.unreadable(&bad.chain, bad.seq, bad.why),
        }
        Ok::<(), StoreError>(())
    })
    .await?;
    each_entry(tx, &Scope::All, |entry| {
        match entry {
            Ok(entry) => verifier.entry(&entry),
            Err(bad) => verifier.unreadable(&bad.chain, bad.seq, bad.why),
        }
        Ok::<(), StoreError>(())
    })
    .await?;
    Ok(verifier.finish())
}

/// Position, time and hash of all anchors; one an hour, they are few.
async fn anchors(
    tx: &mut Tx,
) -> Result<Vec<Result<(i64, Timestamp, String), sqlx::Error>>, StoreError> {
    let sql = "SELECT position, at, hash FROM audit_anchors ORDER BY position";
    Ok(on!(tx, |c| {
        let rows = sqlx::query(sql).fetch_all(c).await?;
        rows.iter().map(<(i64, Timestamp, String)>::from_row).collect()
    }))
}

async fn heads(tx: &mut Tx, anchor: i64) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT chain, position, hash FROM audit_heads WHERE anchor = $1";
    let mut heads: Vec<Head> = on!(tx, |c| sqlx::query_as(sql).bind(anchor).fetch_all(c).await)?;
    heads.sort_by(|one, other| one.chain.cmp(&other.chain));
    Ok(heads)
}
