//! The files of a template, read into memory once.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The name of the manifest's file.
pub(super) const MANIFEST: &str = "template.yaml";

/// A template's files by their path below its folder, with `/` between the parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files(pub(super) BTreeMap<String, Entry>);

/// One file or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    File {
        content: Vec<u8>,
        executable: bool,
    },
    /// A link to another place in the same folder, as it is written.
    Link {
        target: String,
    },
}

/// Why a folder cannot be read as a template.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("cannot read {path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{0} has a name that is not UTF-8 or has a backslash")]
    Name(PathBuf),
    #[error("{path} is a link to {target}, outside the template's folder")]
    LinkOut { path: PathBuf, target: String },
    #[error("{0} is neither a file nor a folder nor a link")]
    Special(PathBuf),
    #[error("{folder} holds more than {} MB or {} files", Files::MOST_BYTES >> 20, Files::MOST_FILES)]
    TooLarge { folder: PathBuf },
}

impl Files {
    /// The most that a template's files may hold together: it is kept in memory and in the database.
    pub const MOST_BYTES: usize = 16 << 20;
    /// The most files.
    pub const MOST_FILES: usize = 2000;

    /// Reads a folder. What engines and editors leave behind is no part of a template.
    pub fn read(folder: &Path) -> Result<Files, FilesError> {
        let mut files = Files::default();
        let mut bytes = 0;
        files.walk(folder, folder, &mut bytes)?;
        Ok(files)
    }

    /// The text of a file; none when it is missing or not UTF-8. Links are followed, as engines do.
    pub fn text(&self, path: &str) -> Option<&str> {
        let mut path = path.to_owned();
        // A circle of links has no text.
        for _ in 0..8 {
            match self.0.get(&path)? {
                Entry::File { content, .. } => return std::str::from_utf8(content).ok(),
                Entry::Link { target } => path = linked(&path, target),
            }
        }
        None
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The digest over paths, modes and contents.
    pub fn digest(&self) -> VersionDigest {
        let mut hash = Sha256::new();
        // Every part goes in behind its length, so that no two different folders read the same.
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        for (path, entry) in &self.0 {
            part(path.as_bytes());
            match entry {
                Entry::File { content, executable } => {
                    part(if *executable { b"executable" } else { b"file" });
                    part(content);
                }
                Entry::Link { target } => {
                    part(b"link");
                    part(target.as_bytes());
                }
            }
        }
        VersionDigest(hex::encode(hash.finalize()))
    }

    fn walk(&mut self, root: &Path, folder: &Path, bytes: &mut usize) -> Result<(), FilesError> {
        let io = |source| FilesError::Io { path: folder.into(), source };
        for found in std::fs::read_dir(folder).map_err(io)? {
            let found = found.map_err(io)?;
            let path = found.path();
            let Some(name) = found.file_name().to_str().map(str::to_owned) else {
                return Err(FilesError::Name(path));
            };
            if is_left_behind(&name) {
                continue;
            }
            let kind = found.file_type().map_err(io)?;
            if kind.is_dir() {
                self.walk(root, &path, bytes)?;
                continue;
            }
            let relative = relative(root, &path)?;
            let entry = read_entry(&path, &relative, kind)?;
            if let Entry::File { content, .. } = &entry {
                *bytes += content.len();
            }
            self.0.insert(relative, entry);
            if *bytes > Files::MOST_BYTES || self.0.len() > Files::MOST_FILES {
                return Err(FilesError::TooLarge { folder: root.into() });
            }
        }
        Ok(())
    }
}

fn read_entry(path: &Path, relative: &str, kind: std::fs::FileType) -> Result<Entry, FilesError> {
    let io = |source| FilesError::Io { path: path.into(), source };
    if kind.is_symlink() {
        let target = std::fs::read_link(path).map_err(io)?;
        let target = target.to_str().ok_or_else(|| FilesError::Name(path.into()))?.to_owned();
        if !stays_inside(relative, &target) {
            return Err(FilesError::LinkOut { path: path.into(), target });
        }
        return Ok(Entry::Link { target });
    }
    if !kind.is_file() {
        return Err(FilesError::Special(path.into()));
    }
    let meta = std::fs::metadata(path).map_err(io)?;
    if meta.len() > Files::MOST_BYTES as u64 {
        return Err(FilesError::TooLarge { folder: path.into() });
    }
    let content = std::fs::read(path).map_err(io)?;
    Ok(Entry::File { content, executable: is_executable(&meta) })
}

/// Whether a link at `path` that says `target` still points into the folder.
pub(super) fn stays_inside(path: &str, target: &str) -> bool {
    if target.starts_with('/') || target.contains(['\\', '\0']) {
        return false;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

/// The path that a link leads to; it was checked that it stays inside.
fn linked(path: &str, target: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn relative(root: &Path, path: &Path) -> Result<String, FilesError> {
    let wrong = || FilesError::Name(path.into());
    let below = path.strip_prefix(root).map_err(|_| wrong())?;
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    let path = parts.ok_or_else(wrong)?.join("/");
    if path.contains('\\') { Err(wrong()) } else { Ok(path) }
}

fn is_left_behind(name: &str) -> bool {
    matches!(
        name,
        ".terraform" | ".git" | ".DS_Store" | "node_modules" | ".terraform.tfstate.lock.info"
    ) || name.contains(".tfstate")
        || name.ends_with('~')
        || name.ends_with(".swp")
}

#[cfg(unix)]
fn is_executable(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

/// What names a version of a template: the SHA-256 of its files, in hexadecimal digits.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct VersionDigest(String);

impl VersionDigest {
    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for VersionDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
