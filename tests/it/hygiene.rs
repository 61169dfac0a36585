//! Habits that a reader can rely on, checked from the sources.

use crate::support::source::{self, Source};

/// How long a file may be without its tests. 120 lines are usual.
const LONGEST: usize = 300;

#[test]
fn nothing_is_put_off() {
    let marks = regex::Regex::new(r"\b(TODO|FIXME)\b").expect("is a regular expression");
    let stubs = regex::Regex::new(r"\b(todo|unimplemented)!").expect("is a regular expression");
    let mut found = Vec::new();
    for source in source::rust("src") {
        for (n, line) in source.text.lines().enumerate() {
            if marks.is_match(line) {
                found.push(format!("{}:{}: {}", source.path, n + 1, line.trim()));
            }
        }
        for (n, line) in source.code.lines().enumerate() {
            if stubs.is_match(line) {
                found.push(format!("{}:{}: {}", source.path, n + 1, line.trim()));
            }
        }
    }
    for (below, extension) in
        [("migrations", "sql"), ("templates", "hbs"), ("templates", "tf"), ("templates", "yaml")]
    {
        for (path, text) in source::files(below, extension) {
            if marks.is_match(&text) {
                found.push(path);
            }
        }
    }
    assert!(found.is_empty(), "finish it, or leave it out:\n{}", found.join("\n"));
}

#[test]
fn nothing_panics_without_a_reason() {
    let found: Vec<String> = source::rust("src").iter().flat_map(panics).collect();
    assert!(
        found.is_empty(),
        "return an error, or say in a comment (here or on the line above) why it cannot be:\n{}",
        found.join("\n")
    );
}

#[test]
fn files_stay_short() {
    let found: Vec<String> = source::rust("src")
        .iter()
        .map(|source| (source, source.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(source, lines)| format!("{}: {lines} lines without tests", source.path))
        .collect();
    assert!(found.is_empty(), "split it by what it is about:\n{}", found.join("\n"));
}

#[test]
fn planted_panics_are_found() {
    for (code, expected) in [
        ("fn f() { x.unwrap() }", 1),
        ("fn f() {\n    x\n        .expect(\"y\")\n}", 1),
        ("fn f() { x.unwrap_err(); y.expect_err(\"z\") }", 1),
        ("// The lock is never poisoned: nothing panics under it.\nlet y = x.unwrap();", 0),
        ("let y = x.unwrap(); // The pattern is a literal that is tested.", 0),
        ("// ok\nlet y = x.unwrap();", 1),
        ("// HMAC takes keys of any length.\nlet y =\n    x(1)\n        .expect(\"y\");", 0),
        ("// This is about another thing.\nlet y = 1;\nlet y =\n    x(1)\n        .unwrap();", 1),
        ("/// A public thing, told at length in its documentation.\nfn f() { x.unwrap() }", 1),
        ("fn f() { x.expect(MESSAGE) }", 1),
        ("fn f() { x.expect(\n        \"y\",\n    ) }", 1),
        ("fn f() { parser.expect(token); option.unwrap(1) }", 0),
        ("fn f() { x.unwrap_or_default(); y.unwrap_or(1) }", 0),
        ("const S: &str = \".unwrap()\"; // Not long.", 0),
        ("#[cfg(test)]\nmod tests { fn f() { x.unwrap() } }", 0),
    ] {
        let found = panics(&Source::read("src/x.rs", code));
        assert_eq!(found.len(), expected, "{code}\n{found:?}");
    }
}

/// Lines that may panic, without a comment that is long enough to be a reason: in the statement, or on
/// the line above it.
fn panics(source: &Source) -> Vec<String> {
    let call = regex::Regex::new(r"\.(unwrap|unwrap_err)\(\)|\.(expect|expect_err)\(")
        .expect("is a regular expression");
    // What takes something else than a message is another method of this name.
    let told =
        regex::Regex::new(r#"\.(unwrap|unwrap_err)\(\)|\.(expect|expect_err)\(\s*($|"|&|[A-Z])"#)
            .expect("is a regular expression");
    let text: Vec<&str> = source.text.lines().collect();
    let comments = source.comments();
    let code: Vec<&str> = source.code.lines().map(str::trim).collect();
    let has_reason = |number: usize| {
        let comment = comments.get(number).map(String::as_str).unwrap_or_default();
        comment.starts_with("// ") && comment.len() >= 20
    };
    // Where the statement of this line begins.
    let begin = |line: usize| {
        let ends = |before: &str| before.is_empty() || before.ends_with([';', '{', '}']);
        (0..line).rev().find(|n| ends(code[*n])).map_or(0, |n| n + 1)
    };
    source
        .lines()
        .filter(|(n, line)| call.is_match(line) && told.is_match(text[n - 1]))
        .filter(|(n, _)| !(begin(n - 1).saturating_sub(1)..*n).any(has_reason))
        .map(|(n, line)| format!("{}:{n}: {}", source.path, line.trim()))
        .collect()
}
