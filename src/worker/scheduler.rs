//! The scheduler: at each tick of its cron schedule it finds due warnings and due environments and
//! issues the same commands as a person would.

use std::time::Duration;

use tokio::sync::watch;

use super::schedule::Schedule;
use crate::commands::{Command, Ctx, Request, Target, execute};
use crate::domain::Actor;
use crate::domain::clock::real_now;
use crate::domain::reply::Refusal;
use crate::store::{StoreError, approvals, environments};

/// How many are taken at a time.
const BATCH: i64 = 100;
/// How often the clock is read at least: it may have been set, and a machine may have slept.
const CLOCK_READ: Duration = Duration::from_secs(30);
/// With reaping paused what is due stays due: a tick ends all the same.
const MOST_BATCHES: usize = 50;

/// Runs until `stop` turns true.
pub async fn run(ctx: Ctx, schedule: Schedule, mut stop: watch::Receiver<bool>) {
    let mut looked = real_now();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(schedule.pause(real_now()).min(CLOCK_READ)) => {}
        }
        let (since, now) = (looked, real_now());
        looked = now;
        if !schedule.passed(since, now) {
            continue;
        }
        if let Err(error) = tick(&ctx).await {
            tracing::warn!(%error, "the scheduler could not look for what is due; it tries again");
        }
    }
}

/// Warns and reaps what is due now, a batch after the other.
pub async fn tick(ctx: &Ctx) -> Result<(), StoreError> {
    for _ in 0..MOST_BATCHES {
        if !batch(ctx).await? {
            break;
        }
    }
    Ok(())
}

/// One batch; `true`: it was a full one, and more may be due.
async fn batch(ctx: &Ctx) -> Result<bool, StoreError> {
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    let warnings = environments::due(&mut tx, environments::DUE_WARNINGS, now, BATCH).await?;
    let reaps = environments::due(&mut tx, environments::DUE_REAPS, now, BATCH).await?;
    let questions = approvals::due(&mut tx, now, BATCH).await?;
    drop(tx);
    let full = warnings.len().max(reaps.len()).max(questions.len()) as i64 == BATCH;
    for id in warnings {
        issue(ctx, Command::Warn(Target::Id(id))).await;
    }
    for id in reaps {
        issue(ctx, Command::Reap(Target::Id(id))).await;
    }
    // Last: Slack is asked who is there, and may take its time.
    for id in questions {
        issue(ctx, Command::ApprovalDue(id)).await;
    }
    Ok(full)
}

async fn issue(ctx: &Ctx, command: Command) {
    let request = Request { actor: Actor::Scheduler, command, delivery: None };
    match execute(ctx, request).await {
        // Ended or extended between the look and the command: nothing is left to do.
        Ok(_) | Err(Refusal::WrongState { .. }) => {}
        Err(refusal) => tracing::error!(?refusal, "the scheduler was refused"),
    }
}
