//! `mayfly policy eval`.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;

use super::{Bundle, errors, input, refuse, unasked};
use crate::policy::Console;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Eval {
    /// What is asked: data.plan.deny
    #[arg(long)]
    query: String,
    /// What is evaluated; `-`: standard input.
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    #[command(flatten)]
    bundle: Bundle,
}

impl Eval {
    pub(super) async fn run(self) -> ExitCode {
        let input = match self.input.as_deref().map(input).transpose() {
            Ok(input) => input.unwrap_or(Value::Object(serde_json::Map::new())),
            Err(error) => return unasked(&error),
        };
        let settings = match self.bundle.settings() {
            Ok(settings) => settings,
            Err(error) => return unasked(&error),
        };
        let console = match Console::load(settings) {
            Ok(console) => console,
            Err(problems) => return refuse(&problems),
        };
        match console.query(&self.query, &input).await {
            Ok(answer) => match serde_json::to_string_pretty(&answer) {
                Ok(text) => {
                    println!("{text}");
                    ExitCode::SUCCESS
                }
                Err(error) => errors::fail(&error.to_string()),
            },
            Err(why) => unasked(&why),
        }
    }
}
