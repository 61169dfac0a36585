//! What a run makes, written down as its engine says so; and what became of it where the engine was cut off:
//! taken into the state, known not to exist, or named to people.

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::run::Step;
use crate::engine::{Action, Adopted, Event};
use crate::process::Supervised;
use crate::store::effects::Effect;
use crate::store::{Tx, effects};

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
        child: &Supervised,
        effected: &[Effected],
    ) -> Result<(), Stopped> {
        let environment = &self.environment.id;
        for effected in effected {
            match effected {
                Effected::Begun { address, kind } => {
                    let effect = Effect {
                        environment_id: environment.clone(),
                        address: address.clone(),
                        kind: kind.clone(),
                        id: None,
                        run_id: self.run.id.clone(),
                        at: self.shop.ctx.now(),
                    };
                    effects::begin(tx, &effect).await?;
                }
                Effected::Made { address, id } => {
                    effects::complete(tx, environment, address, id.as_deref()).await?;
                }
                // An engine that was interrupted says so of what it did not wait for: that may exist.
                Effected::Refused { .. } if child.is_interrupted() => {}
                Effected::Refused { address } => effects::settle(tx, environment, address).await?,
            }
        }
        Ok(())
    }

    /// Before a run works with a state that an earlier one may have left unfinished: what was made and is not
    /// in it is taken in. What cannot be stays noted, for the receipt.
    pub(super) async fn reconcile(&self, place: &Workplace) -> Result<(), Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let open = effects::of_environment(&mut tx, &self.environment.id).await?;
        drop(tx);
        // Whoever came further has reconciled; its child may still be at work.
        if open.is_empty() || self.has_called() {
            return Ok(());
        }
        let known = self.inventory(place, Step::Prepare).await?.resources;
        for (n, effect) in open.into_iter().enumerate() {
            if known.contains(&effect.address) || self.adopts(place, &effect, n).await? {
                let mut tx = self.shop.ctx.db.write("settle what was made").await?;
                effects::settle(&mut tx, &self.environment.id, &effect.address).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Takes it into the state; `true` also where there is nothing to take.
    async fn adopts(&self, place: &Workplace, effect: &Effect, n: usize) -> Result<bool, Stopped> {
        let engine = &place.installed.engine;
        let id = effect.id.as_deref().and_then(|id| id.split_once('='));
        let Some((_, id)) = id.filter(|_| engine.exists_outside(&effect.kind)) else {
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
            Err(Stopped::Failed(failure)) if engine.says_missing(&failure) => Ok(true),
            Err(stopped) => Err(stopped),
        }
    }
}
