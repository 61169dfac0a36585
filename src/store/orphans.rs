//! What sweeps have found that no living environment owns.

use super::db::{exactly_one, execute, on};
use super::{StoreError, Tx};
use crate::domain::orphan::{OrphanStatus, SIGHTINGS};
use crate::domain::{OrphanId, Span, Timestamp};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Orphan {
    pub id: OrphanId,
    pub target: String,
    pub resource: String,
    pub kind: Option<String>,
    pub import_id: Option<String>,
    pub environment: Option<String>,
    pub status: OrphanStatus,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub sightings: i64,
}

/// A resource that a sweep has found.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    pub target: &'a str,
    pub resource: &'a str,
    pub kind: Option<&'a str>,
    pub import_id: Option<&'a str>,
    pub environment: Option<&'a str>,
}

/// Notes that it was seen, under `fresh` if it was not known. What was first seen later than now (a clock was put
/// back) was first seen now.
pub async fn sighted(
    tx: &mut Tx,
    fresh: &OrphanId,
    seen: Sighting<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO orphans (id, target, resource, kind, import_id, environment, status,
                                    first_seen, last_seen, sightings)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)
               ON CONFLICT (resource) DO UPDATE SET target = $2, kind = $4, import_id = $5,
                    environment = $6, last_seen = $8, sightings = orphans.sightings + 1,
                    first_seen = CASE WHEN orphans.first_seen > $8 THEN $8 ELSE orphans.first_seen END";
    let Sighting { target, resource, kind, import_id, environment } = seen;
    let status = OrphanStatus::Seen;
    execute!(tx, sql, fresh, target, resource, kind, import_id, environment, status, now)?;
    Ok(())
}

/// How long an adoption is kept of what no sweep sees any more: its environment may only be open for another of its
/// orphans, and a listing may leave it out.
const ADOPTION_KEPT: Span = Span::days(30);

/// Forgets what a whole sweep of that place, which noted all that it saw with `now`, has not seen; what was adopted
/// a month later.
pub async fn forget_unseen(tx: &mut Tx, target: &str, now: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM orphans WHERE target = $1 AND last_seen <> $2
               AND (status <> 'adopted' OR last_seen < $3)";
    Ok(execute!(tx, sql, target, now, now - ADOPTION_KEPT)?)
}

/// Those that were seen often and for long enough that somebody is to be told, longest known first.
pub async fn ripe(tx: &mut Tx, now: Timestamp, grace: Span) -> Result<Vec<Orphan>, StoreError> {
    let sql = "SELECT * FROM orphans WHERE status = 'seen' AND sightings >= $1 AND first_seen <= $2
               ORDER BY first_seen, resource";
    let known_at = now - grace;
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(SIGHTINGS).bind(known_at).fetch_all(c).await)?)
}

/// Those that operators were told of and nobody has done anything about, longest known first.
pub async fn reported(tx: &mut Tx, at_most: i64) -> Result<Vec<Orphan>, StoreError> {
    let sql =
        "SELECT * FROM orphans WHERE status = 'reported' ORDER BY first_seen, resource LIMIT $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(at_most).fetch_all(c).await)?)
}

/// How many of those there are.
pub async fn count_reported(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM orphans WHERE status = 'reported'";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await)?)
}

/// One by its id.
pub async fn find(tx: &mut Tx, id: &OrphanId) -> Result<Option<Orphan>, StoreError> {
    let sql = "SELECT * FROM orphans WHERE id = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// Notes how it stands with it from now on.
pub async fn set_status(
    tx: &mut Tx,
    id: &OrphanId,
    status: OrphanStatus,
) -> Result<(), StoreError> {
    let rows = execute!(tx, "UPDATE orphans SET status = $2 WHERE id = $1", id, status)?;
    exactly_one(rows, "orphans", "id", id.as_str())
}

/// Takes it off the list: if it is found again, it is a new one. `false`: somebody else was faster.
pub async fn remove(tx: &mut Tx, id: &OrphanId) -> Result<bool, StoreError> {
    let rows = execute!(tx, "DELETE FROM orphans WHERE id = $1", id)?;
    Ok(rows == 1)
}
