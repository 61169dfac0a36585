//! What is wrong with a bundle, for whoever wrote it.

use std::fmt;

use regorus::unstable::Span;

use super::repair::Rewritten;

/// One thing that keeps a bundle from being used: what it is, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// The file as it was named, or the folder.
    pub file: String,
    /// From one; none where it is about the file as a whole.
    pub line: Option<usize>,
    /// From one, in characters.
    pub column: Option<usize>,
    pub what: String,
    /// What to do; empty where the first sentence says it.
    pub hint: String,
}

impl PolicyError {
    /// About a file as a whole.
    pub(super) fn file(file: impl Into<String>, what: impl Into<String>) -> PolicyError {
        PolicyError {
            file: file.into(),
            line: None,
            column: None,
            what: what.into(),
            hint: String::new(),
        }
    }

    pub(super) fn at(self, line: usize, column: usize) -> PolicyError {
        PolicyError { line: Some(line), column: Some(column), ..self }
    }

    /// At the beginning of what stands at a span.
    pub(super) fn at_span(self, span: &Span) -> PolicyError {
        let text = Rewritten::unchanged(span.source.get_contents());
        let (line, column) = text.original_place(span.line as usize, span.col as usize);
        self.at(line, column)
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> PolicyError {
        PolicyError { hint: hint.into(), ..self }
    }
}

impl std::error::Error for PolicyError {}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.what)?;
        match self.hint.is_empty() {
            true => Ok(()),
            false => write!(f, "\nhint: {}", self.hint),
        }
    }
}

/// What the engine said, taken apart: it frames its message with the line of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EngineError {
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub what: String,
}

impl EngineError {
    /// `--> file:line:column`, the line, a caret, and `error: what`. The first place is where it happened: an
    /// error that is passed on keeps it.
    pub fn of(error: &anyhow::Error) -> EngineError {
        let text = error.to_string();
        let place = text.lines().find_map(|line| line.trim().strip_prefix("--> "));
        let place = place.and_then(|place| {
            let mut parts = place.trim().rsplitn(3, ':');
            let column = parts.next()?.parse().ok()?;
            let line = parts.next()?.parse().ok()?;
            Some((parts.next()?.to_owned(), line, column))
        });
        let said = text.lines().find_map(|line| line.trim().strip_prefix("error: "));
        let plain = || text.lines().next().unwrap_or_default().to_owned();
        let what = said.map_or_else(plain, |said| said.trim_end_matches('.').to_owned());
        match place {
            Some((file, line, column)) => {
                EngineError { file: Some(file), line: Some(line), column: Some(column), what }
            }
            None => EngineError { file: None, line: None, column: None, what },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_frame_is_taken_off() {
        let framed = anyhow::anyhow!(
            "\n--> a/b.rego:12:5\n   |\n12 |   f(x)\n   |   ^\nerror: no such thing."
        );
        let error = EngineError::of(&framed);
        assert_eq!(error.file.as_deref(), Some("a/b.rego"));
        assert_eq!((error.line, error.column), (Some(12), Some(5)));
        assert_eq!(error.what, "no such thing");
        assert_eq!(EngineError::of(&anyhow::anyhow!("plain")).what, "plain");
    }

    #[test]
    fn an_error_says_place_what_and_hint() {
        let error = PolicyError::file("a.rego", "it is wrong").at(3, 7).hint("mend it");
        assert_eq!(error.to_string(), "a.rego:3:7: it is wrong\nhint: mend it");
    }
}
