//! `mayfly serve`: the bot for a real Slack workspace.

use std::process::ExitCode;
use std::sync::Arc;

use super::Settings;
use super::errors::{asked_to_stop, fail, fail_all};
use crate::app::{App, Given};
use crate::config::Config;
use crate::domain::Role;
use crate::domain::clock::SystemClock;
use crate::domain::run::OnStop;

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

/// What shells say of a program that was interrupted: 128 and the signal.
const ENDED_AT_ONCE: i32 = 130;

async fn serve(config: Config) -> ExitCode {
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return fail(&format!("this program cannot find itself: {error}")),
    };
    let given = Given { clock: Arc::new(SystemClock), exe };
    let handing_over = match config.stop.children {
        OnStop::Leave => "what engines are doing goes on, and the next start follows it",
        OnStop::Interrupt => "engines are asked to end, and the next start goes on with their runs",
    };
    // From here on: the first process of a container is not ended by what it does not listen to.
    let asked = asked_to_stop();
    tokio::pin!(asked);
    let app = tokio::select! {
        started = App::start(config, given) => match started {
            Ok(app) => app,
            Err(error) => return fail(&error.to_string()),
        },
        () = &mut asked => return ExitCode::SUCCESS,
    };
    eprintln!("mayfly is up: {} (preview sites on {})", app.ctx.public_url, app.sites);
    asked.await;
    let again = asked_to_stop();
    eprintln!("stopping; {handing_over}");
    tokio::select! {
        () = app.stop() => ExitCode::SUCCESS,
        () = again => {
            eprintln!("asked a second time: ended at once");
            std::process::exit(ENDED_AT_ONCE)
        }
    }
}
