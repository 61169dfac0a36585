//! The trail's chains: what is hashed, how, and how it is verified. No I/O.
//!
//! Every entry belongs to one chain: its environment's, or the installation's. Its hash is SHA-256 over the hash
//! of the entry before it and all its own fields. Anchors hash the heads of all chains into a chain of their own.
//!
//! What goes into a hash is a row of fields. Each is text in UTF-8 (a number in decimal) and is written as the
//! byte 1, its length in bytes as eight bytes, the highest first, and its bytes; a field that is absent is the
//! byte 0. So no byte can pass from one field into the next, and an empty field is none that is absent.

mod verify;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use verify::{Break, Report, Scope, Verifier, Wrong};

use super::Timestamp;

/// The chain of what is about no environment. No environment's id is this: they begin with `env_`.
pub const INSTALLATION: &str = "installation";

/// The hash before the first one of a chain.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An entry of the trail, with all that is hashed, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub seq: i64,
    /// [`Entry::chain_of`] its environment.
    pub chain: String,
    /// Within its chain, from 1 on without a gap.
    pub position: i64,
    pub environment_id: Option<String>,
    pub run_id: Option<String>,
    pub at: Timestamp,
    /// JSON, byte by byte as it is stored.
    pub actor: String,
    pub action: String,
    /// JSON, byte by byte as it is stored.
    pub detail: String,
    /// In lower-case hexadecimal.
    pub hash: String,
}

impl Entry {
    /// The chain of entries about this environment.
    pub fn chain_of(environment: Option<&str>) -> &str {
        environment.unwrap_or(INSTALLATION)
    }

    /// What its hash has to be behind this one: over the fields `mayfly audit entry 1`, the hash before it,
    /// chain, position, seq, environment, run, time in milliseconds, actor, action, detail.
    pub fn hash_after(&self, previous: &str) -> String {
        let mut fields = Fields::begin("mayfly audit entry 1");
        fields.text(previous).text(&self.chain).number(self.position).number(self.seq);
        fields.optional(self.environment_id.as_deref()).optional(self.run_id.as_deref());
        fields.number(self.at.0).text(&self.actor).text(&self.action).text(&self.detail);
        fields.end()
    }
}

/// Where a chain ended at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub chain: String,
    pub position: i64,
    pub hash: String,
}

/// The heads of all chains that have moved since the anchor before, bound to that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// From 1 on without a gap.
    pub position: i64,
    pub at: Timestamp,
    pub heads: Vec<Head>,
    /// In lower-case hexadecimal.
    pub hash: String,
}

impl Anchor {
    /// What its hash has to be behind this one: over the fields `mayfly audit anchor 1`, the hash before it,
    /// position, time in milliseconds, the number of heads, and of each head, sorted by the bytes of the chain's
    /// name, chain, position and hash.
    pub fn hash_after(&self, previous: &str) -> String {
        let mut heads: Vec<&Head> = self.heads.iter().collect();
        heads.sort_by(|one, other| one.chain.cmp(&other.chain));
        let mut fields = Fields::begin("mayfly audit anchor 1");
        fields.text(previous).number(self.position).number(self.at.0);
        fields.text(&heads.len().to_string());
        for head in heads {
            fields.text(&head.chain).number(head.position).text(&head.hash);
        }
        fields.end()
    }
}

/// Fields on their way into a hash.
struct Fields(Sha256);

impl Fields {
    /// What is hashed says first what it is: no anchor can pass for an entry.
    fn begin(what: &str) -> Fields {
        let mut fields = Fields(Sha256::new());
        fields.text(what);
        fields
    }

    fn text(&mut self, text: &str) -> &mut Fields {
        self.0.update([1]);
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    fn number(&mut self, number: i64) -> &mut Fields {
        self.text(&number.to_string())
    }

    fn optional(&mut self, text: Option<&str>) -> &mut Fields {
        match text {
            Some(text) => self.text(text),
            None => {
                self.0.update([0]);
                self
            }
        }
    }

    fn end(self) -> String {
        hex::encode(self.0.finalize())
    }
}

#[cfg(test)]
mod tests;
