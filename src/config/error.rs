//! What is wrong with the settings, where, and what to do.

use std::fmt;

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// `mayfly.toml:3: server.listen = "x"`, or the variable.
    pub place: String,
    pub problem: String,
    pub hint: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  hint: {}", self.place, self.problem, self.hint)
    }
}

impl std::error::Error for ConfigError {}
