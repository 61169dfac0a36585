//! Which engine works on an environment, and where.

use std::path::Path;

use super::attempt::{Attempt, Stopped};
use crate::domain::run::Step;
use crate::engine::installed::Installed;
use crate::engine::{Layout, cli_config};
use crate::faults;
use crate::store::environments;
use crate::template::{Archive, Manifest};

impl Attempt {
    /// The engine that made the environment, where it is still there, or one that takes it over; noted
    /// before it does anything, because it is what writes the state from here on.
    pub(super) async fn installed(&self, manifest: &Manifest) -> Result<Installed, Stopped> {
        let made_by = self.environment.made_by()?;
        let (engines, kind) = (&self.shop.engines, manifest.engine);
        let picked = match &made_by {
            None => engines.pick(kind, &manifest.engine_versions),
            Some(made_by) => engines.pick_again(kind, &manifest.engine_versions, made_by),
        };
        let installed = picked
            .map_err(|unavailable| Stopped::failed(Step::Prepare, unavailable.while_running()))?
            .clone();
        // Set once: an attempt picks from the same engines by the same row.
        self.engine.get_or_init(|| installed.engine.clone());
        if made_by.as_ref() != Some(&installed.made_by()) {
            let mut tx = self.shop.ctx.db.write("note the engine of a run").await?;
            let run = (&self.run.id, self.run.epoch);
            let id = &self.environment.id;
            if !environments::set_engine(&mut tx, id, &installed.made_by(), run).await? {
                return Err(Stopped::ClaimLost);
            }
            tx.commit().await?;
        }
        Ok(installed)
    }

    pub(super) fn layout(
        &self,
        archive: &Archive,
        installed: &Installed,
    ) -> Result<Layout, Stopped> {
        let settings = &self.shop.settings;
        let data = &settings.data;
        // What one version of an engine has prepared, another may not read.
        let engine = format!("{}-{}", installed.engine.name(), installed.version);
        let name = format!("{}-{engine}", self.environment.version);
        let source = data.join("sources").join(&self.environment.version);
        unpack(archive, &source)?;
        let cli_config = cli_config(data, settings.cli_config.as_deref())
            .map_err(Stopped::engine(Step::Prepare))?;
        Ok(Layout {
            version: data.join("versions").join(name),
            source,
            states: data.join("states"),
            program: installed.program.clone(),
            program_version: installed.version.clone(),
            path: std::env::var("PATH").unwrap_or_default(),
            home: data.join("home"),
            cli_config,
            backend: settings.pulumi_backend.clone(),
            plugins: settings.pulumi_plugins.clone(),
        })
    }
}

/// Lays a version's source out as it was, once: beside, then renamed, so that half of it never stands.
pub(super) fn unpack(archive: &Archive, source: &Path) -> Result<(), Stopped> {
    if source.is_dir() {
        return Ok(());
    }
    let trouble =
        |error: &dyn std::fmt::Display| Stopped::Trouble(format!("{}: {error}", source.display()));
    let parent = source.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|e| trouble(&e))?;
    let beside = tempfile::Builder::new().prefix(".unpack-").tempdir_in(parent);
    let beside = beside.map_err(|e| trouble(&e))?;
    let whole = beside.path().join("source");
    archive.unpack(&whole).map_err(|e| trouble(&e))?;
    match faults::around(faults::LAY_OUT, || std::fs::rename(&whole, source)) {
        // Another run was faster: what it laid out is the same.
        Err(_) if source.is_dir() => Ok(()),
        renamed => renamed.map_err(|e| trouble(&e)),
    }
}
