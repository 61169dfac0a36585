//! The scheduler's: ends what has had its time, its warning and its grace.

use super::destroy::begin;
use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::environment::{EndReason, Status};
use crate::domain::reply::Reply;
use crate::domain::run::RunStatus;
use crate::store::{environments, runs, settings};

pub(super) async fn reap(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("reap an environment").await?;
    if settings::get(&mut tx, settings::REAPING_PAUSED).await?.is_some() {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let due = environment.reap_at.is_some_and(|at| at <= ctx.now());
    // An update that only waits for somebody's answer keeps nothing alive.
    let waits = runs::live(&mut tx, &environment.id)
        .await?
        .is_some_and(|run| run.status == RunStatus::Waiting);
    let can_end = match environment.status {
        Status::Ready => true,
        Status::Updating => waits,
        _ => false,
    };
    if !due || !can_end {
        // Extended or ended meanwhile, or another scheduler was faster.
        return Ok(Reply::Repeated);
    }
    let reason = match environment.warned_at {
        Some(_) => EndReason::Expired,
        None => EndReason::ExpiredUnwarned,
    };
    let environment = begin(ctx, &mut tx, asked.actor, &environment, reason).await?;
    let facts = environment.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Destroying { facts, warnings: Vec::new() })
}
