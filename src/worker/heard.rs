//! What was read of a child so far.

use std::collections::VecDeque;

use super::effects::Effected;
use crate::domain::run::Failure;
use crate::engine::Listener;
use crate::process::{Line, Offsets, Stream};

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
    /// How far it is in the log, by a worker before this one.
    pub(super) logged: Offsets,
    /// Whether that worker has written down what is being heard.
    pub(super) again: bool,
}

impl Heard {
    /// Moves on to a line.
    pub(super) fn at(&mut self, line: &Line) {
        self.again = match line.stream {
            Stream::Stdout => line.after.stdout <= self.logged.stdout,
            Stream::Stderr => line.after.stderr <= self.logged.stderr,
        };
        // It never goes back.
        self.after = Offsets {
            stdout: line.after.stdout.max(self.logged.stdout),
            stderr: line.after.stderr.max(self.logged.stderr),
        };
    }

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
            logged: Offsets::default(),
            again: false,
        }
    }
}
