//! The project's own sources, as tests read them: without comments, literals and tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of Rust.
pub struct Source {
    /// From the project's folder on: `src/store/db.rs`.
    pub path: String,
    /// As it stands.
    pub text: String,
    /// With comments and what is in literals blanked, line by line the same.
    pub code: String,
    /// Which lines belong to tests.
    pub in_tests: Vec<bool>,
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the project, but for modules that are tests.
pub fn rust(below: &str) -> Vec<Source> {
    let sources: Vec<Source> =
        files(below, "rs").into_iter().map(|(path, text)| Source::read(&path, &text)).collect();
    let tests: Vec<String> = sources.iter().flat_map(Source::test_files).collect();
    sources
        .into_iter()
        .filter(|source| !tests.iter().any(|test| source.path.starts_with(test)))
        .collect()
}

/// Path and text of all files below a folder of the project whose names end so.
pub fn files(below: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = fs::read_to_string(&path)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.push((relative(&path), text));
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root()).expect("is below the project").into();
    path.to_string_lossy().replace('\\', "/")
}

impl Source {
    pub fn read(path: &str, text: &str) -> Source {
        let code = blanked(text, &[Class::Comment, Class::Literal]);
        let in_tests = test_lines(&code);
        Source { path: path.into(), text: text.into(), code, in_tests }
    }

    /// The code outside tests: number (from 1 on) and text of each line.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .filter(|(n, _)| !self.in_tests.get(*n).copied().unwrap_or(false))
            .map(|(n, line)| (n + 1, line))
    }

    /// The code outside tests, with the lines of tests left empty.
    pub fn code_outside_tests(&self) -> String {
        let mut lines = vec![""; self.in_tests.len()];
        for (number, line) in self.lines() {
            lines[number - 1] = line;
        }
        lines.join("\n")
    }

    /// The comments alone, line by line.
    pub fn comments(&self) -> Vec<String> {
        let comments = blanked(&self.text, &[Class::Code, Class::Literal]);
        comments.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// The files of `#[cfg(test)] mod name;`, as beginnings of paths.
    fn test_files(&self) -> Vec<String> {
        let path = Path::new(&self.path);
        let stem = path.file_stem().unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = match stem.to_str() {
            Some("mod" | "lib" | "main") => folder.to_path_buf(),
            _ => folder.join(stem),
        };
        let lines = self.code.lines().zip(&self.in_tests).filter(|(_, tests)| **tests);
        lines
            .filter_map(|(line, _)| line.trim().strip_suffix(';')?.split_once("mod "))
            .map(|(_, name)| relative_folder(&folder, name))
            .flat_map(|path| [format!("{path}.rs"), format!("{path}/")])
            .collect()
    }
}

fn relative_folder(folder: &Path, name: &str) -> String {
    folder.join(name.trim()).to_string_lossy().into_owned()
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Code,
    Comment,
    Literal,
}

/// The text with some classes of it made blanks; line breaks stay.
fn blanked(text: &str, classes: &[Class]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (c, class) in chars.iter().zip(classify(&chars)) {
        out.push(if *c != '\n' && classes.contains(&class) { ' ' } else { *c });
    }
    out
}

fn classify(chars: &[char]) -> Vec<Class> {
    let mut classes = vec![Class::Code; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let (end, class) = piece(chars, at);
        classes[at..end.min(chars.len())].fill(class);
        at = end;
    }
    classes
}

/// The end and the class of what begins here. The quotes of a literal count as code.
fn piece(chars: &[char], at: usize) -> (usize, Class) {
    let next = |n: usize| chars.get(at + n).copied().unwrap_or('\n');
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next(1) == '/' => (line_end(chars, at), Class::Comment),
        '/' if next(1) == '*' => (block_comment_end(chars, at), Class::Comment),
        '"' => (string_end(chars, at), Class::Literal),
        'r' | 'b' | 'c' if !in_word => match raw_string_end(chars, at) {
            Some(end) => (end, Class::Literal),
            None => (at + 1, Class::Code),
        },
        '\'' if next(1) == '\\' => {
            let close = (at + 3..chars.len()).find(|n| chars[*n] == '\'');
            (close.map_or(chars.len(), |n| n + 1), Class::Literal)
        }
        '\'' if next(2) == '\'' => (at + 3, Class::Literal),
        _ => (at + 1, Class::Code),
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|n| chars[*n] == '\n').unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0usize;
    let mut n = at;
    while n < chars.len() {
        match (chars[n], chars.get(n + 1)) {
            ('/', Some('*')) => (depth, n) = (depth + 1, n + 2),
            ('*', Some('/')) => (depth, n) = (depth - 1, n + 2),
            _ => n += 1,
        }
        if depth == 0 {
            return n;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut n = at + 1;
    while n < chars.len() {
        match chars[n] {
            '\\' => n += 2,
            '"' => return n + 1,
            _ => n += 1,
        }
    }
    chars.len()
}

/// The end of `r"…"`, `br##"…"##` and the like, if one begins here.
fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    let r = (at..at + 2).find(|n| chars.get(*n) == Some(&'r'))?;
    let hashes = chars[r + 1..].iter().take_while(|c| **c == '#').count();
    let quote = r + 1 + hashes;
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let ends = |n: &usize| {
        chars[*n] == '"'
            && chars[n + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    Some((quote + 1..chars.len()).find(ends).map_or(chars.len(), |n| n + 1 + hashes))
}

/// Which lines belong to an item that is a test: from its attribute to its end.
fn test_lines(code: &str) -> Vec<bool> {
    let attribute = regex::Regex::new(
        r"(?m)^\s*#(!?)\[(?:cfg\((?:test|all\(test\b[^\]]*)\)|(?:tokio::)?test\b[^\]]*)\]",
    )
    .expect("is a regular expression");
    let mut lines = vec![false; code.lines().count()];
    let line_of = |at: usize| code[..at].matches('\n').count();
    for found in attribute.captures_iter(code) {
        let whole = found.get(0).expect("group 0 is the match");
        let begin = whole.start() + whole.as_str().len() - whole.as_str().trim_start().len();
        let end = match &found[1] {
            "!" => code.len(),
            _ => item_end(code, whole.end()),
        };
        let last = line_of(end.saturating_sub(1)).min(lines.len() - 1);
        lines[line_of(begin)..=last].fill(true);
    }
    lines
}

/// Where the item ends that begins here: at its semicolon, or with its braces.
fn item_end(code: &str, from: usize) -> usize {
    let (mut braces, mut others) = (0i32, 0i32);
    for (n, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces <= 0 {
                    return from + n + 1;
                }
            }
            ';' if braces == 0 && others == 0 => return from + n + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn comments_literals_and_tests_are_told_from_code() {
    let text = r####"
use a; // use b;
/* use c; /* nested */ use d; */
const S: &str = "use e; \" // no comment"; use f;
const R: &str = r#"use g; " "#; fn lives<'a>(x: &'a str) { '\''; 'x'; use h; }
const B: &[u8] = br"use i;";
#[cfg(test)]
#[allow(x)]
mod tests {
    fn array(_: [u8; 4]) { use j; }
}
use k;
#[cfg(test)]
use l;
use m;
#[tokio::test(flavor = "multi_thread")]
async fn test(_: [u8; 4]) {
    use n;
}
use o;
"####;
    let source = Source::read("src/x.rs", text);
    let seen: String = source.lines().flat_map(|(_, line)| [line, "\n"]).collect();
    for (name, expected) in ('a'..='o').map(|c| (c, "afhkmo".contains(c))) {
        assert_eq!(seen.contains(&format!("use {name};")), expected, "{name}:\n{seen}");
    }
    assert_eq!(source.code.lines().count(), text.lines().count());
    assert!(source.comments()[1].contains("use b;"));
}
