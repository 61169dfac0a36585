//! `mayfly serve`: the bot for a real Slack workspace.

use std::process::ExitCode;
use std::sync::Arc;

use super::Settings;
use super::errors::{asked_to_stop, fail, fail_all};
use crate::app::{App, Given};
use crate::domain::clock::SystemClock;

pub(super) async fn run(settings: &Settings) -> ExitCode {
    let config = match settings.load() {
        Ok(config) => config,
        Err(errors) => return fail_all(&errors),
    };
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
