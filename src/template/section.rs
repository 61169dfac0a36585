//! Reads a mapping of the manifest key by key and tells every mistake at once.

use crate::domain::Span;

use super::problem::{Place, Problems, nearest};
use super::yaml::{Data, Fractions, Node};

/// A mapping that is being read: every key that was asked for is known, the others are mistakes.
pub(super) struct Section<'a> {
    /// Where the mapping stands, in keys: `ttl`, `inputs.branch`.
    path: String,
    pub place: Place,
    entries: &'a [(String, Place, Node)],
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The mapping at `node`; an empty one when nothing is there.
    pub fn of(path: &str, node: &'a Node, problems: &mut Problems) -> Option<Section<'a>> {
        let entries: &[_] = match &node.data {
            Data::Map(entries) => entries,
            Data::Null => &[],
            _ => {
                let message = format!("`{path}` is {}, and a mapping is wanted", node.what());
                problems.error(&node.place, message, "Write `key: value` lines below it.");
                return None;
            }
        };
        Some(Section { path: path.into(), place: node.place.clone(), entries, known: Vec::new() })
    }

    /// The whole path of a key.
    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) }
    }

    /// The node of a key, and that the key is known.
    pub fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let (_, _, node) = self.entries.iter().find(|(name, _, _)| name == key)?;
        (!matches!(node.data, Data::Null)).then_some(node)
    }

    /// A text that has to be there.
    pub fn needed(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<(&'a str, Place)> {
        if self.get(key).is_none() {
            let message = format!("`{}` is missing", self.path(key));
            problems.error(&self.place, message, format!("Add a line `{key}: …`."));
        }
        self.text(key, problems)
    }

    /// A text that is not empty.
    pub fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<(&'a str, Place)> {
        let node = self.get(key)?;
        match &node.data {
            Data::Text(text) if !text.trim().is_empty() => Some((text.trim(), node.place.clone())),
            _ => {
                self.wrong(key, node, "text", "Write it in quotes.", problems);
                None
            }
        }
    }

    /// A text of at most that many characters.
    pub fn short(
        &mut self,
        key: &'static str,
        most: usize,
        problems: &mut Problems,
    ) -> Option<String> {
        let (text, place) = self.text(key, problems)?;
        let n = text.chars().count();
        if n > most {
            let message = format!("`{}` has {n} characters", self.path(key));
            problems.error(&place, message, format!("Slack shows at most {most}: shorten it."));
        }
        Some(text.to_owned())
    }

    /// A duration such as `90m`.
    pub fn span(&mut self, key: &'static str, problems: &mut Problems) -> Option<Span> {
        let node = self.get(key)?;
        self.a_span(key, node, problems)
    }

    /// A list of durations.
    pub fn spans(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<Vec<(Span, Place)>> {
        let items = self.list(key, problems)?;
        let span = |item: &'a Node| {
            self.a_span(key, item, problems).map(|span| (span, item.place.clone()))
        };
        Some(items.iter().filter_map(span).collect())
    }

    fn a_span(&self, key: &'static str, node: &Node, problems: &mut Problems) -> Option<Span> {
        let text = match &node.data {
            Data::Text(text) => text.clone(),
            Data::Integer(n) => n.to_string(),
            _ => {
                self.wrong(key, node, "a duration", "Write for example `4h`.", problems);
                return None;
            }
        };
        match text.parse() {
            Ok(span) => Some(span),
            Err(_) => {
                let message = format!("`{}`: `{text}` is not a duration", self.path(key));
                let hint = "Write a number and a unit, such as 90m, 4h, 2d or 1d12h.";
                problems.error(&node.place, message, hint);
                None
            }
        }
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, key: &'static str, problems: &mut Problems) -> Option<usize> {
        let node = self.get(key)?;
        match &node.data {
            Data::Integer(n) if *n >= 0 => usize::try_from(*n).ok(),
            _ => {
                self.wrong(key, node, "a whole number from 0", "Write digits alone.", problems);
                None
            }
        }
    }

    pub fn integer(&mut self, key: &'static str, problems: &mut Problems) -> Option<i64> {
        let node = self.get(key)?;
        match &node.data {
            Data::Integer(n) => Some(*n),
            _ => {
                self.wrong(key, node, "a whole number", "Write digits alone.", problems);
                None
            }
        }
    }

    pub fn number(&mut self, key: &'static str, problems: &mut Problems) -> Option<f64> {
        let node = self.get(key)?;
        match &node.data {
            Data::Integer(n) => Some(*n as f64),
            Data::Float(n, _) if n.is_finite() => Some(*n),
            _ => {
                self.wrong(key, node, "a number", "Write for example `0.5`.", problems);
                None
            }
        }
    }

    pub fn boolean(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        let node = self.get(key)?;
        match &node.data {
            Data::Bool(value) => Some(*value),
            _ => {
                self.wrong(key, node, "true or false", "Write `true` or `false`.", problems);
                None
            }
        }
    }

    pub fn list(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'a [Node]> {
        let node = self.get(key)?;
        match &node.data {
            Data::List(items) => Some(items),
            _ => {
                self.wrong(key, node, "a list", "Write it as `[one, two]`.", problems);
                None
            }
        }
    }

    /// One of a few words.
    pub fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let node = self.get(key)?;
        one_of(&self.path(key), node, words, problems)
    }

    /// The mapping below a key.
    pub fn section(&mut self, key: &'static str, problems: &mut Problems) -> Option<Section<'a>> {
        let node = self.get(key)?;
        Section::of(&self.path(key), node, problems)
    }

    /// All entries, for a mapping whose keys are the author's own.
    pub fn entries(&self) -> &'a [(String, Place, Node)] {
        self.entries
    }

    /// Tells the keys that nothing asked for.
    pub fn finish(self, problems: &mut Problems) {
        for (key, place, _) in
            self.entries.iter().filter(|(k, _, _)| !self.known.contains(&k.as_str()))
        {
            let message = format!("there is no key `{}`", self.path(key));
            let hint = match nearest(key, self.known.iter().copied()) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Known here: {}.", self.known.join(", ")),
            };
            problems.error(place, message, hint);
        }
    }

    fn wrong(&self, key: &str, node: &Node, wanted: &str, hint: &str, problems: &mut Problems) {
        let message = format!("`{}` is {}, and {wanted} is wanted", self.path(key), node.what());
        problems.error(&node.place, message, hint);
    }
}

/// The meaning of a word; an unknown one is told with the nearest.
pub(super) fn one_of<T: Copy>(
    path: &str,
    node: &Node,
    words: &[(&str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let word = node.scalar(Fractions::Numbers).unwrap_or_else(|| node.what().into());
    if let Some((_, meaning)) = words.iter().find(|(known, _)| *known == word) {
        return Some(*meaning);
    }
    let known = || words.iter().map(|(known, _)| *known);
    let hint = match nearest(&word, known()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("Write one of: {}.", known().collect::<Vec<_>>().join(", ")),
    };
    problems.error(&node.place, format!("`{path}`: `{word}` is not known"), hint);
    None
}
