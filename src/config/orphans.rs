//! Settings of the sweeps for orphans.

use super::read::Reader;
use super::span;
use crate::domain::Span;

/// When it is looked for what has our tag and no environment.
#[derive(Debug, Clone)]
pub struct Orphans {
    /// POSIX cron in business time; `None`: never.
    pub schedule: Option<String>,
    /// How long an orphan has to be known before anybody is told; business time.
    pub grace: Span,
}

pub(super) fn read(r: &mut Reader) -> Orphans {
    // Not at the full hour, when everybody else's jobs call the cloud.
    let schedule = r.text("orphans.schedule").unwrap_or_else(|| "17 * * * *".to_owned());
    // What is being destroyed is listed for minutes after it is gone.
    let grace = span(r, "orphans.grace", Span::minutes(15));
    Orphans {
        schedule: (schedule.trim() != "never").then_some(schedule),
        grace: Span::from_millis(i64::try_from(grace.as_millis()).unwrap_or(i64::MAX)),
    }
}
