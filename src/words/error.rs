//! What can be wrong with a message template.

use std::fmt;

/// A message template that cannot be used, or facts that it cannot do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsError {
    /// The file, as an operator finds it.
    pub file: String,
    /// From 1; absent when the whole file is meant.
    pub line: Option<usize>,
    pub problem: String,
    /// What to do.
    pub hint: String,
}

impl std::error::Error for WordsError {}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}\nhint: {}", self.problem, self.hint)
    }
}
