//! The facts of orphans.

use serde_json::{Value, json};

use crate::domain::environment::LONGEST_REASON;
use crate::domain::orphan::{OrphanLine, SweptPlace};
use crate::domain::reply::Orphans;

use super::limits::cut;

/// An orphan takes two blocks; a message has fifty.
const MOST: usize = 15;
const MOST_PLACES: usize = 15;
const RESOURCE: usize = 250;
const NAME: usize = 120;
const WHY: usize = 200;

/// The notice of what was found.
pub(super) fn found(orphans: &[OrphanLine], more: usize) -> Value {
    let shown = orphans.iter().take(MOST);
    json!({
        "orphans": shown.map(line).collect::<Vec<_>>(),
        "more": more + orphans.len().saturating_sub(MOST),
        "total": orphans.len() + more,
    })
}

/// The list of what is known.
pub(super) fn list(orphans: &Orphans) -> Value {
    let mut data = found(&orphans.orphans, orphans.more);
    let places = orphans.places.iter().take(MOST_PLACES);
    data["places"] = places.map(place).collect();
    data
}

/// One alone.
pub(super) fn one(orphan: &OrphanLine) -> Value {
    json!({ "orphan": line(orphan), "longest": LONGEST_REASON })
}

fn line(orphan: &OrphanLine) -> Value {
    json!({
        "id": orphan.id.as_str(),
        "resource": cut(&orphan.resource, RESOURCE),
        "kind": orphan.kind.as_ref().map(|kind| cut(kind, NAME)),
        "environment": orphan.environment.as_ref().map(|name| cut(name, NAME)),
        "first_seen": orphan.first_seen.0,
        "by_hand": orphan.by_hand.map(|why| why.as_str()),
    })
}

fn place(place: &SweptPlace) -> Value {
    json!({
        "what": cut(&place.what, NAME),
        "at": place.at.map(|at| at.0),
        "error": place.error.as_ref().map(|why| cut(why, WHY)),
    })
}
