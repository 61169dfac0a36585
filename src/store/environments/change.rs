//! What is written of an environment.

use super::Environment;
use crate::domain::cost::Estimate;
use crate::domain::environment::State;
use crate::domain::facts::ShownOutput;
use crate::domain::{EnvironmentId, MadeBy, RunId};
use crate::store::db::{exactly_one, execute};
use crate::store::{JsonText, StoreError, Tx};

/// Adds one. `false`: the name is taken, and nothing was written.
pub async fn insert(tx: &mut Tx, e: &Environment) -> Result<bool, StoreError> {
    let sql = "INSERT INTO environments
        (id, name, template, template_title, version, owner_workspace, owner_user, team, project,
         cost_center, status, inputs, rules, channel, channel_notices, ttl, created_at, outputs,
         has_credentials, warnings_sent, destroyed_count, destroy_failures)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, 0, 0)
        ON CONFLICT (name) DO NOTHING";
    let rows = execute!(
        tx,
        sql,
        &e.id,
        &e.name,
        &e.template,
        &e.template_title,
        &e.version,
        &e.owner_workspace,
        &e.owner_user,
        &e.team,
        &e.project,
        &e.cost_center,
        e.status,
        &e.inputs,
        &e.rules,
        &e.channel,
        &e.channel_notices,
        e.ttl,
        e.created_at,
        &e.outputs,
        e.has_credentials
    )?;
    Ok(rows == 1)
}

/// Moves it on: writes the state with its data, if its status and its expiry still are those of
/// `environment`. An expiry that is new begins the warnings anew; a state without expiry has none due;
/// an expiry that stays leaves them as the row has them, which may be newer than `environment`.
pub async fn transition(
    tx: &mut Tx,
    environment: &Environment,
    next: &State,
) -> Result<(), StoreError> {
    let life = match next {
        State::Ready(life) | State::Updating(life) => Some(*life),
        _ => None,
    };
    let (reason, ended_at) = match next {
        State::Failed(reason) | State::Destroying(reason) => (Some(reason), None),
        State::Quarantined { reason, .. } => (Some(reason), None),
        State::Destroyed { reason, at } => (Some(reason), Some(*at)),
        _ => (None, None),
    };
    let warnings_stay = life.is_some_and(|life| Some(life.expires_at) == environment.expires_at);
    let rules = &environment.rules.0;
    let sql = "UPDATE environments SET status = $4,
            ready_at = COALESCE($5, ready_at), expires_at = COALESCE($6, expires_at),
            latest = COALESCE($7, latest), end_reason = COALESCE($8, end_reason), ended_at = $9,
            next_warning_at = CASE WHEN $10 THEN next_warning_at ELSE $11 END,
            warnings_sent = CASE WHEN $10 THEN warnings_sent ELSE 0 END,
            warned_at = CASE WHEN $10 THEN warned_at END,
            unwarned_at = CASE WHEN $10 THEN unwarned_at END,
            reap_at = CASE WHEN $10 THEN reap_at END
        WHERE id = $1 AND status = $2 AND expires_at IS NOT DISTINCT FROM $3";
    let rows = execute!(
        tx,
        sql,
        &environment.id,
        environment.status,
        environment.expires_at,
        next.status(),
        life.map(|l| l.ready_at),
        life.map(|l| l.expires_at),
        life.map(|l| l.latest),
        reason.map(JsonText),
        ended_at,
        warnings_stay,
        life.and_then(|l| rules.next_warning(l.expires_at, 0))
    )?;
    exactly_one(rows, "environments", "id", environment.id.as_str())
}

/// Notes what works on it from now on, for the run that holds it. `false`: the claim was lost.
pub async fn set_engine(
    tx: &mut Tx,
    id: &EnvironmentId,
    made_by: &MadeBy,
    (run, epoch): (&RunId, i64),
) -> Result<bool, StoreError> {
    let sql = "UPDATE environments SET engine = $2, engine_version = $3 WHERE id = $1 AND EXISTS
            (SELECT 1 FROM runs WHERE id = $4 AND epoch = $5 AND status = 'running')";
    let rows = execute!(tx, sql, id, made_by.engine, made_by.version.to_string(), run, epoch)?;
    Ok(rows == 1)
}

/// Notes what it is predicted to cost.
pub async fn set_estimate(
    tx: &mut Tx,
    id: &EnvironmentId,
    estimate: &Estimate,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET estimate = $2 WHERE id = $1";
    let rows = execute!(tx, sql, id, JsonText(estimate))?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Notes what it has cost in all.
pub async fn set_spent(
    tx: &mut Tx,
    id: &EnvironmentId,
    spent: Option<&str>,
) -> Result<(), StoreError> {
    let rows = execute!(tx, "UPDATE environments SET spent = $2 WHERE id = $1", id, spent)?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Keeps what the create run brought forth.
pub async fn set_outputs(
    tx: &mut Tx,
    id: &EnvironmentId,
    outputs: &[ShownOutput],
    credentials: usize,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET outputs = $2, has_credentials = $3 WHERE id = $1";
    let rows = execute!(tx, sql, id, JsonText(outputs), credentials > 0)?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Counts what a destroy run took away, over all its attempts.
pub async fn count_destroyed(
    tx: &mut Tx,
    id: &EnvironmentId,
    more: usize,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET destroyed_count = destroyed_count + $2 WHERE id = $1";
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    let rows = execute!(tx, sql, id, more)?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Sets how often destroying has failed in a row.
pub async fn set_destroy_failures(
    tx: &mut Tx,
    id: &EnvironmentId,
    failures: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET destroy_failures = $2 WHERE id = $1";
    let rows = execute!(tx, sql, id, failures)?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Remembers where the card stands; `None`: it has to be posted anew.
pub async fn set_card(
    tx: &mut Tx,
    id: &EnvironmentId,
    card: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET card_channel = $2, card_ts = $3 WHERE id = $1";
    let rows = execute!(tx, sql, id, card.map(|(channel, _)| channel), card.map(|(_, ts)| ts))?;
    exactly_one(rows, "environments", "id", id.as_str())
}

/// Begins to count anew for one whose orphan is destroyed: its receipt tells of that alone.
pub async fn reopened(tx: &mut Tx, id: &EnvironmentId) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET destroyed_count = 0, destroy_failures = 0 WHERE id = $1";
    let rows = execute!(tx, sql, id)?;
    exactly_one(rows, "environments", "id", id.as_str())
}
