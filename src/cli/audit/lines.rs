//! The lines of an export in JSONL: the beginning, all anchors, the entries by chain and position, the end.

use std::io::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::audit::{Anchor, Entry, Scope};

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Line {
    Begin(Begin),
    Anchor(Anchor),
    Entry(Entry),
    End(End),
}

/// What is in the file. No time: whoever exports the same twice gets the same file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begin {
    /// [`Begin::FORMAT`].
    pub format: String,
    /// The random id of the installation.
    pub installation: Option<String>,
    /// The only chain that is in it; `None`: all are.
    pub chain: Option<String>,
    /// What the environment of that chain is called.
    pub name: Option<String>,
}

impl Begin {
    pub(super) const FORMAT: &'static str = "mayfly audit export 1";

    /// Which chains are in the file.
    pub(super) fn scope(&self) -> Scope {
        match &self.chain {
            Some(chain) => Scope::Chain(chain.clone()),
            None => Scope::All,
        }
    }
}

/// What came before: a file that was cut off has no such line, and one that was damaged another digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub entries: u64,
    pub anchors: u64,
    /// SHA-256 of all lines before this one, line feeds included.
    pub sha256: String,
}

/// Writes lines and knows what the last one has to say.
pub(super) struct Lines<W> {
    out: W,
    digest: Sha256,
    entries: u64,
    anchors: u64,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(out: W) -> Lines<W> {
        Lines { out, digest: Sha256::new(), entries: 0, anchors: 0 }
    }

    pub(super) fn write(&mut self, line: &Line) -> std::io::Result<()> {
        match line {
            Line::Anchor(_) => self.anchors += 1,
            Line::Entry(_) => self.entries += 1,
            Line::Begin(_) | Line::End(_) => {}
        }
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.digest.update(&text);
        self.out.write_all(&text)
    }

    /// Writes the last line; how many entries there were.
    pub(super) fn end(mut self) -> std::io::Result<u64> {
        let sha256 = hex::encode(self.digest.clone().finalize());
        let end = End { entries: self.entries, anchors: self.anchors, sha256 };
        self.write(&Line::End(end))?;
        self.out.flush()?;
        Ok(self.entries)
    }
}
