//! `why`: every decision that policy has taken about an environment or a run, and what came of it; without either, what
//! was last decided of the person's own wishes, also of those of which nothing came.

use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target, guard};
use crate::domain::approval::ApprovalStatus;
use crate::domain::notice::Recipient;
use crate::domain::reply::{Explained, OwnDecision, Reply, Why};
use crate::domain::{EnvironmentId, Person, RunId};
use crate::store::decisions::Decided;
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, approvals, decisions, environments, runs};

/// So many of a person's own.
const OWN: i64 = 5;

pub(super) async fn why(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: Option<&Target>,
    page: usize,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.read().await?;
    let Some(target) = target else { return own(&mut tx, asked, page).await };
    let (environment, run) = meant(ctx, &mut tx, asked, target).await?;
    let decided = match &run {
        Some(run) => decisions::of_run(&mut tx, run).await?,
        None => decisions::of_environment(&mut tx, &environment.id).await?,
    };
    let runs: Vec<Option<RunId>> = decided.iter().map(|row| row.run_id.clone()).collect();
    let mut decisions: Vec<Explained> = decided.into_iter().map(explained).collect();
    answer(&mut tx, (&mut decisions, &runs), &environment.id, run.as_ref()).await?;
    Ok(Reply::Why(Why { facts: environment.facts(), run, decisions, page }))
}

/// The environment that is meant, or the one of the run whose id was typed. A run is seen by those who see its
/// environment; to others there is nothing that is called so. Whoever is to answer a question has to see what it is
/// about: for them there is this much of it.
async fn meant(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<(Environment, Option<RunId>), CommandError> {
    if let Target::Typed(typed) = target {
        let id = RunId(typed.trim().trim_matches('`').to_owned());
        let run = match runs::get(tx, &id).await {
            Ok(run) => Some(run),
            Err(StoreError::NoSuchRow { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(run) = run {
            let its = Target::Id(run.environment_id);
            if let Ok(environment) = seen(ctx, tx, asked, &its).await {
                return Ok((environment, Some(run.id)));
            }
        }
    }
    Ok((seen(ctx, tx, asked, target).await?, None))
}

/// The environment, for those who see it and for those who have to do with a question about it.
async fn seen(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Environment, CommandError> {
    let refused = match resolve(ctx, tx, asked, target, Right::See).await {
        Ok(environment) => return Ok(environment),
        Err(refused) => refused,
    };
    let found = match target {
        Target::Id(id) => environments::find(tx, id).await?,
        // By its whole name, as a question gives it: a beginning would tell a stranger's name.
        Target::Typed(typed) => {
            environments::by_name(tx, &typed.trim().trim_matches('`').to_lowercase()).await?
        }
    };
    match (found, asked.actor.person()) {
        (Some(found), Some(person)) if is_approver(ctx, tx, &found.id, person).await? => Ok(found),
        _ => Err(refused),
    }
}

/// Whether somebody was asked about it, has answered, or can answer now.
async fn is_approver(
    ctx: &Ctx,
    tx: &mut Tx,
    id: &EnvironmentId,
    person: &Person,
) -> Result<bool, CommandError> {
    for approval in approvals::of_environment(tx, id).await? {
        let question = &approval.question.0;
        let may = |one| guard::may_answer(ctx, person, one, &question.requester);
        let is_open = approval.status == ApprovalStatus::Pending;
        let cards = approvals::cards(tx, &approval.id).await?;
        let recipient = Recipient::Person(person.clone());
        if (is_open && question.requirements.iter().any(may))
            || cards.iter().any(|card| card.recipient.0 == recipient)
            || approvals::answers(tx, &approval.id).await?.iter().any(|one| one.by == *person)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What was last decided of what this person wanted.
async fn own(tx: &mut Tx, asked: Asked<'_>, page: usize) -> Result<Reply, CommandError> {
    let mut own = Vec::new();
    for row in decisions::latest_of(tx, asked.actor, OWN).await? {
        let name = match &row.environment_id {
            Some(id) => environments::find(tx, id).await?.map(|environment| environment.name),
            None => None,
        };
        own.push(OwnDecision { name, explained: explained(row) });
    }
    Ok(Reply::WhyMine { decisions: own, page })
}

fn explained(row: Decided) -> Explained {
    Explained {
        at: row.at,
        decision: row.decision.0,
        overridden_by: row.overridden_by.and_then(|actor| actor.0.person().cloned()),
        reason: row.reason,
        approval: None,
    }
}

/// Puts each question beside the decision that it was asked for, the last one before it; and what was approved beside
/// what policy said of the same plan afterwards, too.
async fn answer(
    tx: &mut Tx,
    (explained, runs): (&mut [Explained], &[Option<RunId>]),
    id: &EnvironmentId,
    run: Option<&RunId>,
) -> Result<(), CommandError> {
    for approval in approvals::of_environment(tx, id).await? {
        if run.is_some_and(|run| *run != approval.run_id) {
            continue;
        }
        let answers = approvals::answers(tx, &approval.id).await?;
        let before = explained.iter_mut().rev().find(|one| one.at <= approval.asked_at);
        let facts = approval.facts(answers);
        if let Some(one) = before {
            one.approval = Some(facts.clone());
        }
        let decided_at = facts.decided_at.filter(|_| facts.status == ApprovalStatus::Approved);
        let after = explained.iter_mut().zip(runs).find(|(one, run)| {
            let is_later = decided_at.is_some_and(|at| one.at >= at);
            is_later && run.as_ref() == Some(&facts.run) && one.approval.is_none()
        });
        if let Some((one, _)) = after {
            one.approval = Some(facts);
        }
    }
    Ok(())
}
