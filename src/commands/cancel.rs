//! `cancel`: calls a run off. Before any effect it is simply withdrawn; later the worker interrupts the
//! engine. What a create has made is destroyed; what is checked or updated lives on.

use serde_json::json;

use super::extend::refuse_transition;
use super::target::{Right, resolve};
use super::transition::{Cause, Place, shift, tell};
use super::{Asked, CommandError, Ctx, Target, approval, living};
use crate::domain::Actor;
use crate::domain::environment::{Event, Status};
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::run::{RunKind, RunStatus};
use crate::store::environments::Environment;
use crate::store::runs::Run;
use crate::store::{Tx, audit, environments, links, runs, secrets};

pub(super) async fn cancel(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("cancel a run").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let reply = match environment.status {
        Status::Ready | Status::Updating => {
            living::call_off(ctx, &mut tx, asked, &environment).await?
        }
        _ => call_off(ctx, &mut tx, asked, &environment).await?,
    };
    tx.commit().await?;
    ctx.nudges.all();
    Ok(reply)
}

/// Calls off the create run of an environment.
pub(super) async fn call_off(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    environment: &Environment,
) -> Result<Reply, CommandError> {
    let live = runs::live(tx, &environment.id).await?;
    let Some(run) = live.filter(|run| run.kind == RunKind::Create) else {
        return Err(Refusal::NothingToCancel { name: environment.name.clone() }.into());
    };
    if !withdrawn(ctx, tx, asked.actor, &run).await? {
        return Ok(Reply::Cancelling { facts: environment.facts() });
    }
    let cause = Cause { actor: asked.actor, run: Some(&run.id) };
    let environment = shift(ctx, tx, environment, Event::Withdrawn, cause)
        .await
        .map_err(|error| refuse_transition(environment, error, "be cancelled"))?;
    links::revoke(tx, &environment.id, links::ENTER, ctx.now()).await?;
    secrets::forget(tx, &environment.id).await?;
    let notice = Notice::Cancelled { by: asked.actor.person().cloned() };
    tell(ctx, tx, &environment, Place::Thread, notice).await?;
    Ok(Reply::Cancelling { facts: environment.facts() })
}

/// Ends a run that nobody has begun; of another it is asked that it end (`false`).
pub(super) async fn withdrawn(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    run: &Run,
) -> Result<bool, CommandError> {
    let entry = audit::Entry {
        environment: Some(&run.environment_id),
        run: Some(&run.id),
        at: ctx.now(),
        actor,
        action: "run.cancel_asked",
        detail: json!({ "kind": run.kind }),
    };
    audit::record(tx, entry.clone()).await?;
    if !runs::withdraw(tx, &run.id, ctx.now()).await? {
        // Somebody may have asked before: it ends all the same.
        runs::ask_to_cancel(tx, &run.id, actor).await?;
        // Nobody is to be asked, or reminded, until a worker has the run again.
        approval::withdraw(ctx, tx, &run.id).await?;
        return Ok(false);
    }
    // As of a run that a worker completes: one entry for each end.
    let detail = json!({ "kind": run.kind, "status": RunStatus::Cancelled, "failure": null });
    audit::record(tx, audit::Entry { action: "run.completed", detail, ..entry }).await?;
    Ok(true)
}
