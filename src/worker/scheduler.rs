//! The scheduler: at each tick of its cron schedule, and whenever the clock is moved, it finds due
//! warnings and due environments and issues the same commands as a person would.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::commands::{Command, Ctx, Request, Target, execute};
use crate::domain::Actor;
use crate::domain::reply::Refusal;
use crate::store::{StoreError, environments};

/// How many are taken at a time; the rest are due at once again.
const BATCH: i64 = 100;

/// A schedule in the `cron` crate's form: with seconds.
#[derive(Debug, Clone)]
pub struct Schedule(cron::Schedule);

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no schedule: {why}; write six fields, seconds first, such as `*/15 * * * * *`"
)]
pub struct NotASchedule {
    text: String,
    why: String,
}

impl Schedule {
    /// Reads six fields, seconds first.
    pub fn parse(text: &str) -> Result<Schedule, NotASchedule> {
        let wrong = |error: cron::error::Error| NotASchedule {
            text: text.to_owned(),
            why: error.to_string(),
        };
        cron::Schedule::from_str(text).map(Schedule).map_err(wrong)
    }

    fn pause(&self) -> Duration {
        let now = crate::domain::clock::real_now().utc();
        let next = self.0.after(&now).next();
        let pause = next.and_then(|next| (next - now).to_std().ok());
        pause.unwrap_or(Duration::from_secs(60)).max(Duration::from_millis(10))
    }
}

/// Runs until `stop` turns true; `moved` wakes it when somebody moved the business clock.
pub async fn run(
    ctx: Ctx,
    schedule: Schedule,
    moved: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = moved.notified() => {}
            () = tokio::time::sleep(schedule.pause()) => {}
        }
        if let Err(error) = tick(&ctx).await {
            tracing::warn!(%error, "the scheduler could not look for what is due; it tries again");
        }
    }
}

/// Warns and reaps what is due now.
pub async fn tick(ctx: &Ctx) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    let warnings = environments::due(&mut tx, environments::DUE_WARNINGS, now, BATCH).await?;
    let reaps = environments::due(&mut tx, environments::DUE_REAPS, now, BATCH).await?;
    drop(tx);
    for id in warnings {
        issue(ctx, Command::Warn(Target::Id(id))).await;
    }
    for id in reaps {
        issue(ctx, Command::Reap(Target::Id(id))).await;
    }
    Ok(())
}

async fn issue(ctx: &Ctx, command: Command) {
    let request = Request { actor: Actor::Scheduler, command, delivery: None };
    match execute(ctx, request).await {
        // Ended or extended between the look and the command: nothing is left to do.
        Ok(_) | Err(Refusal::WrongState { .. }) => {}
        Err(refusal) => tracing::error!(?refusal, "the scheduler was refused"),
    }
}
