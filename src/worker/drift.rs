//! The drift run: prepare, plan. It compares, and changes nothing.

use super::attempt::{Attempt, Stopped};
use super::call::Found;
use super::destroy::forget;
use super::workplace::Workplace;
use super::{Shop, settle};
use crate::domain::plan::PlanSummary;
use crate::domain::run::Step;
use crate::engine::Opened;
use crate::store::runs::Run;

/// Executes it, and completes it whatever comes.
pub(super) async fn drift(shop: &Shop, run: Run) -> Result<(), Stopped> {
    let attempt = Attempt::of(shop, run).await?;
    match steps(&attempt).await {
        Ok(found) => settle::checked(&attempt, found).await,
        Err(stopped @ (Stopped::ClaimLost | Stopped::Rests | Stopped::Trouble(_))) => Err(stopped),
        Err(Stopped::Failed(failure)) => {
            attempt.rests(&failure).await?;
            settle::failed(&attempt, *failure).await
        }
        Err(Stopped::Cancelled(by)) => settle::called_off(&attempt, by).await,
    }
}

async fn steps(attempt: &Attempt) -> Result<PlanSummary, Stopped> {
    attempt.check_before("drift")?;
    let place = prepared(attempt).await?;
    attempt.check_before("drift")?;
    attempt.leaves_before("drift").await?;
    attempt.begin(Step::Plan).await?;
    let found = compare(attempt, &place).await?;
    attempt.end(Step::Plan, "done", &found.to_string()).await?;
    Ok(found)
}

/// A workplace with the state that the environment was made with: without it everything would seem to
/// be gone, and be made a second time.
pub(super) async fn prepared(attempt: &Attempt) -> Result<Workplace, Stopped> {
    attempt.begin(Step::Prepare).await?;
    let place = attempt.workplace().await?;
    if place.opened == Opened::New {
        forget(&place, Step::Prepare)?;
        let why = "Its state is missing on the machine that runs Mayfly, so that nobody knows what belongs to it. Bring the state back, or look for its resources by their tags.";
        return Err(Stopped::failed(Step::Prepare, why));
    }
    attempt.end(Step::Prepare, "done", "").await?;
    Ok(place)
}

async fn compare(attempt: &Attempt, place: &Workplace) -> Result<PlanSummary, Stopped> {
    let engine = &place.installed.engine;
    let manifest = &place.manifest;
    let limit = manifest.limits.plan.real();
    let call = engine.drift(&place.job);
    if attempt.comparison(engine.as_ref(), call, limit, manifest).await? == Found::Nothing {
        return Ok(PlanSummary::default());
    }
    let printed = attempt.shown(place, &attempt.named("drift")).await?;
    let found = engine.drift_summary(&printed).map_err(Stopped::engine(Step::Plan))?;
    let scrubber = attempt.scrubber();
    Ok(found.shortened(|value| scrubber.scrub(value).into_owned()))
}
