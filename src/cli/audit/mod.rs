//! `mayfly audit …`: the trail verified and written out. Reads alone: works while the bot runs and while it does not.

mod csv;
mod export;
mod file;
mod lines;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use super::Settings;
use super::errors::fail_all;
use crate::app::database_url;
use crate::store::{Db, DbUrl, StoreError};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Audit {
    /// Find out whether anything in the audit trail was changed, added or taken away.
    ///
    /// Prints how many entries, chains and anchors hold, or where each chain breaks first (exit code 1).
    Verify(verify::Verify),
    /// Write the audit trail out, whole or of one environment.
    Export(export::Export),
}

impl Audit {
    pub(super) async fn run(self) -> ExitCode {
        match self {
            Audit::Verify(verify) => verify.run().await,
            Audit::Export(export) => export.run().await,
        }
    }
}

/// Whether an exported file holds, as `mayfly audit verify --file` finds out.
pub fn file_holds(export: &std::path::Path) -> bool {
    file::verify(export)
        .is_ok_and(|found| found.report.breaks.is_empty() && found.problems.is_empty())
}

/// A database that is not there, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{url:?}: {source}\nhint: check database.url; a database of an earlier version is brought up to date when \
     `mayfly serve` starts"
)]
struct Unread {
    url: DbUrl,
    source: StoreError,
}

/// The database of the settings, and where it is.
async fn database(settings: &Settings) -> Result<(Db, DbUrl), ExitCode> {
    let config = settings.load().map_err(|errors| fail_all(&errors))?;
    let url = database_url(&config);
    match Db::open_to_read(&url).await {
        Ok(db) => Ok((db, url)),
        Err(source) => Err(super::errors::fail(&Unread { url, source }.to_string())),
    }
}
