//! What a run makes, written down as its engine says so; and what became of it where the engine was cut off:
//! taken into the state, known not to exist, or named to people.

use super::attempt::{Attempt, Stopped};
use super::by_tag::BY_TAG;
use super::workplace::Workplace;
use crate::domain::Transient;
use crate::domain::environment::EndReason;
use crate::domain::plan::Change;
use crate::domain::run::{Failure, RunKind, Step};
use crate::engine::{Action, Adopted, Event, Inventory};
use crate::faults;
use crate::process::{Cause, Exit};
use crate::store::effects::Effect;
use crate::store::{Tx, effects, runs, steps};

/// What an event says of a resource that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effected {
    Begun { address: String, kind: String },
    Made { address: String, id: Option<String> },
    Refused { address: String },
}

impl Effected {
    pub(super) fn of(event: &Event) -> Option<Effected> {
        match event {
            Event::Started { resource, kind, action: Action::Create | Action::Replace } => {
                Some(Effected::Begun { address: resource.clone(), kind: kind.clone() })
            }
            Event::Completed { resource, action: Action::Create | Action::Replace, id, .. } => {
                Some(Effected::Made { address: resource.clone(), id: id.clone() })
            }
            Event::Errored { resource, action: Action::Create | Action::Replace, .. } => {
                Some(Effected::Refused { address: resource.clone() })
            }
            _ => None,
        }
    }
}

impl Attempt {
    /// In the transaction of the log that tells of them.
    pub(super) async fn note_effects(
        &self,
        tx: &mut Tx,
        effected: &[Effected],
    ) -> Result<(), Stopped> {
        for effected in effected {
            match effected {
                Effected::Begun { address, kind } => {
                    effects::begin(tx, &self.effect(address, kind)).await?;
                }
                Effected::Made { address, id } => {
                    let ours = (&self.environment.id, &self.run.id);
                    effects::complete(tx, ours, address, id.as_deref()).await?;
                }
                // Whether it exists all the same, only the end of the call tells.
                Effected::Refused { .. } => {}
            }
        }
        Ok(())
    }

    fn effect(&self, address: &str, kind: &str) -> Effect {
        Effect {
            environment_id: self.environment.id.clone(),
            address: address.to_owned(),
            kind: kind.to_owned(),
            id: None,
            run_id: self.run.id.clone(),
            at: self.shop.ctx.now(),
        }
    }

    /// What its provider has refused does not exist. Whoever is interrupted, or has lost its provider or the
    /// way to it, says the same of what may exist: then nothing is settled.
    pub(super) async fn settle_refused(
        &self,
        refused: &[String],
        (failure, exit): (&Failure, &Exit),
    ) -> Result<(), Stopped> {
        let by_itself = exit.cause == Cause::Exited && exit.signal.is_none();
        if refused.is_empty() || !by_itself || failure.transient.is_some() || lost_plugin(failure) {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.write("settle what was refused").await?;
        if !runs::held(&mut tx, &self.run.id, self.run.epoch).await? {
            return Err(Stopped::ClaimLost);
        }
        for address in refused {
            effects::settle(&mut tx, (&self.environment.id, &self.run.id), address).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Before a run works with a state that an earlier one may have left unfinished: what was made and is not
    /// in it is taken in. What cannot be stays noted, for the receipt.
    pub(super) async fn reconcile(&self, place: &Workplace) -> Result<(), Stopped> {
        if faults::is_off(faults::RECONCILE) {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.read().await?;
        let open = effects::of_environment(&mut tx, &self.environment.id).await?;
        drop(tx);
        // Whoever came further has reconciled; its child may still be at work.
        if open.is_empty() || self.has_called() {
            return Ok(());
        }
        self.is_still_ours(place).await?;
        let known = self.inventory(place, Step::Prepare).await?;
        // A guess may be wrong: only where all of it is to be destroyed anyway it does no harm.
        let open = match self.run.kind {
            RunKind::Destroy => self.with_ids(place, open, &known).await?,
            RunKind::Create | RunKind::Update | RunKind::Drift => open,
        };
        for (n, effect) in open.into_iter().enumerate() {
            if is_known(&known, &effect) || self.adopts(place, &effect, n).await? {
                // Another machine goes on with the copy: it has to know what is taken in before that is forgotten.
                self.keep_state().await?;
                self.settled(&effect).await?;
            }
        }
        Ok(())
    }

    /// Whether it has ended before, and is opened once more for an orphan of its.
    pub(super) fn is_reopened(&self) -> bool {
        let reason = self.environment.end_reason.as_ref().map(|reason| &reason.0);
        matches!(reason, Some(EndReason::Orphan { .. }))
    }

    /// What is opened once more for an orphan has nothing to destroy but that: what could not be taken in is a
    /// failure, and nothing that only a receipt tells.
    pub(super) async fn has_taken_in(&self) -> Result<(), Stopped> {
        if !self.is_reopened() {
            return Ok(());
        }
        let mut tx = self.shop.ctx.db.read().await?;
        let open = effects::of_environment(&mut tx, &self.environment.id).await?;
        let journal = steps::of_run(&mut tx, &self.run.id).await?;
        drop(tx);
        let Some(effect) = open.first() else { return Ok(()) };
        let told = journal.iter().rev().find(|line| line.event == NOT_ADOPTED);
        let why = told.map_or_else(|| effect.address.clone(), |line| line.detail.clone());
        Err(Stopped::failed(Step::Prepare, format!("What is left cannot be taken in: {why}")))
    }

    async fn settled(&self, effect: &Effect) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.write("settle what was made").await?;
        if !runs::held(&mut tx, &self.run.id, self.run.epoch).await? {
            return Err(Stopped::ClaimLost);
        }
        effects::settle(&mut tx, (&effect.environment_id, &effect.run_id), &effect.address).await?;
        Ok(tx.commit().await?)
    }

    /// Takes it into the state; `true` also where there is nothing to take.
    async fn adopts(&self, place: &Workplace, effect: &Effect, n: usize) -> Result<bool, Stopped> {
        let engine = &place.installed.engine;
        let id = effect.id.as_deref().and_then(|id| id.split_once('='));
        // Of what was only found by its tag, and of an orphan, nobody can say that it is gone: the index of tags is
        // late, and a provider looks in its own region alone.
        let settles = !self.is_reopened() && id.is_none_or(|(how, _)| how != BY_TAG);
        // What a sweep has found exists outside, of whatever type it is.
        let outside = engine.exists_outside(&effect.kind) || self.is_reopened();
        let Some((_, id)) = id.filter(|_| outside) else {
            return Ok(false);
        };
        let resource = Adopted { address: effect.address.clone(), id: id.to_owned() };
        let Some(call) = engine.adopt(&place.job, &resource) else { return Ok(false) };
        let name = format!("adopt-{}-{n}", self.run.epoch);
        let limit = place.manifest.limits.plan.real();
        match self.child(Step::Prepare, &name, call, limit, &place.manifest).await {
            Ok(_) => {
                let detail = format!("took {} into the state", effect.address);
                self.end(Step::Prepare, "adopted", &detail).await?;
                Ok(true)
            }
            Err(Stopped::Failed(failure)) if settles && engine.says_missing(&failure) => Ok(true),
            // Not every resource can be taken in. What is in the state is to be destroyed all the same.
            Err(Stopped::Failed(failure)) if failure.transient.is_none() => {
                let detail = format!("{}: {}", effect.address, failure.summary);
                self.end(Step::Prepare, NOT_ADOPTED, &detail).await?;
                Ok(false)
            }
            Err(stopped) => Err(stopped),
        }
    }

    /// A run whose apply was begun on a machine that is gone: its engine may have gone on for a while, and what
    /// it made then nobody noted. A second apply would make it twice, so that all that was planned and is not
    /// known is named instead.
    pub(super) async fn lost_sight(&self, place: &Workplace) -> Result<Stopped, Stopped> {
        self.reconcile(place).await?;
        let known = self.inventory(place, Step::Collect).await?;
        let planned = self.run.plan.iter().flat_map(|plan| &plan.0.resources);
        let creates = planned.filter(|r| matches!(r.change, Change::Create | Change::Replace));
        let mut tx = self.shop.ctx.db.write("note what may have been made").await?;
        if !runs::held(&mut tx, &self.run.id, self.run.epoch).await? {
            return Err(Stopped::ClaimLost);
        }
        let noted = effects::of_environment(&mut tx, &self.environment.id).await?;
        for planned in creates.filter(|r| !known.resources.contains(&r.address)) {
            if !noted.iter().any(|effect| effect.address == planned.address) {
                effects::begin(&mut tx, &self.effect(&planned.address, "")).await?;
            }
        }
        tx.commit().await?;
        // Whoever destroys it, on whichever machine, finds a state.
        self.keep_state().await?;
        let why = "The machine that was making it is gone, and nobody knows what it did last.";
        Ok(Stopped::failed(Step::Apply, why))
    }
}

/// What the journal says when a resource could not be taken in; its detail is which, and why.
const NOT_ADOPTED: &str = "not adopted";

/// Whether the state has this very resource: one that is replaced has the address of another.
fn is_known(known: &Inventory, effect: &Effect) -> bool {
    let id = effect.id.as_deref().and_then(|id| id.split_once('=')).map(|(_, id)| id);
    match (id, known.ids.get(&effect.address)) {
        (Some(made), Some(there)) => made == there,
        _ => known.resources.contains(&effect.address),
    }
}

/// What engines say when a provider's process has died; sources: Terraform's `plugin/grpc_error.go`, gRPC's
/// code `Unavailable`, which Pulumi prints.
const LOST: [&str; 4] = ["Plugin did not respond", "plugin crashed", "Unavailable", "EOF"];

fn lost_plugin(failure: &Failure) -> bool {
    let texts = [&failure.summary, &failure.detail];
    texts.into_iter().chain(&failure.tail).any(|text| LOST.iter().any(|part| text.contains(part)))
}

/// Whether an error leaves open what exists: of several, one such is enough to believe none of them that nothing
/// was made.
pub(super) fn is_doubtful(texts: [&String; 2]) -> bool {
    let lost = texts.iter().any(|text| LOST.iter().any(|part| text.contains(part)));
    lost || Transient::of_words(texts.into_iter().map(String::as_str)).is_some()
}
