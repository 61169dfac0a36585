//! Who did something: what the audit trail and the receipts name.

use serde::{Deserialize, Serialize};

use super::Person;

/// The author of a command or of a transition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// Somebody in Slack.
    Person(Person),
    /// The clock: warnings and the reaper.
    Scheduler,
    /// The worker that executes a run.
    Worker { host: String },
    /// Somebody at the machine's own command line.
    Console,
}

impl Actor {
    /// The person behind it, if it is one.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::Scheduler | Actor::Worker { .. } | Actor::Console => None,
        }
    }
}
