//! What the suite found, as a table: printed, and compared with the committed page.

use std::path::PathBuf;

use mayfly::engine::Engine;

use super::cases::Outcome;

const BEGIN: &str = "<!-- The suite's own results: `MAYFLY_ENGINES=all MAYFLY_WRITE_DOCS=1 scripts/test --test it engines:: -- --test-threads 1` writes them. -->";
const ENGINES: [&str; 3] = ["terraform", "tofu", "pulumi"];

/// A line a case.
pub fn printed(outcomes: &[Outcome]) -> String {
    let width = outcomes.iter().map(|outcome| outcome.case.chars().count()).max().unwrap_or(0);
    let line = |outcome: &Outcome| {
        let verdict = match &outcome.verdict {
            Ok(verdict) => (*verdict).to_owned(),
            Err(why) => format!("FAILED: {}", why.lines().next().unwrap_or_default()),
        };
        format!("  {:<width$}  {verdict}", outcome.case)
    };
    outcomes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The committed table has the same verdicts in the engine's column, for the same cases.
pub fn agrees(engine: &dyn Engine, outcomes: &[Outcome]) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/engines.md"));
    let page = std::fs::read_to_string(&path).expect("docs/engines.md");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the suite's mark");
    let (table, after) = rest.trim_start().split_once("\n\n").unwrap_or((rest.trim(), ""));
    let mut rows = read(table);
    let column = ENGINES.iter().position(|name| *name == engine.program()).expect("an engine");
    let told: Vec<(String, String)> = outcomes
        .iter()
        .map(|o| (o.case.to_owned(), o.verdict.clone().unwrap_or("fails").to_owned()))
        .collect();
    let outcomes_are_all = std::env::var("MAYFLY_ENGINES").is_ok_and(|engines| engines == "all");
    if std::env::var_os("MAYFLY_WRITE_DOCS").is_some() {
        // One engine after the other: `-- --test-threads 1`.
        assert!(outcomes_are_all, "MAYFLY_ENGINES=all writes the whole table");
        rows = told
            .iter()
            .map(|(case, verdict)| {
                let old = rows.iter().find(|(known, _)| known == case);
                let mut cells =
                    old.map_or_else(|| vec!["?".to_owned(); 3], |(_, cells)| cells.clone());
                cells[column] = verdict.clone();
                (case.clone(), cells)
            })
            .collect();
        let text = format!("{before}{BEGIN}\n{}\n\n{after}", written(&rows));
        std::fs::write(&path, text).expect("written");
        return;
    }
    let was_run = |case: &String| told.iter().any(|(run, _)| run == case);
    let committed: Vec<(String, String)> = rows
        .into_iter()
        .map(|(case, cells)| (case, cells[column].clone()))
        .filter(|(case, _)| outcomes_are_all || was_run(case))
        .collect();
    assert_eq!(
        committed,
        told,
        "error: docs/engines.md says something else than the suite of {}\n\
         hint: MAYFLY_ENGINES=all MAYFLY_WRITE_DOCS=1 scripts/test --test it engines:: -- --test-threads 1",
        engine.program()
    );
}

fn read(table: &str) -> Vec<(String, Vec<String>)> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let rows = table.lines().skip(2).map(cells).filter(|cells| cells.len() == 4);
    rows.map(|cells| (cells[0].clone(), cells[1..].to_vec())).collect()
}

fn written(rows: &[(String, Vec<String>)]) -> String {
    let mut lines =
        vec!["| case | Terraform | OpenTofu | Pulumi |".to_owned(), "|---|---|---|---|".to_owned()];
    lines.extend(rows.iter().map(|(case, cells)| format!("| {case} | {} |", cells.join(" | "))));
    lines.join("\n")
}
