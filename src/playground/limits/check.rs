//! Collects what is wrong, each with its place, in Slack's words.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::playground::api::Refusal;

#[derive(Default)]
pub(super) struct Check {
    problems: Vec<String>,
}

impl Check {
    pub fn add(&mut self, problem: &str, at: &str) {
        self.problems.push(format!("[ERROR] {problem} [json-pointer:{at}]"));
    }

    pub fn that(&mut self, holds: bool, problem: &str, at: &str) {
        if !holds {
            self.add(problem, at);
        }
    }

    pub fn at_most(&mut self, count: usize, max: usize, at: &str) {
        self.that(count <= max, &format!("no more than {max} items allowed [{count} given]"), at);
    }

    pub fn at_least_one(&mut self, count: usize, at: &str) {
        self.that(count > 0, "must provide at least one item", at);
    }

    /// The string under this key, if it is there, has a length within these bounds, in characters.
    pub fn length(&mut self, of: &Value, key: &str, bounds: RangeInclusive<usize>, at: &str) {
        match of.get(key) {
            None => {}
            Some(Value::String(text)) => self.text_length(text, bounds, &format!("{at}/{key}")),
            Some(_) => self.add("must be a string", &format!("{at}/{key}")),
        }
    }

    /// As [`Check::length`], and it must be there.
    pub fn required(&mut self, of: &Value, key: &str, bounds: RangeInclusive<usize>, at: &str) {
        self.that(of.get(key).is_some(), &format!("missing required field: {key}"), at);
        self.length(of, key, bounds, at);
    }

    pub fn text_length(&mut self, text: &str, bounds: RangeInclusive<usize>, at: &str) {
        let (min, max, n) = (*bounds.start(), *bounds.end(), text.chars().count());
        self.that(n <= max, &format!("must be less than {} characters", max + 1), at);
        self.that(n >= min, &format!("must be more than {} characters", min.saturating_sub(1)), at);
    }

    /// Slack refuses what it does not know.
    pub fn keys(&mut self, of: &Map<String, Value>, known: &[&str], at: &str) {
        for key in of.keys().filter(|key| !known.contains(&key.as_str())) {
            self.add(&format!("invalid additional property: {key}"), at);
        }
    }

    pub fn finish(self, code: &str) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal { code: code.into(), messages: self.problems })
    }
}
