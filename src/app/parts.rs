//! Each part, built from its own piece of the settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;

use super::StartError;
use super::disk::Disk;
use super::scanners::scanners;
use crate::commands::Ctx;
use crate::config::{Config, Database};
use crate::domain::{EngineKind, Lack, Rng, Unavailable};
use crate::engine::installed::Engines;
use crate::engine::missing_plugins;
use crate::notify::{self, Notifier};
use crate::process::{FileLock, StampDeadlines};
use crate::secrets::Keyring;
use crate::slack::{Client, ClientSettings, PaceSettings, Paced, Pacer};
use crate::store::{Db, DbUrl, outbox, runs, settings};
use crate::template::{Catalog, Template};
use crate::words::Words;
use crate::worker;

/// How long Slack may take to answer a call.
const SLACK_ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const CONVERSATIONS_AT_ONCE: usize = 16;
/// What is to be tried again waits no longer than this across a restart, in milliseconds: before it the clock may
/// have been an hour or a year ahead.
const LONGEST_WAIT: i64 = 3_600_000;

/// Makes the data folder, which only the bot may read.
pub fn make_data_folder(data: &Path) -> Result<(), StartError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    // One that was there before may be open to others.
    let private =
        made.and_then(|()| std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)));
    private.map_err(|source| StartError::Data { path: data.to_path_buf(), source })
}

pub(super) async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address: address.to_string(), source })
}

/// Where the settings say that the rows are.
pub fn database_url(config: &Config) -> DbUrl {
    match &config.database {
        Database::Sqlite(file) => DbUrl::Sqlite(file.clone()),
        Database::Postgres(url) => DbUrl::Postgres(url.0.clone()),
    }
}

/// Opens the database; an empty one becomes an installation with an id of its own.
pub(super) async fn database(config: &Config, rng: &Arc<Mutex<dyn Rng>>) -> Result<Db, StartError> {
    let machine = machine(&config.data, rng)?;
    let db = Db::open(&database_url(config)).await?;
    let id = {
        let mut bytes = [0u8; 8];
        // A panic while drawing leaves the source as usable as before.
        rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fill(&mut bytes);
        hex::encode(bytes)
    };
    let mut tx = db.write("name the installation").await?;
    settings::get_or_set(&mut tx, settings::INSTALLATION, &id).await?;
    if !db.is_shared() {
        // What an earlier process of ours held, nobody holds any more.
        let latest = tx.real_now().await? + LONGEST_WAIT;
        runs::release_all(&mut tx, latest).await?;
        outbox::release_all(&mut tx, latest).await?;
    } else {
        // Of several machines, what an earlier process of this one held: the data folder is ours alone. Its runs
        // are claimed by name.
        outbox::release_of(&mut tx, &of_machine(&machine)).await?;
    }
    tx.commit().await?;
    Ok(db)
}

/// The keyring of the settings.
pub fn keyring(config: &Config) -> Result<Keyring, StartError> {
    let key = config.key.as_ref().ok_or(StartError::Missing("secrets.key"))?;
    Ok(Keyring::parse(key)?)
}

pub(super) fn words(config: &Config) -> Result<Words, StartError> {
    Words::load(config.messages.as_deref()).map_err(|errors| {
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        StartError::Words(all.join("\n"))
    })
}

/// The templates that can be offered; what is wrong with the others goes into the log.
pub(super) fn catalog(config: &Config) -> Result<Catalog, StartError> {
    let loaded = Catalog::load(&config.templates);
    for problem in &loaded.problems {
        tracing::warn!("template: {problem}");
    }
    if loaded.catalog.list().next().is_none() {
        let folder = config.templates.display();
        return Err(StartError::Templates(format!(
            "{folder}: there is no template that can be used"
        )));
    }
    Ok(loaded.catalog)
}

pub(super) fn client_settings(config: &Config, token: SecretString) -> ClientSettings {
    ClientSettings { api_url: config.slack.api_url.clone(), token, timeout: SLACK_ANSWERS_WITHIN }
}

pub(super) fn slack(config: &Config) -> Result<Paced, StartError> {
    let token = config.slack.bot_token.clone().ok_or(StartError::Missing("slack.bot_token"))?;
    let client = Client::new(client_settings(config, token)).map_err(StartError::Client)?;
    Ok(Paced::new(client, Arc::new(Pacer::new(PaceSettings::default()))))
}

/// The templates of which no environment can be made with these engines, and why: said in the log, shown
/// to people, and refused.
pub fn unavailable(
    catalog: &Catalog,
    engines: &Engines,
    config: &Config,
) -> BTreeMap<String, Unavailable> {
    let plugins = pulumi_plugins(config);
    let lacking = |template: &Arc<Template>| {
        let manifest = &template.manifest;
        match engines.pick(manifest.engine, &manifest.engine_versions) {
            Ok(installed) => {
                let wanted = manifest.plugins.iter().map(String::as_str);
                let missing = missing_plugins(wanted, &installed.program, plugins.as_deref());
                let missing = missing.into_iter().next()?;
                let why = lacks_plugin(manifest.engine, &installed.version, &missing);
                Some((manifest.name.clone(), why))
            }
            Err(why) => Some((manifest.name.clone(), why)),
        }
    };
    catalog.list().filter_map(lacking).collect()
}

/// `resource:command` or `language:yaml`: the first is installed by Pulumi itself, the second lies beside it.
fn lacks_plugin(engine: EngineKind, version: &semver::Version, plugin: &str) -> Unavailable {
    let (kind, name) = plugin.split_once(':').unwrap_or(("resource", plugin));
    let cure = match kind {
        "resource" => format!("pulumi plugin install resource {name}"),
        // An installation of ours has the hosts beside the program.
        _ => format!("mayfly engines install pulumi@{version}"),
    };
    Unavailable {
        engine,
        lack: Lack::Plugin { name: format!("pulumi-{kind}-{name}") },
        cure: Some(cure),
    }
}

/// Where Pulumi's plugins are: as the settings say, or where `pulumi plugin install` puts them for the
/// bot's own user.
pub fn pulumi_plugins(config: &Config) -> Option<PathBuf> {
    let of_home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".pulumi"));
    let home = || std::env::var_os("PULUMI_HOME").map(PathBuf::from).or_else(of_home);
    config.pulumi.plugins.clone().or_else(|| Some(home()?.join("plugins")))
}

/// The worker's settings. Where others can claim, children end when their claim may be another's.
pub(super) fn worker(
    config: &Config,
    (exe, sites_url): (PathBuf, String),
    costs: Arc<worker::Costs>,
    ctx: &Ctx,
) -> Result<worker::Settings, StartError> {
    let runs = &config.runs;
    let data = std::path::absolute(&config.data)
        .map_err(|source| StartError::Data { path: config.data.clone(), source })?;
    let stamp =
        StampDeadlines { interrupt_after: runs.interrupt_stale, kill_after: runs.kill_stale };
    let machine = machine(&data, &ctx.rng)?;
    Ok(worker::Settings {
        name: format!(
            "{}:{}.{}{}",
            host(),
            std::process::id(),
            drawn(&ctx.rng),
            of_machine(&machine)
        ),
        machine,
        scanners: scanners(config, &exe),
        exe,
        data,
        light: runs.light,
        heavy: runs.heavy,
        poll: runs.poll,
        heartbeat: runs.heartbeat,
        claim: runs.claim,
        stamp: ctx.db.is_shared().then_some(stamp),
        interrupt_grace: runs.interrupt_grace,
        stop_grace: config.stop.grace,
        on_stop: config.stop.children,
        retries: runs.retries,
        retry_backoff: runs.retry_backoff,
        destroy_backoff: runs.destroy_backoff,
        progress: runs.progress,
        costs,
        sites_url,
        credentials: config.credentials.clone(),
        cli_config: runs.cli_config.clone(),
        pulumi_backend: config.pulumi.backend.clone(),
        pulumi_plugins: pulumi_plugins(config),
    })
}

pub(super) fn notifier(
    config: &Config,
    ctx: &Ctx,
    words: Arc<Words>,
    slack: Paced,
) -> Result<Notifier, StartError> {
    let delivery = &config.delivery;
    let machine = machine(&config.data, &ctx.rng)?;
    Ok(Notifier {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        rng: ctx.rng.clone(),
        words,
        slack,
        settings: Arc::new(notify::Settings {
            poll: delivery.poll,
            // The dead are missed after one and the same time, whatever they held.
            hold: config.runs.claim,
            machine: of_machine(&machine),
            at_once: CONVERSATIONS_AT_ONCE,
            first_pause: delivery.first_pause,
            longest_pause: delivery.longest_pause,
            fall_back_after: delivery.fall_back_after,
            operators_channel: config.operators.channel.clone(),
            public_url: ctx.public_url.clone(),
        }),
        nudge: ctx.nudges.outbox.clone(),
    })
}

/// What has to have room: the data folder, and an SQLite database wherever it lies.
pub(super) fn disk(config: &Config) -> Disk {
    let mut folders = vec![config.data.clone()];
    if let Database::Sqlite(file) = &config.database {
        folders.extend(file.parent().map(Path::to_path_buf));
    }
    Disk { folders, least: config.runs.least_free }
}

/// What tells this worker from every other of the same process and machine.
fn drawn(rng: &Arc<Mutex<dyn Rng>>) -> String {
    let mut bytes = [0u8; 3];
    // A panic while drawing leaves the source as usable as before.
    rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fill(&mut bytes);
    hex::encode(bytes)
}

/// How the name of a worker on this machine ends.
fn of_machine(machine: &str) -> String {
    format!("@{machine}")
}

/// Whose files stand in the data folder.
fn machine(data: &Path, rng: &Arc<Mutex<dyn Rng>>) -> Result<String, StartError> {
    let draw = || {
        let mut bytes = [0u8; 8];
        // A panic while drawing leaves the source as usable as before.
        rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fill(&mut bytes);
        hex::encode(bytes)
    };
    worker::machine(data, draw)
        .map_err(|source| StartError::Data { path: data.join("machine"), source })
}

/// Holds the data folder, so that no two processes work with one: each would take the other's runs for those
/// of a dead one.
pub(super) fn hold(data: &Path) -> Result<FileLock, StartError> {
    let path = data.join("lock");
    match FileLock::take(&path) {
        Ok(Some(held)) => Ok(held),
        Ok(None) => Err(StartError::Held(data.to_path_buf())),
        Err(source) => Err(StartError::Data { path, source }),
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
