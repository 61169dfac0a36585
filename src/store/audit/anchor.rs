//! Anchors: the heads of all chains, bound together at intervals.

use crate::domain::audit::{Anchor, BEGINNING, Head};
use crate::domain::{Span, Timestamp};
use crate::store::db::{execute, on};
use crate::store::{StoreError, Tx};

/// Chains whose head stands behind the last one that is anchored.
const MOVED: &str = "SELECT a.chain, a.position, a.hash FROM audit a
    JOIN (SELECT chain, MAX(position) AS position FROM audit GROUP BY chain) newest
      ON newest.chain = a.chain AND newest.position = a.position
    LEFT JOIN (SELECT chain, MAX(position) AS position FROM audit_heads GROUP BY chain) held
      ON held.chain = a.chain
    WHERE held.position IS NULL OR held.position < a.position";

/// Whether an anchor is to be made: the last one is `every` old, and something was recorded since. One that is
/// of a later time than now (a clock was put back) holds nobody up.
pub async fn anchor_is_due(tx: &mut Tx, now: Timestamp, every: Span) -> Result<bool, StoreError> {
    let fresh = newest(tx).await?.is_some_and(|(_, at, _)| at <= now && now < at + every);
    Ok(!fresh && !moved(tx).await?.is_empty())
}

/// Anchors the heads that have moved; `None`: it is not due, or another scheduler was faster.
pub async fn anchor(
    tx: &mut Tx,
    now: Timestamp,
    every: Span,
) -> Result<Option<Anchor>, StoreError> {
    let newest = newest(tx).await?;
    if newest.as_ref().is_some_and(|(_, at, _)| *at <= now && now < *at + every) {
        return Ok(None);
    }
    let heads = moved(tx).await?;
    if heads.is_empty() {
        return Ok(None);
    }
    let (position, previous) =
        newest.map_or((0, BEGINNING.to_owned()), |(position, _, hash)| (position, hash));
    let mut anchor = Anchor { position: position + 1, at: now, heads, hash: String::new() };
    anchor.hash = anchor.hash_after(&previous);
    Ok(insert(tx, &anchor).await?.then_some(anchor))
}

/// `false`: there is one at this position. PostgreSQL waits for whoever writes it at the same time.
async fn insert(tx: &mut Tx, anchor: &Anchor) -> Result<bool, StoreError> {
    let sql = "INSERT INTO audit_anchors (position, at, hash) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING";
    if execute!(tx, sql, anchor.position, anchor.at, &anchor.hash)? == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO audit_heads (anchor, chain, position, hash) VALUES ($1, $2, $3, $4)";
    for head in &anchor.heads {
        execute!(tx, sql, anchor.position, &head.chain, head.position, &head.hash)?;
    }
    Ok(true)
}

/// Position, time and hash of the newest anchor.
async fn newest(tx: &mut Tx) -> Result<Option<(i64, Timestamp, String)>, StoreError> {
    let sql = "SELECT position, at, hash FROM audit_anchors ORDER BY position DESC LIMIT 1";
    Ok(on!(tx, |c| sqlx::query_as(sql).fetch_optional(c).await)?)
}

/// Sorted, as they are hashed and exported.
async fn moved(tx: &mut Tx) -> Result<Vec<Head>, StoreError> {
    let mut heads: Vec<Head> = on!(tx, |c| sqlx::query_as(MOVED).fetch_all(c).await)?;
    // By bytes: databases sort as their language does.
    heads.sort_by(|one, other| one.chain.cmp(&other.chain));
    Ok(heads)
}
