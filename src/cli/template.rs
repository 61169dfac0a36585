//! `mayfly template …`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// Read a template's folder and say everything that is wrong with it, with file and line.
    Lint {
        /// The folder that holds template.yaml.
        folder: PathBuf,
    },
}

impl Template {
    pub(super) fn run(&self) -> ExitCode {
        let Template::Lint { folder } = self;
        let problems = crate::template::lint(folder);
        for problem in &problems {
            println!("{problem}");
        }
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        let warnings = problems.len() - errors;
        println!("{}: {errors} errors, {warnings} warnings", folder.display());
        if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
