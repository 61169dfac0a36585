//! `mayfly audit export`: the trail as JSONL, with all that is hashed, or as CSV.

use std::path::PathBuf;
use std::process::ExitCode;

use super::csv;
use super::lines::{Begin, Line, Lines};
use crate::cli::Settings;
use crate::cli::export::{ExportError, Output, export};
use crate::domain::audit::Scope;
use crate::store::audit::{Unreadable, each_anchor, each_entry};
use crate::store::{Tx, environments, settings};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    settings: Settings,
    /// `jsonl` carries all that is hashed, and `mayfly audit verify --file` verifies it; `csv` is for spreadsheets.
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Of this environment alone, living or ended: its whole name.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Into this file instead of the standard output; what is there is replaced once all is written.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

/// Why there is nothing to be exported.
#[derive(Debug, thiserror::Error)]
enum NoTrail {
    #[error(
        "no environment was ever called `{0}`\nhint: write its whole name, as in preview-env-calm-otter"
    )]
    NoSuchEnvironment(String),
    #[error(
        "chain {chain}{seq} cannot be read: {why}\nhint: somebody has changed it; `mayfly audit verify` says what else"
    )]
    Unreadable { chain: String, seq: String, why: String },
}

impl From<Unreadable> for ExportError {
    fn from(row: Unreadable) -> ExportError {
        let seq = row.seq.map(|seq| format!(", seq {seq},")).unwrap_or_default();
        let unreadable = NoTrail::Unreadable { chain: row.chain, seq, why: row.why };
        ExportError::Content(Box::new(unreadable))
    }
}

impl Export {
    pub(super) async fn run(self) -> ExitCode {
        export(&self.settings, self.output.as_deref(), async |tx, out| {
            let begin = self.begin(tx).await?;
            match self.format {
                Format::Jsonl => write_lines(tx, out, begin).await,
                Format::Csv => write_records(tx, out, &begin.scope()).await,
            }
        })
        .await
    }

    async fn begin(&self, tx: &mut Tx) -> Result<Begin, ExportError> {
        let chain = match &self.environment {
            None => None,
            Some(name) => {
                let found = environments::by_name(tx, name).await?;
                let missing = || Box::new(NoTrail::NoSuchEnvironment(name.clone()));
                let found = found.ok_or_else(|| ExportError::Content(missing()))?;
                Some(found.id.0)
            }
        };
        let installation = settings::get(tx, settings::INSTALLATION).await?;
        let format = Begin::FORMAT.to_owned();
        Ok(Begin { format, installation, chain, name: self.environment.clone() })
    }
}

async fn write_lines(tx: &mut Tx, out: &mut Output, begin: Begin) -> Result<(), ExportError> {
    let scope = begin.scope();
    let mut lines = Lines::new(out);
    lines.write(&Line::Begin(begin))?;
    each_anchor(tx, |anchor| Ok::<_, ExportError>(lines.write(&Line::Anchor(anchor?))?)).await?;
    each_entry(tx, &scope, |entry| Ok::<_, ExportError>(lines.write(&Line::Entry(entry?))?))
        .await?;
    lines.end()?;
    Ok(())
}

async fn write_records(tx: &mut Tx, out: &mut Output, scope: &Scope) -> Result<(), ExportError> {
    csv::write(out, &csv::HEADER)?;
    each_entry(tx, scope, |entry| Ok::<_, ExportError>(csv::write(out, &csv::fields(&entry?))?))
        .await
}
