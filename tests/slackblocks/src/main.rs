//! `slackblocks-check FOLDER` validates every payload in it: `N payloads valid`, or each error and exit code 1.

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use slackblocks::{HomeTabView, MessagePayload, ModalView};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("error: no folder is named\nhint: slackblocks-check target/payloads");
        return ExitCode::FAILURE;
    };
    match check(Path::new(&folder)) {
        Ok(0) => {
            eprintln!("error: {} holds no payloads\nhint: cargo test --lib words", folder.display());
            ExitCode::FAILURE
        }
        Ok(count) => {
            println!("{count} payloads valid");
            ExitCode::SUCCESS
        }
        Err(errors) => {
            eprintln!("{}", errors.join("\n"));
            ExitCode::FAILURE
        }
    }
}

fn check(folder: &Path) -> Result<usize, Vec<String>> {
    let entries = std::fs::read_dir(folder).map_err(|e| vec![format!("{}: {e}", folder.display())])?;
    let mut count = 0;
    let mut errors = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| vec![e.to_string()])?.path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        count += 1;
        if let Err(error) = valid(&path) {
            errors.push(format!("{}: {error}", path.display()));
        }
    }
    errors.sort();
    if errors.is_empty() { Ok(count) } else { Err(errors) }
}

fn valid(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let mut payload: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    match payload["type"].as_str() {
        Some("modal") => ModalView::try_from(payload).map(drop).map_err(|e| e.to_string()),
        Some("home") => HomeTabView::try_from(payload).map(drop).map_err(|e| e.to_string()),
        Some(other) => Err(format!("`{other}` is no view")),
        None => {
            // Where a message goes is not among the words.
            payload["channel"] = "C0123456789".into();
            MessagePayload::try_from(payload).map(drop).map_err(|e| e.to_string())
        }
    }
}
