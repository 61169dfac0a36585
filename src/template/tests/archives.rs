//! Versions by content, and archives that give back what was packed and nothing worse.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::{Folder, LEAST};
use crate::template::{Archive, ArchiveError, Files, FilesError, Template};

const SOURCE: &str = "output \"x\" { value = 1 }\n";

fn folder() -> Folder {
    let folder =
        Folder::of(&[("template.yaml", LEAST), ("main.tf", SOURCE), ("sub/run.sh", "#!/bin/sh\n")]);
    executable(&folder, "sub/run.sh", true);
    folder
}

#[cfg(unix)]
fn executable(folder: &Folder, path: &str, yes: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if yes { 0o755 } else { 0o600 };
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(folder.path().join(path), permissions).expect("chmod");
}

#[test]
fn a_digest_is_of_paths_modes_and_contents_and_of_nothing_else() {
    let one = folder();
    let version = one.template().version;
    assert_eq!(version.short().len(), 12);
    assert!(version.as_str().starts_with(version.short()) && version.as_str().len() == 64);
    assert_eq!(folder().template().version, version, "another folder with the same files");
    for left_behind in ["terraform.tfstate", ".terraform/providers/x", "main.tf~", ".git/HEAD"] {
        one.write(left_behind, "x");
        assert_eq!(one.template().version, version, "{left_behind}");
    }
    one.write("main.tf", "output \"x\" { value = 2 }\n");
    assert_ne!(one.template().version, version, "a content");
    one.write("main.tf", SOURCE);
    assert_eq!(one.template().version, version);
    executable(&one, "sub/run.sh", false);
    assert_ne!(one.template().version, version, "a mode");
    executable(&one, "sub/run.sh", true);
    std::fs::rename(one.path().join("sub/run.sh"), one.path().join("sub/ran.sh")).expect("rename");
    assert_ne!(one.template().version, version, "a path");
}

#[test]
fn the_digest_does_not_change_from_release_to_release() {
    // Environments are looked up by it: a change here orphans every version that is stored.
    let version = Files::read(&folder().path()).expect("files").digest();
    assert_eq!(
        version.as_str(),
        "79420ffa48e3c7ec656d83e4e3a8d810aadcf7f0e6710b512ad07942e8e0386a"
    );
}

#[test]
fn what_is_unpacked_is_what_was_packed() {
    let one = folder();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../main.tf", one.path().join("sub/link.tf")).expect("link");
    let template = one.template();
    assert_eq!(
        Archive::pack(&one.path()).expect("packed"),
        template.archive,
        "the same bytes each time"
    );
    drop(one);
    let stored = Archive::from_bytes(template.archive.as_bytes().to_vec());
    let to = tempfile::tempdir().expect("a folder");
    let to = to.path().join("src");
    stored.unpack(&to).expect("unpacked");
    assert_eq!(Files::read(&to).expect("files").digest(), template.version);
    assert_eq!(std::fs::read_to_string(to.join("sub/link.tf")).expect("linked"), SOURCE);
    let again = Template::from_archive(&stored).expect("a template");
    assert_eq!(again.version, template.version);
    assert_eq!(again.manifest.name, "box");
    let full = stored.unpack(&to).expect_err("it is not empty");
    assert!(matches!(full, ArchiveError::Write { .. }), "{full}");
}

#[test]
fn a_link_out_of_the_folder_is_refused() {
    let one = folder();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../etc/passwd", one.path().join("sub/passwd")).expect("link");
    let error = Files::read(&one.path()).expect_err("it leads out");
    assert!(matches!(error, FilesError::LinkOut { .. }), "{error}");
    assert!(one.problems()[0].contains("outside the template's folder"), "{:?}", one.problems());
}

#[test]
fn too_much_is_refused() {
    let one = folder();
    let most = Files::MOST_BYTES as u64;
    std::fs::File::create(one.path().join("big")).and_then(|f| f.set_len(most)).expect("big");
    assert!(matches!(Files::read(&one.path()), Err(FilesError::TooLarge { .. })));
}

/// A tar entry made by hand, for the builder would refuse it.
fn entry(kind: EntryType, path: &str, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    let fields = header.as_ustar_mut().expect("ustar");
    fields.name[..path.len()].copy_from_slice(path.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    bytes
}

fn hostile(entries: &[Vec<u8>]) -> Archive {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    for entry in entries {
        gzip.write_all(entry).expect("gzip");
    }
    gzip.write_all(&[0; 1024]).expect("gzip");
    Archive::from_bytes(gzip.finish().expect("gzip"))
}

#[test]
fn hostile_archives_are_refused_and_write_nothing() {
    use EntryType as E;
    let file = |path: &str| entry(E::Regular, path, "", b"x");
    for (what, entries) in [
        ("up", vec![file("../x")]),
        ("up in the middle", vec![file("a/../../x")]),
        ("absolute", vec![file("/tmp/x")]),
        ("dot", vec![file("./x")]),
        ("backslash", vec![file("..\\x")]),
        ("a link out", vec![entry(E::Symlink, "a", "../x", b"")]),
        ("an absolute link", vec![entry(E::Symlink, "a", "/etc", b"")]),
        ("a file below a link", vec![entry(E::Symlink, "a", "b", b""), file("a/x")]),
        ("a file below a file", vec![file("a"), file("a/x")]),
        ("a link deeper out", vec![entry(E::Symlink, "a/b", "../../x", b"")]),
        ("a hard link", vec![entry(E::Link, "a", "/etc/passwd", b"")]),
        ("a device", vec![entry(E::Char, "a", "", b"")]),
        ("a pipe", vec![entry(E::Fifo, "a", "", b"")]),
        ("twice", vec![file("a"), file("a")]),
    ] {
        let root = tempfile::tempdir().expect("a folder");
        let to = root.path().join("deep/src");
        let error = hostile(&entries).unpack(&to).expect_err(what);
        assert!(!to.exists() && !root.path().join("deep").exists(), "{what} wrote: {error}");
    }
    // The same by hand is accepted when it is harmless: the refusals above are not of the making.
    let root = tempfile::tempdir().expect("a folder");
    hostile(&[file("a/x"), entry(E::Symlink, "b", "a/x", b"")])
        .unpack(root.path())
        .expect("harmless");
    assert_eq!(std::fs::read(root.path().join("b")).expect("read"), b"x");
}

#[test]
fn bombs_and_damage_are_errors() {
    let zeros = vec![0u8; Files::MOST_BYTES + 1];
    let bomb = hostile(&[entry(EntryType::Regular, "a", "", &zeros)]);
    assert!(bomb.as_bytes().len() < 200_000, "it is small before");
    assert!(matches!(bomb.files(), Err(ArchiveError::TooLarge)));
    let many: Vec<Vec<u8>> = (0..=Files::MOST_FILES)
        .map(|n| entry(EntryType::Regular, &format!("f{n}"), "", b""))
        .collect();
    assert!(matches!(hostile(&many).files(), Err(ArchiveError::TooLarge)));
    let whole = folder().template().archive;
    let bytes = whole.as_bytes();
    let cut = Archive::from_bytes(bytes[..bytes.len() / 2].to_vec());
    assert!(matches!(cut.files(), Err(ArchiveError::Damaged(_))));
    assert!(Template::from_archive(&Archive::from_bytes(b"no gzip".to_vec())).is_err());
}
