//! Questions for approval: who is asked, when they are reminded, and when nobody has answered.

use serde_json::json;

use super::approvers::next_asked;
use super::transition::{Place, tell};
use super::{Asked, CommandError, Ctx};
use crate::domain::approval::{ApprovalStatus, Question};
use crate::domain::notice::{Notice, Recipient, Route};
use crate::domain::reply::Reply;
use crate::domain::{ApprovalId, OutboxId, Person, RunId, Span, Timestamp};
use crate::store::approvals::{self, Approval};
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, audit, environments, outbox, runs};

/// When people are reminded of a question, and how long it waits.
#[derive(Debug, Clone)]
pub struct ApprovalTerms {
    /// From the question to its end.
    pub expiry: Span,
    /// From the question to the first reminder; each further one comes after twice as long.
    pub reminder: Span,
    /// The channel that has all questions, beside the approvers themselves.
    pub channel: Option<String>,
}

impl ApprovalTerms {
    /// When the next reminder is due, after so many of them; none once the question is over.
    fn next(&self, approval: (Timestamp, Timestamp), reminders: i64) -> Option<Timestamp> {
        let (asked_at, expires_at) = approval;
        let doubled =
            i64::from(2i32.saturating_pow(u32::try_from(reminders + 1).unwrap_or(30).min(30))) - 1;
        let after = self.reminder.millis().saturating_mul(doubled);
        Some(asked_at + Span::from_millis(after)).filter(|at| *at < expires_at)
    }
}

/// Asks: the question, its cards, and the word to whoever waits. `false`: the run has asked already.
pub async fn put(
    ctx: &Ctx,
    tx: &mut Tx,
    (environment, run): (&Environment, &RunId),
    question: Question,
    people: Vec<Person>,
) -> Result<bool, StoreError> {
    let now = ctx.now();
    let terms = &ctx.approvals;
    let expires_at = now + terms.expiry;
    let approval = Approval {
        id: ctx.random(ApprovalId::random),
        environment_id: environment.id.clone(),
        run_id: run.clone(),
        status: ApprovalStatus::Pending,
        question: crate::store::JsonText(question),
        asked_at: now,
        expires_at,
        reminders: 0,
        next_reminder_at: terms.next((now, expires_at), 0),
        decided_at: None,
    };
    if !approvals::insert(tx, &approval).await? {
        return Ok(false);
    }
    let channel = terms.channel.clone().map(Recipient::Channel);
    for recipient in people.into_iter().map(Recipient::Person).chain(channel) {
        send_card(ctx, tx, &approval, recipient).await?;
    }
    let notice = Notice::Awaiting { approval: approval.id.clone() };
    tell_waiting(ctx, tx, (environment, &approval), notice).await?;
    Ok(true)
}

/// Word of a question: in the environment's thread, and to who asked where that is not its owner.
pub async fn tell_waiting(
    ctx: &Ctx,
    tx: &mut Tx,
    (environment, approval): (&Environment, &Approval),
    notice: Notice,
) -> Result<(), StoreError> {
    tell_requester(ctx, tx, (environment, approval), notice.clone()).await?;
    tell(ctx, tx, environment, Place::Thread, notice).await
}

/// Who asked, where that is not the environment's owner, has no thread of it.
async fn tell_requester(
    ctx: &Ctx,
    tx: &mut Tx,
    (environment, approval): (&Environment, &Approval),
    notice: Notice,
) -> Result<(), StoreError> {
    let requester = &approval.question.0.requester;
    if *requester == environment.owner() {
        return Ok(());
    }
    push(ctx, tx, approval, Route::Person { person: requester.clone() }, notice).await
}

/// Whether those who said yes knew that there is no room in the budget, and could say yes to that too: whoever asks for
/// it only where the budget's own rule is what they go past.
pub async fn waives_budget(tx: &mut Tx, approval: &Approval) -> Result<bool, StoreError> {
    let answers = approvals::answers(tx, &approval.id).await?;
    Ok(approval.question.0.waives_budget(&answers))
}

async fn send_card(
    ctx: &Ctx,
    tx: &mut Tx,
    approval: &Approval,
    recipient: Recipient,
) -> Result<(), StoreError> {
    if !approvals::add_card(tx, &approval.id, &recipient).await? {
        return Ok(());
    }
    let route = Route::Approval { approval: approval.id.clone(), recipient };
    let notice = Notice::Question { approval: approval.id.clone() };
    push(ctx, tx, approval, route, notice).await
}

async fn push(
    ctx: &Ctx,
    tx: &mut Tx,
    approval: &Approval,
    route: Route,
    notice: Notice,
) -> Result<(), StoreError> {
    let message = outbox::NewMessage {
        id: ctx.random(OutboxId::random),
        environment: Some(&approval.environment_id),
        route,
        notice,
        created_at: ctx.now(),
    };
    outbox::push(tx, message).await
}

/// Every card of it is drawn anew.
pub async fn cards_change(ctx: &Ctx, tx: &mut Tx, approval: &Approval) -> Result<(), StoreError> {
    for card in approvals::cards(tx, &approval.id).await? {
        let route = Route::Approval { approval: approval.id.clone(), recipient: card.recipient.0 };
        let notice = Notice::Question { approval: approval.id.clone() };
        push(ctx, tx, approval, route, notice).await?;
    }
    Ok(())
}

/// Takes back what still waits for a run that has ended, or is called off.
pub async fn withdraw(ctx: &Ctx, tx: &mut Tx, run: &RunId) -> Result<(), StoreError> {
    for id in approvals::withdraw(tx, run, ctx.now()).await? {
        if let Some(approval) = approvals::find(tx, &id).await? {
            cards_change(ctx, tx, &approval).await?;
            // Its owner hears of what ended the run.
            let environment = environments::get(tx, &approval.environment_id).await?;
            let notice = Notice::Answered { approval: id };
            tell_requester(ctx, tx, (&environment, &approval), notice).await?;
        }
    }
    Ok(())
}

/// The scheduler's: reminds, or ends what nobody has answered.
pub(super) async fn due(
    ctx: &Ctx,
    asked: Asked<'_>,
    id: &ApprovalId,
) -> Result<Reply, CommandError> {
    let people = {
        let mut tx = ctx.db.read().await?;
        let Some(approval) = approvals::find(&mut tx, id).await? else {
            return Ok(Reply::Repeated);
        };
        let cards = approvals::cards(&mut tx, id).await?;
        let answers = approvals::answers(&mut tx, id).await?;
        drop(tx);
        let now = ctx.now();
        let reminds =
            approval.next_reminder_at.is_some_and(|at| at <= now) && now < approval.expires_at;
        let has_card = |person: &Person| {
            cards.iter().any(|card| card.recipient.0 == Recipient::Person(person.clone()))
        };
        match reminds {
            true => next_asked(ctx, &approval.question.0, &answers, has_card).await,
            false => Vec::new(),
        }
    };
    let mut tx = ctx.db.write("look after a question").await?;
    let found = approvals::find(&mut tx, id).await?;
    let Some(found) = found else { return Ok(Reply::Repeated) };
    let environment = environments::lock(&mut tx, &found.environment_id).await?;
    let locked = approvals::lock(&mut tx, id).await?;
    let Some(approval) = locked.filter(|one| one.status == ApprovalStatus::Pending) else {
        return Ok(Reply::Repeated);
    };
    let now = ctx.now();
    if now >= approval.expires_at {
        approvals::decide(&mut tx, id, ApprovalStatus::Expired, now).await?;
        runs::resume(&mut tx, &approval.run_id).await?;
        let entry = audit::Entry {
            environment: Some(&environment.id),
            run: Some(&approval.run_id),
            at: now,
            actor: asked.actor,
            action: "approval.expired",
            detail: json!({ "approval": approval.id, "asked_at": approval.asked_at }),
        };
        audit::record(&mut tx, entry).await?;
        let notice = Notice::Answered { approval: approval.id.clone() };
        tell_waiting(ctx, &mut tx, (&environment, &approval), notice).await?;
        cards_change(ctx, &mut tx, &approval).await?;
    } else if approval.next_reminder_at.is_some_and(|at| at <= now) {
        remind(ctx, &mut tx, &approval, people).await?;
    }
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Repeated)
}

/// Those who have a card and have not answered are reminded in its thread; one more is asked.
async fn remind(
    ctx: &Ctx,
    tx: &mut Tx,
    approval: &Approval,
    people: Vec<Person>,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut reminders = approval.reminders + 1;
    let mut next = ctx.approvals.next((approval.asked_at, approval.expires_at), reminders);
    // The bot was down for several of them: they are one.
    while next.is_some_and(|at| at <= now) {
        reminders += 1;
        next = ctx.approvals.next((approval.asked_at, approval.expires_at), reminders);
    }
    approvals::reminded(tx, &approval.id, next).await?;
    let answers = approvals::answers(tx, &approval.id).await?;
    for card in approvals::cards(tx, &approval.id).await? {
        if answers.iter().any(|one| card.recipient.0 == Recipient::Person(one.by.clone())) {
            continue;
        }
        let route =
            Route::ApprovalThread { approval: approval.id.clone(), recipient: card.recipient.0 };
        let notice = Notice::Reminder { approval: approval.id.clone() };
        push(ctx, tx, approval, route, notice).await?;
    }
    for person in people {
        send_card(ctx, tx, approval, Recipient::Person(person)).await?;
    }
    Ok(())
}
