//! Settings of the worker.

use std::path::PathBuf;
use std::time::Duration;

use super::read::Reader;
use super::{count, span};
use crate::domain::Span;

/// How runs are worked on; real time.
#[derive(Debug, Clone)]
pub struct Runs {
    pub light: usize,
    pub heavy: usize,
    pub poll: Duration,
    pub heartbeat: Duration,
    pub claim: Duration,
    pub interrupt_stale: Duration,
    pub kill_stale: Duration,
    pub interrupt_grace: Duration,
    pub retries: u32,
    pub retry_backoff: Duration,
    pub destroy_backoff: Duration,
    pub progress: Duration,
    /// When the scheduler looks for what is due: POSIX cron, with a sixth field for seconds before it
    /// if need be.
    pub schedule: String,
    pub cli_config: Option<PathBuf>,
    /// With less room than this on the disk, in bytes, no run is begun.
    pub least_free: u64,
}

/// Reads them; deadlines that are out of order are an error.
pub(super) fn read(r: &mut Reader) -> Runs {
    let runs = read_each(r);
    let deadlines = [runs.heartbeat, runs.interrupt_stale, runs.kill_stale, runs.claim];
    if !deadlines.is_sorted_by(|earlier, later| earlier < later) {
        let problem =
            "the deadlines are out of order: another host could start beside a living child";
        let hint = "keep heartbeat < interrupt_stale < kill_stale < claim";
        r.wrong("runs.claim", problem, hint);
    }
    runs
}

fn read_each(r: &mut Reader) -> Runs {
    Runs {
        light: count(r, "runs.light", 8),
        heavy: count(r, "runs.heavy", 2),
        poll: span(r, "runs.poll", Span::seconds(2)),
        // The deadlines are the design's: a database failover of a minute harms nothing, and another
        // host starts only after the child is dead.
        heartbeat: span(r, "runs.heartbeat", Span::seconds(10)),
        interrupt_stale: span(r, "runs.interrupt_stale", Span::seconds(60)),
        kill_stale: span(r, "runs.kill_stale", Span::seconds(80)),
        claim: span(r, "runs.claim", Span::seconds(90)),
        interrupt_grace: span(r, "runs.interrupt_grace", Span::minutes(5)),
        retries: retries(r),
        // Long enough for a provider's bucket of calls to fill again, which AWS's do within seconds.
        retry_backoff: span(r, "runs.retry_backoff", Span::seconds(10)),
        destroy_backoff: span(r, "runs.destroy_backoff", Span::seconds(30)),
        progress: span(r, "runs.progress", Span::seconds(3)),
        schedule: r.text("runs.schedule").unwrap_or_else(|| "* * * * *".to_owned()),
        cli_config: r.path("runs.cli_config"),
        // Some states and plans of the size that they usually have, and what SQLite writes meanwhile.
        least_free: count(r, "runs.least_free_mib", 64) as u64 * 1024 * 1024,
    }
}

/// None is a number, too: then nothing is tried again.
fn retries(r: &mut Reader) -> u32 {
    let usual = 2;
    let Some(text) = r.text("runs.retries") else { return usual };
    match text.parse() {
        Ok(n) if n <= 10 => n,
        _ => {
            r.wrong("runs.retries", "it is no number from 0 to 10", "write for example 2");
            usual
        }
    }
}
