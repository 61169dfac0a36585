//! Messages on their way to Slack: written with the fact that they tell, sent in the order of their
//! conversation, dead when Slack refuses them for good.

use super::db::{Statement, exactly_one, execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::notice::{Notice, Route};
use crate::domain::{EnvironmentId, OutboxId, Timestamp};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Message {
    pub seq: i64,
    pub id: OutboxId,
    pub conversation: String,
    pub environment_id: Option<EnvironmentId>,
    pub route: JsonText<Route>,
    pub notice: JsonText<Notice>,
    pub coalesce_key: Option<String>,
    /// `pending`, `sent` or `dead`.
    pub status: String,
    pub attempts: i64,
    pub created_at: Timestamp,
    /// Real milliseconds.
    pub first_tried_at: Option<i64>,
    /// Real milliseconds.
    pub not_before: i64,
    /// Real milliseconds.
    pub claimed_until: Option<i64>,
    /// Which claim that is: a word that no other claim has.
    pub claimed_by: Option<String>,
    pub ended_at: Option<Timestamp>,
    pub error: Option<String>,
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    pub id: OutboxId,
    pub environment: Option<&'a EnvironmentId>,
    pub route: Route,
    pub notice: Notice,
    pub created_at: Timestamp,
}

/// Puts it into the outbox; one that coalesces is dropped while its like waits untouched. The like is
/// held until this transaction ends, so that no sender reads the facts before they are committed.
pub async fn push(tx: &mut Tx, message: NewMessage<'_>) -> Result<(), StoreError> {
    let sql = "INSERT INTO outbox (id, conversation, environment_id, route, notice, coalesce_key,
                                   status, attempts, created_at, not_before)
               VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, $7, 0)
               ON CONFLICT (coalesce_key) WHERE status = 'pending' AND coalesce_key IS NOT NULL
               DO UPDATE SET created_at = outbox.created_at";
    let rows = execute!(
        tx,
        sql,
        &message.id,
        message.route.conversation(),
        message.environment,
        JsonText(&message.route),
        JsonText(&message.notice),
        message.notice.coalesces(message.environment),
        message.created_at
    )?;
    exactly_one(rows, "outbox", "id", message.id.as_str())
}

/// The heads that may be tried at a time ($1), the oldest first, so many at most ($2).
///
/// A head is the first pending message of its conversation. The recursion leaps from conversation to
/// conversation by index: neither what is sent nor what waits behind a head is read, and a head that
/// has to wait takes no place from others.
macro_rules! due_heads {
    () => {
        "WITH RECURSIVE waiting (conversation) AS (
            SELECT min(conversation) FROM outbox WHERE status = 'pending'
            UNION ALL
            SELECT (SELECT min(o.conversation) FROM outbox o
                    WHERE o.status = 'pending' AND o.conversation > waiting.conversation)
            FROM waiting WHERE waiting.conversation IS NOT NULL)
        SELECT head.seq FROM waiting JOIN outbox head ON head.seq =
            (SELECT min(o.seq) FROM outbox o
             WHERE o.status = 'pending' AND o.conversation = waiting.conversation)
        WHERE head.not_before <= $1 AND (head.claimed_until IS NULL OR head.claimed_until < $1)
        ORDER BY head.seq LIMIT $2"
    };
}

/// The query within [`CLAIM`].
pub const DUE_HEADS: &str = due_heads!();

/// The claim of heads, from what stands around the inner query on each database. Its predicate is
/// repeated outside, as another sender may have taken a head since. A message in somebody's hands
/// coalesces no more: facts that change from now on need a message of their own.
macro_rules! claim_sql {
    ($before:literal, $after:literal) => {
        concat!(
            "UPDATE outbox SET claimed_until = $3, claimed_by = $4, coalesce_key = NULL,
                first_tried_at = COALESCE(first_tried_at, $1)
             WHERE seq ",
            $before,
            due_heads!(),
            $after,
            " AND status = 'pending' AND not_before <= $1
              AND (claimed_until IS NULL OR claimed_until < $1)
             RETURNING *"
        )
    };
}

/// The whole claim. On PostgreSQL an array is made once; IN could be planned as a join that reads,
/// and locks, again.
pub const CLAIM: Statement = Statement {
    sqlite: claim_sql!("IN (", ")"),
    postgres: claim_sql!("= ANY (ARRAY(", " FOR UPDATE OF head SKIP LOCKED))"),
};

/// The first message of each conversation that may be tried now, held until `until` (real milliseconds, both) by
/// `holder`, a word for this claim alone. A conversation whose first message is held or waits for its next try
/// yields none: order is kept.
pub async fn claim_heads(
    tx: &mut Tx,
    now: i64,
    until: i64,
    at_most: i64,
    holder: &str,
) -> Result<Vec<Message>, StoreError> {
    let sql = CLAIM.on(tx);
    let mut heads: Vec<Message> = on!(tx, |c| sqlx::query_as(sql)
        .bind(now)
        .bind(at_most)
        .bind(until)
        .bind(holder)
        .fetch_all(c)
        .await)?;
    heads.sort_by_key(|message| message.seq);
    Ok(heads)
}

/// Holds it on, until `until` (real milliseconds), by the claim with this word. False: another has taken it since,
/// or it is settled.
pub async fn hold(
    tx: &mut Tx,
    id: &OutboxId,
    holder: Option<&str>,
    until: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE outbox SET claimed_until = $3
               WHERE id = $1 AND status = 'pending' AND claimed_by = $2";
    Ok(execute!(tx, sql, id, holder, until)? == 1)
}

/// Lets go of what is held by claims whose words end so: those of one machine, which a starting process has to
/// itself. Whoever comes first sends it.
pub async fn release_of(tx: &mut Tx, end_of_word: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE outbox SET claimed_until = NULL, claimed_by = NULL
               WHERE status = 'pending' AND claimed_by LIKE '%' || $1";
    Ok(execute!(tx, sql, end_of_word)?)
}

/// Lets go of every message that is held: on SQLite, where a starting process knows that no other is
/// alive to send it.
pub async fn release_all(tx: &mut Tx, latest: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE outbox SET not_before = $1 WHERE status = 'pending' AND not_before > $1";
    execute!(tx, sql, latest)?;
    let sql = "UPDATE outbox SET claimed_until = NULL WHERE status = 'pending'";
    Ok(execute!(tx, sql)?)
}

/// Slack took it.
pub async fn sent(tx: &mut Tx, id: &OutboxId, at: Timestamp) -> Result<(), StoreError> {
    end(tx, id, "sent", None, at).await
}

/// Slack refuses it for good.
pub async fn dead(
    tx: &mut Tx,
    id: &OutboxId,
    error: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    end(tx, id, "dead", Some(error), at).await
}

async fn end(
    tx: &mut Tx,
    id: &OutboxId,
    status: &str,
    error: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    // The one notice that carries a link's token keeps none once it has been told.
    let sql = "UPDATE outbox SET status = $2, error = $3, ended_at = $4, attempts = attempts + 1,
                                 claimed_until = NULL,
                                 notice = CASE WHEN notice LIKE '{\"what\":\"secrets_wanted\"%'
                                     THEN '{\"what\":\"secrets_wanted\",\"url_path\":\"\",\"labels\":[]}'
                                     ELSE notice END
               WHERE id = $1 AND status = 'pending'";
    let rows = execute!(tx, sql, id, status, error, at)?;
    exactly_one(rows, "outbox", "id", id.as_str())
}

/// It will be tried again at `not_before` (real milliseconds).
pub async fn retry(
    tx: &mut Tx,
    id: &OutboxId,
    error: &str,
    not_before: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET attempts = attempts + 1, error = $2, not_before = $3,
                                 claimed_until = NULL, claimed_by = NULL
               WHERE id = $1 AND status = 'pending'";
    let rows = execute!(tx, sql, id, error, not_before)?;
    exactly_one(rows, "outbox", "id", id.as_str())
}

/// What Slack refused for good, newest first: the operators' list.
pub async fn dead_letters(tx: &mut Tx, at_most: i64) -> Result<Vec<Message>, StoreError> {
    let sql = "SELECT * FROM outbox WHERE status = 'dead' ORDER BY seq DESC LIMIT $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(at_most).fetch_all(c).await)?)
}

/// What waits in a conversation, in its order.
pub async fn pending_in(tx: &mut Tx, conversation: &str) -> Result<Vec<Message>, StoreError> {
    let sql = "SELECT * FROM outbox WHERE conversation = $1 AND status = 'pending' ORDER BY seq";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(conversation).fetch_all(c).await)?)
}

/// How many wait.
pub async fn pending(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM outbox WHERE status = 'pending'";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_one(c).await)?)
}
