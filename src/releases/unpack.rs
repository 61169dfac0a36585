//! The programs of an archive, and nothing else of it.

use std::fs::File;
use std::io::{Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::Limits;
use super::site::Packing;
use super::wanted::Program;

/// Why an archive is not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    #[error("the archive has {0:?}, which leads out of its folder")]
    Outside(String),
    #[error("the archive has {0:?}, which is neither a file nor a folder")]
    Kind(String),
    #[error("the archive has {0:?} twice")]
    Twice(String),
    #[error("the archive unpacks to more than {} MB or {} files", .0.unpacked >> 20, .0.files)]
    TooLarge(Limits),
    #[error("the archive has no program `{0}`")]
    NoProgram(&'static str),
    #[error("{}: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

/// Writes the engine's programs into `folder`, which has to be there.
pub(super) fn unpack(
    archive: File,
    packing: Packing,
    program: Program,
    folder: &Path,
    limits: Limits,
) -> Result<(), UnpackError> {
    let mut out = Out { program, folder, limits, bytes: 0, files: 0 };
    match packing {
        Packing::Zip => zip(archive, &mut out)?,
        Packing::TarGz => tar_gz(archive, &mut out)?,
    }
    if folder.join(program.name()).is_file() {
        Ok(())
    } else {
        Err(UnpackError::NoProgram(program.name()))
    }
}

struct Out<'a> {
    program: Program,
    folder: &'a Path,
    limits: Limits,
    bytes: u64,
    files: usize,
}

impl Out<'_> {
    /// Where an entry of this name goes; `None`: it is not needed.
    fn place(&mut self, name: &str) -> Result<Option<PathBuf>, UnpackError> {
        self.files += 1;
        if self.files > self.limits.files {
            return Err(UnpackError::TooLarge(self.limits));
        }
        let path = clean(name)?;
        let wanted = match self.program {
            Program::Terraform | Program::Tofu => (path == self.program.name()).then_some(path),
            // The CLI and the hosts of its languages, which it looks for beside itself.
            Program::Pulumi => {
                let inside = path.strip_prefix("pulumi/");
                inside.filter(|name| name.starts_with("pulumi") && !name.contains('/'))
            }
        };
        Ok(wanted.map(|name| self.folder.join(name)))
    }

    fn write(&mut self, path: &Path, content: &mut dyn Read) -> Result<(), UnpackError> {
        let failed = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AlreadyExists => UnpackError::Twice(path.display().to_string()),
            _ => UnpackError::Write { path: path.to_path_buf(), source },
        };
        let mut options = File::options();
        let mut file =
            options.write(true).create_new(true).mode(0o755).open(path).map_err(failed)?;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => return Err(UnpackError::Damaged(error.to_string())),
            };
            self.bytes += read as u64;
            if self.bytes > self.limits.unpacked {
                return Err(UnpackError::TooLarge(self.limits));
            }
            file.write_all(&buffer[..read]).map_err(failed)?;
        }
        // Its name comes only after it: a machine that loses power has a whole program or none.
        file.sync_all().map_err(failed)
    }
}

fn zip(archive: File, out: &mut Out<'_>) -> Result<(), UnpackError> {
    let damaged = |error: zip::result::ZipError| UnpackError::Damaged(error.to_string());
    let mut archive = zip::ZipArchive::new(archive).map_err(damaged)?;
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        let place = out.place(&name)?;
        if entry.is_dir() {
            continue;
        }
        if !entry.is_file() {
            return Err(UnpackError::Kind(name));
        }
        if let Some(path) = place {
            out.write(&path, &mut entry)?;
        }
    }
    Ok(())
}

fn tar_gz(archive: File, out: &mut Out<'_>) -> Result<(), UnpackError> {
    let damaged = |error: std::io::Error| UnpackError::Damaged(error.to_string());
    // What is skipped is unpacked all the same; tar's own blocks are small beside it.
    let most = out.limits.unpacked + out.limits.files as u64 * 2048;
    let mut read = GzDecoder::new(archive).take(most);
    let mut tar = tar::Archive::new(&mut read);
    for entry in tar.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = out.place(&name)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        if !kind.is_file() {
            return Err(UnpackError::Kind(name));
        }
        if entry.header().size().map_err(damaged)? > out.limits.unpacked {
            return Err(UnpackError::TooLarge(out.limits));
        }
        if let Some(path) = place {
            out.write(&path, &mut entry)?;
        }
    }
    Ok(())
}

/// The path without what says nothing; refuses whatever could lead elsewhere.
fn clean(name: &str) -> Result<&str, UnpackError> {
    let path = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    let bad_part = |part: &str| matches!(part, "" | "." | "..");
    let is_root = path.is_empty() && !name.starts_with('/');
    if !is_root && path.split('/').any(bad_part) || path.contains(['\\', '\0', '\u{fffd}']) {
        return Err(UnpackError::Outside(name.to_owned()));
    }
    Ok(path)
}
