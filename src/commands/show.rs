//! `show`: one environment and its runs.

use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::reply::{Reply, RunLine};
use crate::store::runs;

pub(super) async fn show(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.read().await?;
    let environment = resolve(ctx, &mut tx, asked, target, Right::See).await?;
    let runs = runs::of_environment(&mut tx, &environment.id).await?;
    let line = |run: &runs::Run| RunLine {
        kind: run.kind,
        status: run.status,
        started_at: run.started_at,
        ended_at: run.ended_at,
        plan: run.plan.as_ref().map(|plan| plan.0.to_string()),
        failure: run.failure.as_ref().map(|failure| failure.0.summary.clone()),
    };
    // Newest first: of many the first are shown.
    let runs = runs.iter().rev().map(line).collect();
    Ok(Reply::Shown { facts: environment.facts(), runs, now: ctx.now() })
}
