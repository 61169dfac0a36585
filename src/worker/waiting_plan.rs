//! The plan of a run that waits for an answer: sealed in the database, so that what is approved is what is
//! applied, after a restart and on another machine. The run's folder, where it stood in clear, goes meanwhile.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::run::{RunKind, Step};
use crate::faults;
use crate::secrets::{AssociatedData, Sealed};
use crate::store::plans::{self, SealedPlan};

const FIELD: &str = "plan";

/// What became of the kept plan.
pub(super) enum Restored {
    /// None was kept, or it was begun to be applied.
    Nothing,
    /// It lies where it was made; this is what its engine said of it.
    Plan(Vec<u8>),
    /// What it was made from has changed, or it cannot be opened: it is planned, and asked, anew.
    Outdated,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The saved plan itself, in base64.
    plan: String,
    /// What its engine says of it, in base64.
    printed: String,
}

/// The saved plan, and what its engine says of it.
fn read(kept: &SecretString) -> Result<(Vec<u8>, Vec<u8>), Box<dyn std::error::Error>> {
    let kept: Kept = serde_json::from_str(kept.expose_secret())?;
    Ok((STANDARD.decode(&kept.plan)?, STANDARD.decode(&kept.printed)?))
}

impl Attempt {
    /// Seals the plan for the time of waiting.
    pub(super) fn seal_plan(
        &self,
        place: &Workplace,
        printed: &[u8],
    ) -> Result<SealedPlan, Stopped> {
        let trouble = |error: std::io::Error| Stopped::Trouble(format!("the plan: {error}"));
        let plan = std::fs::read(place.job.plan_file()).map_err(trouble)?;
        let kept = Kept { plan: STANDARD.encode(plan), printed: STANDARD.encode(printed) };
        let text = serde_json::to_string(&kept).map_err(|e| Stopped::Trouble(e.to_string()))?;
        let ctx = &self.shop.ctx;
        let data = AssociatedData { environment: self.environment.id.as_str(), field: FIELD };
        let sealed = ctx
            .random(|rng| ctx.keyring.seal(rng, data, &SecretString::from(text)))
            .map_err(|error| Stopped::Trouble(error.to_string()))?;
        Ok(SealedPlan {
            run_id: self.run.id.clone(),
            basis: self.basis(place)?,
            sealed: sealed.as_bytes().to_vec(),
        })
    }

    /// Lays the kept plan out, whatever lies there, until it is begun to be applied.
    pub(super) async fn restore_plan(&self, place: &Workplace) -> Result<Restored, Stopped> {
        if self.run.plan.is_none() || self.applies_its_plan().await? {
            return Ok(Restored::Nothing);
        }
        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.read().await?;
        let found = plans::find(&mut tx, &self.run.id).await?;
        drop(tx);
        let Some(found) = found else { return Ok(Restored::Nothing) };
        if found.basis != self.basis(place)? {
            tracing::info!(run = %self.run.id, "what was planned has changed: it is planned anew");
            return Ok(Restored::Outdated);
        }
        let data = AssociatedData { environment: self.environment.id.as_str(), field: FIELD };
        let opened = Sealed::from_bytes(found.sealed)
            .and_then(|sealed| ctx.keyring.open(data, &sealed))
            .map_err(|error| error.to_string())
            .and_then(|text| read(&text).map_err(|error| error.to_string()));
        let (plan, printed) = match opened {
            Ok(opened) => opened,
            // The key that sealed it was taken away, say.
            Err(why) => {
                tracing::warn!(run = %self.run.id, why, "a kept plan cannot be opened: it is planned anew");
                return Ok(Restored::Outdated);
            }
        };
        let written = faults::around(faults::PUT_PLAN, || place.job.put_plan(&plan));
        written.map_err(|error| Stopped::Trouble(error.to_string()))?;
        Ok(Restored::Plan(printed))
    }

    /// What the plan was made from: the template's version, the inputs, the engine, the state, and the folder in which
    /// they are, which stands in it.
    fn basis(&self, place: &Workplace) -> Result<String, Stopped> {
        // Before its apply a create has a state that holds nothing: another machine's is as good.
        let file = match self.run.kind {
            RunKind::Create => None,
            _ => place
                .installed
                .engine
                .state_file(&place.job)
                .map_err(Stopped::engine(Step::Gate))?,
        };
        let state = match file {
            Some(file) => std::fs::read(&file)
                .map_err(|error| Stopped::Trouble(format!("{}: {error}", file.display())))?,
            None => Vec::new(),
        };
        let inputs = serde_json::to_vec(&self.environment.inputs.0)
            .map_err(|error| Stopped::Trouble(error.to_string()))?;
        let mut digest = Sha256::new();
        let made_by = place.installed.made_by().to_string();
        let data = self.shop.settings.data.to_string_lossy();
        let version = self.environment.version.as_bytes();
        let parts: [&[u8]; 5] = [version, &inputs, made_by.as_bytes(), &state, data.as_bytes()];
        for part in parts {
            digest.update(Sha256::digest(part));
        }
        Ok(hex::encode(digest.finalize()))
    }
}
