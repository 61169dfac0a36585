//! The only wiring: builds every part and hands it what it needs.

mod agenda;
mod directory;
mod disk;
mod groups;
mod guardrails;
mod introduction;
mod parts;
mod reloads;
mod scanners;
mod server;
mod start_error;
mod sweeps;
mod usage;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use agenda::DatabaseAgenda;
use groups::{Groups, SlackMembership, SlackPresence};
pub use guardrails::{costs, policies};
use introduction::Introduction;
pub use parts::{database_url, keyring, make_data_folder, unavailable};
pub use scanners::scanners;
pub use start_error::StartError;
pub use usage::{problems_of_teams, problems_of_template};

use crate::commands::Ctx;
use crate::config::{Config, Database, SlackMode};
use crate::domain::rng::SystemRng;
use crate::domain::{Clock, Health, Rng, Role, Unavailable};
use crate::engine::installed::Engines;
use crate::ingress::{Ingress, SocketReceiver, UnderWay};
use crate::process::FileLock;
use crate::slack::{Client, Socket, SocketSettings};
use crate::worker::Worker;

/// What the bot does not decide for itself.
pub struct Given {
    pub clock: Arc<dyn Clock>,
    /// This very program, for `supervise`.
    pub exe: PathBuf,
}

/// A running bot.
pub struct App {
    pub ctx: Ctx,
    /// Where Slack's requests and our own pages are served.
    pub address: SocketAddr,
    /// Where preview sites are served.
    pub sites: SocketAddr,
    pub data: PathBuf,
    /// Ends what begins something by itself, before all else.
    quiet: watch::Sender<bool>,
    beginners: JoinSet<()>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    under_way: UnderWay,
    grace: Duration,
    _held: FileLock,
}

/// How long tasks may take to end before they are dropped.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

impl App {
    /// Starts everything that the settings ask for.
    pub async fn start(config: Config, given: Given) -> Result<App, StartError> {
        let whole = Role::ALL.iter().all(|role| config.roles.contains(role));
        if !whole && matches!(config.database, Database::Sqlite(_)) {
            return Err(StartError::Roles);
        }
        parts::make_data_folder(&config.data)?;
        let held = parts::hold(&config.data)?;
        let listener = parts::bind(config.server.listen).await?;
        let sites = parts::bind(config.server.sites_listen).await?;
        let (address, sites_address) = (local(&listener)?, local(&sites)?);
        let public_url =
            config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let sites_url =
            config.server.sites_url.clone().unwrap_or_else(|| format!("http://{sites_address}"));

        let words = Arc::new(parts::words(&config)?);
        let slack = parts::slack(&config)?;
        let known = introduction::ask(&slack).await?;
        let rng: Arc<Mutex<dyn Rng>> = Arc::new(Mutex::new(SystemRng));
        let db = parts::database(&config, &rng).await?;
        let health = Health::default();
        let asks = (slack.clone(), db.clone(), health.clone());
        let (own, introduction) = Introduction::of(known, asks, &config).await?;
        let engines = Arc::new(Engines::find(&config.engines).await);
        let catalog = parts::catalog(&config)?;
        let unavailable = unavailable(&catalog, &engines, &config);
        tell_engines(&engines, &unavailable);
        let policies = guardrails::policies(&config, &given.exe)?;
        let groups = Groups::default();
        // Before anybody is heard: until then nobody is in a group.
        groups.ask_at_start(&policies, &slack).await;
        let costs = Arc::new(guardrails::costs(&config)?);
        let asked = (policies.clone(), groups.clone());
        let directory = directory::Settings::of(&config, own, asked, costs.books.clone());
        usage::tell(&catalog, &directory, &costs.books);
        let ctx = Ctx {
            db: db.clone(),
            clock: given.clock.clone(),
            rng: rng.clone(),
            directory: Arc::new(directory),
            catalog: Arc::new(std::sync::RwLock::new(catalog)),
            unavailable: Arc::new(unavailable),
            keyring: Arc::new(keyring(&config)?),
            policies: policies.clone(),
            presence: Arc::new(SlackPresence(slack.clone())),
            membership: Arc::new(SlackMembership {
                groups: groups.clone(),
                policies: policies.clone(),
                slack: slack.clone(),
            }),
            approvals: guardrails::approval_terms(&config),
            regions: Arc::new(guardrails::regions(&config, &costs.books)),
            public_url: public_url.clone(),
            operators_channel: config.operators.channel.clone(),
            nudges: crate::commands::Nudges::default(),
            health,
        };
        let disk = parts::disk(&config);
        let (quiet, quieted) = watch::channel(false);
        let mut beginners = JoinSet::new();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(groups.run(policies.clone(), slack.clone(), stopped.clone()));
        tasks.spawn(reloads::run(ctx.clone(), config.runs.poll, stopped.clone()));
        tasks.spawn(disk.watch(ctx.health.clone(), stopped.clone()));
        if let Some(introduction) = introduction {
            tasks.spawn(introduction.run(stopped.clone()));
        }

        let under_way = UnderWay::default();
        let ingress = Ingress {
            ctx: ctx.clone(),
            words: words.clone(),
            slack: slack.clone(),
            under_way: under_way.clone(),
        };
        let pages = Arc::new(crate::words::Pages::load().map_err(StartError::Pages)?);
        let mut routes = crate::web::routes(crate::web::Web { ctx: ctx.clone(), pages });
        let hears = config.roles.contains(&Role::Ingress);
        match config.slack.mode {
            _ if !hears => {}
            SlackMode::Http => {
                let secret = config
                    .slack
                    .signing_secret
                    .clone()
                    .ok_or(StartError::Missing("slack.signing_secret"))?;
                routes = routes.merge(crate::ingress::http::routes(ingress, secret));
            }
            SlackMode::Socket => {
                let socket = socket(&config, ingress)?;
                tasks.spawn(introduction::tell_socket(ctx.health.clone(), socket.status()));
                tasks.spawn(socket.run(Box::new(SystemRng), stopped.clone()));
            }
        }
        tasks.spawn(server::serve(listener, routes, stopped.clone()));
        let sites_folder = config.data.join("sites");
        tasks.spawn(server::serve(sites, crate::web::sites::routes(sites_folder), stopped.clone()));

        let settings = parts::worker(&config, (given.exe, sites_url), costs, &ctx)?;
        guardrails::warn_of_old(&settings.costs.books, crate::domain::clock::real_now());
        let schedule = sweeps::schedule("runs.schedule", &config.runs.schedule)?;
        if let Some(sweeper) = sweeps::sweeper(&config, &ctx, &settings)? {
            beginners.spawn(sweeper.run(schedule.clone(), quieted.clone()));
        }
        if config.roles.contains(&Role::Worker) {
            beginners.spawn(Worker::new(ctx.clone(), settings, engines).run(quieted.clone()));
            let notifier = parts::notifier(&config, &ctx, words, slack)?;
            tasks.spawn(notifier.run(stopped.clone()));
        }
        if config.roles.contains(&Role::Scheduler) {
            beginners.spawn(crate::worker::scheduler::run(ctx.clone(), schedule, quieted.clone()));
            let anchor_every = config.audit.anchor_every;
            beginners.spawn(crate::worker::anchor::run(ctx.clone(), anchor_every, quieted));
        }
        Ok(App {
            ctx,
            address,
            sites: sites_address,
            data: config.data.clone(),
            quiet,
            beginners,
            stop,
            tasks,
            under_way,
            grace: config.stop.grace,
            _held: held,
        })
    }

    /// Ends what runs in this process. First nothing new is begun: people are told to try again in a moment, runs
    /// have the grace of the settings; then the doors are closed, and what is being sent or answered is ended.
    pub async fn stop(mut self) {
        self.ctx.health.stops();
        self.quiet.send_replace(true);
        ended("work", &mut self.beginners, self.grace + STOPS_WITHIN).await;
        self.stop.send_replace(true);
        ended("tasks", &mut self.tasks, STOPS_WITHIN).await;
        if tokio::time::timeout(STOPS_WITHIN, self.under_way.end()).await.is_err() {
            tracing::warn!("some deliveries were still being handled");
        }
        self.ctx.db.close().await;
    }
}

/// Waits for the end of all, and drops what does not come to it.
async fn ended(what: &str, tasks: &mut JoinSet<()>, within: Duration) {
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(within, all).await.is_err() {
        tracing::warn!("some {what} did not end in time");
    }
    tasks.shutdown().await;
}

/// What there is to work with, for whoever reads the log.
fn tell_engines(engines: &Engines, unavailable: &BTreeMap<String, Unavailable>) {
    for one in engines.all() {
        tracing::info!("engine: {} at {} ({})", one.made_by(), one.program.display(), one.origin);
    }
    for one in engines.unusable() {
        tracing::warn!("engine: {}: {}", one.kind, one.why);
    }
    for (template, why) in unavailable {
        tracing::warn!("template {template} is unavailable: {}", why.while_running());
    }
}

fn socket(config: &Config, ingress: Ingress) -> Result<Socket, StartError> {
    let token = config.slack.app_token.clone().ok_or(StartError::Missing("slack.app_token"))?;
    let client = Client::new(parts::client_settings(config, token)).map_err(StartError::Client)?;
    Ok(Socket::new(client, Arc::new(SocketReceiver(ingress)), SocketSettings::default()))
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|source| StartError::Listen { address: "?".to_owned(), source })
}
