//! The destroy run: prepare, destroy, verify.

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use super::{Shop, complete};
use crate::domain::run::{Failure, Step};
use crate::engine::Opened;
use crate::faults;
use crate::store::runs::Run;
use crate::store::{environments, runs, steps};

/// Executes it, and completes it whatever comes.
pub(super) async fn destroy(shop: &Shop, run: Run) -> Result<(), Stopped> {
    let attempt = Attempt::of(shop, run).await?;
    match steps(&attempt).await {
        Ok(()) => complete::destroyed(&attempt).await,
        Err(stopped @ (Stopped::ClaimLost | Stopped::Rests | Stopped::Trouble(_))) => Err(stopped),
        Err(Stopped::Failed(failure)) => {
            attempt.rests(&failure).await?;
            complete::destroy_failed(&attempt, *failure).await
        }
        Err(Stopped::Cancelled(_)) => {
            let why = "It was interrupted.";
            complete::destroy_failed(&attempt, Failure::of(Step::Destroy, why)).await
        }
    }
}

async fn steps(attempt: &Attempt) -> Result<(), Stopped> {
    attempt.begin(Step::Prepare).await?;
    let place = attempt.workplace().await?;
    // The state goes when its emptiness was verified, not before: a missing one is no empty one, and
    // what it knew may still exist.
    let verified = attempt.is_verified().await?;
    // One that was opened once more has had its state verified as empty before.
    let anew = place.opened == Opened::New && !verified && attempt.is_reopened();
    if place.opened == Opened::New && !verified && !anew {
        forget(&place, Step::Prepare)?;
        let why = "Its state is missing on the machine that runs Mayfly, so that nobody knows what to destroy. Bring the state back, or look for its resources by their tags.";
        return Err(Stopped::failed(Step::Prepare, why));
    }
    attempt.end(Step::Prepare, "done", "").await?;
    let engine = &place.installed.engine;
    if place.opened == Opened::New && !anew {
        // A worker before this one saw it empty, and removed it; what was made to look is removed again.
        leave(attempt, &place).await?;
        return attempt.end(Step::Verify, "done", "the state is empty").await;
    }
    attempt.reconcile(&place).await?;
    attempt.has_taken_in().await?;
    let there = attempt.inventory(&place, Step::Destroy).await?.resources.len();
    let before = {
        // A worker before this one has counted what it began to destroy.
        let mut progress = attempt.progress.lock().await;
        *progress.total.get_or_insert(there)
    };
    attempt.leaves_before("destroy").await?;
    attempt.begin(Step::Destroy).await?;
    if !attempt.has_called() {
        let remembered = faults::around(faults::REMEMBER, || engine.remember(&place.job));
        remembered.map_err(Stopped::engine(Step::Destroy))?;
    }
    let call = engine.destroy(&place.job);
    let limit = place.manifest.limits.destroy.real();
    let name = attempt.named("destroy");
    let called = attempt.child(Step::Destroy, &name, call, limit, &place.manifest).await;
    if let Err(Stopped::Rests) = called {
        return Err(Stopped::Rests);
    }
    let after = attempt.inventory(&place, Step::Verify).await;
    if let Ok(after) = &after {
        count(attempt, before.saturating_sub(after.resources.len())).await?;
    }
    called?;
    attempt.end(Step::Destroy, "done", "").await?;
    attempt.begin(Step::Verify).await?;
    attempt.verify(&place, after?).await?;
    leave(attempt, &place).await?;
    if sweep_site(attempt)? {
        attempt.end(Step::Verify, "swept", "removed a preview site that no state knew").await?;
    }
    attempt.end(Step::Verify, "done", "the state is empty").await
}

/// Adds what this run has destroyed by now to what the environment's receipt tells; once, also where another
/// worker or try has counted before.
async fn count(attempt: &Attempt, gone: usize) -> Result<(), Stopped> {
    let ctx = &attempt.shop.ctx;
    let mut tx = ctx.db.write("count what is destroyed").await?;
    if !runs::held(&mut tx, &attempt.run.id, attempt.run.epoch).await? {
        return Err(Stopped::ClaimLost);
    }
    let journal = steps::of_run(&mut tx, &attempt.run.id).await?;
    let counted = journal.iter().rev().find(|line| line.event == COUNTED);
    let before = counted.and_then(|line| line.detail.parse::<usize>().ok()).unwrap_or(0);
    let more = gone.saturating_sub(before);
    environments::count_destroyed(&mut tx, &attempt.environment.id, more).await?;
    let gone = gone.to_string();
    let line = attempt.line(Step::Destroy, COUNTED, &gone);
    steps::write(&mut tx, line, ctx.now()).await?;
    Ok(tx.commit().await?)
}

/// What the journal says when it has been counted; its detail is how many.
const COUNTED: &str = "counted";

/// Removes what a killed engine has left of the environment's preview site; whether there was anything.
fn sweep_site(attempt: &Attempt) -> Result<bool, Stopped> {
    let site = attempt.shop.settings.data.join("sites").join(&attempt.environment.name);
    match faults::around(faults::REMOVE_SITE, || std::fs::remove_dir_all(&site)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            let why = format!("The preview site {} cannot be removed: {error}", site.display());
            Err(Stopped::failed(Step::Verify, why))
        }
    }
}

/// Removes a state that is empty.
async fn leave(attempt: &Attempt, place: &Workplace) -> Result<(), Stopped> {
    let engine = &place.installed.engine;
    if let Some(call) = engine.leave(&place.job) {
        let name = format!("leave-{}", attempt.run.epoch);
        let limit = place.manifest.limits.destroy.real();
        attempt.secret_child((Step::Verify, &name), call, limit, &place.manifest).await?;
    }
    forget(place, Step::Verify)
}

/// Removes its state, which is to be empty.
pub(super) fn forget(place: &Workplace, step: Step) -> Result<(), Stopped> {
    let engine = &place.installed.engine;
    let forgotten = faults::around(faults::FORGET_STATE, || engine.forget(&place.job));
    forgotten.map_err(Stopped::engine(step))
}
