//! Where programs are that tests start: on the PATH, or where `scripts/test` put them.

use std::path::{Path, PathBuf};

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

/// Makes a program of a script. A child writes it: what this process had open for writing itself, a child
/// that another test starts just then would hold open, and the system would not run it.
pub fn script(program: &Path, text: &str) {
    let beside = program.with_extension("text");
    std::fs::write(&beside, text).expect("it can be written");
    let done = std::process::Command::new("install")
        .args(["-m", "755"])
        .args([&beside, program])
        .status()
        .expect("`install` can be started");
    assert!(done.success(), "{done}");
}

/// Whether an engine is here to be run. One that is not is told; where all are demanded, it fails.
pub fn runs(engine: &str) -> bool {
    if find(engine, &[]).is_some() {
        return true;
    }
    let all = std::env::var("MAYFLY_ENGINES").is_ok_and(|engines| engines == "all");
    assert!(
        !all,
        "error: MAYFLY_ENGINES=all, and `{engine}` is not on the PATH\nhint: scripts/engines builds it"
    );
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    super::say(&format!("NOT RUN: {test}: `{engine}` is not on the PATH"));
    false
}

/// A plan scanner that `scripts/scanners` installs. One that is not here is told; where everything is demanded,
/// it fails.
pub fn scanner(name: &str) -> Option<PathBuf> {
    let found = find(name, &[cache().join(name).join("bin")]);
    if found.is_none() {
        let all = std::env::var("MAYFLY_ENGINES").is_ok_and(|engines| engines == "all");
        assert!(
            !all,
            "error: MAYFLY_ENGINES=all, and `{name}` is not here\nhint: scripts/scanners installs it"
        );
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        super::say(&format!("NOT RUN: {test}: `{name}` is not here; scripts/scanners installs it"));
    }
    found
}
