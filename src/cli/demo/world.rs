//! The playground and the bot, wired to each other on one machine: for the demo and for tests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use include_dir::{Dir, include_dir};
use secrecy::SecretString;

use crate::app::{App, DatabaseAgenda, Given, StartError};
use crate::config::{Config, ConfigError, Database, SlackMode};
use crate::domain::EnginesWanted;
use crate::domain::clock::MovableClock;
use crate::domain::rng::SystemRng;
use crate::playground::{Delivery, PlaygroundError, Settings, Workspace};
use crate::secrets::Keyring;

/// The templates that come with Mayfly, so that the demo works wherever the binary is.
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/environments");

/// How long a child has to end itself after an interrupt when the demo ends.
const CHILDREN_END_WITHIN: Duration = Duration::from_secs(5);

/// How long the bot may take to open its socket.
const SOCKET_OPENS_WITHIN: Duration = Duration::from_secs(20);

/// How deliveries reach the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Transport {
    Http,
    Socket,
}

/// How the world is to be.
pub struct WorldSettings {
    pub listen: SocketAddr,
    pub transport: Transport,
    /// The bot's program, for `supervise`; this very one unless said otherwise.
    pub exe: Option<PathBuf>,
    /// The bot's database; a file in the world's folder unless said otherwise.
    pub database: Option<Database>,
    /// More templates' folders, copied beside those that come with Mayfly.
    pub templates: Vec<PathBuf>,
    /// The last word on the bot's settings.
    pub adjust: Box<dyn FnOnce(&mut Config) + Send>,
    /// The last word on the playground's.
    pub playground: Box<dyn FnOnce(&mut Settings) + Send>,
}

impl Default for WorldSettings {
    fn default() -> WorldSettings {
        WorldSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            transport: Transport::Http,
            exe: None,
            database: None,
            templates: Vec::new(),
            adjust: Box::new(|_| {}),
            playground: Box::new(|_| {}),
        }
    }
}

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(transparent)]
    Playground(#[from] PlaygroundError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{what}: {source}")]
    File { what: String, source: std::io::Error },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Config(Vec<ConfigError>),
    #[error("the bot opened no socket within {} s", SOCKET_OPENS_WITHIN.as_secs())]
    NoSocket,
    #[error("the bot's own address is no URL: {0}")]
    Address(String),
    #[error("{0} of the demo's processes still run")]
    LeftOver(usize),
}

/// A playground with a bot in it.
pub struct World {
    pub playground: Workspace,
    pub clock: MovableClock,
    /// `None` while it is down.
    pub app: Option<App>,
    config: Config,
    exe: PathBuf,
    transport: Transport,
    folder: tempfile::TempDir,
}

impl World {
    /// Starts the playground, then the bot, and points them at each other.
    pub async fn start(settings: WorldSettings) -> Result<World, WorldError> {
        let file = |what: &str| {
            let what = what.to_owned();
            move |source| WorldError::File { what, source }
        };
        let folder = tempfile::Builder::new().prefix("mayfly-demo-").tempdir();
        let folder = folder.map_err(file("a temporary folder"))?;
        let clock = MovableClock::default();
        let mut of_playground = Settings { listen: settings.listen, ..Settings::on_a_free_port() };
        of_playground.clock = clock.clone();
        of_playground.commands = vec!["/infra".to_owned()];
        (settings.playground)(&mut of_playground);
        let playground = Workspace::start(of_playground).await?;

        let templates = folder.path().join("templates");
        TEMPLATES.extract(prepared(&templates)?).map_err(file("the templates"))?;
        for extra in &settings.templates {
            let name = extra.file_name().unwrap_or_default();
            copy(extra, &templates.join(name)).map_err(file("a template"))?;
        }
        let exe = match settings.exe {
            Some(exe) => exe,
            None => std::env::current_exe().map_err(file("this very program"))?,
        };
        let mut config = Config::load(None, Default::default()).map_err(WorldError::Config)?;
        configure(&mut config, &playground, folder.path());
        config.templates = templates;
        if let Some(database) = settings.database {
            config.database = database;
        }
        config.slack.mode = match settings.transport {
            Transport::Http => SlackMode::Http,
            Transport::Socket => SlackMode::Socket,
        };
        (settings.adjust)(&mut config);
        let transport = settings.transport;
        let mut world = World { playground, clock, app: None, config, exe, transport, folder };
        world.start_bot().await?;
        Ok(world)
    }

    /// The world's folder; the bot's data are in `data`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The bot's settings.
    pub fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Starts the bot (again).
    pub async fn start_bot(&mut self) -> Result<(), WorldError> {
        if self.transport == Transport::Socket {
            self.playground.install(Delivery::Socket);
        }
        let given = Given { clock: Arc::new(self.clock.clone()), exe: self.exe.clone() };
        let app = App::start(self.config.clone(), given).await?;
        if self.transport == Transport::Http {
            let url = |path: &str| {
                let url = format!("http://{}/slack/{path}", app.address);
                url::Url::parse(&url).map_err(|_| WorldError::Address(url))
            };
            self.playground.install(Delivery::Http {
                commands: url("commands")?,
                interactions: url("interactions")?,
                events: url("events")?,
                options: url("options")?,
            });
        }
        if self.transport == Transport::Socket {
            self.socket_opens().await?;
        }
        // A bot that is started again answers where it did before.
        self.config.server.listen = app.address;
        self.config.server.sites_listen = app.sites;
        self.playground.set_agenda(Arc::new(DatabaseAgenda(app.ctx.clone())));
        self.app = Some(app);
        Ok(())
    }

    /// What is typed before a socket is open, nobody hears.
    async fn socket_opens(&self) -> Result<(), WorldError> {
        let opens = async {
            while self.playground.open_sockets() == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOCKET_OPENS_WITHIN, opens).await.map_err(|_| WorldError::NoSocket)
    }

    /// Stops the bot and leaves its children to their supervisors.
    pub async fn stop_bot(&mut self) {
        if let Some(app) = self.app.take() {
            app.stop().await;
        }
    }

    /// Ends everything: bot, children, playground, folder.
    pub async fn end(mut self) -> Result<(), WorldError> {
        self.stop_bot().await;
        crate::worker::end_children(&self.config.data, CHILDREN_END_WITHIN).await;
        let left = crate::worker::left_running(&self.config.data);
        self.playground.stop().await;
        let what = self.folder.path().display().to_string();
        open_up(self.folder.path());
        self.folder.close().map_err(|source| WorldError::File { what, source })?;
        if left == 0 { Ok(()) } else { Err(WorldError::LeftOver(left)) }
    }
}

/// Everything that a small installation would write into its `mayfly.toml`.
fn configure(config: &mut Config, playground: &Workspace, folder: &Path) {
    let secret = |text: &str| Some(SecretString::from(text.to_owned()));
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    config.data = folder.join("data");
    config.engines = EnginesWanted::found_in(config.data.join("engines"));
    config.database = Database::Sqlite(config.data.join("mayfly.db"));
    config.server.listen = free;
    config.server.sites_listen = free;
    config.slack.api_url = playground.api_url();
    config.slack.bot_token = secret(playground.bot_token());
    config.slack.app_token = secret(playground.app_token());
    config.slack.signing_secret = secret(playground.signing_secret());
    config.key = Some(Keyring::generate(&mut SystemRng));
    let id = |name: &str| playground.person(name).id().to_owned();
    config.teams = [
        ("payments".to_owned(), vec![id("alice")]),
        ("search".to_owned(), vec![id("bob")]),
        ("platform".to_owned(), vec![id("carol")]),
    ]
    .into();
    config.operators.users = vec![id("carol")];
    config.operators.channel = playground.channel_id("platform-ops");
    // People who try it look at a clock of seconds.
    config.runs.schedule = "* * * * * *".to_owned();
    config.runs.poll = Duration::from_millis(500);
    // What is being made goes on all the same.
    config.stop.grace = Duration::ZERO;
    config.runs.interrupt_grace = Duration::from_secs(30);
    config.runs.retry_backoff = Duration::from_secs(2);
    config.runs.destroy_backoff = Duration::from_secs(2);
    config.runs.progress = Duration::from_secs(3);
    config.delivery.poll = Duration::from_millis(500);
}

fn prepared(folder: &Path) -> Result<&Path, WorldError> {
    std::fs::create_dir_all(folder)
        .map_err(|source| WorldError::File { what: folder.display().to_string(), source })?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Prepared versions are read-only; their folders have to be writable to be removed.
fn open_up(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            // What cannot be opened up is told by the removal that fails.
            let _ = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700));
            open_up(&path);
        }
    }
}
