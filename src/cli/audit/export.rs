//! `mayfly audit export`: the trail as JSONL, with all that is hashed, or as CSV.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::csv;
use super::lines::{Begin, Line, Lines};
use crate::cli::Settings;
use crate::cli::database::{Unread, database};
use crate::cli::errors::fail;
use crate::domain::audit::Scope;
use crate::store::audit::{Unreadable, each_anchor, each_entry};
use crate::store::{StoreError, Tx, environments, settings};

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

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{place}: {source}")]
    Write { place: String, source: std::io::Error },
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
        ExportError::Unreadable { chain: row.chain, seq, why: row.why }
    }
}

impl Export {
    pub(super) async fn run(self) -> ExitCode {
        let (db, url) = match database(&self.settings).await {
            Ok(found) => found,
            Err(code) => return code,
        };
        let written = async {
            let mut tx = db.read().await?;
            match &self.output {
                Some(file) => self.replace_file(&mut tx, file).await,
                None => {
                    let mut out = BufWriter::new(std::io::stdout().lock());
                    self.write(&mut tx, &mut out, "the standard output").await
                }
            }
        };
        let written = written.await;
        db.close().await;
        match written {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever reads has enough, as `head` does.
            Err(ExportError::Write { source, .. })
                if source.kind() == std::io::ErrorKind::BrokenPipe =>
            {
                ExitCode::SUCCESS
            }
            Err(ExportError::Store(source)) => fail(&Unread { url, source }.to_string()),
            Err(error) => fail(&error.to_string()),
        }
    }

    /// There is the old file or the whole new one, which nobody else may read.
    async fn replace_file(&self, tx: &mut Tx, file: &Path) -> Result<(), ExportError> {
        let place = file.display().to_string();
        let failed = |source| ExportError::Write { place: place.clone(), source };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Made with 0600, and gone if anything goes wrong.
        let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let mut out = BufWriter::new(temporary.as_file_mut());
        self.write(tx, &mut out, &place).await?;
        drop(out);
        temporary.as_file().sync_all().map_err(failed)?;
        temporary.persist(file).map_err(|error| failed(error.error))?;
        Ok(())
    }

    async fn write<W: Write>(
        &self,
        tx: &mut Tx,
        out: &mut W,
        place: &str,
    ) -> Result<(), ExportError> {
        let begin = self.begin(tx).await?;
        match self.format {
            Format::Jsonl => write_lines(tx, out, begin, place).await,
            Format::Csv => write_records(tx, out, &begin.scope(), place).await,
        }
    }

    async fn begin(&self, tx: &mut Tx) -> Result<Begin, ExportError> {
        let chain = match &self.environment {
            None => None,
            Some(name) => {
                let found = environments::by_name(tx, name).await?;
                let found = found.ok_or_else(|| ExportError::NoSuchEnvironment(name.clone()))?;
                Some(found.id.0)
            }
        };
        let installation = settings::get(tx, settings::INSTALLATION).await?;
        let format = Begin::FORMAT.to_owned();
        Ok(Begin { format, installation, chain, name: self.environment.clone() })
    }
}

async fn write_lines<W: Write>(
    tx: &mut Tx,
    out: &mut W,
    begin: Begin,
    place: &str,
) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write { place: place.to_owned(), source };
    let scope = begin.scope();
    let mut lines = Lines::new(out);
    lines.write(&Line::Begin(begin)).map_err(failed)?;
    each_anchor(tx, |anchor| lines.write(&Line::Anchor(anchor?)).map_err(failed)).await?;
    each_entry(tx, &scope, |entry| lines.write(&Line::Entry(entry?)).map_err(failed)).await?;
    lines.end().map(drop).map_err(failed)
}

async fn write_records<W: Write>(
    tx: &mut Tx,
    out: &mut W,
    scope: &Scope,
    place: &str,
) -> Result<(), ExportError> {
    let failed = |source| ExportError::Write { place: place.to_owned(), source };
    csv::write(out, &csv::HEADER).map_err(failed)?;
    each_entry(tx, scope, |entry| csv::write(out, &csv::fields(&entry?)).map_err(failed)).await?;
    out.flush().map_err(failed)
}
