//! An orphan is destroyed like anything else: its environment is opened once more, takes it in, and is destroyed.

use serde_json::json;

use super::super::create::seal_generated;
use super::super::destroy::queue_destroy;
use super::super::extend::refuse_transition;
use super::super::transition::{Cause, shift};
use super::super::{Asked, CommandError, Ctx};
use super::get;
use super::remedy::{Import, remedy};
use crate::domain::OrphanId;
use crate::domain::environment::{EndReason, Event};
use crate::domain::reply::{Refusal, Reply};
use crate::store::effects::Effect;
use crate::store::{audit, effects, environments, orphans};

pub(crate) async fn destroy(
    ctx: &Ctx,
    asked: Asked<'_>,
    id: &OrphanId,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "orphans")?;
    let mut tx = ctx.db.write("destroy an orphan").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let orphan = get(&mut tx, id).await?;
    let remedy = remedy(&mut tx, &orphan)
        .await?
        .map_err(|why| Refusal::OrphanByHand { resource: orphan.resource.clone(), why })?;
    let environment = environments::lock(&mut tx, &remedy.environment.id).await?;
    let by = asked.actor.person().cloned();
    let reason = EndReason::Orphan { by, resource: orphan.resource.clone() };
    let opened = shift(ctx, &mut tx, &environment, Event::Reopened(reason), Cause::of(asked.actor))
        .await
        .map_err(|error| refuse_transition(&environment, error, "be opened again"))?;
    environments::reopened(&mut tx, &opened.id).await?;
    // Its secrets were forgotten with it; whatever they are now, it is only to be destroyed.
    seal_generated(ctx, &mut tx, &opened, &remedy.manifest).await?;
    let run = queue_destroy(ctx, &mut tx, asked.actor, &opened, 0).await?;
    if let Some(Import { kind, address, id }) = remedy.import {
        let made = Effect {
            environment_id: opened.id.clone(),
            address,
            kind,
            id: Some(format!("id={id}")),
            run_id: run.clone(),
            at: ctx.now(),
        };
        effects::begin(&mut tx, &made).await?;
    }
    let entry = audit::Entry {
        environment: Some(&opened.id),
        run: Some(&run),
        at: ctx.now(),
        actor: asked.actor,
        action: "orphan.destroyed",
        detail: json!({ "resource": orphan.resource, "type": orphan.kind }),
    };
    audit::record(&mut tx, entry).await?;
    // Found once more after this, it is a new one.
    if !orphans::remove(&mut tx, id).await? {
        return Err(Refusal::UnknownOrphan.into());
    }
    let facts = opened.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Destroying { facts, warnings: Vec::new() })
}
