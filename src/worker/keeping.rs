//! The state's sealed copy in the database: with it another machine can go on, and a state that was lost
//! with its file is not lost.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::run::Step;
use crate::faults;
use crate::secrets::{AssociatedData, Sealed};
use crate::store::{Tx, runs, secrets};

/// Among the environment's sealed secrets, of which it is one: a state holds them in clear.
const COPY: &str = "state copy";

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Copied {
    /// Whose file it is the copy of: that machine's own is as new or newer.
    machine: String,
    state: String,
}

/// The copy that was written last, by its digest: what has not changed is not written again.
pub(super) type Kept = std::sync::Mutex<Option<[u8; 32]>>;

impl Attempt {
    /// Copies the state into the database if it has changed and is whole. Nothing where only the engine can
    /// look at it.
    pub(super) async fn keep_state(&self) -> Result<(), Stopped> {
        let Some((engine, job)) = self.working.get() else { return Ok(()) };
        let Some(file) = engine.state_file(job).map_err(Stopped::engine(Step::Apply))? else {
            return Ok(());
        };
        // An engine that writes just now leaves half of it: the next look finds the whole.
        let Ok(state) = std::fs::read_to_string(&file) else { return Ok(()) };
        let digest: [u8; 32] = Sha256::digest(state.as_bytes()).into();
        if self.kept() == Some(digest) || !engine.is_whole(state.as_bytes()) {
            return Ok(());
        }
        let copied = Copied { machine: self.shop.settings.machine.clone(), state };
        let text = serde_json::to_string(&copied).map_err(|e| Stopped::Trouble(e.to_string()))?;
        let mut tx = self.shop.ctx.db.write("keep a copy of a state").await?;
        if !runs::held(&mut tx, &self.run.id, self.run.epoch).await? {
            return Err(Stopped::ClaimLost);
        }
        self.put_copy(&mut tx, SecretString::from(text)).await?;
        tx.commit().await?;
        *self.copied.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(digest);
        Ok(())
    }

    fn kept(&self) -> Option<[u8; 32]> {
        // A panic elsewhere leaves a digest whole.
        *self.copied.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    async fn put_copy(&self, tx: &mut Tx, text: SecretString) -> Result<(), Stopped> {
        let ctx = &self.shop.ctx;
        let id = &self.environment.id;
        let data = AssociatedData { environment: id.as_str(), field: COPY };
        let sealed = ctx
            .random(|rng| ctx.keyring.seal(rng, data, &text))
            .map_err(|error| Stopped::Trouble(error.to_string()))?;
        let secret = secrets::SealedSecret {
            environment_id: id.clone(),
            field: COPY.to_owned(),
            kind: secrets::STATE.to_owned(),
            label: "State".to_owned(),
            sealed: sealed.as_bytes().to_vec(),
            created_at: ctx.now(),
        };
        Ok(secrets::put(tx, &secret).await?)
    }

    /// Lays the copy out where the state is not, is broken, or is older because another machine went on with it.
    pub(super) async fn bring_state(&self, place: &Workplace) -> Result<(), Stopped> {
        let engine = &place.installed.engine;
        let file = engine.state_file(&place.job).map_err(Stopped::engine(Step::Prepare))?;
        let Some(file) = file else { return Ok(()) };
        let Some(copied) = self.copy().await? else { return Ok(()) };
        let whole = std::fs::read(&file).is_ok_and(|bytes| engine.is_whole(&bytes));
        if whole && copied.machine == self.shop.settings.machine {
            return Ok(());
        }
        let put = || engine.put_state(&place.job, copied.state.as_bytes());
        let brought = faults::around(faults::PUT_STATE, put);
        brought.map_err(Stopped::engine(Step::Prepare))?;
        self.end(Step::Prepare, "restored", "the state was brought from its copy").await
    }

    async fn copy(&self) -> Result<Option<Copied>, Stopped> {
        let id = &self.environment.id;
        let mut tx = self.shop.ctx.db.read().await?;
        let found = secrets::of_environment(&mut tx, id, secrets::STATE).await?;
        drop(tx);
        let Some(secret) = found.into_iter().next() else { return Ok(None) };
        let data = AssociatedData { environment: id.as_str(), field: COPY };
        let text = Sealed::from_bytes(secret.sealed)
            .and_then(|sealed| self.shop.ctx.keyring.open(data, &sealed))
            .map_err(|error| Stopped::failed(Step::Prepare, error.to_string()))?;
        serde_json::from_str(text.expose_secret())
            .map(Some)
            .map_err(|error| Stopped::failed(Step::Prepare, error.to_string()))
    }
}

/// Which machine's files these are: drawn once, and kept in the data folder.
pub fn machine(data: &Path, draw: impl FnOnce() -> String) -> std::io::Result<String> {
    let file = data.join("machine");
    match std::fs::read_to_string(&file) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let drawn = draw();
    std::fs::write(&file, &drawn)?;
    Ok(drawn)
}
