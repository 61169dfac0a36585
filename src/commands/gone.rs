//! `gone`: an operator says that a quarantined environment is no more. Nothing is destroyed by that, and nothing
//! verified, so that it takes a reason, and the receipt says what it is.

use serde_json::json;

use super::extend::{refuse_transition, wrong_state};
use super::target::{Right, resolve};
use super::transition::{Cause, Place, shift, tell};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::environment::{Event, LONGEST_REASON, Status};
use crate::domain::notice::{Notice, Route};
use crate::domain::reply::{Refusal, Reply};
use crate::domain::{OutboxId, actions};
use crate::store::environments::Environment;
use crate::store::{Tx, audit, effects, environments, links, outbox, secrets};

/// Without a reason it is asked for, if it may be done at all.
pub(super) async fn gone(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
    why: Option<&str>,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "gone")?;
    let Some(why) = why else { return reason_wanted(ctx, asked, target).await };
    let why = reason(why)?;
    let mut tx = ctx.db.write("mark an environment as gone").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let at = ctx.now();
    let by = asked.actor.person().cloned();
    let event = Event::MarkedGone { by, why: why.clone(), at };
    let marked = shift(ctx, &mut tx, &environment, event, Cause::of(asked.actor))
        .await
        .map_err(|error| refuse_transition(&environment, error, "be marked as gone"))?;
    for purpose in [links::REVEAL, links::ENTER] {
        links::revoke(&mut tx, &marked.id, purpose, at).await?;
    }
    // Its state is kept aside for whoever needs it, and so is what that may be encrypted with.
    secrets::forget_all_but_state(&mut tx, &marked.id).await?;
    let unknown: Vec<String> = effects::of_environment(&mut tx, &marked.id)
        .await?
        .into_iter()
        .map(|effect| effect.address)
        .collect();
    effects::settle_all(&mut tx, &marked.id).await?;
    let entry = audit::Entry {
        environment: Some(&marked.id),
        run: None,
        at,
        actor: asked.actor,
        action: "environment.marked_gone",
        detail: json!({ "reason": why, "unknown": unknown }),
    };
    audit::record(&mut tx, entry).await?;
    tell_all(ctx, &mut tx, &marked, unknown).await?;
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::MarkedGone { facts: marked.facts() })
}

async fn reason_wanted(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.read().await?;
    let environment = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    if environment.status != Status::Quarantined {
        return Err(wrong_state(&environment, "be marked as gone"));
    }
    Ok(Reply::ReasonWanted { facts: environment.facts() })
}

/// Its receipt to the owner, to its channel, and to the operators, who were told that it is stuck.
async fn tell_all(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    unknown: Vec<String>,
) -> Result<(), CommandError> {
    let receipt = Notice::MarkedGone { unknown };
    tell(ctx, tx, environment, Place::Thread, receipt.clone()).await?;
    if let Some(reason) = environment.end_reason.clone().map(|reason| reason.0) {
        tell(ctx, tx, environment, Place::Channel, Notice::ChannelDestroyed { reason }).await?;
    }
    if let Some(channel) = &ctx.operators_channel {
        let message = outbox::NewMessage {
            id: ctx.random(OutboxId::random),
            environment: Some(&environment.id),
            route: Route::Channel { channel: channel.clone() },
            notice: receipt,
            created_at: ctx.now(),
        };
        outbox::push(tx, message).await?;
    }
    Ok(())
}

/// A reason as it was typed, if it is one.
pub(super) fn reason(typed: &str) -> Result<String, CommandError> {
    let why = typed.trim();
    let problem = match why.chars().count() {
        0 => "Say why: it stands in the audit trail, with your name.".to_owned(),
        n if n > LONGEST_REASON => format!("Say it in {LONGEST_REASON} characters; these are {n}."),
        _ => return Ok(why.to_owned()),
    };
    let problems = vec![(actions::REASON_BLOCK.to_owned(), problem)];
    Err(Refusal::BadInputs { problems }.into())
}
