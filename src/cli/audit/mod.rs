//! `mayfly audit …`: the trail verified and written out. Reads alone: works while the bot runs and while it does not.

mod csv;
mod export;
mod file;
mod lines;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

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
