//! Where price books come from.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::BookError;

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies/prices");

/// Names and texts of the books that come with the program.
pub(super) fn files() -> Vec<(String, String)> {
    let text = |file: &include_dir::File<'_>| {
        let name = file.path().display().to_string();
        file.contents_utf8().map(|text| (name, text.to_owned()))
    };
    BUILTIN.files().filter_map(text).collect()
}

/// Names and texts of the books in a folder, by name.
pub(super) fn files_in(folder: &Path) -> Result<Vec<(String, String)>, Vec<BookError>> {
    let problem = |path: &Path, error: std::io::Error| {
        vec![BookError::new(&path.display().to_string(), "", error.to_string())]
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| problem(folder, error))? {
        let path = entry.map_err(|error| problem(folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|error| problem(&path, error))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}
