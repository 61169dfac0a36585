//! `mayfly audit verify`: whether anything was changed, and where.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::file;
use crate::cli::Settings;
use crate::cli::database::{Unread, database};
use crate::cli::errors::fail;
use crate::domain::EnvironmentId;
use crate::domain::audit::Report;
use crate::store::{Db, StoreError, audit, environments};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    settings: Settings,
    /// A file that `mayfly audit export --format jsonl` has written, instead of the database.
    #[arg(long, value_name = "EXPORT.jsonl", conflicts_with = "config")]
    file: Option<PathBuf>,
}

impl Verify {
    pub(super) async fn run(self) -> ExitCode {
        match &self.file {
            Some(file) => of_file(file),
            None => self.of_database().await,
        }
    }

    async fn of_database(&self) -> ExitCode {
        let (db, url) = match database(&self.settings).await {
            Ok(found) => found,
            Err(code) => return code,
        };
        let verified = verify(&db).await;
        db.close().await;
        match verified {
            Ok((report, names)) => tell(&report, &names, &[]),
            Err(source) => fail(&Unread { url, source }.to_string()),
        }
    }
}

fn of_file(file: &Path) -> ExitCode {
    match file::verify(file) {
        Ok(found) => {
            if let Some(only) = &found.only {
                println!("This is the trail of {only} alone.");
            }
            tell(&found.report, &BTreeMap::new(), &found.problems)
        }
        Err(error) => fail(&error.to_string()),
    }
}

/// What was found, all of it at one moment, and what the environments of broken chains are called.
async fn verify(db: &Db) -> Result<(Report, BTreeMap<String, String>), StoreError> {
    let mut tx = db.read().await?;
    let report = audit::verify(&mut tx).await?;
    let mut names = BTreeMap::new();
    for broken in &report.breaks {
        let found = environments::find(&mut tx, &EnvironmentId(broken.chain.clone())).await?;
        if let Some(environment) = found {
            names.insert(broken.chain.clone(), environment.name);
        }
    }
    Ok((report, names))
}

fn tell(report: &Report, names: &BTreeMap<String, String>, problems: &[String]) -> ExitCode {
    for broken in &report.breaks {
        let name = names.get(&broken.chain).map(|name| format!("{name}: ")).unwrap_or_default();
        println!("broken: {name}{broken}");
    }
    for problem in problems {
        println!("broken: {problem}");
    }
    let Report { entries, chains, anchors, newest, breaks } = report;
    println!("looked at: {entries} entries in {chains} chains, {anchors} anchors");
    match newest {
        Some((position, at, hash)) => println!("newest anchor: {position} of {at}, {hash}"),
        None => {
            println!("newest anchor: none yet; a chain that was cut off at its end goes unseen")
        }
    }
    if breaks.is_empty() && problems.is_empty() {
        println!("All of it holds.");
        return ExitCode::SUCCESS;
    }
    fail(&format!("the audit trail does not hold: {} breaks", breaks.len() + problems.len()))
}
