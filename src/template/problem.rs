//! What is wrong with a template: where, what, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The template is usable, and something about it will surprise somebody.
    Warning,
    /// The template is not offered until it is mended.
    Error,
}

/// One problem of a template, as `mayfly template lint` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, below the folder that was named.
    pub file: PathBuf,
    /// Counted from one; none when the problem is a file that is missing.
    pub line: Option<usize>,
    /// Counted from one, in characters.
    pub column: Option<usize>,
    pub severity: Severity,
    /// What is wrong, with the key and the value.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Problem {
    /// Whether the template can be offered in spite of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let severity = match self.severity {
            Severity::Warning => "warning: ",
            Severity::Error => "",
        };
        write!(f, ": {severity}{}\n  hint: {}", self.message, self.hint)
    }
}

/// A place in a file of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// Below the template's folder, with `/`.
    pub file: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
}

impl Place {
    pub fn file(file: &str) -> Place {
        Place { file: file.into(), line: None, column: None }
    }
}

/// The problems found so far, which all checks add to so that everything is told at once.
#[derive(Debug, Default)]
pub(super) struct Problems(pub Vec<Problem>);

impl Problems {
    pub fn error(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), hint.into());
    }

    pub fn warn(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), hint.into());
    }

    pub fn any_error(&self) -> bool {
        self.0.iter().any(Problem::is_error)
    }

    fn add(&mut self, severity: Severity, place: &Place, message: String, hint: String) {
        let Place { file, line, column } = place.clone();
        self.0.push(Problem { file: file.into(), line, column, severity, message, hint });
    }
}

/// The known word that a mistyped one most likely stands for: a slip or two of the finger away, or with
/// the same beginning.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let likely = |known: &'a str| {
        let lower = known.to_lowercase();
        let slips = strsim::damerau_levenshtein(&word, &lower);
        let likeness = strsim::jaro_winkler(&word, &lower);
        let close = slips <= 2 && slips * 2 < word.chars().count();
        (close || likeness > 0.8).then_some((likeness, known))
    };
    known.into_iter().filter_map(likely).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
