//! Where Pulumi finds an environment's program, and its plugins.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::home;
use super::stack::{folder, project_folder};
use crate::engine::layout::make_private;
use crate::engine::{EngineError, Job};

/// Makes the environment's project and Pulumi's home. A project of another version is replaced; one that is as
/// it has to be is left alone, for an engine may be at work in it.
pub(super) fn lay_out(job: &Job) -> Result<(), EngineError> {
    let project = project_folder(job);
    make_private(&folder(job))?;
    let source = &job.prepared().source;
    let mut wanted = Vec::new();
    for entry in fs::read_dir(source).map_err(EngineError::file(source))? {
        let entry = entry.map_err(EngineError::file(source))?;
        wanted.push((project.join(entry.file_name()), entry.path()));
    }
    let stands = |(link, target): &(PathBuf, PathBuf)| is_link_to(link, target);
    if !project.is_dir() || !wanted.iter().all(stands) {
        match fs::remove_dir_all(&project) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                return Err(EngineError::file(&project)(e));
            }
            _ => make_private(&project)?,
        }
        for (link, target) in &wanted {
            std::os::unix::fs::symlink(target, link).map_err(EngineError::file(link))?;
        }
    }
    let home = home(job);
    make_private(&home)?;
    match job.layout().plugins.as_ref().filter(|plugins| plugins.is_dir()) {
        Some(plugins) => link_plugins(&home.join("plugins"), plugins),
        None => Ok(()),
    }
}

fn is_link_to(link: &Path, target: &Path) -> bool {
    fs::read_link(link).is_ok_and(|found| found == target)
}

/// The operator's plugins in Pulumi's home, in place of older ones: it makes a folder of its own where there
/// were none, for what it notes of plugins on the PATH.
fn link_plugins(link: &Path, plugins: &Path) -> Result<(), EngineError> {
    if is_link_to(link, plugins) {
        return Ok(());
    }
    let removed = if link.is_symlink() { fs::remove_file(link) } else { fs::remove_dir_all(link) };
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(EngineError::file(link)(e)),
        _ => {}
    }
    match std::os::unix::fs::symlink(plugins, link) {
        // Another run was faster.
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(EngineError::file(link)(e)),
        _ => Ok(()),
    }
}
