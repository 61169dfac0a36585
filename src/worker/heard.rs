//! What was read of a child so far.

use std::collections::VecDeque;

use super::effects::Effected;
use crate::domain::run::Failure;
use crate::engine::Listener;
use crate::process::Offsets;

/// What was read of a child so far.
pub(super) struct Heard {
    pub(super) listener: Option<Box<dyn Listener>>,
    pub(super) lines: Vec<String>,
    pub(super) tail: VecDeque<String>,
    pub(super) diagnostic: Option<Box<Failure>>,
    /// What it made, and has not been written down yet.
    pub(super) effects: Vec<Effected>,
    /// What its provider has refused, by address.
    pub(super) refused: Vec<String>,
    /// Whether anything that went wrong leaves open what exists.
    pub(super) doubtful: bool,
    /// How far the output was read.
    pub(super) after: Offsets,
}

impl Heard {
    /// Of a child whose output is secret nothing is heard.
    pub(super) fn nothing() -> Heard {
        Heard {
            listener: None,
            lines: Vec::new(),
            tail: VecDeque::new(),
            diagnostic: None,
            effects: Vec::new(),
            refused: Vec::new(),
            doubtful: false,
            after: Offsets::default(),
        }
    }
}
