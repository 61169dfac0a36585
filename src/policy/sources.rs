//! Where the texts of a bundle come from.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::manifest::Versions;
use super::{PolicyError, RegoVersion};

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// A text and its name, as messages name it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub name: String,
    pub text: String,
    pub version: RegoVersion,
}

/// A file of data, and under which keys of `data` its folder puts it.
#[derive(Debug, Clone)]
pub(super) struct DataFile {
    pub name: String,
    pub text: String,
    pub under: Vec<String>,
}

/// All texts of a bundle, by name.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub policies: Vec<Text>,
    pub data: Vec<DataFile>,
}

impl Sources {
    /// What comes with the program.
    pub fn builtin() -> Sources {
        let mut sources = Sources::default();
        let mut files = Vec::new();
        gather_builtin(&BUILTIN, &mut files);
        for (path, text) in files {
            let name = Path::new("policies").join(&path).display().to_string();
            if has_extension(&path, &["rego"]) {
                sources.policies.push(Text { name, text, version: RegoVersion::V1 });
            } else if let Ok(inside) = path.strip_prefix("data")
                && has_extension(&path, DATA)
            {
                sources.data.push(DataFile { name, text, under: folders_of(inside) });
            }
        }
        sources.sorted()
    }

    /// What is in these folders; a file may be named in place of a folder.
    pub fn read(
        folders: &[PathBuf],
        data: &[PathBuf],
        version: RegoVersion,
    ) -> Result<Sources, Vec<PolicyError>> {
        let mut sources = Sources::default();
        let mut errors = Vec::new();
        for folder in folders {
            match policies_in(folder, version) {
                Ok(mut policies) => sources.policies.append(&mut policies),
                Err(error) => errors.push(error),
            }
        }
        let beside: Vec<PathBuf> =
            folders.iter().map(|folder| folder.join("data")).filter(|data| data.is_dir()).collect();
        for folder in if data.is_empty() { &beside } else { data } {
            match data_in(folder) {
                Ok(mut data) => sources.data.append(&mut data),
                Err(error) => errors.push(error),
            }
        }
        match errors.is_empty() {
            true => Ok(sources.sorted()),
            false => Err(errors),
        }
    }

    fn sorted(mut self) -> Sources {
        self.policies.sort_by(|a, b| a.name.cmp(&b.name));
        self.policies.dedup_by(|a, b| a.name == b.name);
        self.data.sort_by(|a, b| a.name.cmp(&b.name));
        self.data.dedup_by(|a, b| a.name == b.name);
        self
    }
}

const DATA: &[&str] = &["yaml", "yml", "json"];

fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    path.extension().is_some_and(|extension| wanted.iter().any(|wanted| extension == *wanted))
}

/// The keys that the folders of a file of data are, as `opa` mounts them.
fn folders_of(inside: &Path) -> Vec<String> {
    let folders = inside.parent().into_iter().flat_map(Path::components);
    folders.map(|folder| folder.as_os_str().to_string_lossy().into_owned()).collect()
}

fn gather_builtin(dir: &Dir<'_>, files: &mut Vec<(PathBuf, String)>) {
    for file in dir.files() {
        if let Some(text) = file.contents_utf8() {
            files.push((file.path().to_path_buf(), text.to_owned()));
        }
    }
    for below in dir.dirs() {
        gather_builtin(below, files);
    }
}

fn policies_in(folder: &Path, version: RegoVersion) -> Result<Vec<Text>, PolicyError> {
    let versions = Versions::of(folder, version)?;
    let mut texts = Vec::new();
    for path in files_below(folder)? {
        if has_extension(&path, &["rego"]) {
            let inside = path.strip_prefix(folder).unwrap_or(&path);
            let version = versions.of_file(inside);
            texts.push(Text { name: named(folder, &path), text: read(&path)?, version });
        }
    }
    Ok(texts)
}

fn data_in(folder: &Path) -> Result<Vec<DataFile>, PolicyError> {
    let mut files = Vec::new();
    for path in files_below(folder)? {
        if has_extension(&path, DATA) {
            let under = folders_of(path.strip_prefix(folder).unwrap_or(Path::new("")));
            files.push(DataFile { name: named(folder, &path), text: read(&path)?, under });
        }
    }
    Ok(files)
}

/// A path as it was given; of one from the root, what is below the folder's parent.
fn named(folder: &Path, path: &Path) -> String {
    let short = folder.parent().filter(|_| folder.is_absolute());
    let path = short.and_then(|parent| path.strip_prefix(parent).ok()).unwrap_or(path);
    path.display().to_string()
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, PolicyError> {
    let problem = |path: &Path, error: std::io::Error| {
        PolicyError::file(path.display().to_string(), format!("it cannot be read: {error}"))
    };
    if folder.is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| problem(folder, error))? {
        let entry = entry.map_err(|error| problem(folder, error))?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // A link to a folder is not followed: it may lead back.
        match entry.file_type().map_err(|error| problem(&path, error))?.is_dir() {
            true => files.append(&mut files_below(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, PolicyError> {
    std::fs::read_to_string(path).map_err(|error| {
        PolicyError::file(path.display().to_string(), format!("it cannot be read: {error}"))
    })
}
