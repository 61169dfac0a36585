//! YAML as a tree that knows its lines, and a reader that tells every mistake at once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::domain::Span;

use super::RawValue;
use super::problem::{Place, Problems, nearest};

/// A node and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub place: Place,
    pub data: Data,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Keys in the order of the file, each with its own place.
    Map(Vec<(String, Place, Node)>),
}

/// The tree of a document; what does not parse is told with its line.
pub(super) fn parse(file: &str, text: &str, problems: &mut Problems) -> Option<Node> {
    // `007` is what the author wrote and not seven.
    let options = serde_saphyr::options! { leading_zero_numbers_as_strings: true };
    match serde_saphyr::from_str_with_options::<Spanned<Data>>(text, options) {
        Ok(spanned) => {
            let mut node = node(spanned);
            name_file(&mut node, file);
            Some(node)
        }
        Err(error) => {
            let at = error.location();
            let line = at.map(|at| at.line() as usize);
            let column = at.map(|at| at.column() as usize);
            let place = Place { file: file.into(), line, column };
            let message = format!("this is no valid YAML: {}", first_line(&error));
            problems.error(&place, message, "Check the indentation and the quotes around it.");
            None
        }
    }
}

fn first_line(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

fn node(spanned: Spanned<Data>) -> Node {
    Node { place: place(&spanned), data: spanned.value }
}

fn place<T>(spanned: &Spanned<T>) -> Place {
    let at = spanned.referenced;
    let line = Some(at.line() as usize).filter(|line| *line > 0);
    Place { file: String::new(), line, column: Some(at.column() as usize).filter(|c| *c > 0) }
}

fn name_file(node: &mut Node, file: &str) {
    node.place.file = file.into();
    match &mut node.data {
        Data::List(items) => items.iter_mut().for_each(|item| name_file(item, file)),
        Data::Map(entries) => entries.iter_mut().for_each(|(_, place, value)| {
            place.file = file.into();
            name_file(value, file);
        }),
        _ => {}
    }
}

impl Node {
    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "true or false",
            Data::Integer(_) | Data::Float(_) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }

    /// A scalar or a list of scalars as a form would give it; none when it is nothing of that kind, or a
    /// fraction that text should keep as it is written (`1.10`).
    pub fn raw(&self, fractions: Fractions) -> Option<RawValue> {
        match &self.data {
            Data::List(items) => {
                let one = |item: &Node| item.scalar(fractions);
                items.iter().map(one).collect::<Option<_>>().map(RawValue::Many)
            }
            _ => self.scalar(fractions).map(RawValue::Text),
        }
    }

    pub fn scalar(&self, fractions: Fractions) -> Option<String> {
        match &self.data {
            Data::Bool(value) => Some(value.to_string()),
            Data::Integer(value) => Some(value.to_string()),
            Data::Float(value) if fractions == Fractions::Numbers => Some(value.to_string()),
            Data::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

/// Whether an unquoted fraction is meant as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fractions {
    Numbers,
    Refused,
}

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
        self.known.push(key);
        let (_, _, node) = self.entries.iter().find(|(name, _, _)| name == key)?;
        (!matches!(node.data, Data::Null)).then_some(node)
    }

    /// A text that has to be there.
    pub fn needed(&mut self, key: &'static str, problems: &mut Problems) -> Option<(&'a str, Place)> {
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
    pub fn short(&mut self, key: &'static str, most: usize, problems: &mut Problems) -> Option<String> {
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
    pub fn spans(&mut self, key: &'static str, problems: &mut Problems) -> Option<Vec<(Span, Place)>> {
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
            Data::Float(n) if n.is_finite() => Some(*n),
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
        for (key, place, _) in self.entries.iter().filter(|(k, _, _)| !self.known.contains(&k.as_str()))
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

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }
    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }
    fn visit_none<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Integer(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        // Beyond 64 bits with a sign it is an identifier that somebody forgot to quote.
        Ok(i64::try_from(value).map_or_else(|_| Data::Text(value.to_string()), Data::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
        Ok(Data::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Text(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Data>>()? {
            items.push(node(item));
        }
        Ok(Data::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let value = map.next_value::<Spanned<Data>>()?;
            entries.push((key.value.clone(), place(&key), node(value)));
        }
        Ok(Data::Map(entries))
    }
}
