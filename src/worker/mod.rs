//! The worker: claims runs and executes their steps; the scheduler: finds what is due.

mod again;
pub mod anchor;
mod attempt;
mod by_tag;
mod call;
mod child;
mod chosen;
mod complete;
mod create;
mod credentials;
mod decided;
mod destroy;
mod drift;
mod effects;
mod entering;
mod estimate;
mod folders;
mod gate;
mod heard;
mod heartbeat;
mod interrupted;
mod journal;
mod keeping;
mod logging;
mod places;
mod progress;
mod question;
mod reading;
mod said;
mod scan;
pub mod schedule;
pub mod scheduler;
mod settle;
pub mod sweeper;
mod trouble;
mod update;
mod verify;
mod waiting_plan;
mod workplace;

pub use estimate::Costs;
pub use keeping::machine;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::commands::Ctx;
use crate::domain::RunId;
use crate::domain::run::{OnStop, RunKind, Weight};
use crate::engine::installed::Engines;
use crate::policy::scan::Scanners;
use crate::process::{StampDeadlines, Supervised, leftovers_of};
use crate::store::runs::{self, Run};

/// How the worker works. All intervals are real time.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who claims: host and process.
    pub name: String,
    /// Whose files stand in the data folder: see [`machine`].
    pub machine: String,
    /// This very program, for `supervise`.
    pub exe: PathBuf,
    /// Where versions, states, runs and sites are kept.
    pub data: PathBuf,
    /// How many light and how many heavy runs at once.
    pub light: usize,
    pub heavy: usize,
    /// How often the database is asked for work when nobody nudges.
    pub poll: Duration,
    pub heartbeat: Duration,
    /// How long a claim holds without a heartbeat.
    pub claim: Duration,
    /// When a child whose claim may be another's is ended; `None` where nobody else can claim.
    pub stamp: Option<StampDeadlines>,
    /// From an interrupt to the kill.
    pub interrupt_grace: Duration,
    /// How long runs that work may take to end when the bot is asked to, and what becomes of their engines.
    pub stop_grace: Duration,
    pub on_stop: OnStop,
    /// How often a run whose failure may pass by itself is tried again, and the first pause before that.
    pub retries: u32,
    pub retry_backoff: Duration,
    /// From a failed destroy to the next.
    pub destroy_backoff: Duration,
    /// How often a progress message may change.
    pub progress: Duration,
    /// What things cost here.
    pub costs: Arc<Costs>,
    /// Programs that look at plans beside the policies.
    pub scanners: Scanners,
    /// The base of preview sites' URLs, without a trailing slash.
    pub sites_url: String,
    /// Variables that templates may ask for by name, before the bot's own environment.
    pub credentials: BTreeMap<String, String>,
    /// The operator's own configuration of Terraform and OpenTofu.
    pub cli_config: Option<PathBuf>,
    /// Where Pulumi keeps its states (`s3://…`); in the data folder unless it is given.
    pub pulumi_backend: Option<String>,
    /// The folder of the operator's Pulumi plugins.
    pub pulumi_plugins: Option<PathBuf>,
}

/// Claims and executes until it is told to stop.
pub struct Worker {
    ctx: Ctx,
    settings: Arc<Settings>,
    engines: Arc<Engines>,
}

/// What every attempt at a run has at hand.
#[derive(Clone)]
struct Shop {
    ctx: Ctx,
    settings: Arc<Settings>,
    engines: Arc<Engines>,
    /// True from when the bot was asked to end.
    stop: watch::Receiver<bool>,
    /// How often runs have come into trouble here since they last got on.
    troubles: Arc<std::sync::Mutex<BTreeMap<RunId, u32>>>,
}

impl Worker {
    pub fn new(ctx: Ctx, settings: Settings, engines: Arc<Engines>) -> Worker {
        Worker { ctx, settings: Arc::new(settings), engines }
    }

    /// Works until `stop` turns true: then no run is claimed any more. What ends within the grace is completed;
    /// the others' engines go on under their supervisors, and whoever claims a run next follows its own.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let slots = [
            (Weight::Light, Arc::new(Semaphore::new(self.settings.light))),
            (Weight::Heavy, Arc::new(Semaphore::new(self.settings.heavy))),
        ];
        let (settings, engines) = (self.settings, self.engines);
        let stopped = stop.clone();
        let shop =
            Shop { ctx: self.ctx, settings, engines, stop: stopped, troubles: Arc::default() };
        let mut swept = None;
        let mut attempts = JoinSet::new();
        loop {
            // As often as what was here can have become another machine's.
            if swept.is_none_or(|at: tokio::time::Instant| at.elapsed() >= shop.settings.claim) {
                swept = Some(tokio::time::Instant::now());
                shop.sweep().await;
            }
            for (weight, free) in &slots {
                while let Ok(slot) = free.clone().try_acquire_owned() {
                    match shop.claim(*weight).await {
                        Some(run) => {
                            attempts.spawn(shop.clone().execute(run, slot));
                        }
                        None => break,
                    }
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                _ = shop.ctx.nudges.work.notified() => {}
                Some(_) = attempts.join_next() => {}
                () = tokio::time::sleep(shop.settings.poll) => {}
            }
        }
        let end = async { while attempts.join_next().await.is_some() {} };
        if tokio::time::timeout(shop.settings.stop_grace, end).await.is_err() {
            let left = attempts.len();
            tracing::info!(left, "runs are left to the next start, which goes on with them");
        }
        attempts.shutdown().await;
    }
}

impl Shop {
    async fn claim(&self, weight: Weight) -> Option<Run> {
        // An engine that cannot write its state loses what it makes.
        if self.ctx.health.standing().disk_full.is_some() {
            return None;
        }
        match self.try_claim(weight).await {
            Ok(run) => run,
            Err(error) => {
                tracing::warn!(%error, "could not look for work; it is tried again");
                None
            }
        }
    }

    async fn try_claim(&self, weight: Weight) -> Result<Option<Run>, crate::store::StoreError> {
        let mut tx = self.ctx.db.write("claim a run").await?;
        let now = tx.real_now().await?;
        let until = now + millis(self.settings.claim);
        let claim = runs::Claim { worker: &self.settings.name, weight, now, until };
        let run = runs::claim(&mut tx, claim).await?;
        tx.commit().await?;
        Ok(run)
    }

    async fn execute(self, run: Run, _slot: OwnedSemaphorePermit) {
        let (id, epoch) = (run.id.clone(), run.epoch);
        let outcome = match run.kind {
            RunKind::Create => create::create(&self, run).await,
            RunKind::Destroy => destroy::destroy(&self, run).await,
            RunKind::Update => update::update(&self, run).await,
            RunKind::Drift => drift::drift(&self, run).await,
        };
        match outcome {
            Ok(()) => {
                self.untroubled(&id);
                self.ctx.nudges.all();
                folders::remove(&self.settings.data.join("runs").join(id.as_str())).await;
            }
            // Its row says when it goes on.
            Err(attempt::Stopped::Rests) => self.untroubled(&id),
            // Whoever claims it next goes on from the journal.
            Err(error) => {
                tracing::error!(%id, %error, "left a run to its next claim");
                self.give_back((&id, epoch), &error.to_string()).await;
            }
        }
    }
}

/// Ends every child that still runs for this data folder: interrupted once, killed after the grace. For
/// the demo's end; a bot that is only restarted leaves its children alone.
pub async fn end_children(data: &Path, grace: Duration) {
    let mut ending = JoinSet::new();
    for run in with_children(data) {
        for folder in folders(&run) {
            if let Ok(Some(child)) = Supervised::attach(&folder) {
                ending.spawn(async move { end_child(child, grace).await });
            }
        }
    }
    while ending.join_next().await.is_some() {}
}

/// How many processes still run for this data folder.
pub fn left_running(data: &Path) -> usize {
    let children = with_children(data).into_iter().flat_map(|run| folders(&run));
    children.map(|child| leftovers_of(&child).len()).sum()
}

async fn end_child(child: Supervised, grace: Duration) {
    let interrupted = child.interrupt().is_ok();
    if interrupted && matches!(tokio::time::timeout(grace, child.wait()).await, Ok(Ok(_))) {
        return;
    }
    if let Err(error) = child.bury(Duration::ZERO).await {
        tracing::warn!(folder = %child.folder().display(), %error, "a child could not be ended");
    }
}

/// The folders of runs and of sweeps, in which those of their children are.
fn with_children(data: &Path) -> Vec<PathBuf> {
    [folders(&data.join("runs")), folders(&sweeper::folder(data))].concat()
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
