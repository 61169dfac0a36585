//! Settings of approvals.

use super::read::Reader;
use super::span;
use crate::domain::Span;

/// How long people have, and who is told; business time.
#[derive(Debug, Clone)]
pub struct Approvals {
    /// From the question to its end.
    pub expiry: Span,
    /// From the question to the first reminder.
    pub reminder: Span,
    /// The channel that has all questions; the operators' unless it is given.
    pub channel: Option<String>,
}

pub(super) fn read(r: &mut Reader) -> Approvals {
    let real = |duration: std::time::Duration| {
        Span::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    };
    Approvals {
        expiry: real(span(r, "approvals.expiry", Span::hours(8))),
        reminder: real(span(r, "approvals.reminder", Span::hours(1))),
        channel: r.text("approvals.channel"),
    }
}
