//! How the bot ends.

use std::time::Duration;

use super::read::Reader;
use super::span;
use crate::domain::Span;
use crate::domain::run::OnStop;

/// What happens at SIGTERM; real time.
#[derive(Debug, Clone)]
pub struct Stop {
    /// How long runs that work may take to end before they are handed over.
    pub grace: Duration,
    pub children: OnStop,
}

impl Stop {
    /// Shorter than the 30 s that Kubernetes gives a container; source: `terminationGracePeriodSeconds`.
    pub const USUAL_GRACE: Duration = Duration::from_secs(20);
}

/// Reads `server.stop_grace`, which may be none at all, and `runs.on_stop`.
pub(super) fn read(r: &mut Reader) -> Stop {
    let key = "server.stop_grace";
    let none = r.text(key).is_some_and(|text| matches!(text.as_str(), "0" | "0s"));
    let usual = Span::seconds(i64::try_from(Stop::USUAL_GRACE.as_secs()).unwrap_or(i64::MAX));
    Stop { grace: if none { Duration::ZERO } else { span(r, key, usual) }, children: children(r) }
}

fn children(r: &mut Reader) -> OnStop {
    let Some(text) = r.text("runs.on_stop") else { return OnStop::Leave };
    text.parse().unwrap_or_else(|_| {
        let hint =
            "write leave, or interrupt where everything ends with the bot, as in a container";
        r.wrong("runs.on_stop", "it is no way to end", hint);
        OnStop::Leave
    })
}
