//! `logs`: the last lines of the newest run.

use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::reply::{Refusal, Reply};
use crate::store::{run_log, runs};

/// What an ephemeral message can hold without being a burden.
const LINES: i64 = 40;

pub(super) async fn logs(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.read().await?;
    let environment = resolve(ctx, &mut tx, asked, target, Right::See).await?;
    let Some(run) = runs::of_environment(&mut tx, &environment.id).await?.pop() else {
        return Err(Refusal::NoLogs { name: environment.name }.into());
    };
    let lines = run_log::tail(&mut tx, &run.id, LINES).await?;
    Ok(Reply::Logs { facts: environment.facts(), kind: run.kind, status: run.status, lines })
}
