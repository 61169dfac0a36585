//! `mayfly template …`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::cost::books;
use crate::app::problems_of_template;
use crate::template::{Template as Read, lint};

#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// Read a template's folder and say everything that is wrong with it, with file and line.
    Lint {
        /// The folder that holds template.yaml.
        folder: PathBuf,
        /// A folder of price books (*.toml) that know its usage, in place of those that come with the program.
        #[arg(long, value_name = "DIR")]
        prices: Option<PathBuf>,
    },
}

impl Template {
    pub(super) fn run(&self) -> ExitCode {
        let Template::Lint { folder, prices } = self;
        let mut problems = lint(folder);
        match unpriced(folder, prices.as_deref()) {
            Ok(more) => problems.extend(more),
            Err(code) => return code,
        }
        for problem in &problems {
            println!("{problem}");
        }
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        let warnings = problems.len() - errors;
        println!("{}: {errors} errors, {warnings} warnings", folder.display());
        if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The usage that no price book knows; of a template that cannot be used there is worse to mend.
fn unpriced(
    folder: &Path,
    prices: Option<&Path>,
) -> Result<Vec<crate::template::Problem>, ExitCode> {
    let books = books(prices)?;
    let template = Read::read(folder).0;
    Ok(template.map(|template| problems_of_template(&template, &books)).unwrap_or_default())
}
