//! JSON with a little grace for the people who write templates, and the way back from a mistake in the
//! rendered text to the line of the template.

use serde_json::Value;

/// Stands around a mark; no template and no escaped fact has it.
const MARK: char = '\u{1}';

/// Where a line of a template begins: the template's number and the line, from 1.
pub(super) type Origin = (usize, usize);

/// What is wrong with a rendered text.
#[derive(Debug)]
pub(super) struct NotJson {
    pub problem: String,
    /// The last mark before it; there are marks only in a text that was made of marked templates.
    pub origin: Option<Origin>,
}

/// Reads JSON in which a comma may stand before a closing bracket, and a line break with the blanks around
/// it is one blank within a text.
pub(super) fn parse(text: &str) -> Result<Value, NotJson> {
    let (strict, marks) = strict(text);
    serde_json::from_str(&strict).map_err(|error| {
        let at = offset(&strict, error.line(), error.column());
        let origin = marks.iter().rev().find(|(position, _)| *position <= at).map(|(_, o)| *o);
        let near: String = strict[..at].chars().rev().take(30).collect();
        let near: String = near.chars().rev().collect();
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        NotJson {
            problem: format!("what comes out is no JSON: {what}, after `{}`", near.trim()),
            origin,
        }
    })
}

/// Puts a mark at the beginning of each line that does not begin inside of a tag.
pub(super) fn mark(source: &str, number: usize) -> String {
    let mut marked = String::with_capacity(source.len() * 2);
    let mut inside = false;
    for (n, line) in source.split_inclusive('\n').enumerate() {
        if !inside {
            marked.push_str(&format!("{MARK}{number}:{}{MARK}", n + 1));
        }
        marked.push_str(line);
        let (open, close) = (line.rfind("{{"), line.rfind("}}"));
        inside = match (open, close) {
            (Some(open), Some(close)) => open > close,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => inside,
        };
    }
    marked
}

fn strict(text: &str) -> (String, Vec<(usize, Origin)>) {
    let mut out = String::with_capacity(text.len());
    let mut marks = Vec::new();
    let mut chars = text.chars().peekable();
    // Where the text that is being read begins, behind its quote.
    let mut string: Option<usize> = None;
    while let Some(c) = chars.next() {
        match (c, string) {
            (MARK, _) => marks.extend(read_mark(&mut chars).map(|origin| (out.len(), origin))),
            ('"', None) => {
                out.push(c);
                string = Some(out.len());
            }
            ('"', Some(_)) => {
                out.push(c);
                string = None;
            }
            ('\\', Some(_)) => {
                out.push(c);
                out.extend(chars.next());
            }
            ('\n' | '\r', Some(begin)) => {
                let kept = out[begin..].trim_end_matches([' ', '\t']).len();
                out.truncate(begin + kept);
                while let Some(c) = chars.next_if(|c| c.is_ascii_whitespace() || *c == MARK) {
                    if c == MARK {
                        marks.extend(read_mark(&mut chars).map(|origin| (out.len(), origin)));
                    }
                }
                let first = out.len() == begin || out.ends_with("\\n") || out.ends_with(' ');
                if !first && !ends_a_word(chars.clone()) {
                    out.push(' ');
                }
            }
            (']' | '}', None) => {
                let kept = out.trim_end().len();
                if out[..kept].ends_with(',') {
                    // A blank, not nothing: positions of marks stay true.
                    out.replace_range(kept - 1..kept, " ");
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    (out, marks)
}

/// Whether no blank belongs before what comes: the end of the text or of a line, or a sign that follows a
/// word, which a tag often stands between. (A colon may also begin an emoji.)
fn ends_a_word(mut rest: impl Iterator<Item = char>) -> bool {
    match (rest.next(), rest.next()) {
        (None | Some('"'), _) | (Some('\\'), Some('n')) => true,
        (Some('.' | ',' | ':' | ';' | '!' | '?'), next) => {
            next.is_none_or(|c| c.is_ascii_whitespace() || matches!(c, '"' | '\\' | MARK))
        }
        _ => false,
    }
}

/// Where a line began, behind the sign that begins a mark.
fn read_mark(chars: &mut impl Iterator<Item = char>) -> Option<Origin> {
    let mark: String = chars.take_while(|c| *c != MARK).collect();
    let (number, line) = mark.split_once(':')?;
    Some((number.parse().ok()?, line.parse().ok()?))
}

/// The place of serde's line and column, both from 1 and counted in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commas_before_brackets_and_broken_lines_are_allowed() {
        let text = "{ \"a\": [1, 2,\n ], \"b\": \"one,\n   two,] \\\" \n\", }";
        assert_eq!(parse(text).expect("is read"), json!({ "a": [1, 2], "b": "one, two,] \"" }));
        let text = "[\"is\nready\n, he\n:wave: said\n.\n\\n\n and\n: so\"]";
        assert_eq!(parse(text).expect("is read"), json!(["is ready, he :wave: said.\nand: so"]));
    }

    #[test]
    fn a_mistake_is_traced_to_the_line_of_the_template() {
        let template = "{\n  \"a\": \"x\",\n  \"b\": oops\n}\n";
        let error = parse(&mark(template, 4)).expect_err("is no JSON");
        assert_eq!(error.origin, Some((4, 3)), "{}", error.problem);
    }

    #[test]
    fn marks_do_not_change_what_is_read() {
        let template = "{\n  \"a\": \"x\n y\",\n}";
        assert_eq!(parse(&mark(template, 0)).expect("is read"), json!({ "a": "x y" }));
    }
}
