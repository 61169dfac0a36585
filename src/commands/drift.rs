//! `drift`: compares an environment with its template. Nothing of it is changed.

use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target, living};
use crate::domain::reply::Reply;
use crate::domain::run::{RunKind, Weight};
use crate::store::environments;

pub(super) async fn drift(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("check an environment for drift").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    // It makes nothing, however much the template's creates take.
    living::queue(ctx, &mut tx, asked, &environment, (RunKind::Drift, Weight::Light)).await?;
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Checking { facts: environment.facts() })
}
