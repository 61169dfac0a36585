//! What `docs/reliability.md` promises is shown by tests that are there.

use crate::support::source;

/// The design's words on what survives, each with what the page calls it.
const PROMISES: &[&str] = &[
    "kill",
    "epoch",
    "supervisor",
    "exit code",
    "second child",
    "interrupt_stale",
    "reconcile",
    "one SIGINT",
    "cancelled",
    "time limit",
    "tag",
    "warning",
    "reaped",
    "quarantine",
    "snapshot",
    "audit",
    "orphan",
    "clock",
    "disk",
    "SIGTERM",
];

/// The rows of the table below "Promised": what happens, what holds, what shows it.
fn rows() -> Vec<[String; 3]> {
    let files = source::files("docs", "md");
    let (_, page) =
        files.into_iter().find(|(path, _)| path == "docs/reliability.md").expect("it is there");
    let table = page.split("## Promised").nth(1).expect("it promises").split("\n## ").next();
    let rows = table.unwrap_or_default().lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        <[&str; 3]>::try_from(cells)
            .unwrap_or_else(|row| panic!("three cells: {row:?}"))
            .map(str::to_owned)
    });
    cells.collect()
}

/// Whether there is such a test, or such a module of tests.
fn is_there(path: &str) -> bool {
    let below = path.replace("::", "/");
    let module = |below: &str| {
        [
            format!("tests/it/{below}.rs"),
            format!("tests/it/{below}/mod.rs"),
            format!("src/{below}.rs"),
        ]
        .into_iter()
        .find_map(|file| std::fs::read_to_string(source::root().join(file)).ok())
    };
    if let Some(text) = module(&below) {
        return text.contains("fn ") || text.contains("mod ");
    }
    let Some((of, test)) = below.rsplit_once('/') else { return false };
    module(of).is_some_and(|text| text.contains(&format!("fn {test}(")))
}

#[test]
fn every_promise_names_its_test() {
    let rows = rows();
    let named = regex::Regex::new("`([a-z_0-9]+(?:::[a-z_0-9]+)*)`").expect("is a regex");
    let mut missing = Vec::new();
    for [when, _, shown] in &rows {
        let tests: Vec<&str> = named
            .captures_iter(shown)
            .filter_map(|found| found.get(1))
            .map(|m| m.as_str())
            .collect();
        if tests.is_empty() {
            missing.push(format!("`{when}` names no test"));
        }
        let unknown = tests.into_iter().filter(|test| !is_there(test));
        missing.extend(unknown.map(|test| format!("`{when}`: there is no {test}")));
    }
    let all = rows.concat().join(" ").to_lowercase();
    let silent = PROMISES.iter().filter(|word| !all.contains(&word.to_lowercase()));
    missing.extend(silent.map(|word| format!("nothing is promised of `{word}`")));
    assert_eq!(missing, [""; 0]);
    assert!(!is_there("survival::points::no_such_test") && !is_there("survival::nowhere"));
}
