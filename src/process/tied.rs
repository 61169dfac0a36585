//! How a child begins: as this program, which becomes the child once the system has promised to interrupt it should
//! its supervisor die. Nobody watches its limits and its stamp from then on, and on another machine somebody may
//! take over.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use super::Spec;
use super::spec::files;

/// What a child ends with that could not become the program; the reason is in its folder.
pub(super) const NOT_STARTED: i32 = 127;

/// The command that starts the program, with arguments and environment.
pub(super) fn command(folder: &Path, spec: &Spec) -> Command {
    let mut command = system::command(folder, spec);
    command.env_clear().envs(&spec.env).env(Spec::MARKER, folder);
    command
}

/// Becomes the program; returns only where it could not, with the exit code that says so.
///
/// Called in a process of its own, started by the supervisor of `folder`.
pub fn become_program(folder: &Path, program: &[OsString]) -> u8 {
    let why = match system::dies_with_its_supervisor(folder) {
        Ok(()) => replaced_by(program),
        Err(error) => error,
    };
    // Without the note the exit code has to do.
    let _ = std::fs::write(folder.join(files::NOT_STARTED), why.to_string());
    NOT_STARTED as u8
}

fn replaced_by(program: &[OsString]) -> io::Error {
    use std::os::unix::process::CommandExt as _;
    match program.split_first() {
        Some((program, args)) => Command::new(program).args(args).exec(),
        None => io::Error::other("no program is named"),
    }
}

/// Why the child of this folder, which ended with this code, never was the program.
pub(super) fn not_started(folder: &Path, code: Option<i32>) -> Option<String> {
    let note = || std::fs::read_to_string(folder.join(files::NOT_STARTED)).ok();
    (code == Some(NOT_STARTED)).then(note).flatten()
}

#[cfg(target_os = "linux")]
mod system {
    use super::*;
    use crate::process::Identity;
    use crate::process::spec::read_json;
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    pub fn command(folder: &Path, spec: &Spec) -> Command {
        // This very program, also where its file was replaced meanwhile.
        let mut command = Command::new("/proc/self/exe");
        command.arg("supervise").arg(folder).arg("--").arg(&spec.program).args(&spec.args);
        command
    }

    /// The signal comes when the thread ends that started us: a supervisor has one, and lives as long. It outlives
    /// the step to the program. Source: prctl(2), `PR_SET_PDEATHSIG`.
    pub fn dies_with_its_supervisor(folder: &Path) -> io::Result<()> {
        set_parent_process_death_signal(Some(Signal::INT))?;
        let supervisor: Option<Identity> = read_json(&folder.join(files::SUPERVISOR))?;
        let parent = getppid().map(|pid| pid.as_raw_nonzero().get());
        match supervisor.is_some_and(|supervisor| Some(supervisor.pid) == parent) {
            true => Ok(()),
            false => Err(io::Error::other("its supervisor has died before it")),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::*;

    pub fn command(_: &Path, spec: &Spec) -> Command {
        let mut command = Command::new(&spec.program);
        command.args(&spec.args);
        command
    }

    pub fn dies_with_its_supervisor(_: &Path) -> io::Result<()> {
        Ok(())
    }
}
