//! Walks over anchors and entries and finds what was changed.

use std::collections::{BTreeMap, HashMap};

use super::{Anchor, BEGINNING, Entry};
use crate::domain::Timestamp;

/// Which chains are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    /// The anchors, and this chain alone.
    Chain(String),
}

/// Takes all anchors, oldest first, and then all entries, those of a chain in the order of their positions.
/// What it keeps is one hash for each chain and for each head that is anchored and not yet met.
#[derive(Debug)]
pub struct Verifier {
    scope: Scope,
    report: Report,
    /// Where the anchors' own chain stands.
    anchors: Standing,
    chains: HashMap<String, Standing>,
    /// By chain and position: which anchor says what.
    anchored: HashMap<String, BTreeMap<i64, (i64, String)>>,
}

/// The last of a chain that was good.
#[derive(Debug, Clone)]
struct Standing {
    position: i64,
    hash: String,
    broken: bool,
}

impl Standing {
    fn begin() -> Standing {
        Standing { position: 0, hash: BEGINNING.to_owned(), broken: false }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub chains: u64,
    pub anchors: u64,
    /// Position, time and hash of the newest anchor that is good.
    pub newest: Option<(i64, Timestamp, String)>,
    /// The first of each chain.
    pub breaks: Vec<Break>,
}

/// Where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct Break {
    /// [`Break::ANCHORS`] for the anchors' own.
    pub chain: String,
    pub position: i64,
    /// The entry's number in the whole trail; `None` of an anchor, and of an entry that is not there.
    pub seq: Option<i64>,
    pub wrong: Wrong,
}

/// Why it does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("its hash is {found}; its content and the hash before it give {expected}")]
    Hash { expected: String, found: String },
    #[error(
        "{expected} was expected here: something is missing before it, was added, or stands in another order"
    )]
    Position { expected: i64 },
    #[error("it is about {about}, which has another chain")]
    Misplaced { about: String },
    #[error("its hash is {found}; anchor {anchor} holds {expected}")]
    Anchored { anchor: i64, expected: String, found: String },
    #[error("it is not there; anchor {anchor} holds {expected}")]
    Missing { anchor: i64, expected: String },
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

impl Break {
    /// What the anchors' chain is called; no other is.
    pub const ANCHORS: &'static str = "anchors";

    fn told(&self) -> String {
        let Break { chain, position, seq, wrong } = self;
        let seq = seq.map(|seq| format!(" (seq {seq})")).unwrap_or_default();
        format!("chain {chain}, position {position}{seq}: {wrong}")
    }
}

impl Verifier {
    pub fn new(scope: Scope) -> Verifier {
        Verifier {
            scope,
            report: Report::default(),
            anchors: Standing::begin(),
            chains: HashMap::new(),
            anchored: HashMap::new(),
        }
    }

    /// The next anchor.
    pub fn anchor(&mut self, anchor: &Anchor) {
        self.report.anchors += 1;
        for head in anchor.heads.iter().filter(|head| covers(&self.scope, &head.chain)) {
            let heads = self.anchored.entry(head.chain.clone()).or_default();
            // Of two that contradict each other the entry can only meet one, and the anchors' hashes tell which.
            heads.entry(head.position).or_insert((anchor.position, head.hash.clone()));
        }
        if self.anchors.broken {
            return;
        }
        let expected = anchor.hash_after(&self.anchors.hash);
        let wrong = if anchor.position != self.anchors.position + 1 {
            Wrong::Position { expected: self.anchors.position + 1 }
        } else if anchor.hash != expected {
            Wrong::Hash { expected, found: anchor.hash.clone() }
        } else {
            self.anchors.position = anchor.position;
            self.anchors.hash = expected;
            self.report.newest = Some((anchor.position, anchor.at, anchor.hash.clone()));
            return;
        };
        self.anchors.broken = true;
        let chain = Break::ANCHORS.to_owned();
        self.report.breaks.push(Break { chain, position: anchor.position, seq: None, wrong });
    }

    /// The next entry.
    pub fn entry(&mut self, entry: &Entry) {
        self.report.entries += 1;
        if !self.chains.contains_key(&entry.chain) {
            self.chains.insert(entry.chain.clone(), Standing::begin());
        }
        let Some(standing) = self.chains.get(&entry.chain).filter(|standing| !standing.broken)
        else {
            return;
        };
        let expected = entry.hash_after(&standing.hash);
        match self.wrong(entry, standing.position + 1, &expected) {
            Some(wrong) => self.breaks(&entry.chain, entry.position, Some(entry.seq), wrong),
            None => {
                if let Some(standing) = self.chains.get_mut(&entry.chain) {
                    (standing.position, standing.hash) = (entry.position, expected);
                }
                if let Some(heads) = self.anchored.get_mut(&entry.chain) {
                    heads.remove(&entry.position);
                }
            }
        }
    }

    /// What stands there cannot be read: nothing behind it can be verified.
    pub fn unreadable(&mut self, chain: &str, seq: Option<i64>, why: String) {
        if chain == Break::ANCHORS {
            self.report.anchors += 1;
            if !std::mem::replace(&mut self.anchors.broken, true) {
                let (position, wrong) = (self.anchors.position + 1, Wrong::Unreadable(why));
                let chain = chain.to_owned();
                self.report.breaks.push(Break { chain, position, seq, wrong });
            }
            return;
        }
        self.report.entries += 1;
        let standing = self.chains.get(chain);
        if standing.is_some_and(|standing| standing.broken) {
            return;
        }
        let position = standing.map_or(0, |standing| standing.position) + 1;
        self.breaks(chain, position, seq, Wrong::Unreadable(why));
    }

    /// What comes of it. What anchors hold and no entry was has been taken away.
    pub fn finish(mut self) -> Report {
        self.report.chains = self.chains.len() as u64;
        let missing = std::mem::take(&mut self.anchored);
        for (chain, heads) in missing {
            let broken = self.chains.get(&chain).is_some_and(|standing| standing.broken);
            let first = heads.into_iter().next().filter(|_| !broken);
            if let Some((position, (anchor, expected))) = first {
                self.breaks(&chain, position, None, Wrong::Missing { anchor, expected });
            }
        }
        self.report.breaks.sort_by(|one, other| one.chain.cmp(&other.chain));
        self.report
    }

    fn wrong(&self, entry: &Entry, position: i64, expected: &str) -> Option<Wrong> {
        let found = || entry.hash.clone();
        if entry.position != position {
            return Some(Wrong::Position { expected: position });
        }
        if entry.hash != expected {
            return Some(Wrong::Hash { expected: expected.to_owned(), found: found() });
        }
        let about = Entry::chain_of(entry.environment_id.as_deref());
        if about != entry.chain || !covers(&self.scope, &entry.chain) {
            return Some(Wrong::Misplaced { about: about.to_owned() });
        }
        let (anchor, held) = self.anchored.get(&entry.chain)?.get(&entry.position)?;
        (*held != entry.hash).then(|| Wrong::Anchored {
            anchor: *anchor,
            expected: held.clone(),
            found: found(),
        })
    }

    fn breaks(&mut self, chain: &str, position: i64, seq: Option<i64>, wrong: Wrong) {
        let broken = Standing { position, hash: String::new(), broken: true };
        self.chains.insert(chain.to_owned(), broken);
        self.anchored.remove(chain);
        self.report.breaks.push(Break { chain: chain.to_owned(), position, seq, wrong });
    }
}

fn covers(scope: &Scope, chain: &str) -> bool {
    match scope {
        Scope::All => true,
        Scope::Chain(only) => only == chain,
    }
}
