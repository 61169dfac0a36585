//! Where programs are that tests start: on the PATH, or where `scripts/test` put them.

use std::path::PathBuf;

/// What `scripts/test` keeps outside the tree.
pub fn cache() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(set("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("mayfly")
}

/// A program on the PATH, or in one of these folders besides.
pub fn find(name: &str, besides: &[PathBuf]) -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&on_path)
        .chain(besides.iter().cloned())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
