//! One worker's attempt at a run: what it knows, and why it may stop.

use std::sync::{Arc, OnceLock};

use secrecy::SecretString;
use tokio::sync::{Mutex, watch};

use super::again::RETRIED;
use super::heartbeat::{Heartbeat, Pulse, Renewed, Stamped};
use super::interrupted::INTERRUPTED;
use super::journal::BEGUN;
use super::keeping::Kept;
use super::{Shop, folders};
use crate::commands::CommandError;
use crate::commands::transition::TransitionError;
use crate::domain::Actor;
use crate::domain::clock::since_boot;
use crate::domain::run::{Failure, Progress, Step};
use crate::engine::{Engine, EngineError, Job};
use crate::process::Supervised;
use crate::secrets::Scrubber;
use crate::store::environments::Environment;
use crate::store::runs::Run;
use crate::store::{StoreError, environments, steps};

/// Why an attempt stops before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    /// Somebody called the run off, and the engine has ended.
    #[error("called off by {0:?}")]
    Cancelled(Actor),
    /// The run failed, and a person can be told why.
    #[error("{}: {}", .0.step, .0.summary)]
    Failed(Box<Failure>),
    /// Its failure may pass by itself: nobody holds it until it is tried again.
    #[error("it is tried again")]
    Rests,
    /// Another worker has the run.
    #[error("the claim was lost")]
    ClaimLost,
    /// The database or the disk: the next claim goes on from the journal.
    #[error("{0}")]
    Trouble(String),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Trouble(error.to_string())
    }
}

impl From<TransitionError> for Stopped {
    fn from(error: TransitionError) -> Stopped {
        Stopped::Trouble(error.to_string())
    }
}

impl From<CommandError> for Stopped {
    fn from(error: CommandError) -> Stopped {
        Stopped::Trouble(error.to_string())
    }
}

impl Stopped {
    /// A failure with nothing but a sentence.
    pub(super) fn failed(step: Step, summary: impl Into<String>) -> Stopped {
        Stopped::Failed(Box::new(Failure::of(step, summary)))
    }

    /// What an engine's adapter refuses.
    pub(super) fn engine(step: Step) -> impl Fn(EngineError) -> Stopped {
        move |error| Stopped::failed(step, error.to_string())
    }
}

/// An attempt at a run.
pub(super) struct Attempt {
    pub(super) shop: Shop,
    pub(super) run: Run,
    pub(super) environment: Environment,
    /// How often it failed before by what may pass.
    pub(super) retried: u32,
    /// The same, with the tries that were interrupted.
    pub(super) tried: u32,
    pub(super) progress: Mutex<Progress>,
    /// Keeps every known secret out of what is written down.
    pub(super) scrubber: std::sync::RwLock<Arc<Scrubber>>,
    pub(super) pulse: watch::Receiver<Pulse>,
    /// What works on it, once that is known.
    pub(super) engine: OnceLock<Arc<dyn Engine>>,
    /// The engine and its job, once they are known.
    pub(super) working: OnceLock<(Arc<dyn Engine>, Job)>,
    pub(super) copied: Kept,
    stamped: Stamped,
    renewed: Renewed,
    _heartbeat: Heartbeat,
}

impl Attempt {
    /// Begins to work on a claimed run; its heartbeat beats until this is dropped.
    pub(super) async fn of(shop: &Shop, run: Run) -> Result<Attempt, Stopped> {
        let mut tx = shop.ctx.db.read().await?;
        let environment = environments::get(&mut tx, &run.environment_id).await?;
        let journal = steps::of_run(&mut tx, &run.id).await?;
        drop(tx);
        let times = |event: &str| journal.iter().filter(|line| line.event == event).count();
        let (retried, interrupted) = (times(RETRIED), times(INTERRUPTED));
        let stamped = Stamped::default();
        let renewed = Renewed::new(std::sync::Mutex::new(since_boot()));
        let (heartbeat, pulse) = Heartbeat::start(shop, &run, stamped.clone(), renewed.clone());
        let last = journal.iter().rev().find(|line| line.event == BEGUN);
        if last.is_some_and(|line| line.detail != shop.settings.machine) {
            // What stands here is of an earlier try, from which another machine has gone on.
            folders::discard(shop, &run.id).await?;
        }
        if let Some(child) = folders::working(shop, &run.id) {
            // Nobody has renewed its stamp while the bot was away.
            if let Err(error) = child.renew_stamp() {
                tracing::warn!(run = %run.id, %error, "a stamp could not be renewed");
            }
            *stamped.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(child);
        }
        let mut progress = run.progress.clone().map(|progress| progress.0).unwrap_or(Progress {
            kind: run.kind,
            step: run.step.unwrap_or(Step::Prepare),
            done: 0,
            total: None,
            current: Vec::new(),
            ended: None,
            again: None,
        });
        progress.ended = None;
        if progress.again.take().is_some() {
            (progress.done, progress.total) = (0, None);
        }
        Ok(Attempt {
            shop: shop.clone(),
            run,
            environment,
            retried: u32::try_from(retried).unwrap_or(u32::MAX),
            tried: u32::try_from(retried + interrupted).unwrap_or(u32::MAX),
            progress: Mutex::new(progress),
            scrubber: std::sync::RwLock::new(Arc::new(Scrubber::new([]))),
            pulse,
            engine: OnceLock::new(),
            working: OnceLock::new(),
            copied: Kept::default(),
            stamped,
            renewed,
            _heartbeat: heartbeat,
        })
    }

    /// Who acts, for the audit trail.
    pub(super) fn actor(&self) -> Actor {
        Actor::Worker { host: self.shop.settings.name.clone() }
    }

    /// From here this child's stamp is renewed with the claim; `None`: no child runs.
    pub(super) fn watches(&self, child: Option<Supervised>) {
        // A panic elsewhere leaves the handle as good as it was.
        *self.stamped.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = child;
    }

    /// Whether the claim may be another's by now, as after a machine has stood still: then no child is to begin,
    /// whose stamp would be a new one.
    pub(super) fn may_be_lost(&self) -> bool {
        // A panic elsewhere leaves a time whole.
        let renewed = *self.renewed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let age = since_boot().saturating_sub(renewed);
        self.shop.settings.stamp.is_some_and(|stamp| age >= stamp.interrupt_after)
    }

    /// From here these values are struck from every line.
    pub(super) fn hide<'a>(&self, secrets: impl IntoIterator<Item = &'a SecretString>) {
        let scrubber = Arc::new(Scrubber::new(secrets));
        // A panic while replacing leaves the old scrubber whole.
        *self.scrubber.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = scrubber;
    }

    pub(super) fn scrubber(&self) -> Arc<Scrubber> {
        self.scrubber.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Stops here if somebody called the run off or took it away.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        match &*self.pulse.borrow() {
            Pulse::Held => Ok(()),
            Pulse::Cancelled(by) => Err(Stopped::Cancelled(by.clone())),
            Pulse::Lost => Err(Stopped::ClaimLost),
        }
    }

    /// The same before the first of them, also where that is over: what it has done is to be known.
    pub(super) fn check_before_any(&self) -> Result<(), Stopped> {
        match self.check() {
            Err(Stopped::Cancelled(_)) if self.has_called() => Ok(()),
            checked => checked,
        }
    }

    /// The same before a call of the engine: one that a worker before this one has begun is followed to its end
    /// first, or it would live on behind a run that is called off.
    pub(super) fn check_before(&self, call: &str) -> Result<(), Stopped> {
        match self.check() {
            Err(Stopped::Cancelled(_)) if self.has_begun(call) => Ok(()),
            checked => checked,
        }
    }
}
