//! Before an engine's first call of a run: what an earlier worker left running, what a killed run left locked,
//! the environment's own key.

use secrecy::SecretString;

use super::attempt::{Attempt, Stopped};
use super::workplace::Workplace;
use crate::domain::run::Step;
use crate::engine::Invocation;
use crate::faults;
use crate::process::{FollowError, Supervised};
use crate::secrets::{AssociatedData, Sealed};
use crate::store::secrets;

/// What an engine encrypts the environment's state with, among its sealed secrets. No input is called so:
/// names of inputs are names of variables.
const KEY: &str = "engine key";

/// The calls that work on the state, by the folders of their children.
const CALLS: [&str; 4] = ["plan", "apply", "drift", "destroy"];
/// What the folders of the calls before them begin with.
const ENTER: &str = "enter-";
/// What may work on the state before a plan and after a destroy.
const BESIDE: [&str; 3] = [ENTER, "adopt-", "leave-"];

impl Attempt {
    /// Whether this try of the run has called its engine for more than preparing.
    pub(super) fn has_called(&self) -> bool {
        CALLS.iter().any(|call| self.has_begun(call))
    }

    /// Whether this try of the run has begun this call here, by whichever worker.
    pub(super) fn has_begun(&self, call: &str) -> bool {
        let found = Supervised::attach(&self.folder().join(self.named(call)));
        found.is_ok_and(|found| found.is_some())
    }

    /// A create that ends before its apply has made nothing but an empty state, which goes with it.
    pub(super) async fn leaves_nothing(&self) -> Result<(), Stopped> {
        if self.was_begun(Step::Apply).await? {
            return Ok(());
        }
        if self.shop.settings.pulumi_backend.is_some() && self.was_begun(Step::Prepare).await? {
            self.leaves_no_stack().await?;
        }
        let state = self.shop.settings.data.join("states").join(&self.environment.name);
        match faults::around(faults::REMOVE_EMPTY_STATE, || std::fs::remove_dir_all(&state)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                // It holds nothing, and the next start has the same name to itself.
                tracing::warn!(state = %state.display(), %error, "an empty state could not be removed");
            }
            _ => {}
        }
        Ok(())
    }

    /// A stack that was made elsewhere is removed there. It is empty, so that whatever is in the way of that is
    /// no reason to hold anybody up.
    async fn leaves_no_stack(&self) -> Result<(), Stopped> {
        let left = async {
            let place = self.arranged().await?;
            let Some(call) = place.installed.engine.leave(&place.job) else { return Ok(()) };
            let name = format!("leave-{}", self.run.epoch);
            let limit = place.manifest.limits.destroy.real();
            self.secret_child((Step::Prepare, &name), call, limit, &place.manifest).await.map(drop)
        };
        match left.await {
            Err(stopped @ (Stopped::ClaimLost | Stopped::Rests | Stopped::Trouble(_))) => {
                Err(stopped)
            }
            Err(stopped) => {
                // It was never made, or is found by its name: no other environment is called so.
                tracing::info!(environment = %self.environment.name, %stopped, "no empty stack was removed");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Waits for what an earlier worker's entering left running: two at once on one state lose one's work.
    pub(super) async fn ends_entering(&self) -> Result<(), Stopped> {
        for folder in super::folders(&self.folder()) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !BESIDE.iter().any(|what| name.starts_with(what)) {
                continue;
            }
            let Ok(Some(child)) = Supervised::attach(&folder) else { continue };
            match child.wait().await {
                Ok(_) => {}
                Err(FollowError::Lost(_)) => {
                    self.bury(&child).await?;
                }
                Err(error) => return Err(Stopped::Trouble(error.to_string())),
            }
        }
        Ok(())
    }

    /// Clears what a killed run left, and makes what is new.
    pub(super) async fn enter(&self, place: &Workplace) -> Result<(), Stopped> {
        let calls = place.installed.engine.enter(&place.job, place.opened);
        let calls = calls.map_err(Stopped::engine(Step::Prepare))?;
        self.call_all("", calls, place).await
    }

    /// Clears what a killed run left half begun, once, before anything is planned.
    pub(super) async fn repair(&self, place: &Workplace) -> Result<(), Stopped> {
        if self.has_called() {
            return Ok(());
        }
        let calls = place.installed.engine.repair(&place.job);
        let calls = calls.map_err(Stopped::engine(Step::Prepare))?;
        self.call_all("repair-", calls, place).await
    }

    /// One after the other; each has a folder of this worker's own.
    async fn call_all(
        &self,
        what: &str,
        calls: Vec<Invocation>,
        place: &Workplace,
    ) -> Result<(), Stopped> {
        let limit = place.manifest.limits.plan.real();
        for (n, call) in calls.into_iter().enumerate() {
            let name = format!("{ENTER}{what}{}-{n}", self.run.epoch);
            self.child(Step::Prepare, &name, call, limit, &place.manifest).await?;
        }
        Ok(())
    }

    /// The environment's own key; its first run draws it.
    pub(super) async fn key(&self) -> Result<SecretString, Stopped> {
        let ctx = &self.shop.ctx;
        let id = &self.environment.id;
        let data = AssociatedData { environment: id.as_str(), field: KEY };
        let mut tx = ctx.db.write("draw an environment's key").await?;
        let found = secrets::of_environment(&mut tx, id, secrets::ENGINE).await?;
        if let Some(found) = found.into_iter().find(|secret| secret.field == KEY) {
            return Sealed::from_bytes(found.sealed)
                .and_then(|sealed| ctx.keyring.open(data, &sealed))
                .map_err(|error| Stopped::failed(Step::Prepare, error.to_string()));
        }
        let key = ctx.random(|rng| {
            let mut bytes = [0u8; 32];
            rng.fill(&mut bytes);
            SecretString::from(hex::encode(bytes))
        });
        let sealed = ctx
            .random(|rng| ctx.keyring.seal(rng, data, &key))
            .map_err(|error| Stopped::failed(Step::Prepare, error.to_string()))?;
        let secret = secrets::SealedSecret {
            environment_id: id.clone(),
            field: KEY.to_owned(),
            kind: secrets::ENGINE.to_owned(),
            label: "State".to_owned(),
            sealed: sealed.as_bytes().to_vec(),
            created_at: ctx.now(),
        };
        secrets::put(&mut tx, &secret).await?;
        tx.commit().await?;
        Ok(key)
    }
}
