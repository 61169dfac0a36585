//! `mayfly engines`: what there is, in which version, from where, and which templates it runs.

use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::app::unavailable;
use crate::cli::Settings;
use crate::cli::errors::fail_all;
use crate::domain::Unavailable;
use crate::engine::installed::{Engines, Installed};
use crate::template::Catalog;

/// Prints a table of all engines; then what is named or there and cannot be used, and the templates that
/// lack something.
pub(super) async fn run(settings: &Settings) -> ExitCode {
    let config = match settings.load() {
        Ok(config) => config,
        Err(errors) => return fail_all(&errors),
    };
    let engines = Engines::find(&config.engines).await;
    // What is wrong with templates is `doctor`'s and `template lint`'s to tell.
    let catalog = Catalog::load(&config.templates).catalog;
    print!("{}", table(&engines, &catalog));
    print!("{}", troubles(&engines, &unavailable(&catalog, &engines, &config)));
    ExitCode::SUCCESS
}

fn table(engines: &Engines, catalog: &Catalog) -> String {
    if engines.all().is_empty() {
        return "No engine was found. Install one: mayfly engines install opentofu\n".to_owned();
    }
    let head = ["engine", "version", "program", "from", "templates"].map(str::to_owned);
    let row = |one: &Installed| {
        let program = one.program.display().to_string();
        let users = users(engines, catalog, one);
        [one.kind.to_string(), one.version.to_string(), program, one.origin.to_string(), users]
    };
    let rows: Vec<[String; 5]> =
        std::iter::once(head).chain(engines.all().iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..5).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// The templates whose new environments this one makes.
fn users(engines: &Engines, catalog: &Catalog, one: &Installed) -> String {
    let uses = |template: &&std::sync::Arc<crate::template::Template>| {
        let manifest = &template.manifest;
        let picked = engines.pick(manifest.engine, &manifest.engine_versions);
        picked.is_ok_and(|picked| picked.program == one.program)
    };
    let names: Vec<String> =
        catalog.list().filter(uses).map(|template| template.manifest.name.clone()).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

fn troubles(engines: &Engines, unavailable: &BTreeMap<String, Unavailable>) -> String {
    let mut text = String::new();
    if !engines.unusable().is_empty() {
        text.push_str("\nCannot be used:\n");
    }
    for one in engines.unusable() {
        text.push_str(&format!("  {}: {}\n", one.kind, one.why));
    }
    if !unavailable.is_empty() {
        text.push_str("\nUnavailable templates:\n");
    }
    for (template, why) in unavailable {
        text.push_str(&format!("  {template}: {why}\n"));
    }
    text
}
