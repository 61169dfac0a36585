//! `revert`: puts an environment back as its template says, with the version and the inputs that it has.

use super::consult::{Consulted, consult};
use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target, living};
use crate::domain::decision::Point;
use crate::domain::reply::Reply;
use crate::domain::run::{RunKind, Weight};
use crate::store::{environments, runs};

pub(super) async fn revert(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let consulted = consult(ctx, asked, target, (Point::Update, None), |_| Ok(())).await?;
    let mut tx = ctx.db.write("revert an environment").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    // As heavy as its create was.
    let create = runs::of_environment(&mut tx, &environment.id).await?.into_iter().next();
    let weight = create.map_or(Weight::Light, |create| create.weight);
    let run = living::queue(ctx, &mut tx, asked, &environment, (RunKind::Update, weight)).await?;
    let warnings = consulted.as_ref().map(Consulted::warnings).unwrap_or_default();
    if let Some(consulted) = consulted {
        consulted.keep(ctx, &mut tx, asked, (&environment, Some(&run))).await?;
    }
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Reverting { facts: environment.facts(), warnings })
}
