//! What a child is asked and what it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::RuleRef;

/// What a child is asked, of the bundle that it has loaded.
///
/// The parent writes its input as JSON; the child reads it as the engine has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question<I = Value> {
    pub input: I,
    pub ask: Ask,
}

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// What these rules find.
    Rules(Vec<RuleRef>),
    /// What `opa eval` prints for this query.
    Query(String),
    /// What the tests find: the paths of the rules that are tests.
    Tests(super::suite::Wanted),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Rules(Vec<RuleAnswer>),
    Query(Value),
    Tests(super::suite::Tested),
    /// Why nothing was evaluated at all.
    Failed(Failure),
}

/// What was answered for rules, whoever evaluated.
#[derive(Debug)]
pub(super) struct Answers {
    pub each: Vec<RuleAnswer>,
    /// What could not be evaluated to the end, where nobody knows which rule's it is.
    pub broken: Option<Broken>,
}

/// An evaluation that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub what: String,
    /// `file:line`, where it is known.
    pub place: Option<String>,
}

/// What one rule said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct RuleAnswer {
    /// Which of the rules that were asked.
    pub rule: usize,
    pub said: Vec<Said>,
    /// The names that an `exception` lets pass, with the number of its definition.
    pub excepts: Vec<(String, usize)>,
    /// What went wrong, so that what it said may not be all.
    pub failures: Vec<Failure>,
}

/// A value of a rule, and which of its definitions said it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Said {
    pub definition: usize,
    pub value: Value,
}

/// An error of an evaluation, at a place of the text that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    pub what: String,
    pub file: Option<String>,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub weight: Weight,
}

/// What an error does to the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Weight {
    /// A function refused its arguments; to OPA that is undefined.
    Undefined,
    /// OPA would have ended too.
    Fatal,
}
