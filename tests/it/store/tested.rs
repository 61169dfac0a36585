//! No function of the store goes without a test.

use std::collections::BTreeSet;

use crate::support::source;

#[test]
fn every_function_of_the_store_is_called_by_a_test() {
    let declared = regex::Regex::new(r"pub async fn ([a-z_0-9]+)").expect("is a regex");
    let tests: Vec<String> =
        source::rust("tests/it/store").iter().map(|test| imported_in_full(&test.code)).collect();
    let (mut seen, mut missing) = (0, BTreeSet::new());
    for source in source::rust("src/store") {
        let inside = source.path.trim_start_matches("src/store/").trim_end_matches(".rs");
        let module = inside.split('/').next().unwrap_or(inside);
        for (_, line) in source.lines() {
            let Some(name) = declared.captures(line).map(|found| found[1].to_owned()) else {
                continue;
            };
            seen += 1;
            let calls = match module {
                "db" => vec![format!(".{name}("), format!("Db::{name}(")],
                _ => vec![format!("{module}::{name}(")],
            };
            if !tests.iter().any(|test| calls.iter().any(|call| test.contains(call))) {
                missing.insert(format!("{module}::{name}"));
            }
        }
    }
    assert!(seen > 50, "only {seen} functions were seen");
    assert!(missing.is_empty(), "no test calls {missing:?}");
}

/// The code, with the module put before calls of what is imported from it by name.
fn imported_in_full(code: &str) -> String {
    let import =
        regex::Regex::new(r"use mayfly::store::([a-z_]+)::\{([^}]*)\};").expect("is a regex");
    let mut code = code.to_owned();
    for found in import.captures_iter(&code.clone()) {
        for name in found[2].split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let call = regex::Regex::new(&format!(r"(^|[^:.\w]){name}\(")).expect("is a regex");
            code = call.replace_all(&code, format!("${{1}}{}::{name}(", &found[1])).into_owned();
        }
    }
    code
}
