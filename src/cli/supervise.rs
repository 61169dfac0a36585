//! `mayfly supervise <run-folder>`: stays beside one engine process, whatever becomes of the bot.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::process::supervise;

/// Becomes the program that is the child of this folder's supervisor. Called before any thread is started.
pub fn become_program(folder: &Path, program: &[OsString]) -> ExitCode {
    ExitCode::from(crate::process::become_program(folder, program))
}

/// Runs the child that the folder describes. Called before any thread or runtime is started.
pub fn run(folder: &Path) -> ExitCode {
    match supervise(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Into the folder's `supervisor.log`, where the bot finds it.
            eprintln!("error: {why}");
            ExitCode::from(why.exit_code())
        }
    }
}
