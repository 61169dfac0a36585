//! One raw value against one kind of input.

use serde_json::Value;

use crate::domain::Span;

use super::problem::nearest;
use super::{Choice, InputKind, Pattern, RawValue};

/// The value for the variable; none when nothing was given (an empty field); or what is wrong, in words
/// for the person who gave it.
pub(super) fn decode(kind: &InputKind, raw: &RawValue) -> Result<Option<Value>, String> {
    if let InputKind::MultiChoice { options, max } = kind {
        return many(options, *max, raw);
    }
    let text = match raw {
        RawValue::Text(text) => text.as_str(),
        RawValue::Many(values) => match values.as_slice() {
            [] => "",
            [one] => one.as_str(),
            _ => return Err("One value is wanted here, not several.".into()),
        },
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    one(kind, text).map(Some)
}

fn one(kind: &InputKind, text: &str) -> Result<Value, String> {
    let word = text.trim();
    match kind {
        InputKind::String { pattern, min, max } => line(word, pattern.as_ref(), *min, *max),
        InputKind::Text { min, max } => {
            let text = text.replace("\r\n", "\n");
            length(&text, *min, *max)?;
            if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
                return Err("It has control characters, which cannot be passed on.".into());
            }
            Ok(text.into())
        }
        InputKind::Secret { min, max } => {
            length(text, *min, *max)?;
            Ok(text.into())
        }
        InputKind::Integer { min, max } => {
            let n: i64 =
                word.parse().map_err(|_| format!("`{}` is not a whole number.", cut(word)))?;
            within(n, *min, *max)?;
            Ok(n.into())
        }
        InputKind::Number { min, max } => number(word, *min, *max),
        InputKind::Boolean => match word.to_lowercase().as_str() {
            "true" | "yes" | "on" => Ok(true.into()),
            "false" | "no" | "off" => Ok(false.into()),
            _ => Err(format!("`{}` is neither yes nor no.", cut(word))),
        },
        InputKind::Choice { options } => option(options, word).map(Value::from),
        InputKind::MultiChoice { options, max } => {
            many(options, *max, &RawValue::Text(word.into())).map(Option::unwrap_or_default)
        }
        InputKind::User => mention(word, '@', &['U', 'W'])
            .ok_or_else(|| format!("`{}` is no person: write @name, or a user id.", cut(word))),
        InputKind::Channel => mention(word, '#', &['C', 'G', 'D'])
            .ok_or_else(|| format!("`{}` is no channel: write #name, or a channel id.", cut(word))),
        InputKind::Date => date(word),
        InputKind::Duration { min, max } => duration(word, *min, *max),
        InputKind::Generated { .. } => Err("Mayfly makes this value itself.".into()),
    }
}

fn line(text: &str, pattern: Option<&Pattern>, min: usize, max: usize) -> Result<Value, String> {
    length(text, min, max)?;
    if text.chars().any(char::is_control) {
        return Err("It has to be one line without control characters.".into());
    }
    let Some(pattern) = pattern.filter(|pattern| !pattern.matches(text)) else {
        return Ok(text.into());
    };
    let unfit = || format!("`{}` does not fit the pattern {}", cut(text), pattern.source);
    Err(pattern.message.clone().unwrap_or_else(unfit))
}

fn length(text: &str, min: usize, max: usize) -> Result<(), String> {
    let n = text.chars().count();
    if n < min {
        return Err(format!("It has {n} characters, and at least {min} are needed."));
    }
    if n > max {
        return Err(format!("It has {n} characters, and at most {max} are allowed."));
    }
    Ok(())
}

fn number(word: &str, min: Option<f64>, max: Option<f64>) -> Result<Value, String> {
    let wrong = || format!("`{}` is not a number.", cut(word));
    // Rust also reads `inf` and `NaN`, which JSON cannot say.
    let n: f64 = word.parse().map_err(|_| wrong())?;
    within(n, min, max)?;
    if let Ok(whole) = word.parse::<i64>() {
        return Ok(whole.into());
    }
    serde_json::Number::from_f64(n).map(Value::Number).ok_or_else(wrong)
}

fn within<N: PartialOrd + std::fmt::Display>(
    n: N,
    min: Option<N>,
    max: Option<N>,
) -> Result<(), String> {
    if let Some(min) = min.filter(|min| n < *min) {
        return Err(format!("{n} is too small: at least {min}."));
    }
    if let Some(max) = max.filter(|max| n > *max) {
        return Err(format!("{n} is too large: at most {max}."));
    }
    Ok(())
}

fn option(options: &[Choice], word: &str) -> Result<String, String> {
    let exact = options.iter().find(|option| option.value == word);
    // People type what they see, and do not care for case.
    let seen = || {
        let same = |text: &str| text.to_lowercase() == word.to_lowercase();
        let mut like = options.iter().filter(|o| same(&o.value) || same(&o.label));
        like.next().filter(|_| like.next().is_none())
    };
    if let Some(option) = exact.or_else(seen) {
        return Ok(option.value.clone());
    }
    let values = || options.iter().map(|option| option.value.as_str());
    if let Some(near) = nearest(word, values()) {
        return Err(format!("`{}` is not an option. Did you mean `{near}`?", cut(word)));
    }
    let first = values().take(10).collect::<Vec<_>>().join("`, `");
    let more = if options.len() > 10 { " …" } else { "" };
    Err(format!("`{}` is not an option. There are `{first}`{more}", cut(word)))
}

fn many(options: &[Choice], max: usize, raw: &RawValue) -> Result<Option<Value>, String> {
    let words: Vec<&str> = match raw {
        RawValue::Text(text) => text.split(',').map(str::trim).filter(|w| !w.is_empty()).collect(),
        RawValue::Many(values) => values.iter().map(String::as_str).collect(),
    };
    let mut chosen: Vec<String> = Vec::new();
    for word in words {
        let value = option(options, word)?;
        if !chosen.contains(&value) {
            chosen.push(value);
        }
    }
    if chosen.len() > max {
        return Err(format!("{} were chosen, and at most {max} are allowed.", chosen.len()));
    }
    Ok((!chosen.is_empty()).then(|| chosen.into()))
}

/// The id in `<@U123|name>` or in a bare `U123`.
fn mention(word: &str, sign: char, beginnings: &[char]) -> Option<Value> {
    let inner = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let id = match inner {
        Some(inner) => inner.strip_prefix(sign)?.split('|').next()?,
        None => word,
    };
    let plain = id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    (id.starts_with(beginnings) && plain && (2..=30).contains(&id.len())).then(|| id.into())
}

fn date(word: &str) -> Result<Value, String> {
    let wrong = || format!("`{}` is not a date: write it as 2030-12-31.", cut(word));
    let date = chrono::NaiveDate::parse_from_str(word, "%Y-%m-%d").map_err(|_| wrong())?;
    let written = date.format("%Y-%m-%d").to_string();
    // chrono also reads `2030-1-2` and years of any length.
    if written == word && word.len() == 10 { Ok(written.into()) } else { Err(wrong()) }
}

fn duration(word: &str, min: Span, max: Span) -> Result<Value, String> {
    let span: Span =
        word.parse().map_err(|wrong: crate::domain::span::NotASpan| wrong.to_string())?;
    if span < min {
        return Err(format!("{span} is too short: at least {min}."));
    }
    if span > max {
        return Err(format!("{span} is too long: at most {max}."));
    }
    Ok(span.compact().into())
}

/// Enough of a value to recognise it by.
fn cut(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { short + "…" } else { short }
}
