//! `retry`: destroys what is quarantined once more, for the reason that it had to end by before.

use super::destroy::begin;
use super::extend::wrong_state;
use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::environment::State;
use crate::domain::reply::Reply;
use crate::store::environments;

pub(super) async fn retry(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("retry a destroy").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let State::Quarantined { reason, .. } = environment.state()? else {
        return Err(wrong_state(&environment, "be retried"));
    };
    let environment = begin(ctx, &mut tx, asked.actor, &environment, reason).await?;
    let facts = environment.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Destroying { facts, warnings: Vec::new() })
}
