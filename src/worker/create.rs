//! The create run: prepare, plan, gate, apply, collect.

use secrecy::SecretString;

use super::attempt::{Attempt, Stopped};
use super::gate::Verdict;
use super::waiting_plan::Restored;
use super::workplace::Workplace;
use super::{Shop, complete};
use crate::commands::transition::{Cause, Place, shift, tell};
use crate::domain::environment::{Event, Status};
use crate::domain::facts::ShownOutput;
use crate::domain::notice::Notice;
use crate::domain::run::{Failure, Step};
use crate::faults;
use crate::store::environments;
use crate::store::runs::{self, Run};
use crate::template::OutputKind;

/// What the template brought forth.
pub(super) struct Collected {
    pub(super) outputs: Vec<ShownOutput>,
    /// Name, label, value.
    pub(super) secrets: Vec<(String, String, SecretString)>,
}

/// What came of a plan.
pub(super) enum Carried {
    Out(Collected),
    /// It was not to be: why.
    Rejected(String),
}

/// Executes it, and completes it whatever comes.
pub(super) async fn create(shop: &Shop, run: Run) -> Result<(), Stopped> {
    let mut attempt = Attempt::of(shop, run).await?;
    match steps(&mut attempt).await {
        Ok(Carried::Out(collected)) => complete::created(&attempt, collected).await,
        Ok(Carried::Rejected(why)) => {
            attempt.leaves_nothing().await?;
            complete::create_rejected(&attempt, Failure::of(Step::Gate, why)).await
        }
        Err(stopped @ (Stopped::ClaimLost | Stopped::Rests | Stopped::Trouble(_))) => Err(stopped),
        Err(Stopped::Failed(failure)) => {
            attempt.rests(&failure).await?;
            attempt.leaves_nothing().await?;
            complete::create_failed(&attempt, *failure).await
        }
        Err(Stopped::Cancelled(by)) => {
            attempt.leaves_nothing().await?;
            complete::create_cancelled(&attempt, by).await
        }
    }
}

async fn steps(attempt: &mut Attempt) -> Result<Carried, Stopped> {
    start(attempt).await?;
    attempt.check_before_any()?;
    attempt.begin(Step::Prepare).await?;
    let place = attempt.workplace().await?;
    attempt.end(Step::Prepare, "done", "").await?;
    carry_out(attempt, &place).await
}

/// From the plan to the outputs: what a create and an update have in common.
pub(super) async fn carry_out(attempt: &Attempt, place: &Workplace) -> Result<Carried, Stopped> {
    if let Some(why) = attempt.was_denied().await? {
        return Ok(Carried::Rejected(why));
    }
    let restored = attempt.restore_plan(place).await?;
    // A worker on another machine has left its plan there.
    let elsewhere = attempt.run.plan.is_some()
        && (matches!(restored, Restored::Outdated) || !place.job.plan_file().exists());
    let mut printed = match restored {
        Restored::Plan(printed) => Some(printed),
        Restored::Nothing | Restored::Outdated => None,
    };
    let blind = faults::is_off(faults::RECONCILE);
    if elsewhere && !blind && attempt.applies_its_plan().await? {
        return Err(attempt.lost_sight(place).await?);
    }
    if elsewhere || attempt.run.plan.is_none() {
        attempt.reconcile(place).await?;
        attempt.knows_what_was_made().await?;
        attempt.repair(place).await?;
        printed = Some(plan(attempt, place).await?);
    }
    if !attempt.has_passed().await? {
        let printed = match printed {
            Some(printed) => printed,
            None => attempt.shown(place, &attempt.named("plan")).await?,
        };
        if let Verdict::Rejected(why) = attempt.pass_gate(place, &printed).await? {
            return Ok(Carried::Rejected(why));
        }
    }
    attempt.check_before("apply")?;
    attempt.leaves_before("apply").await?;
    attempt.begin(Step::Apply).await?;
    let call = place.installed.engine.apply(&place.job);
    let limit = place.manifest.limits.apply.real();
    let exit =
        attempt.child(Step::Apply, &attempt.named("apply"), call, limit, &place.manifest).await?;
    attempt.end(Step::Apply, "done", &exit.cause.to_string()).await?;
    attempt.begin(Step::Collect).await?;
    Ok(Carried::Out(collect(attempt, place).await?))
}

/// The first worker moves the environment on; one that takes over finds that done.
async fn start(attempt: &mut Attempt) -> Result<(), Stopped> {
    if attempt.environment.status != Status::Requested {
        return Ok(());
    }
    let shop = attempt.shop.clone();
    let actor = attempt.actor();
    let mut tx = shop.ctx.db.write("start a create run").await?;
    environments::lock(&mut tx, &attempt.environment.id).await?;
    if !runs::held(&mut tx, &attempt.run.id, attempt.run.epoch).await? {
        return Err(Stopped::ClaimLost);
    }
    let cause = Cause { actor: &actor, run: Some(&attempt.run.id) };
    attempt.environment =
        shift(&shop.ctx, &mut tx, &attempt.environment, Event::Started, cause).await?;
    tx.commit().await?;
    shop.ctx.nudges.outbox.notify_one();
    Ok(())
}

/// Plans, keeps the plan for the apply, and shows what it will do: what the engine says of it.
async fn plan(attempt: &Attempt, place: &Workplace) -> Result<Vec<u8>, Stopped> {
    attempt.check_before("plan")?;
    attempt.leaves_before("plan").await?;
    attempt.begin(Step::Plan).await?;
    let engine = &place.installed.engine;
    let limit = place.manifest.limits.plan.real();
    let call = engine.plan(&place.job);
    let name = attempt.named("plan");
    attempt.child(Step::Plan, &name, call, limit, &place.manifest).await?;
    let printed = attempt.shown(place, &name).await?;
    let summary = engine.plan_summary(&printed).map_err(Stopped::engine(Step::Plan))?;
    let scrubber = attempt.scrubber();
    let summary = summary.shortened(|value| scrubber.scrub(value).into_owned());
    attempt.end(Step::Plan, "done", &summary.to_string()).await?;
    attempt.progress.lock().await.total = Some(summary.resources.len());

    let ctx = &attempt.shop.ctx;
    let mut tx = ctx.db.write("keep a plan").await?;
    if !runs::set_plan(&mut tx, &attempt.run.id, attempt.run.epoch, &summary).await? {
        return Err(Stopped::ClaimLost);
    }
    let told = attempt.run.plan.as_ref().is_some_and(|told| told.0 == summary);
    if !told {
        let notice = Notice::Plan { run: attempt.run.id.clone(), summary };
        tell(ctx, &mut tx, &attempt.environment, Place::Thread, notice).await?;
    }
    tx.commit().await?;
    ctx.nudges.outbox.notify_one();
    Ok(printed)
}

/// Reads the outputs out of the state: what may be shown, and what is sealed.
async fn collect(attempt: &Attempt, place: &Workplace) -> Result<Collected, Stopped> {
    let values = attempt.inventory(place, Step::Collect).await?.outputs;
    let mut collected = Collected { outputs: Vec::new(), secrets: Vec::new() };
    for output in &place.manifest.outputs {
        let Some(found) = values.get(&output.name) else { continue };
        let value = match &found.value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => continue,
            other => other.to_string(),
        };
        let (name, label) = (output.name.clone(), output.label.clone());
        if output.kind == OutputKind::Secret || found.sensitive {
            collected.secrets.push((name, label, SecretString::from(value)));
            continue;
        }
        collected.outputs.push(ShownOutput {
            name,
            label,
            value,
            link: output.kind == OutputKind::Link,
        });
    }
    let outputs = collected.secrets.iter().map(|(_, _, value)| value);
    attempt.hide(place.secrets.iter().chain(outputs));
    // An output that repeats a secret is one, whatever the manifest calls it.
    let scrubber = attempt.scrubber();
    let (shown, leaking): (Vec<_>, Vec<_>) = collected
        .outputs
        .into_iter()
        .partition(|output| scrubber.scrub(&output.value) == output.value);
    collected.outputs = shown;
    for output in leaking {
        collected.secrets.push((output.name, output.label, SecretString::from(output.value)));
    }
    Ok(collected)
}
