//! YAML as a tree that knows its lines.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::RawValue;
use super::problem::{Place, Problems};

/// A node and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub place: Place,
    pub data: Data,
    /// Where in the text it is defined, in bytes.
    span: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Integer(i64),
    /// With its digits as they were written, if they can be found again.
    Float(f64, Option<String>),
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
            complete(&mut node, file, text);
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
    let at = spanned.defined.span();
    let from = at.byte_offset().unwrap_or_default() as usize;
    let span = from..from + at.byte_len().unwrap_or_default() as usize;
    Node { place: place(&spanned), data: spanned.value, span }
}

fn place<T>(spanned: &Spanned<T>) -> Place {
    let at = spanned.referenced;
    let line = Some(at.line() as usize).filter(|line| *line > 0);
    Place { file: String::new(), line, column: Some(at.column() as usize).filter(|c| *c > 0) }
}

/// Notes what a node by itself does not know: its file, and how a fraction was written.
fn complete(node: &mut Node, file: &str, text: &str) {
    node.place.file = file.into();
    match &mut node.data {
        Data::Float(value, written) => {
            let there = text.get(node.span.clone()).map(str::trim);
            // Whatever stands there, it is the number's only if it reads as the number.
            *written = there.filter(|there| there.parse() == Ok(*value)).map(str::to_owned);
        }
        Data::List(items) => items.iter_mut().for_each(|item| complete(item, file, text)),
        Data::Map(entries) => entries.iter_mut().for_each(|(_, place, value)| {
            place.file = file.into();
            complete(value, file, text);
        }),
        _ => {}
    }
}

impl Node {
    /// The node of a key; none also where this is no mapping.
    pub fn key(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _, _)| name == key).map(|(_, _, node)| node)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(String, Place, Node)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// A text, and nothing else.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "true or false",
            Data::Integer(_) | Data::Float(..) => "a number",
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
            Data::Float(value, _) if fractions == Fractions::Numbers => Some(value.to_string()),
            Data::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A number by its digits, in quotes or without: what was written, and not the float that is nearest to it.
    pub fn digits(&self) -> Option<String> {
        match &self.data {
            Data::Integer(value) => Some(value.to_string()),
            Data::Float(_, written) => written.clone(),
            Data::Text(text) => Some(text.trim().to_owned()),
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
        Ok(Data::Float(value, None))
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
