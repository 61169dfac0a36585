//! Environments one by one, and lists of them.

use std::collections::BTreeMap;

use super::Environment;
use crate::domain::cost::Estimate;
use crate::domain::environment::Status;
use crate::domain::{EnvironmentId, Person};
use crate::store::db::{Statement, on};
use crate::store::{JsonText, StoreError, Tx};

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
        postgres: "SELECT * FROM environments WHERE id = $1 FOR NO KEY UPDATE",
    };
    let sql = lock.on(tx);
    let found: Option<Environment> =
        on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    found.ok_or_else(|| missing(id))
}

fn missing(id: &EnvironmentId) -> StoreError {
    StoreError::NoSuchRow { table: "environments", column: "id", key: id.0.clone() }
}

/// One by its whole name, living or ended.
pub async fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE name = $1";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(name).fetch_optional(c).await)?)
}

/// Whose environments are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Owner(Person),
    Team(String),
    All,
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

/// What the last environment of a template was predicted to cost: of those that were made, for what policy refused
/// says nothing of what others want; rather of one with the same inputs, and of the team's own, which has its usage.
pub async fn last_estimate(
    tx: &mut Tx,
    template: &str,
    of: (Option<&str>, Option<&BTreeMap<String, serde_json::Value>>),
) -> Result<Option<Estimate>, StoreError> {
    Ok(last_estimate_and_inputs(tx, template, of).await?.map(|(estimate, _)| estimate))
}

/// The same, with the inputs that it is of.
pub async fn last_estimate_and_inputs(
    tx: &mut Tx,
    template: &str,
    (team, inputs): (Option<&str>, Option<&BTreeMap<String, serde_json::Value>>),
) -> Result<Option<(Estimate, BTreeMap<String, serde_json::Value>)>, StoreError> {
    let sql = "SELECT estimate, inputs FROM environments
               WHERE template = $1 AND estimate IS NOT NULL
                 AND EXISTS (SELECT 1 FROM charges c WHERE c.environment_id = environments.id)
               ORDER BY CASE WHEN inputs = $3 THEN 0 ELSE 1 END, CASE WHEN team = $2 THEN 0 ELSE 1 END,
                   created_at DESC, id LIMIT 1";
    type Found = (JsonText<Estimate>, JsonText<BTreeMap<String, serde_json::Value>>);
    let inputs = inputs.map(JsonText);
    let found: Option<Found> = on!(tx, |c| sqlx::query_as(sql)
        .bind(template)
        .bind(team)
        .bind(inputs)
        .fetch_optional(c)
        .await)?;
    Ok(found.map(|(estimate, inputs)| (estimate.0, inputs.0)))
}

/// How many live, in the scope, but for one.
pub async fn count_living(
    tx: &mut Tx,
    scope: &Scope,
    but_for: Option<&EnvironmentId>,
) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM environments
               WHERE status NOT IN ('destroyed', 'rejected', 'cancelled')
                 AND ($1 IS NULL OR id <> $1)
                 AND ($2 IS NULL OR (owner_workspace = $2 AND owner_user = $3))
                 AND ($4 IS NULL OR team = $4)";
    let (person, team) = match scope {
        Scope::Owner(person) => (Some(person), None),
        Scope::Team(team) => (None, Some(team.as_str())),
        Scope::All => (None, None),
    };
    Ok(on!(tx, |c| sqlx::query_scalar(sql)
        .bind(but_for)
        .bind(person.map(|person| &person.workspace))
        .bind(person.map(|person| &person.user))
        .bind(team)
        .fetch_one(c)
        .await)?)
}

/// Those of a state, oldest first.
pub async fn with_status(tx: &mut Tx, status: Status) -> Result<Vec<Environment>, StoreError> {
    let sql = "SELECT * FROM environments WHERE status = $1 ORDER BY created_at, id LIMIT 200";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(status).fetch_all(c).await)?)
}

/// The names of all that live.
pub async fn living_names(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT name FROM environments
               WHERE status NOT IN ('destroyed', 'rejected', 'cancelled')";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_all(c).await)?)
}

/// The names of the templates that environments were ever made of.
pub async fn templates(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT template FROM environments ORDER BY template";
    Ok(on!(tx, |c| sqlx::query_scalar(sql).fetch_all(c).await)?)
}
