//! Folders of source: copied, made read-only, removed.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::EngineError;

/// What a template's author may have left behind after trying it by hand.
fn is_left_over(name: &str) -> bool {
    name == ".terraform"
        || name == ".git"
        || name == ".terraform.tfstate.lock.info"
        || name == "terraform.tfstate"
        || name.starts_with("terraform.tfstate.")
        || name == "terraform.tfstate.d"
}

/// Copies a template's folder. Links are followed within it and refused when they lead out of it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), EngineError> {
    let root = from.canonicalize().map_err(EngineError::file(from))?;
    copy_folder(&root, &root, to)
}

fn copy_folder(root: &Path, from: &Path, to: &Path) -> Result<(), EngineError> {
    super::layout::make_private(to)?;
    let entries = fs::read_dir(from).map_err(EngineError::file(from))?;
    for entry in entries {
        let entry = entry.map_err(EngineError::file(from))?;
        if is_left_over(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        let target: PathBuf = path.canonicalize().map_err(EngineError::file(&path))?;
        if !target.starts_with(root) || (target != path && from.starts_with(&target)) {
            return Err(EngineError::LinkOutside { path, target });
        }
        let into = to.join(entry.file_name());
        if target.is_dir() {
            copy_folder(root, &target, &into)?;
        } else {
            // With its permissions: scripts stay executable.
            fs::copy(&target, &into).map_err(EngineError::file(&path))?;
        }
    }
    Ok(())
}

/// Makes a folder and all in it read-only; links are left alone.
pub(super) fn protect(folder: &Path) -> Result<(), EngineError> {
    walk(folder, &mut |path, mode| set(path, mode & 0o500)).map_err(EngineError::file(folder))
}

/// Removes a folder, also a protected one.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    walk(folder, &mut |path, mode| set(path, mode | 0o700))?;
    fs::remove_dir_all(folder)
}

fn set(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Visits a folder before what is in it on the way to writable, after it on the way to read-only;
/// both orders work because folders stay readable and enterable.
fn walk(path: &Path, visit: &mut impl FnMut(&Path, u32) -> io::Result<()>) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(());
    }
    visit(path, found.permissions().mode() & 0o777)?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            walk(&entry?.path(), visit)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_copy_has_the_source_and_its_scripts_but_no_state() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(from.path().join("modules/a")).unwrap();
        fs::create_dir_all(from.path().join(".terraform/x")).unwrap();
        for file in ["main.tf", "modules/a/a.tf", "terraform.tfstate", "run.sh", "x.auto.tfvars"] {
            fs::write(from.path().join(file), file).unwrap();
        }
        set(&from.path().join("run.sh"), 0o755).unwrap();
        std::os::unix::fs::symlink("main.tf", from.path().join("link.tf")).unwrap();
        let to = to.path().join("src");
        copy(from.path(), &to).unwrap();
        assert!(to.join("modules/a/a.tf").is_file() && to.join("x.auto.tfvars").is_file());
        assert!(!to.join("terraform.tfstate").exists() && !to.join(".terraform").exists());
        assert_eq!(fs::read_to_string(to.join("link.tf")).unwrap(), "main.tf");

        protect(&to).unwrap();
        assert_eq!((mode(&to), mode(&to.join("run.sh"))), (0o500, 0o500));
        assert_eq!(mode(&to.join("modules/a/a.tf")), 0o400);
        remove(&to).unwrap();
        assert!(!to.exists());
    }

    #[test]
    fn links_out_of_the_template_and_in_a_circle_are_refused() {
        for target in ["/etc/hostname", ".."] {
            let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            fs::create_dir(from.path().join("inner")).unwrap();
            std::os::unix::fs::symlink(target, from.path().join("inner/link")).unwrap();
            let refused = copy(from.path(), &to.path().join("src")).unwrap_err();
            assert!(matches!(refused, EngineError::LinkOutside { .. }), "{refused}");
        }
    }
}
