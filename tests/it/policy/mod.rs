//! Policies, evaluated in a child of the real binary.

mod child;
mod command;
mod conventions;
mod differential;
mod mask;
mod mended;
mod opa;
mod shipped;
mod strict;

use std::path::{Path, PathBuf};

use mayfly::policy::Settings;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    folder
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("is made");
        std::fs::write(path, text).expect("is written");
    }
}

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_mayfly"))
}

/// The policies of a folder.
fn settings(folder: &Path) -> Settings {
    Settings { folders: vec![folder.to_path_buf()], ..Settings::builtin(exe()) }
}

fn of_the_tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
