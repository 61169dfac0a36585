//! Numbers of price books as they were written, and where in the file something is wrong.

use std::fmt;
use std::ops::{Deref, Range};

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::BookError;

/// A decimal that was written as text, or as a whole number. A float is refused: TOML has made a binary fraction of
/// it before anybody can look at its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl Deref for Exact {
    type Target = Decimal;
    fn deref(&self) -> &Decimal {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Exact, E> {
        let number = text.parse().map(Exact);
        number.map_err(|_| E::custom(format!("`{text}` is no number: write \"0.0104\"")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Exact, E> {
        Ok(Exact(Decimal::from(number)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Exact, E> {
        Err(E::custom(format!(
            "{number} is a float, which is not what was written: write it in quotes, \"{number}\""
        )))
    }
}

/// What TOML says is wrong, with the line and the key that it is about.
pub(super) fn problem(file: &str, text: &str, error: &toml::de::Error) -> BookError {
    let said = error.message().trim().to_owned();
    let Some(span) = error.span() else { return BookError::new(file, "", said) };
    let line = text.get(..span.start).map(|before| before.matches('\n').count() + 1);
    BookError { line, ..BookError::new(file, key_before(text, &span), said) }
}

/// The key whose value stands there: what is between `=` and the beginning of a line or of an inline table.
fn key_before<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let Some(before) = before.strip_suffix('=') else { return "" };
    let from = before.rfind(['\n', '{', ',']).map_or(0, |at| at + 1);
    before[from..].trim()
}

/// The line of the n-th heading such as `[[component]]`, from zero.
pub(super) fn line_of(text: &str, beginning: &str, n: usize) -> Option<usize> {
    let found =
        text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(beginning));
    found.map(|(at, _)| at + 1).nth(n)
}
