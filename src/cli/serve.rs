//! `mayfly serve`: the bot for a real Slack workspace.

use std::process::ExitCode;
use std::sync::Arc;

use super::Settings;
use super::errors::{asked_to_stop, fail, fail_all};
use crate::app::{App, Given};
use crate::config::Config;
use crate::domain::Role;
use crate::domain::clock::SystemClock;

/// How the bot is to run.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
    /// Do only a part of the work, beside other processes on the same PostgreSQL: ingress, worker, scheduler.
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',')]
    roles: Vec<Role>,
}

impl Serve {
    pub(super) async fn run(self) -> ExitCode {
        match self.settings.load() {
            Ok(mut config) => {
                if !self.roles.is_empty() {
                    config.roles = self.roles;
                }
                serve(config).await
            }
            Err(errors) => fail_all(&errors),
        }
    }
}

async fn serve(config: Config) -> ExitCode {
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return fail(&format!("this program cannot find itself: {error}")),
    };
    let given = Given { clock: Arc::new(SystemClock), exe };
    let app = match App::start(config, given).await {
        Ok(app) => app,
        Err(error) => return fail(&error.to_string()),
    };
    eprintln!("mayfly is up: {} (preview sites on {})", app.ctx.public_url, app.sites);
    asked_to_stop().await;
    eprintln!("stopping; what engines are doing goes on, and the next start follows it");
    app.stop().await;
    ExitCode::SUCCESS
}
