//! `destroy`: ends an environment before its time.

use serde_json::json;

use super::consult::{Consulted, consult};
use super::extend::{refuse_transition, wrong_state};
use super::target::{Right, resolve};
use super::transition::{Cause, shift};
use super::{Asked, CommandError, Ctx, Target, cancel, living};
use crate::domain::decision::Point;
use crate::domain::environment::{EndReason, Event, Status};
use crate::domain::reply::Reply;
use crate::domain::run::{RunKind, RunStatus};
use crate::domain::{Actor, RunId};
use crate::store::environments::Environment;
use crate::store::{Tx, audit, environments, links, runs};

pub(super) async fn destroy(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let consulted = consult(ctx, asked, target, (Point::Destroy, None), |_| Ok(())).await?;
    let mut tx = ctx.db.write("destroy an environment").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    if matches!(environment.status, Status::Requested | Status::Provisioning) {
        let reply = cancel::call_off(ctx, &mut tx, asked, &environment).await?;
        if let Some(consulted) = &consulted {
            consulted.keep(ctx, &mut tx, asked, (&environment, None)).await?;
        }
        tx.commit().await?;
        ctx.nudges.all();
        return Ok(reply);
    }
    let reason = match asked.actor {
        Actor::Person(person) => EndReason::Asked { by: person.clone() },
        Actor::Scheduler | Actor::Worker { .. } | Actor::Console => EndReason::Expired,
    };
    let environment = begin(ctx, &mut tx, asked.actor, &environment, reason).await?;
    let warnings = consulted.as_ref().map(Consulted::warnings).unwrap_or_default();
    if let Some(consulted) = consulted {
        consulted.keep(ctx, &mut tx, asked, (&environment, None)).await?;
    }
    let facts = environment.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Destroying { facts, warnings })
}

/// Moves it to destroying and queues the run, for whatever reason. Its links open nothing from then. A
/// check or an update that is under way is called off, and the destroy follows when its engine has ended:
/// whoever completes it queues the run.
pub async fn begin(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    environment: &Environment,
    reason: EndReason,
) -> Result<Environment, CommandError> {
    let event = Event::DestroyAsked(reason);
    let next = shift(ctx, tx, environment, event, Cause::of(actor))
        .await
        .map_err(|error| refuse_transition(environment, error, "be destroyed"))?;
    for purpose in [links::REVEAL, links::ENTER] {
        links::revoke(tx, &next.id, purpose, ctx.now()).await?;
    }
    environments::set_destroy_failures(tx, &next.id, 0).await?;
    if living::make_way(ctx, tx, actor, &next).await? {
        queue_destroy(ctx, tx, actor, &next, 0).await?;
    }
    Ok(next)
}

/// Queues a destroy run, to begin at `not_before` (real milliseconds).
pub async fn queue_destroy(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    environment: &Environment,
    not_before: i64,
) -> Result<RunId, CommandError> {
    let weight = match runs::of_environment(tx, &environment.id).await?.first() {
        Some(create) => create.weight,
        None => crate::domain::run::Weight::Light,
    };
    let run = runs::NewRun {
        id: ctx.random(RunId::random),
        environment: &environment.id,
        kind: RunKind::Destroy,
        status: RunStatus::Queued,
        weight,
        actor,
        created_at: ctx.now(),
        not_before,
    };
    if !runs::insert(tx, &run).await? {
        return Err(wrong_state(environment, "be destroyed while another run changes it"));
    }
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: Some(&run.id),
        at: ctx.now(),
        actor,
        action: "run.queued",
        detail: json!({ "kind": run.kind }),
    };
    audit::record(tx, entry).await?;
    Ok(run.id)
}
