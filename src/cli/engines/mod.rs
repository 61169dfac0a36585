//! `mayfly engines`: the engines of this machine, and more of them.

mod install;
mod list;

use std::process::ExitCode;

use clap::Subcommand;

use super::Settings;
pub(super) use install::{Source, obtain};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Engines {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Download an engine, verify it, and put it beside its other versions.
    Install(install::Install),
}

impl Engines {
    pub(super) async fn run(&self) -> ExitCode {
        match &self.verb {
            Some(Verb::Install(install)) => install.run().await,
            None => list::run(&self.settings).await,
        }
    }
}
