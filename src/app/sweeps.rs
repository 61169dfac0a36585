//! What sweeps for orphans, built from its piece of the settings.

use std::sync::Arc;

use super::StartError;
use crate::commands::Ctx;
use crate::config::Config;
use crate::worker;
use crate::worker::schedule::Schedule;
use crate::worker::sweeper::Sweeper;

/// A setting that is a schedule.
pub(super) fn schedule(key: &'static str, text: &str) -> Result<Schedule, StartError> {
    Schedule::parse(text).map_err(|why| StartError::Schedule { key, why })
}

/// What sweeps for orphans, unless nothing does.
pub(super) fn sweeper(
    config: &Config,
    ctx: &Ctx,
    settings: &worker::Settings,
) -> Result<Option<Sweeper>, StartError> {
    let Some(text) = &config.orphans.schedule else { return Ok(None) };
    Ok(Some(Sweeper {
        ctx: ctx.clone(),
        settings: Arc::new(settings.clone()),
        schedule: schedule("orphans.schedule", text)?,
        grace: config.orphans.grace,
        roles: config.roles.clone(),
    }))
}
