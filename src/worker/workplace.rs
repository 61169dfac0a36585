//! Where a run works: its template version unpacked, its engine, its job with variables and tags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::attempt::{Attempt, Stopped};
use super::credentials::{credentials, secrets_in};
use crate::domain::run::{RunKind, Step};
use crate::domain::tags::Tagged;
use crate::engine::installed::Installed;
use crate::engine::{Invocation, Job, Layout, Opened, Preparation, Prepared, Variables};
use crate::faults::{self, Moment};
use crate::secrets::{AssociatedData, Sealed};
use crate::store::{secrets, settings, versions};
use crate::template::{Archive, Inputs, Manifest, ReservedValues, Supplied, Template};

/// How long another process may take to prepare the same version before we stop waiting.
const BUSY_FOR: std::time::Duration = std::time::Duration::from_secs(900);

/// An engine, ready to work on one environment.
pub(super) struct Workplace {
    pub(super) installed: Installed,
    pub(super) manifest: Manifest,
    pub(super) job: Job,
    /// How its state was found.
    pub(super) opened: Opened,
    /// Every secret that the run knows: the inputs', and the credentials that its children get.
    pub(super) secrets: Vec<SecretString>,
}

impl Attempt {
    /// The run's own folder.
    pub(super) fn folder(&self) -> PathBuf {
        self.shop.settings.data.join("runs").join(self.run.id.as_str())
    }

    /// A workplace whose state is open and free to be worked on.
    pub(super) async fn workplace(&self) -> Result<Workplace, Stopped> {
        let mut place = self.arranged().await?;
        // Set once: an attempt has one workplace.
        self.working.get_or_init(|| (place.installed.engine.clone(), place.job.clone()));
        // A worker before this one came further: its child may still be at work on the state.
        let verified = self.is_verified().await?;
        if !verified && self.has_called() {
            return Ok(place);
        }
        self.ends_entering().await?;
        if !verified {
            self.bring_state(&place).await?;
        }
        let engine = &place.installed.engine;
        let opened = faults::around(faults::OPEN_STATE, || engine.open(&place.job));
        place.opened = opened.map_err(Stopped::engine(Step::Prepare))?;
        if place.opened == Opened::Elsewhere && (verified || self.run.kind == RunKind::Create) {
            place.opened = Opened::New;
        }
        self.enter(&place).await?;
        Ok(place)
    }

    /// The version as it was when the environment was asked for, prepared for its engine. Nothing but
    /// the database is needed for it.
    pub(super) async fn arranged(&self) -> Result<Workplace, Stopped> {
        let step = Step::Prepare;
        let (template, archive) = self.template().await?;
        let manifest = template.manifest;
        let installed = self.installed(&manifest).await?;
        let layout = self.layout(&archive, &installed)?;
        let inputs = self.secret_inputs().await?;
        let credentials = credentials(&self.shop.settings, &manifest);
        let mut secrets = secrets_in(&credentials);
        secrets.extend(inputs.values().cloned());
        // What an earlier run brought forth is as secret in a later one's plan.
        secrets.extend(self.opened(secrets::OUTPUT).await?.into_values());
        secrets.extend(layout.backend.clone().into_iter().flat_map(secrets_of_url));
        self.hide(&secrets);
        let prepared = self.prepare(&installed, &layout, &manifest).await?;
        let mut job = Job::new(&layout, &prepared, &self.environment.name, &self.folder())
            .map_err(Stopped::engine(step))?;
        let tags = self.tags().await?;
        let variables = self.variables(&manifest, &inputs, &tags);
        job.tags = manifest.all_tags(&tags);
        job.credentials = credentials;
        let key = self.key().await?;
        secrets.push(key.clone());
        job.key = Some(key);
        job.encrypts = manifest.encrypt_state;
        self.hide(&secrets);
        let secret = inputs.keys().cloned().collect();
        let variables = Variables { plain: variables, secret, ..Variables::default() };
        let job = self.supplied(&installed, job, variables).await?;
        Ok(Workplace { installed, manifest, job, opened: Opened::Good, secrets })
    }

    /// Writes the variables; on a thread of its own, for keys are derived on the way.
    async fn supplied(
        &self,
        installed: &Installed,
        job: Job,
        variables: Variables,
    ) -> Result<Job, Stopped> {
        let (engine, rng, mut job) = (installed.engine.clone(), self.shop.ctx.rng.clone(), job);
        let supplied = tokio::task::spawn_blocking(move || {
            // A panic while drawing leaves the source as usable as before.
            let mut rng = rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let supply = || engine.supply(&mut job, &variables, &mut *rng);
            faults::around(faults::SUPPLY, supply).map(|()| job)
        });
        let supplied = supplied.await.map_err(|error| Stopped::Trouble(error.to_string()))?;
        supplied.map_err(Stopped::engine(Step::Prepare))
    }

    async fn template(&self) -> Result<(Template, Archive), Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let version = versions::get(&mut tx, &self.environment.version).await?;
        let archive = Archive::from_bytes(version.archive);
        let template = Template::from_archive(&archive).map_err(|problems| {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Stopped::failed(Step::Prepare, all.join("; "))
        })?;
        Ok((template, archive))
    }

    /// Prepares the version once for all environments; who comes second waits.
    async fn prepare(
        &self,
        installed: &Installed,
        layout: &Layout,
        manifest: &Manifest,
    ) -> Result<Prepared, Stopped> {
        let deadline = tokio::time::Instant::now() + BUSY_FOR;
        loop {
            let preparation =
                installed.engine.prepare(layout).map_err(Stopped::engine(Step::Prepare))?;
            match preparation {
                Preparation::Ready(prepared) => return Ok(prepared),
                Preparation::Needed(invocations, guard) => {
                    self.check()?;
                    for (n, mut invocation) in invocations.into_iter().enumerate() {
                        invocation.env.extend(credentials(&self.shop.settings, manifest));
                        let name = format!("prepare-{}-{n}", attempt_of(&invocation));
                        let limit = manifest.limits.plan.real();
                        self.child(Step::Prepare, &name, invocation, limit, manifest).await?;
                    }
                    faults::point(faults::FINISH_PREPARING, Moment::Before);
                    let finished = guard.finish().map_err(Stopped::engine(Step::Prepare))?;
                    faults::point(faults::FINISH_PREPARING, Moment::After);
                    return Ok(finished);
                }
                Preparation::Busy if tokio::time::Instant::now() > deadline => {
                    let why =
                        "another process has been preparing this template version for too long";
                    return Err(Stopped::failed(Step::Prepare, why));
                }
                Preparation::Busy => {
                    self.check()?;
                    tokio::time::sleep(std::time::Duration::from_millis(300)).await
                }
            }
        }
    }

    async fn secret_inputs(&self) -> Result<BTreeMap<String, SecretString>, Stopped> {
        self.opened(secrets::INPUT).await
    }

    /// The environment's sealed secrets of a kind, opened, by field.
    async fn opened(&self, kind: &str) -> Result<BTreeMap<String, SecretString>, Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let id = &self.environment.id;
        let mut opened = BTreeMap::new();
        for secret in secrets::of_environment(&mut tx, id, kind).await? {
            let data = AssociatedData { environment: id.as_str(), field: &secret.field };
            let value = Sealed::from_bytes(secret.sealed)
                .and_then(|sealed| self.shop.ctx.keyring.open(data, &sealed))
                .map_err(|error| Stopped::failed(Step::Prepare, error.to_string()))?;
            opened.insert(secret.field, value);
        }
        Ok(opened)
    }

    /// Whose it is and of which installation, on everything that is made.
    async fn tags(&self) -> Result<BTreeMap<String, String>, Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let installation = settings::get(&mut tx, settings::INSTALLATION).await?;
        let e = &self.environment;
        let tagged = Tagged {
            installation: installation.as_deref(),
            environment: &e.name,
            owner: &e.owner_user,
            team: e.team.as_deref(),
            project: e.project.as_deref(),
            cost_center: e.cost_center.as_deref(),
        };
        Ok(tagged.tags())
    }

    fn variables(
        &self,
        manifest: &Manifest,
        secrets: &BTreeMap<String, SecretString>,
        tags: &BTreeMap<String, String>,
    ) -> serde_json::Map<String, serde_json::Value> {
        let settings = &self.shop.settings;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let reserved = ReservedValues {
            environment: self.environment.name.clone(),
            tags: tags.clone(),
            site_root: text(&settings.data.join("sites")),
            site_url: settings.sites_url.clone(),
            run_dir: text(&self.folder().join("work")),
        };
        let inputs: Inputs = self.environment.inputs.0.clone().into();
        manifest.variables(Supplied { inputs: &inputs, secrets, reserved: &reserved })
    }
}

/// A URL with a password in it is a secret as a whole, and so is the password.
fn secrets_of_url(text: String) -> Vec<SecretString> {
    let parsed = url::Url::parse(&text).ok();
    match parsed.as_ref().and_then(url::Url::password) {
        Some(password) => vec![SecretString::from(password), SecretString::from(text)],
        None => Vec::new(),
    }
}

/// The folder of the attempt that a preparing call works in: a call of an earlier attempt is not its own.
fn attempt_of(invocation: &Invocation) -> String {
    let data = invocation.env.get("TF_DATA_DIR").map(Path::new);
    let attempt = data.and_then(Path::parent).and_then(Path::file_name);
    attempt.unwrap_or_default().to_string_lossy().into_owned()
}
