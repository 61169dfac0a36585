//! `mayfly policy schema`.

use std::process::ExitCode;

use super::errors;
use crate::domain::decision::Point;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Schema {
    /// The decision point: request, plan, extend, update, destroy or approve.
    point: Point,
    /// At `plan`: what Pulumi plans.
    #[arg(long)]
    pulumi: bool,
}

impl Schema {
    pub(super) fn run(&self) -> ExitCode {
        let schema = match (self.point, self.pulumi) {
            (Point::Plan, true) => crate::policy::schema::pulumi_plan(),
            (_, true) => return errors::fail("--pulumi goes with the point `plan`"),
            (point, false) => crate::policy::schema::of(point),
        };
        match crate::policy::schema::text(&schema) {
            Ok(text) => {
                print!("{text}");
                ExitCode::SUCCESS
            }
            Err(error) => errors::fail(&error.to_string()),
        }
    }
}
