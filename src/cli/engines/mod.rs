//! `mayfly engines`: the engines of this machine.

mod list;

use std::process::ExitCode;

use super::Settings;

#[derive(Debug, clap::Args)]
pub(super) struct Engines {
    #[command(flatten)]
    settings: Settings,
}

impl Engines {
    pub(super) async fn run(&self) -> ExitCode {
        list::run(&self.settings).await
    }
}
