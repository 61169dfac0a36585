//! The update run: prepare, plan, gate, apply, collect, of an environment that is ready before and after.

use super::attempt::{Attempt, Stopped};
use super::create::{Carried, carry_out};
use super::drift::prepared;
use super::{Shop, settle};
use crate::commands::transition::{Cause, shift};
use crate::domain::environment::{Event, Status};
use crate::domain::run::{Failure, Step};
use crate::store::environments;
use crate::store::runs::{self, Run};

/// Executes it, and completes it whatever comes.
pub(super) async fn update(shop: &Shop, run: Run) -> Result<(), Stopped> {
    let mut attempt = Attempt::of(shop, run).await?;
    match steps(&mut attempt).await {
        Ok(Carried::Out(collected)) => settle::updated(&attempt, collected).await,
        Ok(Carried::Rejected(why)) => {
            settle::rejected(&attempt, Failure::of(Step::Gate, why)).await
        }
        Err(stopped @ (Stopped::ClaimLost | Stopped::Rests | Stopped::Trouble(_))) => Err(stopped),
        Err(Stopped::Failed(failure)) => {
            attempt.rests(&failure).await?;
            settle::failed(&attempt, *failure).await
        }
        Err(Stopped::Cancelled(by)) => settle::called_off(&attempt, by).await,
    }
}

async fn steps(attempt: &mut Attempt) -> Result<Carried, Stopped> {
    attempt.check_before_any()?;
    start(attempt).await?;
    let place = prepared(attempt).await?;
    carry_out(attempt, &place).await
}

/// The first worker moves the environment on; one that takes over finds that done.
async fn start(attempt: &mut Attempt) -> Result<(), Stopped> {
    let shop = attempt.shop.clone();
    let actor = attempt.actor();
    let mut tx = shop.ctx.db.write("start an update run").await?;
    let environment = environments::lock(&mut tx, &attempt.environment.id).await?;
    if !runs::held(&mut tx, &attempt.run.id, attempt.run.epoch).await? {
        return Err(Stopped::ClaimLost);
    }
    match environment.status {
        Status::Ready => {
            let cause = Cause { actor: &actor, run: Some(&attempt.run.id) };
            let event = Event::UpdateStarted;
            attempt.environment = shift(&shop.ctx, &mut tx, &environment, event, cause).await?;
            tx.commit().await?;
            shop.ctx.nudges.outbox.notify_one();
            Ok(())
        }
        Status::Updating => Ok(()),
        // Its end was asked for in this moment, and goes before.
        _ => Err(Stopped::Cancelled(actor)),
    }
}
