//! Regular expressions as Go reads them.
//!
//! The dialects differ, mostly silently: `\d`, `\w`, `\s` and `\b` are ASCII in Go, `\<` is a `<`, `{` may stand
//! for itself, `\Q…\E` quotes, and brackets know no brackets within. The pattern is translated.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use regex::{Regex, RegexBuilder};
use regorus::Value;

use super::{integer, string};

/// Whether a pattern is one; why not.
pub(in crate::policy) fn compiles(pattern: &str) -> Result<()> {
    compiled(pattern).map(|_| ())
}

pub(super) fn matches(arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(compiled(string(arguments, 1)?)?.is_match(string(arguments, 2)?)))
}

pub(super) fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(string(arguments, 1).is_ok_and(|pattern| compiled(pattern).is_ok())))
}

pub(super) fn find_n(arguments: &[Value]) -> Result<Value> {
    let (pattern, most) = (compiled(string(arguments, 1)?)?, at_most(arguments)?);
    let found = pattern.find_iter(string(arguments, 2)?).take(most);
    Ok(Value::from(found.map(|found| Value::from(found.as_str())).collect::<Vec<Value>>()))
}

pub(super) fn find_all_submatches(arguments: &[Value]) -> Result<Value> {
    let (pattern, most) = (compiled(string(arguments, 1)?)?, at_most(arguments)?);
    let found = pattern.captures_iter(string(arguments, 2)?).take(most).map(|groups| {
        let groups =
            groups.iter().map(|group| Value::from(group.map_or("", |group| group.as_str())));
        Value::from(groups.collect::<Vec<Value>>())
    });
    Ok(Value::from(found.collect::<Vec<Value>>()))
}

pub(super) fn replace(arguments: &[Value]) -> Result<Value> {
    let (text, pattern) = (string(arguments, 1)?, compiled(string(arguments, 2)?)?);
    Ok(Value::from(pattern.replace_all(text, string(arguments, 3)?).as_ref()))
}

/// As Go's `Regexp.Split`, which says nothing of an empty match at the beginning.
pub(super) fn split(arguments: &[Value]) -> Result<Value> {
    let (pattern, text) = (compiled(string(arguments, 1)?)?, string(arguments, 2)?);
    if text.is_empty() && !string(arguments, 1)?.is_empty() {
        return Ok(Value::from(vec![Value::from("")]));
    }
    let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
    for found in pattern.find_iter(text) {
        end = found.start();
        if found.end() != 0 {
            parts.push(Value::from(&text[begin..end]));
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(Value::from(&text[begin..]));
    }
    Ok(Value::from(parts))
}

fn at_most(arguments: &[Value]) -> Result<usize> {
    Ok(usize::try_from(integer(arguments, 3)?).unwrap_or(usize::MAX))
}

thread_local! {
    /// What was compiled in this evaluation, which has a thread of its own.
    static COMPILED: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

/// So many are kept; a rule that makes up more gets the same answers, slower.
const KEPT: usize = 500;

fn compiled(pattern: &str) -> Result<Regex> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(regex) = kept.get(pattern) {
            return Ok(regex.clone());
        }
        let mut builder = RegexBuilder::new(&translated(pattern)?);
        let regex = builder.size_limit(10 << 20).build().map_err(|error| {
            let said = error.to_string();
            anyhow!(
                "`{pattern}`: {}",
                said.lines().last().unwrap_or_default().trim_start_matches("error: ")
            )
        })?;
        if kept.len() < KEPT {
            kept.insert(pattern.to_owned(), regex.clone());
        }
        Ok(regex)
    })
}

/// The same pattern in the dialect of the `regex` crate.
fn translated(pattern: &str) -> Result<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    // How often what stands before is said to be repeated: once, and once more for as little as will do.
    let mut repeated = 0;
    while let Some(one) = rest.chars().next() {
        rest = &rest[one.len_utf8()..];
        let repeats = match one {
            '*' | '+' => true,
            '?' => !out.ends_with('(') || out.ends_with("\\("),
            '{' => is_repetition(rest)?,
            _ => false,
        };
        match (repeats, repeated, one) {
            (false, _, _) => repeated = 0,
            (true, 0, _) => repeated = 1,
            (true, 1, '?') => repeated = 2,
            (true, _, _) => bail!("`{pattern}`: a repetition is repeated"),
        }
        match one {
            '\\' => rest = escape(rest, false, &mut out),
            '[' => rest = class(rest, &mut out),
            '{' if !repeats => out.push_str("\\{"),
            '{' => {
                let end = rest.find('}').map_or(rest.len(), |end| end + 1);
                out.push('{');
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            one => out.push(one),
        }
    }
    Ok(out)
}

/// What stands behind a backslash; what is left.
fn escape<'p>(rest: &'p str, in_class: bool, out: &mut String) -> &'p str {
    let Some(one) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let behind = &rest[one.len_utf8()..];
    if one == 'Q' {
        let (quoted, behind) = behind.split_once("\\E").unwrap_or((behind, ""));
        out.push_str(&regex::escape(quoted));
        return behind;
    }
    let ascii = match one {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\t\\n\\f\\r ",
        _ => "",
    };
    match (one, in_class) {
        ('d' | 'w' | 's', true) => out.push_str(ascii),
        ('d' | 'w' | 's', false) => out.push_str(&format!("[{ascii}]")),
        ('D', _) => out.push_str("[^0-9]"),
        ('W', _) => out.push_str("[^0-9A-Za-z_]"),
        ('S', _) => out.push_str("[^\\t\\n\\f\\r ]"),
        ('b', false) => out.push_str("(?-u:\\b)"),
        ('<' | '>', _) => out.push(one),
        _ => {
            out.push('\\');
            out.push(one);
        }
    }
    behind
}

/// Brackets behind the first one; what is left.
fn class<'p>(rest: &'p str, out: &mut String) -> &'p str {
    out.push('[');
    let mut rest = rest;
    if let Some(behind) = rest.strip_prefix('^') {
        out.push('^');
        rest = behind;
    }
    if let Some(behind) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = behind;
    }
    while let Some(one) = rest.chars().next() {
        if one == '['
            && rest.starts_with("[:")
            && let Some(end) = rest.find(":]")
        {
            out.push_str(&rest[..end + 2]);
            rest = &rest[end + 2..];
            continue;
        }
        rest = &rest[one.len_utf8()..];
        match one {
            '\\' => rest = escape(rest, true, out),
            ']' => {
                out.push(']');
                return rest;
            }
            // Within brackets these mean something here and themselves in Go.
            '[' | '&' | '~' => {
                out.push('\\');
                out.push(one);
            }
            one => out.push(one),
        }
    }
    rest
}

/// Whether `{` begins `{2}`, `{2,}` or `{2,5}`. More than 1000 is refused, as in Go.
fn is_repetition(rest: &str) -> Result<bool> {
    let Some((inside, _)) = rest.split_once('}') else {
        return Ok(false);
    };
    let number = |text: &str| !text.is_empty() && text.chars().all(|one| one.is_ascii_digit());
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    if !number(least) || !(most.is_empty() || number(most)) {
        return Ok(false);
    }
    for count in [least, most].into_iter().filter(|count| !count.is_empty()) {
        if count.parse::<u32>().map_or(true, |count| count > 1000) {
            bail!("`{{{inside}}}` repeats too often");
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        compiled(pattern).unwrap().is_match(text)
    }

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        assert!(fits(r"^\d+$", "12") && !fits(r"^\d+$", "١٢"));
        assert!(fits(r"^[\w-]+$", "a_b-c") && !fits(r"^[\w-]+$", "é"));
        assert!(fits(r"\bcat\b", "a cat sat") && fits(r"\bcat\b", "écaté"));
        assert!(fits(r"^\<b\>$", "<b>"));
        assert!(fits(r"^\Qa.b\E$", "a.b") && !fits(r"^\Qa.b\E$", "axb"));
        assert!(fits(r"^${var.x}$".trim_start_matches('^'), "") || !fits(r"\${[a-z.]+}", "x"));
        assert!(fits(r"\${[a-z.]+}", "${var.name}"));
        assert!(fits(r"^a{2}$", "aa") && fits(r"^a{2,}$", "aaa") && fits(r"^{x}$", "{x}"));
        assert!(fits(r"^[[a]+$", "a[") && fits(r"^[]a]+$", "]a") && fits(r"^[^]]+$", "ab"));
        assert!(fits(r"^[a&&b]+$", "a&b") && fits(r"^[[:alpha:]_]+$", "ab_"));
        assert!(fits("^a+?b??(?i:X)(?:y)?$", "aax") && fits("a{2}?", "aa"));
        assert!(fits(r"^[^\s]{1,63}$", "abc") && fits(r"^\w{1,1000}$", "abc"));
    }

    #[test]
    fn what_is_no_pattern_in_go_is_none_here() {
        for pattern in ["(?=x)", "a(", "[a", r"(a)\1", "a**", "a*+", "a{2}{3}", "a{1001}", "a??*"] {
            assert!(compiles(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn texts_are_split_as_in_go() {
        let parts = |pattern: &str, text: &str| {
            split(&[Value::from(pattern), Value::from(text)]).unwrap().to_string()
        };
        assert_eq!(parts("", "abc"), r#"["a","b","c"]"#);
        assert_eq!(parts("a*", "baaac"), r#"["b","c"]"#);
        assert_eq!(parts("[,;]", "a,b;c"), r#"["a","b","c"]"#);
        assert_eq!(parts(",", ""), r#"[""]"#);
        assert_eq!(parts(",", "a,"), r#"["a",""]"#);
    }
}
