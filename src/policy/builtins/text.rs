//! Texts, where the engine is not as Go.

use anyhow::{Result, bail};
use regorus::Value;

use super::{argument, kind, string};

/// Character by character: `ß` has no upper case of its own.
pub(super) fn upper(arguments: &[Value]) -> Result<Value> {
    let one = |one: char| {
        let mut upper = one.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(upper), None) => upper,
            _ => one,
        }
    };
    Ok(Value::from(string(arguments, 1)?.chars().map(one).collect::<String>()))
}

pub(super) fn lower(arguments: &[Value]) -> Result<Value> {
    let one = |one: char| one.to_lowercase().next().unwrap_or(one);
    Ok(Value::from(string(arguments, 1)?.chars().map(one).collect::<String>()))
}

/// All at once, as Go's `strings.NewReplacer`: what was put in is not looked at again, and of two that fit the
/// first by name goes.
pub(super) fn replace_n(arguments: &[Value]) -> Result<Value> {
    let patterns = match argument(arguments, 1)? {
        Value::Object(patterns) => patterns,
        other => bail!("argument 1 has to be an object and is {}", kind(other)),
    };
    let mut pairs = Vec::new();
    for (old, new) in patterns.iter_sorted() {
        match (old, new) {
            (Value::String(old), Value::String(new)) => pairs.push((old.as_ref(), new.as_ref())),
            _ => bail!("argument 1 has to hold strings alone"),
        }
    }
    let mut rest = string(arguments, 2)?;
    let mut out = String::with_capacity(rest.len());
    loop {
        if let Some((old, new)) = pairs.iter().find(|(old, _)| rest.starts_with(old)) {
            out.push_str(new);
            if !old.is_empty() {
                rest = &rest[old.len()..];
                continue;
            }
        }
        let Some(one) = rest.chars().next() else { return Ok(Value::from(out)) };
        out.push(one);
        rest = &rest[one.len_utf8()..];
    }
}

pub(super) fn quote_meta(arguments: &[Value]) -> Result<Value> {
    let mut out = String::new();
    for one in string(arguments, 1)?.chars() {
        if "*?\\[]{}".contains(one) {
            out.push('\\');
        }
        out.push(one);
    }
    Ok(Value::from(out))
}

/// As Go's `encoding/json`, which escapes what means something in HTML.
pub(super) fn marshal(arguments: &[Value]) -> Result<Value> {
    let json = argument(arguments, 1)?.to_string();
    let mut out = String::with_capacity(json.len());
    for one in json.chars() {
        match one {
            // None of them stands outside of a string.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(one)));
            }
            one => out.push(one),
        }
    }
    Ok(Value::from(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(function: fn(&[Value]) -> Result<Value>, arguments: &str) -> String {
        let arguments = Value::from_json_str(arguments).unwrap();
        let arguments: Vec<Value> = arguments.as_array().unwrap().iter().cloned().collect();
        function(&arguments).unwrap().as_string().unwrap().to_string()
    }

    #[test]
    fn texts_are_as_in_go() {
        assert_eq!(called(upper, r#"["straße"]"#), "STRAßE");
        assert_eq!(called(lower, r#"["ÄÖ"]"#), "äö");
        assert_eq!(called(replace_n, r#"[{"a": "b", "b": "c"}, "ab"]"#), "bc");
        assert_eq!(called(replace_n, r#"[{"": "-"}, "ab"]"#), "-a-b-");
        assert_eq!(called(quote_meta, r#"["a[0].*"]"#), r"a\[0\].\*");
        assert_eq!(
            called(marshal, r#"[{"b": "<&>", "a": [1, null]}]"#),
            r#"{"a":[1,null],"b":"\u003c\u0026\u003e"}"#
        );
    }
}
