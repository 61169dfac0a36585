//! Environments: rows, states, what is due.

use std::collections::BTreeMap;

use serde_json::Value;

use super::db::{Statement, exactly_one, execute, on};
use super::{JsonText, StoreError, Tx};
use crate::domain::environment::{EndReason, State, Status};
use crate::domain::facts::{EnvironmentFacts, ShownOutput};
use crate::domain::ttl::{Lifetime, TtlRules};
use crate::domain::{EnvironmentId, Person, Span, Timestamp};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Environment {
    pub id: EnvironmentId,
    pub name: String,
    pub template: String,
    pub template_title: String,
    /// The digest of the template's version.
    pub version: String,
    pub owner_workspace: String,
    pub owner_user: String,
    pub team: Option<String>,
    pub project: Option<String>,
    pub cost_center: Option<String>,
    pub status: Status,
    /// The non-secret inputs.
    pub inputs: JsonText<BTreeMap<String, Value>>,
    pub rules: JsonText<TtlRules>,
    /// The template's channel for notices.
    pub channel: Option<String>,
    /// What was asked for, in milliseconds.
    pub ttl: i64,
    pub created_at: Timestamp,
    pub ready_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub latest: Option<Timestamp>,
    pub outputs: JsonText<Vec<ShownOutput>>,
    pub has_credentials: bool,
    pub warnings_sent: i64,
    pub next_warning_at: Option<Timestamp>,
    /// When a warning of the present expiry was accepted by somebody.
    pub warned_at: Option<Timestamp>,
    /// When the last who could be warned refused for good.
    pub unwarned_at: Option<Timestamp>,
    pub reap_at: Option<Timestamp>,
    pub end_reason: Option<JsonText<EndReason>>,
    pub ended_at: Option<Timestamp>,
    pub destroyed_count: i64,
    pub destroy_failures: i64,
    pub card_channel: Option<String>,
    pub card_ts: Option<String>,
}

impl Environment {
    pub fn owner(&self) -> Person {
        Person { workspace: self.owner_workspace.clone(), user: self.owner_user.clone() }
    }

    /// What was asked for.
    pub fn ttl(&self) -> Span {
        Span::from_millis(self.ttl)
    }

    /// Its span, from ready on.
    pub fn lifetime(&self) -> Option<Lifetime> {
        Some(Lifetime {
            ready_at: self.ready_at?,
            expires_at: self.expires_at?,
            latest: self.latest?,
        })
    }

    /// The state with its data; a row that cannot be is an error that names the column.
    pub fn state(&self) -> Result<State, StoreError> {
        let life = || self.lifetime().ok_or_else(|| self.impossible("expires_at"));
        let reason =
            || self.end_reason.clone().map(|r| r.0).ok_or_else(|| self.impossible("end_reason"));
        Ok(match self.status {
            Status::Requested => State::Requested,
            Status::Provisioning => State::Provisioning,
            Status::Ready => State::Ready(life()?),
            Status::Updating => State::Updating(life()?),
            Status::Failed => State::Failed(reason()?),
            Status::Destroying => State::Destroying(reason()?),
            Status::Destroyed => State::Destroyed {
                reason: reason()?,
                at: self.ended_at.ok_or_else(|| self.impossible("ended_at"))?,
            },
            Status::Rejected => State::Rejected { why: String::new() },
            Status::Cancelled => State::Cancelled,
            Status::Quarantined => State::Quarantined { reason: reason()?, why: String::new() },
        })
    }

    /// It as a person sees it.
    pub fn facts(&self) -> EnvironmentFacts {
        EnvironmentFacts {
            id: self.id.clone(),
            name: self.name.clone(),
            template: self.template.clone(),
            template_title: self.template_title.clone(),
            version: self.version.chars().take(12).collect(),
            owner: self.owner(),
            team: self.team.clone(),
            status: self.status,
            created_at: self.created_at,
            lifetime: self.lifetime(),
            rules: self.rules.0.clone(),
            outputs: self.outputs.0.clone(),
            has_credentials: self.has_credentials,
            end_reason: self.end_reason.clone().map(|r| r.0),
            ended_at: self.ended_at,
        }
    }

    fn impossible(&self, column: &'static str) -> StoreError {
        StoreError::ImpossibleRow {
            table: "environments",
            column,
            key: self.id.0.clone(),
            why: format!("it is empty although the environment is {}", self.status),
        }
    }
}

/// Whose environments are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Owner(Person),
    Team(String),
    All,
}

/// Adds one. `false`: the name is taken, and nothing was written.
pub async fn insert(tx: &mut Tx, e: &Environment) -> Result<bool, StoreError> {
    let sql = "INSERT INTO environments
        (id, name, template, template_title, version, owner_workspace, owner_user, team, project,
         cost_center, status, inputs, rules, channel, ttl, created_at, outputs, has_credentials,
         warnings_sent, destroyed_count, destroy_failures)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, 0, 0)
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
        e.ttl,
        e.created_at,
        &e.outputs,
        e.has_credentials
    )?;
    Ok(rows == 1)
}

/// One by its id.
pub async fn find(tx: &mut Tx, id: &EnvironmentId) -> Result<Option<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE id = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// One by its id, which has to be there.
pub async fn get(tx: &mut Tx, id: &EnvironmentId) -> Result<Environment, StoreError> {
    find(tx, id).await?.ok_or_else(|| missing(id))
}

/// One by its id, held against other writers until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &EnvironmentId) -> Result<Environment, StoreError> {
    // On SQLite the transaction is the only one that writes.
    let lock = Statement {
        sqlite: "SELECT * FROM environments WHERE id = $1",
        postgres: "SELECT * FROM environments WHERE id = $1 FOR UPDATE",
    };
    let sql = lock.on(tx);
    let found: Option<Environment> =
        on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    found.ok_or_else(|| missing(id))
}

fn missing(id: &EnvironmentId) -> StoreError {
    StoreError::NoSuchRow { table: "environments", column: "id", key: id.0.clone() }
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

/// Notes that a warning was written into the outbox, and when the next one is due.
pub async fn warning_sent(
    tx: &mut Tx,
    environment: &Environment,
    sent: usize,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    let sql = "UPDATE environments SET warnings_sent = $3, next_warning_at = $4
               WHERE id = $1 AND next_warning_at = $2";
    let sent = i64::try_from(sent).unwrap_or(i64::MAX);
    let rows = execute!(tx, sql, &environment.id, environment.next_warning_at, sent, next)?;
    exactly_one(rows, "environments", "id", environment.id.as_str())
}

/// Notes that somebody accepted the warning of this expiry: from now the grace runs.
/// `false`: the environment was extended or ended meanwhile, and nothing changes.
pub async fn warning_accepted(
    tx: &mut Tx,
    environment: &Environment,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE environments SET warned_at = $3, unwarned_at = NULL, reap_at = $4
               WHERE id = $1 AND expires_at = $2 AND status IN ('ready', 'updating')
                 AND warned_at IS NULL";
    let reap_at = environment.rules.0.reap_at(expires_at, now);
    let rows = execute!(tx, sql, &environment.id, expires_at, now, reap_at)?;
    Ok(rows == 1)
}

/// Notes that nobody takes the warning of this expiry: it is reaped at `reap_at` all the same.
pub async fn warning_refused(
    tx: &mut Tx,
    id: &EnvironmentId,
    expires_at: Timestamp,
    refused_at: Timestamp,
    reap_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE environments SET unwarned_at = $3, reap_at = $4
               WHERE id = $1 AND expires_at = $2 AND status IN ('ready', 'updating')
                 AND warned_at IS NULL AND unwarned_at IS NULL";
    let rows = execute!(tx, sql, id, expires_at, refused_at, reap_at)?;
    Ok(rows == 1)
}

/// Who is to be warned by now, most urgent first.
pub const DUE_WARNINGS: &str = "SELECT id FROM environments
    WHERE next_warning_at IS NOT NULL AND next_warning_at <= $1 ORDER BY next_warning_at LIMIT $2";

/// What is to be reaped by now, most overdue first.
pub const DUE_REAPS: &str = "SELECT id FROM environments
    WHERE reap_at IS NOT NULL AND reap_at <= $1 ORDER BY reap_at LIMIT $2";

/// The ids that one of the two queries above finds.
pub async fn due(
    tx: &mut Tx,
    query: &'static str,
    now: Timestamp,
    at_most: i64,
) -> Result<Vec<EnvironmentId>, StoreError> {
    Ok(on!(tx, |c| sqlx::query_scalar(query).bind(now).bind(at_most).fetch_all(c).await)?)
}

/// The next warning or reap of all.
pub async fn next_event(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let warning = "SELECT min(next_warning_at) FROM environments WHERE next_warning_at IS NOT NULL";
    let reap = "SELECT min(reap_at) FROM environments WHERE reap_at IS NOT NULL";
    let a: Option<Timestamp> = on!(tx, |c| sqlx::query_scalar(warning).fetch_one(c).await)?;
    let b: Option<Timestamp> = on!(tx, |c| sqlx::query_scalar(reap).fetch_one(c).await)?;
    Ok([a, b].into_iter().flatten().min())
}

/// A page of all that live.
pub const ALL_LIVING: &str = "SELECT * FROM environments
    WHERE status NOT IN ('destroyed', 'rejected', 'cancelled')
    ORDER BY created_at DESC, id LIMIT $1 OFFSET $2";

/// Those that live (not at a terminal state), in the scope, newest first.
pub async fn living(
    tx: &mut Tx,
    scope: &Scope,
    offset: i64,
    at_most: i64,
) -> Result<Vec<Environment>, StoreError> {
    let rows = match scope {
        Scope::Owner(person) => {
            let sql = "SELECT * FROM environments
                WHERE owner_workspace = $1 AND owner_user = $2
                  AND status NOT IN ('destroyed', 'rejected', 'cancelled')
                ORDER BY created_at DESC, id LIMIT $3 OFFSET $4";
            on!(tx, |c| sqlx::query_as(sql)
                .bind(&person.workspace)
                .bind(&person.user)
                .bind(at_most)
                .bind(offset)
                .fetch_all(c)
                .await)?
        }
        Scope::Team(team) => {
            let sql = "SELECT * FROM environments
                WHERE team = $1 AND status NOT IN ('destroyed', 'rejected', 'cancelled')
                ORDER BY created_at DESC, id LIMIT $2 OFFSET $3";
            on!(tx, |c| sqlx::query_as(sql)
                .bind(team)
                .bind(at_most)
                .bind(offset)
                .fetch_all(c)
                .await)?
        }
        Scope::All => {
            on!(tx, |c| sqlx::query_as(ALL_LIVING).bind(at_most).bind(offset).fetch_all(c).await)?
        }
    };
    Ok(rows)
}

/// Those of a state, oldest first.
pub async fn with_status(tx: &mut Tx, status: Status) -> Result<Vec<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE status = $1 ORDER BY created_at, id LIMIT 200";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(status).fetch_all(c).await)?)
}

/// One by its whole name, living or ended.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE name = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(name).fetch_optional(c).await)?)
}

/// Those whose warning nobody takes, by what is reaped first.
pub async fn unwarned(tx: &mut Tx) -> Result<Vec<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE reap_at IS NOT NULL AND unwarned_at IS NOT NULL
               ORDER BY reap_at LIMIT 200";
    Ok(on!(tx, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}
