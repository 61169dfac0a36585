//! Runs of an environment that lives on: how they are queued, called off, and make way for its end.

use serde_json::json;

use super::extend::wrong_state;
use super::transition::{Place, tell};
use super::{Asked, CommandError, Ctx, cancel};
use crate::domain::environment::Status;
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::run::{RunKind, RunStatus, Weight};
use crate::domain::{Actor, RunId};
use crate::store::environments::Environment;
use crate::store::runs::Run;
use crate::store::{Tx, audit, runs};

/// Queues a check or an update of an environment that is ready and that no other run is at.
pub(super) async fn queue(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    environment: &Environment,
    (kind, weight): (RunKind, Weight),
) -> Result<RunId, CommandError> {
    if let Some(run) = under_way(tx, environment).await? {
        return Err(Refusal::Busy { name: environment.name.clone(), kind: run.kind }.into());
    }
    let (wanted, action) = match kind {
        RunKind::Update => ("be reverted", "environment.revert_asked"),
        _ => ("be checked for drift", "environment.drift_asked"),
    };
    if environment.status != Status::Ready {
        return Err(wrong_state(environment, wanted));
    }
    let run = runs::NewRun {
        id: ctx.random(RunId::random),
        environment: &environment.id,
        kind,
        status: RunStatus::Queued,
        weight,
        actor: asked.actor,
        created_at: ctx.now(),
        not_before: 0,
    };
    if !runs::insert(tx, &run).await? {
        return Err(CommandError::Internal(format!("{} has a run already", environment.id)));
    }
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: Some(&run.id),
        at: ctx.now(),
        actor: asked.actor,
        action,
        detail: json!({ "version": environment.version }),
    };
    audit::record(tx, entry).await?;
    Ok(run.id)
}

/// Calls off what is under way of an environment that lives on.
pub(super) async fn call_off(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    environment: &Environment,
) -> Result<Reply, CommandError> {
    let Some(run) = under_way(tx, environment).await? else {
        return Err(Refusal::NothingToCancel { name: environment.name.clone() }.into());
    };
    if cancel::withdrawn(ctx, tx, asked.actor, &run).await? {
        let notice = Notice::CalledOff { kind: run.kind, by: asked.actor.person().cloned() };
        tell(ctx, tx, environment, Place::Thread, notice).await?;
    }
    Ok(Reply::Cancelling { facts: environment.facts() })
}

/// Clears the way for an environment's end. `true`: nothing is under way any more. `false`: a run was
/// called off, and has to end first.
pub(super) async fn make_way(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    environment: &Environment,
) -> Result<bool, CommandError> {
    match under_way(tx, environment).await? {
        Some(run) => cancel::withdrawn(ctx, tx, actor, &run).await,
        None => Ok(true),
    }
}

/// The check or the update that is queued or running. A create or a destroy is none of these: who meets
/// one is refused by the state, or by the database.
async fn under_way(tx: &mut Tx, environment: &Environment) -> Result<Option<Run>, CommandError> {
    let live = runs::live(tx, &environment.id).await?;
    Ok(live.filter(|run| matches!(run.kind, RunKind::Drift | RunKind::Update)))
}
