//! How a run of an environment that lives on ends: with a message, and the environment ready as before.
//! Where its end was asked for meanwhile, that follows now.

use super::attempt::{Attempt, Stopped};
use super::complete::{advance, called_off_by, commit, finish, keep};
use super::create::Collected;
use super::journal::{BEGUN, last};
use crate::commands::budget::costs_as_before;
use crate::commands::queue_destroy;
use crate::commands::transition::{Place, tell};
use crate::domain::Actor;
use crate::domain::environment::{EndReason, Event, Status};
use crate::domain::notice::Notice;
use crate::domain::plan::PlanSummary;
use crate::domain::run::{Failure, RunKind, RunStatus, Step};
use crate::store::environments::Environment;
use crate::store::{Tx, effects, runs, steps};

/// The check has found something, or nothing.
pub(super) async fn checked(attempt: &Attempt, found: PlanSummary) -> Result<(), Stopped> {
    let mut tx = attempt.shop.ctx.db.write("complete a drift run").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return called_off(attempt, by).await;
    }
    if !runs::set_plan(&mut tx, &attempt.run.id, attempt.run.epoch, &found).await? {
        return Err(Stopped::ClaimLost);
    }
    let environment = finish(attempt, &mut tx, RunStatus::Succeeded, None).await?;
    let notice = Notice::Drift { run: attempt.run.id.clone(), found };
    go_on(attempt, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// The update was applied: what it brought forth is kept, also where it was called off too late.
pub(super) async fn updated(attempt: &Attempt, collected: Collected) -> Result<(), Stopped> {
    let mut tx = attempt.shop.ctx.db.write("complete an update run").await?;
    let environment = finish(attempt, &mut tx, RunStatus::Succeeded, None).await?;
    keep(attempt, &mut tx, &environment, collected).await?;
    effects::settle_run(&mut tx, &attempt.run.id).await?;
    let done = runs::get(&mut tx, &attempt.run.id).await?.plan.map(|plan| plan.0);
    let notice = Notice::Updated { run: attempt.run.id.clone(), done: done.unwrap_or_default() };
    go_on(attempt, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// It failed. Nothing is destroyed because of that.
pub(super) async fn failed(attempt: &Attempt, failure: Failure) -> Result<(), Stopped> {
    let mut tx = attempt.shop.ctx.db.write("fail a run of a living environment").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return called_off(attempt, by).await;
    }
    let environment = finish(attempt, &mut tx, RunStatus::Failed, Some(&failure)).await?;
    let notice = failed_notice(attempt, failure, true);
    go_on(attempt, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// What is told of a run that has failed; whether a create had made something.
pub(super) fn failed_notice(attempt: &Attempt, failure: Failure, made: bool) -> Notice {
    Notice::Failed { run: attempt.run.id.clone(), kind: attempt.run.kind, failure, made }
}

/// Policy, or an answer, said no. Nothing was changed, unless an earlier try was let through.
pub(super) async fn rejected(attempt: &Attempt, failure: Failure) -> Result<(), Stopped> {
    if attempt.was_begun(Step::Apply).await? {
        return failed(attempt, failure).await;
    }
    let mut tx = attempt.shop.ctx.db.write("reject an update run").await?;
    if let Some(by) = called_off_by(attempt, &mut tx).await? {
        drop(tx);
        return called_off(attempt, by).await;
    }
    let environment = finish(attempt, &mut tx, RunStatus::Failed, Some(&failure)).await?;
    let notice = Notice::Rejected { kind: attempt.run.kind, why: failure.summary };
    go_on(attempt, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// It was called off, and its engine has ended.
pub(super) async fn called_off(attempt: &Attempt, by: Actor) -> Result<(), Stopped> {
    let mut tx = attempt.shop.ctx.db.write("call off a run of a living environment").await?;
    let environment = finish(attempt, &mut tx, RunStatus::Cancelled, None).await?;
    let notice = Notice::CalledOff { kind: attempt.run.kind, by: by.person().cloned() };
    go_on(attempt, &mut tx, &environment, notice).await?;
    commit(attempt, tx).await
}

/// Ready as before, with word of how the run ended; or on to the end that was asked for meanwhile, where
/// nobody wants to hear of the run any more.
async fn go_on(
    attempt: &Attempt,
    tx: &mut Tx,
    environment: &Environment,
    notice: Notice,
) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    match environment.status {
        Status::Destroying => {
            // Who asked for its end, and not who had called off this run before.
            let actor = match environment.end_reason.as_ref().map(|reason| &reason.0) {
                Some(EndReason::Asked { by }) => Actor::Person(by.clone()),
                Some(EndReason::Expired | EndReason::ExpiredUnwarned) => Actor::Scheduler,
                _ => attempt.actor(),
            };
            queue_destroy(ctx, tx, &actor, environment, 0).await?;
            return Ok(());
        }
        Status::Updating if attempt.run.kind == RunKind::Update => {
            let journal = steps::of_run(tx, &attempt.run.id).await?;
            if last(&journal, Step::Apply, BEGUN).is_none() {
                costs_as_before(ctx, tx, environment).await?;
            }
            advance(attempt, tx, environment, Event::UpdateEnded).await?;
        }
        _ => {}
    }
    Ok(tell(ctx, tx, environment, Place::Thread, notice).await?)
}
