//! An exported file, verified by itself: no database is needed.

use std::io::{BufRead, BufReader};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::lines::{Begin, End, Line};
use crate::domain::audit::{Report, Scope, Verifier};

/// What was found in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub report: Report,
    /// The only environment that it is about.
    pub only: Option<String>,
    /// What is wrong with the file itself, a line each.
    pub problems: Vec<String>,
}

/// Why a file is not looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotAnExport {
    #[error("{place}: {source}")]
    Read { place: String, source: std::io::Error },
    #[error(
        "{place}:1: this is no export of the audit trail in JSONL\nhint: make one: mayfly audit export --format jsonl \
         --output {place}"
    )]
    Other { place: String },
}

/// Reads and verifies it, a line at a time.
pub(super) fn verify(file: &Path) -> Result<Found, NotAnExport> {
    let place = file.display().to_string();
    let failed = |source| NotAnExport::Read { place: place.clone(), source };
    let mut reader = BufReader::new(std::fs::File::open(file).map_err(failed)?);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).map_err(failed)?;
    let Ok(Line::Begin(begin)) = serde_json::from_slice(&line) else {
        return Err(NotAnExport::Other { place });
    };
    if begin.format != Begin::FORMAT {
        return Err(NotAnExport::Other { place });
    }
    let mut walk = Walk::new(&place, begin.scope());
    walk.digest.update(&line);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            break;
        }
        walk.line(&line);
    }
    let only = begin.chain.map(|chain| begin.name.unwrap_or(chain));
    Ok(walk.finish(only))
}

struct Walk<'a> {
    place: &'a str,
    number: usize,
    digest: Sha256,
    entries: u64,
    anchors: u64,
    verifier: Verifier,
    end: Option<End>,
    problems: Vec<String>,
}

impl Walk<'_> {
    fn new(place: &str, scope: Scope) -> Walk<'_> {
        Walk {
            place,
            number: 1,
            digest: Sha256::new(),
            entries: 0,
            anchors: 0,
            verifier: Verifier::new(scope),
            end: None,
            problems: Vec::new(),
        }
    }

    fn line(&mut self, line: &[u8]) {
        self.number += 1;
        if self.end.is_some() {
            return self.problem("something stands behind the last line");
        }
        match serde_json::from_slice(line) {
            Ok(Line::Entry(entry)) => {
                self.entries += 1;
                self.verifier.entry(&entry);
            }
            Ok(Line::Anchor(anchor)) if self.entries == 0 => {
                self.anchors += 1;
                self.verifier.anchor(&anchor);
            }
            Ok(Line::Anchor(_)) => self.problem("an anchor stands among the entries"),
            Ok(Line::Begin(_)) => self.problem("the first line stands here again"),
            Ok(Line::End(end)) => {
                self.ends(line, end);
                return;
            }
            Err(error) => self.problem(&format!("this is no line of an export: {error}")),
        }
        self.digest.update(line);
    }

    fn ends(&mut self, line: &[u8], end: End) {
        let sha256 = hex::encode(self.digest.clone().finalize());
        let counted = End { entries: self.entries, anchors: self.anchors, sha256 };
        if counted.sha256 != end.sha256 {
            let (told, found) = (&end.sha256, &counted.sha256);
            self.problem(&format!("what stands before has the digest {found}, not {told}"));
        } else if counted != end {
            self.problem("there are not as many entries or anchors as it says");
        } else if !line.ends_with(b"}\n") {
            self.problem("a line feed is missing");
        }
        self.end = Some(end);
    }

    /// The first few say enough.
    fn problem(&mut self, what: &str) {
        const MOST: usize = 10;
        if self.problems.len() < MOST {
            self.problems.push(format!("{}:{}: {what}", self.place, self.number));
        }
    }

    fn finish(mut self, only: Option<String>) -> Found {
        if self.end.is_none() {
            self.problem("the file ends without its last line: it is not whole");
        }
        Found { report: self.verifier.finish(), only, problems: self.problems }
    }
}
