//! What may not come in with a dependency.

use std::process::Command;

use crate::support::source;

/// One TLS stack, rustls with ring: with two providers in the tree the first https call panics.
const BANNED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"];

#[test]
fn there_is_one_tls_stack() {
    for name in BANNED {
        let found = who_depends_on(name);
        assert!(found.is_empty(), "{name} comes in:\n{found}");
    }
}

#[test]
fn what_is_there_is_found() {
    assert!(who_depends_on("ring").contains("mayfly"), "a control: ring is in the tree");
}

/// The tree of those that depend on it; empty when it is not there.
fn who_depends_on(name: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--all-features", "-e", "normal,build,dev", "-i", name]);
    let done = cargo.current_dir(source::root()).output().expect("cargo can be run");
    let (out, told) =
        (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let is_absent = told.contains("did not match any packages")
        || (done.status.success() && told.contains("nothing to print"));
    assert!(is_absent || done.status.success(), "cargo tree: {told}");
    out.into_owned()
}
