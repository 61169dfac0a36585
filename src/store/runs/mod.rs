//! Runs: the queue of work, claims and their fencing.

mod release;

pub use release::{give_back, given_back, release_all, rest};

use crate::domain::plan::PlanSummary;
use crate::domain::run::{Failure, Progress, RunKind, RunStatus, Step, Weight};
use crate::domain::{Actor, EnvironmentId, RunId, Timestamp};
use crate::store::db::{Statement, exactly_one, execute, on};
use crate::store::{JsonText, StoreError, Tx};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Run {
    pub id: RunId,
    pub environment_id: EnvironmentId,
    pub kind: RunKind,
    pub status: RunStatus,
    pub weight: Weight,
    pub actor: JsonText<Actor>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub step: Option<Step>,
    /// Real milliseconds.
    pub not_before: i64,
    pub claimed_by: Option<String>,
    /// Real milliseconds.
    pub claimed_until: Option<i64>,
    /// Fences every write: a worker whose epoch is no longer the row's has lost the run.
    pub epoch: i64,
    /// Who asked to call it off.
    pub cancel_by: Option<JsonText<Actor>>,
    pub plan: Option<JsonText<PlanSummary>>,
    /// What its progress message says.
    pub progress: Option<JsonText<Progress>>,
    pub progress_ts: Option<String>,
    pub failure: Option<JsonText<Failure>>,
}

impl Run {
    /// Whether it waits for what only its owner can enter: nobody has begun it. A run that waits for an approval was.
    pub fn waits_for_secrets(&self) -> bool {
        self.status == RunStatus::Waiting && self.epoch == 0
    }
}

/// A run to queue.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    pub id: RunId,
    pub environment: &'a EnvironmentId,
    pub kind: RunKind,
    pub status: RunStatus,
    pub weight: Weight,
    pub actor: &'a Actor,
    pub created_at: Timestamp,
    /// Real milliseconds.
    pub not_before: i64,
}

/// Queues it. `false`: another run of this environment is under way, and nothing was written.
pub async fn insert(tx: &mut Tx, run: &NewRun<'_>) -> Result<bool, StoreError> {
    let sql = "INSERT INTO runs (id, environment_id, kind, status, weight, actor, created_at,
                                 not_before, epoch)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
               ON CONFLICT DO NOTHING";
    let rows = execute!(
        tx,
        sql,
        &run.id,
        run.environment,
        run.kind,
        run.status,
        run.weight,
        JsonText(run.actor),
        run.created_at,
        run.not_before
    )?;
    Ok(rows == 1)
}

/// One by its id, which has to be there.
pub async fn get(tx: &mut Tx, id: &RunId) -> Result<Run, StoreError> {
    let sql = "SELECT * FROM runs WHERE id = $1";
    let found: Option<Run> = on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    found.ok_or_else(|| StoreError::NoSuchRow { table: "runs", column: "id", key: id.0.clone() })
}

/// The one that is queued, running or waiting for an environment.
pub async fn live(tx: &mut Tx, id: &EnvironmentId) -> Result<Option<Run>, StoreError> {
    let sql = "SELECT * FROM runs
               WHERE environment_id = $1 AND status IN ('queued', 'running', 'waiting')";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// All of an environment, oldest first.
pub async fn of_environment(tx: &mut Tx, id: &EnvironmentId) -> Result<Vec<Run>, StoreError> {
    let sql = "SELECT * FROM runs WHERE environment_id = $1 ORDER BY created_at, id";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?)
}

/// Who claims, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The name of a process; where it ends with `@` and a machine, what an earlier process of that machine held
    /// is its own again: the child works there, and nobody else can follow it.
    pub worker: &'a str,
    pub weight: Weight,
    /// Real milliseconds.
    pub now: i64,
    /// Real milliseconds.
    pub until: i64,
}

/// What may be claimed: by weight ($1), at a time ($2), by a process ($3) of a machine ($4).
macro_rules! claimable {
    () => {
        "weight = $1 AND not_before <= $2 AND status IN ('queued', 'running')
          AND (claimed_until IS NULL OR claimed_until < $2
               OR (claimed_by LIKE '%' || $4 AND claimed_by <> $3))"
    };
}

/// The claim, with what PostgreSQL adds to its inner query. What may be claimed stands again in the
/// outer UPDATE, or PostgreSQL would hand one run to two workers (seen).
macro_rules! claim_sql {
    ($lock:literal) => {
        concat!(
            "UPDATE runs SET status = 'running', claimed_by = $3, claimed_until = $5,
                epoch = epoch + 1
             WHERE id = (SELECT id FROM runs WHERE ",
            claimable!(),
            " ORDER BY not_before LIMIT 1",
            $lock,
            ") AND ",
            claimable!(),
            " RETURNING *"
        )
    };
}

/// The query within a claim that finds the next run.
pub const NEXT_DUE: &str =
    concat!("SELECT id FROM runs WHERE ", claimable!(), " ORDER BY not_before LIMIT 1");

/// The whole claim.
pub const CLAIM: Statement =
    Statement { sqlite: claim_sql!(""), postgres: claim_sql!(" FOR UPDATE SKIP LOCKED") };

/// Claims the run that waits longest, with a new epoch.
pub async fn claim(tx: &mut Tx, claim: Claim<'_>) -> Result<Option<Run>, StoreError> {
    let sql = CLAIM.on(tx);
    let machine = claim.worker.rfind('@').map_or("@", |at| &claim.worker[at..]);
    Ok(on!(tx, |c| sqlx::query_as(sql)
        .bind(claim.weight)
        .bind(claim.now)
        .bind(claim.worker)
        .bind(machine)
        .bind(claim.until)
        .fetch_optional(c)
        .await)?)
}

/// Keeps a claim alive. `None`: it was lost. Otherwise who asked to call the run off, if anybody.
pub async fn renew(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    until: i64,
) -> Result<Option<Run>, StoreError> {
    let sql = "UPDATE runs SET claimed_until = $3
               WHERE id = $1 AND epoch = $2 AND status = 'running' RETURNING *";
    Ok(on!(tx, |c| sqlx::query_as(sql).bind(id).bind(epoch).bind(until).fetch_optional(c).await)?)
}

/// Whether the claim with this epoch still holds; what PostgreSQL adds holds the run until the transaction
/// ends, so that nobody claims it while something is about to be written in its name.
pub async fn held(tx: &mut Tx, id: &RunId, epoch: i64) -> Result<bool, StoreError> {
    let sql = HELD.on(tx);
    let found: Option<i64> =
        on!(tx, |c| sqlx::query_scalar(sql).bind(id).bind(epoch).fetch_optional(c).await)?;
    Ok(found.is_some())
}

const HELD: Statement = Statement {
    sqlite: "SELECT epoch FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running'",
    postgres: "SELECT epoch FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR SHARE",
};

/// Notes which step the run is in. `false`: the claim was lost.
pub async fn set_step(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    step: Step,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET step = $3, started_at = COALESCE(started_at, $4)
               WHERE id = $1 AND epoch = $2 AND status = 'running'";
    let rows = execute!(tx, sql, id, epoch, step, at)?;
    Ok(rows == 1)
}

/// Keeps the plan's summary. `false`: the claim was lost.
pub async fn set_plan(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    plan: &PlanSummary,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET plan = $3 WHERE id = $1 AND epoch = $2 AND status = 'running'";
    let rows = execute!(tx, sql, id, epoch, JsonText(plan))?;
    Ok(rows == 1)
}

/// Takes the plan back: what it planned was begun, and has to be planned anew. `false`: the claim was lost.
pub async fn forget_plan(tx: &mut Tx, id: &RunId, epoch: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET plan = NULL WHERE id = $1 AND epoch = $2 AND status = 'running'";
    Ok(execute!(tx, sql, id, epoch)? == 1)
}

/// What the progress message is to say. `false`: the claim was lost.
pub async fn set_progress(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    progress: &Progress,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET progress = $3 WHERE id = $1 AND epoch = $2 AND status = 'running'";
    let rows = execute!(tx, sql, id, epoch, JsonText(progress))?;
    Ok(rows == 1)
}

/// Where the progress message stands.
pub async fn set_progress_ts(tx: &mut Tx, id: &RunId, ts: Option<&str>) -> Result<(), StoreError> {
    let sql = "UPDATE runs SET progress_ts = $2 WHERE id = $1";
    let rows = execute!(tx, sql, id, ts)?;
    exactly_one(rows, "runs", "id", id.as_str())
}

/// Asks for a run to be called off; whoever holds it, or claims it next, does it. One that rests, or waits for an
/// answer, is due at once.
/// `false`: it had ended, or somebody asked before.
pub async fn ask_to_cancel(tx: &mut Tx, id: &RunId, by: &Actor) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET cancel_by = $2,
                   not_before = CASE WHEN status = 'queued' THEN 0 ELSE not_before END,
                   status = CASE WHEN status = 'waiting' THEN 'queued' ELSE status END
               WHERE id = $1 AND cancel_by IS NULL AND status IN ('queued', 'running', 'waiting')";
    let rows = execute!(tx, sql, id, JsonText(by))?;
    Ok(rows == 1)
}

/// How a run ends.
#[derive(Debug, Clone)]
pub struct Outcome<'a> {
    pub status: RunStatus,
    pub failure: Option<&'a Failure>,
    pub at: Timestamp,
}

/// Ends a running run. `false`: the claim was lost. Nothing else ends one.
pub async fn complete(
    tx: &mut Tx,
    id: &RunId,
    epoch: i64,
    outcome: Outcome<'_>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET status = $3, failure = $4, ended_at = $5, claimed_until = NULL
               WHERE id = $1 AND epoch = $2 AND status = 'running'";
    let rows =
        execute!(tx, sql, id, epoch, outcome.status, outcome.failure.map(JsonText), outcome.at)?;
    Ok(rows == 1)
}

/// Ends a run that nobody has begun. `false`: somebody has.
pub async fn withdraw(tx: &mut Tx, id: &RunId, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET status = 'cancelled', ended_at = $2
               WHERE id = $1 AND epoch = 0 AND status IN ('waiting', 'queued')";
    let rows = execute!(tx, sql, id, at)?;
    Ok(rows == 1)
}

/// Lets a running run wait for a person: it holds no claim. `false`: the claim was lost.
pub async fn wait(tx: &mut Tx, id: &RunId, epoch: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET status = 'waiting', claimed_until = NULL
               WHERE id = $1 AND epoch = $2 AND status = 'running'";
    Ok(execute!(tx, sql, id, epoch)? == 1)
}

/// Lets a waiting run go on. `false`: it does not wait.
pub async fn resume(tx: &mut Tx, id: &RunId) -> Result<bool, StoreError> {
    let sql = "UPDATE runs SET status = 'queued' WHERE id = $1 AND status = 'waiting'";
    let rows = execute!(tx, sql, id)?;
    Ok(rows == 1)
}
