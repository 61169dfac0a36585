//! `approve` and `deny`: somebody answers a question; checked as things are when the button is pressed.

use serde_json::json;

use super::approval::{cards_change, tell_waiting, waives_budget};
use super::budget::{Reserved, Room, Wanted, reserve};
use super::decided::{self, DENIED};
use super::guard::{self, Matter};
use super::{Asked, CommandError, Ctx};
use crate::domain::approval::{Answer, Answered, ApprovalStatus, Requirement, outcome};
use crate::domain::decision::{Point, Verdict};
use crate::domain::form::LONGEST_REASON;
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::run::RunStatus;
use crate::domain::{ApprovalId, Person};
use crate::policy::input;
use crate::store::approvals::{self, Approval};
use crate::store::decisions::NewDecision;
use crate::store::environments::Environment;
use crate::store::{Tx, audit, environments, runs};

/// What somebody says to which question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub approval: ApprovalId,
    pub answer: Answer,
    /// `None`: nobody has asked for one yet.
    pub comment: Option<String>,
}

pub(super) async fn answer(
    ctx: &Ctx,
    asked: Asked<'_>,
    said: &Said,
) -> Result<Reply, CommandError> {
    let person = asked.actor.person().ok_or_else(|| {
        CommandError::Internal("only a person can answer a question for approval".to_owned())
    })?;
    let comment = said.comment.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let comment = comment.map(|text| text.chars().take(LONGEST_REASON).collect::<String>());
    let by = By { person, answer: said.answer, comment };
    renew(ctx, &said.approval).await?;
    let decision = {
        let mut tx = ctx.db.read().await?;
        let (approval, environment) = open(ctx, &mut tx, &said.approval).await?;
        let mine = by.may(ctx, &approval)?;
        let needed = mine.iter().any(|one| one.overrides) && said.answer == Answer::Approve;
        if by.comment.is_none()
            && (needed || (said.answer == Answer::Deny && said.comment.is_none()))
        {
            let answers = approvals::answers(&mut tx, &approval.id).await?;
            let (facts, approval) = (environment.facts(), approval.facts(answers));
            return Ok(Reply::CommentWanted { facts, approval, answer: said.answer });
        }
        let matter = Matter {
            approval: Some(input::Approval {
                rules: approval
                    .question
                    .0
                    .requirements
                    .iter()
                    .map(|one| one.rule.clone())
                    .collect(),
                requester: approval.question.0.requester.user.clone(),
                answer: said.answer.to_string(),
                overrides: mine.iter().all(|one| one.overrides),
                by_requester: mine.iter().all(|one| one.by_requester || one.overrides),
            }),
            ..Matter::of(Point::Approve, asked.actor, &environment)
        };
        let put = guard::ask(ctx, &mut tx, matter).await?;
        drop(tx);
        ctx.policies.decide(Point::Approve, &put.json()).await
    };

    let mut tx = ctx.db.write("answer a question").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    // Before the question: whoever calls the run off takes the two in this order.
    let found = approvals::find(&mut tx, &said.approval).await?;
    let found = found.ok_or(Refusal::UnknownApproval)?;
    environments::lock(&mut tx, &found.environment_id).await?;
    approvals::lock(&mut tx, &said.approval).await?;
    let (approval, environment) = open(ctx, &mut tx, &said.approval).await?;
    by.may(ctx, &approval)?;
    if decision.verdict() != Verdict::Allow {
        let new = NewDecision {
            environment: Some(&environment.id),
            run: Some(&approval.run_id),
            at: ctx.now(),
            actor: asked.actor,
            decision: &decision,
            overridden_by: None,
            reason: None,
        };
        let denied = decision.verdict() == Verdict::Deny;
        decided::keep(&mut tx, new, denied.then_some((DENIED, asked.actor))).await?;
    }
    if decision.verdict() == Verdict::Deny {
        tx.commit().await?;
        return Err(Refusal::ByPolicy { decision, past: None }.into());
    }
    let status = keep(ctx, &mut tx, asked, (&approval, &environment), &by).await?;
    let answers = approvals::answers(&mut tx, &approval.id).await?;
    let facts = environment.facts();
    let approval = approvals::find(&mut tx, &approval.id).await?.unwrap_or(approval).facts(answers);
    tx.commit().await?;
    ctx.nudges.all();
    tracing::info!(approval = %approval.id, %status, "a question was answered");
    if status == ApprovalStatus::Withdrawn {
        let (name, team) = (environment.name.clone(), environment.team.unwrap_or_default());
        return Err(Refusal::BudgetTaken { name, team, is_asked_again: true }.into());
    }
    Ok(Reply::Answered { facts, approval })
}

/// Has those who can answer be known as they are now: somebody may have left a group since it was last asked for.
async fn renew(ctx: &Ctx, id: &ApprovalId) -> Result<(), CommandError> {
    let mut tx = ctx.db.read().await?;
    let approval = approvals::find(&mut tx, id).await?;
    drop(tx);
    let requirements = approval.iter().flat_map(|approval| &approval.question.0.requirements);
    let selectors: Vec<String> = requirements.flat_map(|one| &one.approvers).cloned().collect();
    ctx.membership.renew(&selectors).await;
    Ok(())
}

/// Who answers, and what.
struct By<'a> {
    person: &'a Person,
    answer: Answer,
    comment: Option<String>,
}

impl By<'_> {
    /// What they can answer of it; refuses who is none of the approvers as they are now.
    fn may(&self, ctx: &Ctx, approval: &Approval) -> Result<Vec<Requirement>, Refusal> {
        let question = &approval.question.0;
        let mine: Vec<Requirement> = question
            .requirements
            .iter()
            .filter(|one| guard::may_answer(ctx, self.person, one, &question.requester))
            .cloned()
            .collect();
        if mine.is_empty() {
            let own = *self.person == question.requester;
            let mut approvers: Vec<String> = Vec::new();
            for selector in question.requirements.iter().flat_map(|one| &one.approvers) {
                if !approvers.contains(selector) {
                    approvers.push(selector.clone());
                }
            }
            return Err(Refusal::NotAnApprover { own, approvers });
        }
        Ok(mine)
    }
}

/// The question, if it still waits.
async fn open(
    ctx: &Ctx,
    tx: &mut Tx,
    id: &ApprovalId,
) -> Result<(Approval, Environment), CommandError> {
    let approval = approvals::find(tx, id).await?.ok_or(Refusal::UnknownApproval)?;
    let environment = environments::get(tx, &approval.environment_id).await?;
    let run = runs::get(tx, &approval.run_id).await?;
    let waits = run.status == RunStatus::Waiting && run.cancel_by.is_none();
    let status = match approval.status {
        ApprovalStatus::Pending if ctx.now() >= approval.expires_at => ApprovalStatus::Expired,
        ApprovalStatus::Pending if !waits => ApprovalStatus::Withdrawn,
        status => status,
    };
    if status != ApprovalStatus::Pending {
        let answers = approvals::answers(tx, id).await?;
        let facts = Approval { status, ..approval }.facts(answers);
        return Err(
            Refusal::ApprovalOver { name: environment.name, approval: Box::new(facts) }.into()
        );
    }
    Ok((approval, environment))
}

/// Keeps the answer and does what comes of it.
async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    (approval, environment): (&Approval, &Environment),
    by: &By<'_>,
) -> Result<ApprovalStatus, CommandError> {
    let question = &approval.question.0;
    let now = ctx.now();
    let answered =
        Answered { by: by.person.clone(), answer: by.answer, comment: by.comment.clone(), at: now };
    approvals::answer(tx, &approval.id, &answered).await?;
    let answers = approvals::answers(tx, &approval.id).await?;
    let may = |person: &Person, one: &Requirement| {
        guard::may_answer(ctx, person, one, &question.requester)
    };
    let mut status = outcome(&question.requirements, &answers, may);
    if status == ApprovalStatus::Approved && !set_aside(ctx, tx, approval, environment).await? {
        status = match question.over_budget {
            // Whoever asks alone has said yes to all else: it waits for somebody who says yes to that.
            true => ApprovalStatus::Pending,
            // The run looks again, and the next question says that there is no room.
            false => ApprovalStatus::Withdrawn,
        };
    }
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: Some(&approval.run_id),
        at: now,
        actor: asked.actor,
        action: "approval.answered",
        detail: json!({
            "approval": approval.id, "answer": by.answer, "comment": by.comment, "status": status,
            "rules": question.requirements.iter().map(|one| &one.rule).collect::<Vec<_>>(),
        }),
    };
    audit::record(tx, entry).await?;
    if status != ApprovalStatus::Pending {
        approvals::decide(tx, &approval.id, status, now).await?;
        runs::resume(tx, &approval.run_id).await?;
        let notice = Notice::Answered { approval: approval.id.clone() };
        tell_waiting(ctx, tx, (environment, approval), notice).await?;
    }
    cards_change(ctx, tx, approval).await?;
    Ok(status)
}

/// Sets aside what it will cost, in the transaction that approves it. Who approves more than there is, knows it
/// only where the question said so. `false`: there is no room, and nobody was told of that.
async fn set_aside(
    ctx: &Ctx,
    tx: &mut Tx,
    approval: &Approval,
    environment: &Environment,
) -> Result<bool, CommandError> {
    let Some(estimate) = &environment.estimate else { return Ok(true) };
    let room = match waives_budget(tx, approval).await? {
        true => Room::Waived,
        false => Room::Needed,
    };
    let until = environment.costs_until(ctx.now());
    let wanted = Wanted { estimate: &estimate.0, until };
    Ok(reserve(ctx, tx, environment, wanted, room).await? == Reserved::Yes)
}
