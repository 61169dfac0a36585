//! Text in quotes, and values as text, as Go and OPA write them.

use regorus::Value;

/// As `strconv.Quote`.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    text.chars().for_each(|one| escaped(one, '"', &mut out));
    out.push('"');
    out
}

/// As `strconv.QuoteRune`.
pub(super) fn quoted_character(one: char) -> String {
    let mut out = String::from("'");
    escaped(one, '\'', &mut out);
    out.push('\'');
    out
}

/// As `strconv.QuoteToASCII`.
pub(super) fn quoted_ascii(text: &str) -> String {
    let mut out = String::from("\"");
    for one in text.chars() {
        match u32::from(one) {
            code @ 0x80..=0xFFFF => out.push_str(&format!("\\u{code:04x}")),
            code @ 0x1_0000.. => out.push_str(&format!("\\U{code:08x}")),
            _ => escaped(one, '"', &mut out),
        }
    }
    out.push('"');
    out
}

/// A value as OPA writes it in a text: strings in quotes, sets in braces.
pub(super) fn written(value: &Value) -> String {
    let all = |values: &mut dyn Iterator<Item = &Value>| {
        values.map(written).collect::<Vec<String>>().join(", ")
    };
    match value {
        Value::String(text) => quoted(text),
        Value::Array(array) => format!("[{}]", all(&mut array.iter())),
        Value::Set(set) if set.is_empty() => "set()".to_owned(),
        Value::Set(set) => format!("{{{}}}", all(&mut set.iter())),
        Value::Object(object) => {
            let fields = object
                .iter_sorted()
                .map(|(key, value)| format!("{}: {}", written(key), written(value)));
            format!("{{{}}}", fields.collect::<Vec<String>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn escaped(one: char, quote: char, out: &mut String) {
    match one {
        one if one == quote || one == '\\' => {
            out.push('\\');
            out.push(one);
        }
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        one if u32::from(one) < 0x20 || one == '\u{7f}' => {
            out.push_str(&format!("\\x{:02x}", u32::from(one)));
        }
        one if one.is_control() || (one.is_whitespace() && one != ' ') => {
            out.push_str(&format!("\\u{:04x}", u32::from(one)));
        }
        one => out.push(one),
    }
}
