//! A template's files as one piece of bytes, which the database keeps so that destroying works after
//! the folder is gone.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::Files;
use super::files::{Entry, FilesError, stays_inside};

/// A gzipped tar file; the same files give the same bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Archive(Vec<u8>);

/// Why an archive cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error("the archive is damaged: {0}")]
    Damaged(#[source] std::io::Error),
    #[error("the archive has an entry {0:?}, which leads out of its folder")]
    Outside(String),
    #[error("the archive has {0:?} twice, or below something that is no folder")]
    Clash(String),
    #[error("the archive has an entry {0:?} that is neither a file nor a folder nor a link")]
    Kind(String),
    #[error("the archive holds more than {} MB or {} files", Files::MOST_BYTES >> 20, Files::MOST_FILES)]
    TooLarge,
    #[error("cannot unpack to {path}: {source}")]
    Write { path: PathBuf, source: std::io::Error },
}

impl Archive {
    /// What the database gave back.
    pub fn from_bytes(bytes: Vec<u8>) -> Archive {
        Archive(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Packs a folder.
    pub fn pack(folder: &Path) -> Result<Archive, ArchiveError> {
        Archive::of(&Files::read(folder)?)
    }

    /// Packs files that were read.
    pub fn of(files: &Files) -> Result<Archive, ArchiveError> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for (path, entry) in &files.0 {
            let mut header = Header::new_gnu();
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            let written = match entry {
                Entry::File { content, executable } => {
                    header.set_entry_type(EntryType::Regular);
                    header.set_mode(if *executable { 0o755 } else { 0o644 });
                    header.set_size(content.len() as u64);
                    tar.append_data(&mut header, path, content.as_slice())
                }
                Entry::Link { target } => {
                    header.set_entry_type(EntryType::Symlink);
                    header.set_mode(0o777);
                    header.set_size(0);
                    tar.append_link(&mut header, path, target)
                }
            };
            written.map_err(ArchiveError::Damaged)?;
        }
        let bytes = tar.into_inner().and_then(GzEncoder::finish).map_err(ArchiveError::Damaged)?;
        Ok(Archive(bytes))
    }

    /// The files in it; refuses whatever could write or point outside a folder.
    pub fn files(&self) -> Result<Files, ArchiveError> {
        // Tar's own headers are small beside this; a bomb ends here and not in memory.
        let most = (Files::MOST_BYTES + Files::MOST_FILES * 4096) as u64;
        let mut tar = tar::Archive::new(GzDecoder::new(self.0.as_slice()).take(most));
        let mut files = Files::default();
        let mut bytes = 0;
        for entry in tar.entries().map_err(ArchiveError::Damaged)? {
            let mut entry = entry.map_err(ArchiveError::Damaged)?;
            let kind = entry.header().entry_type();
            let path = clean(&entry.path_bytes())?;
            if kind.is_dir() {
                continue;
            }
            let link = entry.link_name_bytes().map(|b| String::from_utf8_lossy(&b).into_owned());
            let read = match (kind, link) {
                (EntryType::Symlink, Some(target)) if stays_inside(&path, &target) => {
                    Entry::Link { target }
                }
                (EntryType::Symlink, _) => return Err(ArchiveError::Outside(path)),
                (EntryType::Regular, _) => {
                    let executable =
                        entry.header().mode().map_err(ArchiveError::Damaged)? & 0o100 != 0;
                    let mut content = Vec::new();
                    entry.read_to_end(&mut content).map_err(ArchiveError::Damaged)?;
                    bytes += content.len();
                    Entry::File { content, executable }
                }
                _ => return Err(ArchiveError::Kind(path)),
            };
            if bytes > Files::MOST_BYTES || files.0.len() >= Files::MOST_FILES {
                return Err(ArchiveError::TooLarge);
            }
            if files.0.insert(path.clone(), read).is_some() {
                return Err(ArchiveError::Clash(path));
            }
        }
        no_entry_below_another(&files)?;
        Ok(files)
    }

    /// Writes the files below `folder`, which must not exist or be empty.
    pub fn unpack(&self, folder: &Path) -> Result<(), ArchiveError> {
        let files = self.files()?;
        let write = |path: &Path, source| ArchiveError::Write { path: path.into(), source };
        std::fs::create_dir_all(folder).map_err(|e| write(folder, e))?;
        let mut there = std::fs::read_dir(folder).map_err(|e| write(folder, e))?;
        if there.next().is_some() {
            let full = std::io::Error::from(std::io::ErrorKind::DirectoryNotEmpty);
            return Err(write(folder, full));
        }
        for (path, entry) in &files.0 {
            let path = folder.join(path);
            write_entry(&path, entry).map_err(|e| write(&path, e))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Archive({} bytes)", self.0.len())
    }
}

fn clean(path: &[u8]) -> Result<String, ArchiveError> {
    let text = String::from_utf8_lossy(path).into_owned();
    let trimmed = text.trim_end_matches('/');
    let bad_part = |part: &str| matches!(part, "" | "." | "..");
    if text.contains(['\\', '\0', '\u{fffd}']) || trimmed.split('/').any(bad_part) {
        return Err(ArchiveError::Outside(text));
    }
    Ok(trimmed.to_owned())
}

/// A file below a link would be written wherever the link leads.
fn no_entry_below_another(files: &Files) -> Result<(), ArchiveError> {
    for path in files.0.keys() {
        let mut above = path.as_str();
        while let Some((parent, _)) = above.rsplit_once('/') {
            if files.0.contains_key(parent) {
                return Err(ArchiveError::Clash(path.clone()));
            }
            above = parent;
        }
    }
    Ok(())
}

fn write_entry(path: &Path, entry: &Entry) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match entry {
        Entry::Link { target } => link(target, path),
        Entry::File { content, executable } => {
            let mut file = std::fs::File::options().write(true).create_new(true).open(path)?;
            file.write_all(content)?;
            if *executable { make_executable(&file) } else { Ok(()) }
        }
    }
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}

#[cfg(unix)]
fn make_executable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // Whoever may read the file may run it, as the umask left it.
    let mode = file.metadata()?.permissions().mode();
    file.set_permissions(std::fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))
}

#[cfg(not(unix))]
fn make_executable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
