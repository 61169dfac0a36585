//! What verbs write down of the database: to the standard output, or into a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use tempfile::NamedTempFile;

use super::Settings;
use super::database::{Unread, database};
use super::errors::fail;
use crate::store::{StoreError, Tx};

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] io::Error),
    /// There is nothing to be exported, or it is not what it should be.
    #[error(transparent)]
    Content(Box<dyn std::error::Error>),
}

/// Where it is written to.
pub(super) enum Output {
    Standard(BufWriter<StdoutLock<'static>>),
    /// What is there is replaced once all is written.
    File(BufWriter<NamedTempFile>),
    /// A pipe or a device, which nothing can replace.
    Special(BufWriter<File>),
}

impl Output {
    fn open(file: Option<&Path>) -> io::Result<Output> {
        let Some(file) = file else {
            return Ok(Output::Standard(BufWriter::new(io::stdout().lock())));
        };
        if file.metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(Output::Special(BufWriter::new(OpenOptions::new().write(true).open(file)?)));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Made with 0600, and gone if anything goes wrong.
        let temporary = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        Ok(Output::File(BufWriter::new(temporary)))
    }

    /// There is the old file or the whole new one, which nobody else may read.
    fn ends(self, file: Option<&Path>) -> io::Result<()> {
        match (self, file) {
            (Output::File(out), Some(file)) => {
                let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                temporary.as_file().sync_all()?;
                temporary.persist(file).map(drop).map_err(|error| error.error)
            }
            (mut out, _) => out.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(out) => out.write(bytes),
            Output::File(out) => out.write(bytes),
            Output::Special(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(out) => out.flush(),
            Output::File(out) => out.flush(),
            Output::Special(out) => out.flush(),
        }
    }
}

/// Writes what is read in one transaction to a file, or to the standard output; what keeps it from that is said.
pub(super) async fn export(
    settings: &Settings,
    file: Option<&Path>,
    write: impl AsyncFnOnce(&mut Tx, &mut Output) -> Result<(), ExportError>,
) -> ExitCode {
    let (db, url) = match database(settings).await {
        Ok(found) => found,
        Err(code) => return code,
    };
    let written = async {
        let mut tx = db.read().await?;
        let mut out = Output::open(file)?;
        write(&mut tx, &mut out).await?;
        Ok(out.ends(file)?)
    };
    let written = written.await;
    db.close().await;
    match written {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough, as `head` does.
        Err(ExportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(ExportError::Store(source)) => fail(&Unread { url, source }.to_string()),
        Err(ExportError::Write(error)) => {
            let place = file.unwrap_or(Path::new("the standard output")).display();
            fail(&format!("{place}: {error}\nhint: name a file that can be written by --output"))
        }
        Err(ExportError::Content(error)) => fail(&error.to_string()),
    }
}
