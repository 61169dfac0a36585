//! Settings of the audit trail.

use super::read::Reader;
use super::span;
use crate::domain::Span;

/// How the trail is kept.
#[derive(Debug, Clone)]
pub struct Audit {
    /// How often the heads of all chains are anchored; business time.
    pub anchor_every: Span,
}

pub(super) fn read(r: &mut Reader) -> Audit {
    let every = span(r, "audit.anchor_every", Span::hours(1));
    Audit { anchor_every: Span::from_millis(i64::try_from(every.as_millis()).unwrap_or(i64::MAX)) }
}
