//! The one place that completes a run: outcome, transition, audit and messages in one transaction,
//! fenced by the claim's epoch. What comes of an environment that lives on stands in `settle`.

use serde_json::json;

use super::attempt::{Attempt, Stopped};
use super::create::Collected;
use super::millis;
use super::settle::failed_notice;
use crate::commands::approval::withdraw;
use crate::commands::budget::costs_until;
use crate::commands::transition::{Cause, Place, shift, tell};
use crate::commands::{Ctx, begin_destroy, queue_destroy};
use crate::domain::environment::{EndReason, Event};
use crate::domain::notice::{Notice, Route};
use crate::domain::run::{Failure, RunKind, RunStatus, Step};
use crate::domain::ttl::Lifetime;
use crate::domain::{Actor, OutboxId};
use crate::secrets::AssociatedData;
use crate::store::environments::Environment;
use crate::store::{
    StoreError, Tx, audit, effects, environments, links, outbox, plans, runs, secrets,
};

/// After so many failed destroys a person has to look.
const DESTROY_ATTEMPTS: i64 = 3;

/// The environment is ready: outputs, secrets, expiry, and everybody hears of it.
pub(super) async fn created(attempt: &Attempt, collected: Collected) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let mut tx = ctx.db.write("complete a create run").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return create_cancelled(attempt, by).await;
    }
    let environment = finish(attempt, &mut tx, RunStatus::Succeeded, None).await?;
    keep(attempt, &mut tx, &environment, collected).await?;
    effects::settle_run(&mut tx, &attempt.run.id).await?;
    let lifetime = Lifetime::start(ctx.now(), environment.ttl(), &environment.rules.0);
    let environment = advance(attempt, &mut tx, &environment, Event::Provisioned(lifetime)).await?;
    costs_until(ctx, &mut tx, &environment, lifetime.expires_at).await?;
    tell(ctx, &mut tx, &environment, Place::Thread, Notice::Ready).await?;
    tell(ctx, &mut tx, &environment, Place::Channel, Notice::ChannelCreated).await?;
    commit(attempt, tx).await
}

/// The create failed: what it made is destroyed; where nothing can have been made, that is the end.
pub(super) async fn create_failed(attempt: &Attempt, failure: Failure) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let effects = attempt.was_begun(Step::Apply).await?;
    let mut tx = ctx.db.write("fail a create run").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return create_cancelled(attempt, by).await;
    }
    let environment = finish(attempt, &mut tx, RunStatus::Failed, Some(&failure)).await?;
    let why = failure.summary.clone();
    let notice = failed_notice(attempt, failure, effects);
    tell(ctx, &mut tx, &environment, Place::Thread, notice).await?;
    let in_channel = Notice::ChannelFailed { summary: why.clone() };
    tell(ctx, &mut tx, &environment, Place::Channel, in_channel).await?;
    undo(attempt, &mut tx, &environment, (EndReason::CreateFailed { why }, effects)).await?;
    commit(attempt, tx).await
}

/// Policy, or an answer, said no. Nothing was made, unless an earlier try was let through: that is undone.
pub(super) async fn create_rejected(attempt: &Attempt, failure: Failure) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    if attempt.was_begun(Step::Apply).await? {
        return create_failed(attempt, failure).await;
    }
    let mut tx = ctx.db.write("reject a create run").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return create_cancelled(attempt, by).await;
    }
    let environment = finish(attempt, &mut tx, RunStatus::Failed, Some(&failure)).await?;
    let why = failure.summary;
    let event = Event::Rejected { why: why.clone() };
    let environment = advance(attempt, &mut tx, &environment, event).await?;
    secrets::forget(&mut tx, &environment.id).await?;
    links::revoke(&mut tx, &environment.id, links::ENTER, ctx.now()).await?;
    let notice = Notice::Rejected { kind: RunKind::Create, why };
    tell(ctx, &mut tx, &environment, Place::Thread, notice).await?;
    commit(attempt, tx).await
}

/// The create was called off, and its engine has ended.
pub(super) async fn create_cancelled(attempt: &Attempt, by: Actor) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let effects = attempt.was_begun(Step::Apply).await?;
    let mut tx = ctx.db.write("cancel a create run").await?;
    let environment = finish(attempt, &mut tx, RunStatus::Cancelled, None).await?;
    let notice = Notice::Cancelled { by: by.person().cloned() };
    tell(ctx, &mut tx, &environment, Place::Thread, notice).await?;
    if effects {
        let reason = match by.person() {
            Some(person) => EndReason::CreateCancelled { by: person.clone() },
            None => EndReason::CreateFailed { why: "It was called off.".to_owned() },
        };
        undo(attempt, &mut tx, &environment, (reason, effects)).await?;
    } else {
        advance(attempt, &mut tx, &environment, Event::Withdrawn).await?;
        secrets::forget(&mut tx, &environment.id).await?;
    }
    commit(attempt, tx).await
}

/// Keeps the outputs: what may be shown, and sealed what may not.
pub(super) async fn keep(
    attempt: &Attempt,
    tx: &mut Tx,
    environment: &Environment,
    collected: Collected,
) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let count = collected.secrets.len();
    for (field, label, value) in collected.secrets {
        let data = AssociatedData { environment: environment.id.as_str(), field: &field };
        let sealed = ctx
            .random(|rng| ctx.keyring.seal(rng, data, &value))
            .map_err(|error| Stopped::failed(Step::Collect, error.to_string()))?;
        let secret = secrets::SealedSecret {
            environment_id: environment.id.clone(),
            field,
            kind: secrets::OUTPUT.to_owned(),
            label,
            sealed: sealed.as_bytes().to_vec(),
            created_at: ctx.now(),
        };
        secrets::put(tx, &secret).await?;
    }
    Ok(environments::set_outputs(tx, &environment.id, &collected.outputs, count).await?)
}

/// From a create that did not succeed to its destruction.
async fn undo(
    attempt: &Attempt,
    tx: &mut Tx,
    environment: &Environment,
    (reason, effects): (EndReason, bool),
) -> Result<(), Stopped> {
    let event = Event::CreateFailed(reason.clone());
    let failed = advance(attempt, tx, environment, event).await?;
    if effects {
        begin_destroy(&attempt.shop.ctx, tx, &attempt.actor(), &failed, reason).await?;
        return Ok(());
    }
    let destroying = advance(attempt, tx, &failed, Event::DestroyAsked(reason)).await?;
    let at = attempt.shop.ctx.now();
    advance(attempt, tx, &destroying, Event::Gone { at }).await?;
    secrets::forget(tx, &environment.id).await?;
    Ok(())
}

/// What the trail says of an environment of which something may be left that no state knows.
pub(super) const LEFT_UNKNOWN: &str = "environment.unknown";

/// Everything is gone, and that was verified: the receipt.
pub(super) async fn destroyed(attempt: &Attempt) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let mut tx = ctx.db.write("complete a destroy run").await?;
    let environment = finish(attempt, &mut tx, RunStatus::Succeeded, None).await?;
    let at = ctx.now();
    let environment = advance(attempt, &mut tx, &environment, Event::Gone { at }).await?;
    secrets::forget(&mut tx, &environment.id).await?;
    links::revoke(&mut tx, &environment.id, links::REVEAL, at).await?;
    let reason = environment.end_reason.clone().map_or(EndReason::Expired, |reason| reason.0);
    let unknown: Vec<String> = effects::of_environment(&mut tx, &environment.id)
        .await?
        .into_iter()
        .map(|effect| effect.address)
        .collect();
    effects::settle_all(&mut tx, &environment.id).await?;
    if !unknown.is_empty() {
        let entry = audit::Entry {
            environment: Some(&environment.id),
            run: Some(&attempt.run.id),
            at,
            actor: &attempt.actor(),
            action: LEFT_UNKNOWN,
            detail: json!({ "resources": unknown }),
        };
        audit::record(&mut tx, entry).await?;
    }
    let orphan = matches!(reason, EndReason::Orphan { .. });
    let receipt = Notice::Receipt {
        unknown,
        reason: reason.clone(),
        destroyed: usize::try_from(environment.destroyed_count).unwrap_or(0),
        // How long it lived was told when it ended.
        lived: environment.ready_at.filter(|_| !orphan).map(|ready| at - ready),
    };
    tell(ctx, &mut tx, &environment, Place::Thread, receipt.clone()).await?;
    if orphan {
        to_operators(ctx, &mut tx, &environment, receipt).await?;
        return commit(attempt, tx).await;
    }
    tell(ctx, &mut tx, &environment, Place::Channel, Notice::ChannelDestroyed { reason }).await?;
    commit(attempt, tx).await
}

/// A destroy failed: again after a while, and after the third time a person has to look.
pub(super) async fn destroy_failed(attempt: &Attempt, failure: Failure) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let mut tx = ctx.db.write("fail a destroy run").await?;
    let environment = finish(attempt, &mut tx, RunStatus::Failed, Some(&failure)).await?;
    let failures = environment.destroy_failures + 1;
    // It costs on, beyond its end: what that comes to is spent.
    costs_until(ctx, &mut tx, &environment, ctx.now()).await?;
    environments::set_destroy_failures(&mut tx, &environment.id, failures).await?;
    if failures < DESTROY_ATTEMPTS {
        let backoff = attempt.shop.settings.destroy_backoff;
        let not_before = tx.real_now().await? + millis(backoff) * failures;
        queue_destroy(ctx, &mut tx, &attempt.actor(), &environment, not_before).await?;
        return commit(attempt, tx).await;
    }
    let why = failure.summary.clone();
    let event = Event::GivenUp { why: why.clone() };
    let environment = advance(attempt, &mut tx, &environment, event).await?;
    tell(ctx, &mut tx, &environment, Place::Thread, failed_notice(attempt, failure, true)).await?;
    let notice = Notice::Quarantined { why };
    tell(ctx, &mut tx, &environment, Place::Thread, notice.clone()).await?;
    to_operators(ctx, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// A notice about an environment for whoever runs the bot.
pub(super) async fn to_operators(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    notice: Notice,
) -> Result<(), StoreError> {
    let Some(channel) = &ctx.operators_channel else { return Ok(()) };
    let message = outbox::NewMessage {
        id: ctx.random(OutboxId::random),
        environment: Some(&environment.id),
        route: Route::Channel { channel: channel.clone() },
        notice,
        created_at: ctx.now(),
    };
    outbox::push(tx, message).await
}

/// Who has called the run off, if anybody has. Whoever does holds the same lock: from here nobody can, and what
/// was accepted is kept, however the run would have ended.
pub(super) async fn called_off_by(
    attempt: &Attempt,
    tx: &mut Tx,
) -> Result<Option<Actor>, Stopped> {
    environments::lock(tx, &attempt.environment.id).await?;
    Ok(runs::get(tx, &attempt.run.id).await?.cancel_by.map(|by| by.0))
}

/// Ends the run under its epoch and returns the environment as it is, held until the commit.
pub(super) async fn finish(
    attempt: &Attempt,
    tx: &mut Tx,
    status: RunStatus,
    failure: Option<&Failure>,
) -> Result<Environment, Stopped> {
    let ctx = &attempt.shop.ctx;
    let environment = environments::lock(tx, &attempt.environment.id).await?;
    let told = attempt.write_progress(tx, Some(status)).await?;
    let outcome = runs::Outcome { status, failure, at: ctx.now() };
    let held = runs::complete(tx, &attempt.run.id, attempt.run.epoch, outcome).await?;
    if !told || !held {
        return Err(Stopped::ClaimLost);
    }
    plans::forget(tx, &attempt.run.id).await?;
    withdraw(ctx, tx, &attempt.run.id).await?;
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: Some(&attempt.run.id),
        at: ctx.now(),
        actor: &attempt.actor(),
        action: "run.completed",
        detail: json!({ "kind": attempt.run.kind, "status": status, "failure": failure }),
    };
    audit::record(tx, entry).await?;
    Ok(environment)
}

pub(super) async fn advance(
    attempt: &Attempt,
    tx: &mut Tx,
    environment: &Environment,
    event: Event,
) -> Result<Environment, Stopped> {
    let actor = attempt.actor();
    let cause = Cause { actor: &actor, run: Some(&attempt.run.id) };
    Ok(shift(&attempt.shop.ctx, tx, environment, event, cause).await?)
}

pub(super) async fn commit(attempt: &Attempt, tx: Tx) -> Result<(), Stopped> {
    tx.commit().await?;
    attempt.shop.ctx.nudges.all();
    Ok(())
}
