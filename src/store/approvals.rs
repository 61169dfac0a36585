//! Questions for approval, their answers, and where their cards stand.

use super::db::{Statement, exactly_one, execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::approval::{Answer, Answered, ApprovalFacts, ApprovalStatus, Question};
use crate::domain::notice::Recipient;
use crate::domain::{ApprovalId, EnvironmentId, Person, RunId, Timestamp};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Approval {
    pub id: ApprovalId,
    pub environment_id: EnvironmentId,
    pub run_id: RunId,
    pub status: ApprovalStatus,
    pub question: JsonText<Question>,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    /// How often approvers were reminded.
    pub reminders: i64,
    pub next_reminder_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
}

impl Approval {
    /// It with what was answered, as people see it.
    pub fn facts(self, answers: Vec<Answered>) -> ApprovalFacts {
        ApprovalFacts {
            id: self.id,
            environment: self.environment_id,
            run: self.run_id,
            status: self.status,
            question: self.question.0,
            answers,
            asked_at: self.asked_at,
            expires_at: self.expires_at,
            decided_at: self.decided_at,
        }
    }
}

/// Asks. `false`: the run has a question that waits, and nothing was written.
pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<bool, StoreError> {
    let sql = "INSERT INTO approvals (id, environment_id, run_id, status, question, asked_at,
                                      expires_at, reminders, next_reminder_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               ON CONFLICT (run_id) WHERE status = 'pending' DO NOTHING";
    let rows = execute!(
        tx,
        sql,
        &approval.id,
        &approval.environment_id,
        &approval.run_id,
        approval.status,
        &approval.question,
        approval.asked_at,
        approval.expires_at,
        approval.reminders,
        approval.next_reminder_at
    )?;
    Ok(rows == 1)
}

/// One by its id.
pub async fn find(tx: &mut Tx, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
    let sql = "SELECT * FROM approvals WHERE id = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// One by its id, held against other writers until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
    // On SQLite the transaction is the only one that writes.
    let lock = Statement {
        sqlite: "SELECT * FROM approvals WHERE id = $1",
        postgres: "SELECT * FROM approvals WHERE id = $1 FOR NO KEY UPDATE",
    };
    let sql = lock.on(tx);
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// The last that was asked for a run.
pub async fn last_of_run(tx: &mut Tx, run: &RunId) -> Result<Option<Approval>, StoreError> {
    let sql = "SELECT * FROM approvals WHERE run_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(run).fetch_optional(c).await)?)
}

/// All of an environment, oldest first.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Approval>, StoreError> {
    let sql = "SELECT * FROM approvals WHERE environment_id = $1 ORDER BY asked_at, id";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// Decides what waits. `false`: it was decided before.
pub async fn decide(
    tx: &mut Tx,
    id: &ApprovalId,
    status: ApprovalStatus,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE approvals SET status = $2, decided_at = $3, next_reminder_at = NULL
               WHERE id = $1 AND status = 'pending'";
    Ok(execute!(tx, sql, id, status, at)? == 1)
}

/// Withdraws what still waits for a run that has ended: the questions.
pub async fn withdraw(
    tx: &mut Tx,
    run: &RunId,
    at: Timestamp,
) -> Result<Vec<ApprovalId>, StoreError> {
    let sql = "UPDATE approvals SET status = 'withdrawn', decided_at = $2, next_reminder_at = NULL
               WHERE run_id = $1 AND status = 'pending' RETURNING id";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).bind(run).bind(at).fetch_all(c).await)?)
}

/// What was approved does not count any more: its plan is not the one that there is now.
pub async fn void(tx: &mut Tx, run: &RunId) -> Result<(), StoreError> {
    let sql = "UPDATE approvals SET status = 'withdrawn' WHERE run_id = $1 AND status = 'approved'";
    execute!(tx, sql, run)?;
    Ok(())
}

/// Those that wait and whose time, or whose next reminder, has come, oldest first.
pub async fn due(tx: &mut Tx, now: Timestamp, at_most: i64) -> Result<Vec<ApprovalId>, StoreError> {
    let sql = "SELECT id FROM approvals
               WHERE status = 'pending' AND (expires_at <= $1 OR next_reminder_at <= $1)
               ORDER BY asked_at, id LIMIT $2";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).bind(now).bind(at_most).fetch_all(c).await)?)
}

/// The next time at which something is due with one that waits.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT min(CASE WHEN next_reminder_at < expires_at THEN next_reminder_at
                               ELSE expires_at END)
               FROM approvals WHERE status = 'pending'";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await)?)
}

/// Notes that approvers were reminded, and when they are next.
pub async fn reminded(
    tx: &mut Tx,
    id: &ApprovalId,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    let sql = "UPDATE approvals SET reminders = reminders + 1, next_reminder_at = $2
               WHERE id = $1 AND status = 'pending'";
    exactly_one(execute!(tx, sql, id, next)?, "approvals", "id", id.as_str())
}

/// Keeps an answer in place of the same person's earlier one.
pub async fn answer(tx: &mut Tx, id: &ApprovalId, answered: &Answered) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO answers (approval_id, person_workspace, person_user, answer, comment, at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (approval_id, person_workspace, person_user)
               DO UPDATE SET answer = $4, comment = $5, at = $6";
    let Answered { by, answer, comment, at } = answered;
    execute!(tx, sql, id, &by.workspace, &by.user, *answer, comment, *at)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    person_workspace: String,
    person_user: String,
    answer: Answer,
    comment: Option<String>,
    at: Timestamp,
}

/// What everybody said last, oldest first.
pub async fn answers(tx: &mut Tx, id: &ApprovalId) -> Result<Vec<Answered>, StoreError> {
    let sql = "SELECT person_workspace, person_user, answer, comment, at FROM answers
               WHERE approval_id = $1 ORDER BY at, person_user";
    let rows: Vec<AnswerRow> = on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?;
    let answered = |row: AnswerRow| Answered {
        by: Person { workspace: row.person_workspace, user: row.person_user },
        answer: row.answer,
        comment: row.comment,
        at: row.at,
    };
    Ok(rows.into_iter().map(answered).collect())
}

/// Where a card of an approval stands; `channel` and `ts` are empty until it was posted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Card {
    pub conversation: String,
    pub recipient: JsonText<Recipient>,
    pub channel: Option<String>,
    pub ts: Option<String>,
}

/// Notes that somebody gets a card. `false`: they had one before.
pub async fn add_card(
    tx: &mut Tx,
    id: &ApprovalId,
    recipient: &Recipient,
) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO approval_cards (approval_id, conversation, recipient) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING";
    Ok(execute!(tx, sql, id, recipient.conversation(), JsonText(recipient))? == 1)
}

/// Remembers where it stands.
pub async fn set_card(
    tx: &mut Tx,
    (id, recipient): (&ApprovalId, &Recipient),
    channel: &str,
    ts: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE approval_cards SET channel = $3, ts = $4
               WHERE approval_id = $1 AND conversation = $2";
    let rows = execute!(tx, sql, id, recipient.conversation(), channel, ts)?;
    exactly_one(rows, "approval_cards", "approval_id", id.as_str())
}

/// All cards of an approval.
pub async fn cards(tx: &mut Tx, id: &ApprovalId) -> Result<Vec<Card>, StoreError> {
    let sql = "SELECT conversation, recipient, channel, ts FROM approval_cards
               WHERE approval_id = $1 ORDER BY conversation";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}
