//! That nothing is left is seen twice before it is said: by the state that the engine has left, and by one who
//! believes none of it.

use super::attempt::{Attempt, Stopped};
use super::reading::LARGEST;
use super::workplace::Workplace;
use crate::domain::run::Step;
use crate::engine::Inventory;
use crate::faults;

/// How many of the resources that are still there are named.
const NAMED: usize = 5;

impl Attempt {
    /// Both looks, each a line of the journal; `first` is the state after the destroy. Whatever either finds is
    /// a failed destroy.
    pub(super) async fn verify(&self, place: &Workplace, first: Inventory) -> Result<(), Stopped> {
        let engine = &place.installed.engine;
        none_in_state(&first)?;
        self.end(Step::Verify, "verified", "the state is empty").await?;
        // The copy of the last good state is an empty one from here.
        let opened = faults::around(faults::OPEN_STATE, || engine.open(&place.job));
        opened.map_err(Stopped::engine(Step::Verify))?;
        let name = format!("state-anew-{}", self.run.epoch);
        none_in_state(&self.state(place, Step::Verify, &name).await?)?;
        let how = self.look(place).await?;
        self.end(Step::Verify, "verified", &how).await
    }

    /// Asks for what the state knew before, where that exists; says what it came to. A provider that cannot be
    /// asked any more has perhaps been destroyed with the rest (a cluster, say): that finds nothing.
    async fn look(&self, place: &Workplace) -> Result<String, Stopped> {
        let engine = &place.installed.engine;
        let call = engine.look(&place.job).map_err(Stopped::engine(Step::Verify))?;
        let Some(call) = call else { return Ok("the state is empty, read anew".to_owned()) };
        let name = format!("look-{}", self.run.epoch);
        let limit = place.manifest.limits.plan.real();
        let looked = self.secret_child((Step::Verify, &name), call, limit, &place.manifest).await;
        let looked = match looked {
            // What passes by itself is asked again.
            Err(Stopped::Failed(failure)) if failure.transient.is_none() => {
                let said = failure.tail.last().unwrap_or(&failure.summary);
                return Ok(format!(
                    "the state is empty, read anew; its provider did not answer: {said}"
                ));
            }
            looked => looked?,
        };
        let printed = looked
            .take_stdout(LARGEST)
            .map_err(|e| Stopped::failed(Step::Verify, format!("the look cannot be read: {e}")))?;
        let found = engine.found(&place.job, &printed).map_err(Stopped::engine(Step::Verify))?;
        if found.is_empty() {
            return Ok("asked for anew, nothing of it exists".to_owned());
        }
        let named = found.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match found.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let why = format!("The state is empty, and its provider still shows {named}{more}.");
        Err(Stopped::failed(Step::Verify, why))
    }
}

fn none_in_state(inventory: &Inventory) -> Result<(), Stopped> {
    match inventory.resources.len() {
        0 => Ok(()),
        left => {
            let why = format!("The state still holds {left} resources after the destroy.");
            Err(Stopped::failed(Step::Verify, why))
        }
    }
}
