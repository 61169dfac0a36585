//! How the bot stands, for health pages and for whoever is about to answer: one for all its parts.

use std::sync::{Arc, Mutex, PoisonError};

/// Cheap to clone; all clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<Standing>>);

/// What there is to know of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Nothing new is begun any more.
    pub stopping: bool,
    /// Why Slack is not reached just now; the bot works all the same, and what is to be told waits.
    pub slack_away: Option<String>,
    /// Why nothing may be written just now: no run is begun, because engines lose what they cannot write down.
    pub disk_full: Option<String>,
}

impl Health {
    /// How it stands now.
    pub fn standing(&self) -> Standing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From here nothing new is begun.
    pub fn stops(&self) {
        self.change(|now| now.stopping = true);
    }

    /// Whether it was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.standing().stopping
    }

    /// Slack is not reached.
    pub fn slack_is_away(&self, why: impl Into<String>) {
        let why = why.into();
        self.change(|now| now.slack_away = Some(why));
    }

    /// Slack is reached.
    pub fn slack_is_there(&self) {
        self.change(|now| now.slack_away = None);
    }

    /// How the disk stands; `true`: that is news.
    pub fn disk_is(&self, full: Option<String>) -> bool {
        let news = self.standing().disk_full.is_some() != full.is_some();
        self.change(|now| now.disk_full = full);
        news
    }

    fn change(&self, change: impl FnOnce(&mut Standing)) {
        // Each change is one assignment: a panic elsewhere leaves it whole.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
