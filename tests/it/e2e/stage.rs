//! A world for one test, and the look behind its curtain: rows, files, processes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mayfly::cli::demo::{Transport, World, WorldSettings};
use mayfly::config::{Config, Database as ConfigDatabase, Url};
use mayfly::domain::{EngineKind, Span};
use mayfly::playground::{Settings as Playground, Workspace};
use mayfly::store::environments::{self, Environment};
use mayfly::store::{DbUrl, Tx};

use super::people::{Order, Player};
use crate::support::database::Database;

/// How long anything may take that a person waits for, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

type Adjust = Box<dyn FnOnce(&mut Config) + Send>;

/// How a world is to be.
pub struct Options {
    database: Database,
    settings: WorldSettings,
    adjust: Vec<Adjust>,
}

impl Options {
    /// Over HTTP, on this database.
    pub fn on(database: Database) -> Options {
        let settings = WorldSettings {
            exe: Some(env!("CARGO_BIN_EXE_mayfly").into()),
            database: Some(configured(&database)),
            ..WorldSettings::default()
        };
        Options { database, settings, adjust: Vec::new() }
    }

    pub fn by(mut self, transport: Transport) -> Options {
        self.settings.transport = transport;
        self
    }

    /// With a template of the tests' own.
    pub fn with(self, template: &str) -> Options {
        self.with_folder(template_folder(template))
    }

    /// With the template in this folder.
    pub fn with_folder(mut self, folder: PathBuf) -> Options {
        self.settings.templates.push(folder);
        self
    }

    /// With other settings of the bot.
    pub fn adjusted(mut self, adjust: impl FnOnce(&mut Config) + Send + 'static) -> Options {
        self.adjust.push(Box::new(adjust));
        self
    }

    /// Without policies: what they say of a template is not what the test is about.
    pub fn unguarded(self) -> Options {
        self.adjusted(|config| {
            let none = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies/none");
            config.policies.folders = vec![none.clone()];
            config.policies.data = vec![none];
        })
    }

    /// With supervisors by this program.
    pub fn supervised_by(mut self, exe: PathBuf) -> Options {
        self.settings.exe = Some(exe);
        self
    }

    /// With another playground.
    pub fn playing(mut self, adjust: impl FnOnce(&mut Playground) + Send + 'static) -> Options {
        self.settings.playground = Box::new(adjust);
        self
    }
}

/// The folder of one of the tests' own templates.
pub fn template_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/templates").join(name)
}

/// A test's database, as the bot's settings name it.
pub fn configured(database: &Database) -> ConfigDatabase {
    match database.url() {
        DbUrl::Sqlite(file) => ConfigDatabase::Sqlite(file.clone()),
        DbUrl::Postgres(url) => ConfigDatabase::Postgres(Url(url.clone())),
    }
}

/// A workspace with the bot in it.
pub struct Stage {
    /// `None` once it has ended.
    world: Option<World>,
    pub database: Database,
    folder: PathBuf,
}

impl Stage {
    pub async fn start(options: Options) -> Stage {
        crate::support::install_tls();
        let Options { database, mut settings, adjust } = options;
        let by_pulumi = settings.templates.iter().any(|folder| folder.join("Pulumi.yaml").exists());
        settings.adjust = Box::new(move |config| {
            if !by_pulumi {
                // Each start asks every engine for its version, and Pulumi takes its time for that.
                config.engines.named.insert(EngineKind::Pulumi, Vec::new());
            }
            adjust.into_iter().for_each(|one| one(config));
        });
        let world = World::start(settings).await.expect("the world starts");
        let folder = world.folder().to_path_buf();
        Stage { world: Some(world), database, folder }
    }

    pub fn world(&self) -> &World {
        self.world.as_ref().expect("the world has not ended")
    }

    pub fn slack(&self) -> &Workspace {
        &self.world().playground
    }

    pub fn person(&self, name: &str) -> Player {
        Player::of(self.slack().person(name))
    }

    /// Who asks, in most tests.
    pub fn alice(&self) -> Player {
        self.person("alice")
    }

    /// Of another team.
    pub fn bob(&self) -> Player {
        self.person("bob")
    }

    /// An operator.
    pub fn carol(&self) -> Player {
        self.person("carol")
    }

    /// An environment of alice's that is ready.
    pub async fn ready(&self, template: &str) -> Order {
        let order = self.alice().orders(template, &[]).await;
        order.is_ready().await;
        order
    }

    /// Moves business time ahead, once everything that is on its way has arrived: when a warning was
    /// accepted is told by this clock, too.
    pub async fn moves_clock(&self, by: Span) {
        if self.world().app.is_some() {
            self.delivers_all().await;
        }
        self.world().clock.advance(by);
    }

    pub async fn stops_bot(&mut self) {
        self.world.as_mut().expect("the world has not ended").stop_bot().await;
    }

    pub async fn starts_bot(&mut self) {
        let world = self.world.as_mut().expect("the world has not ended");
        world.start_bot().await.expect("the bot starts again");
    }

    /// Other settings, from the next start of the bot on.
    pub fn reconfigures(&mut self, adjust: impl FnOnce(&mut Config)) {
        adjust(self.world.as_mut().expect("the world has not ended").config());
    }

    pub async fn restarts_bot(&mut self) {
        self.stops_bot().await;
        self.starts_bot().await;
    }

    /// The bot's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The folder that the bot reads its templates from.
    pub fn templates(&self) -> PathBuf {
        self.folder.join("templates")
    }

    /// The row of an environment.
    pub async fn row(&self, name: &str) -> Environment {
        let mut tx = self.database.db.read().await.expect("reads");
        let row = environments::by_name(&mut tx, name).await.expect("reads");
        row.unwrap_or_else(|| panic!("there is no environment {name}"))
    }

    /// The one number that a query comes to.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.database.db.read().await.expect("reads");
        let counted = match &mut tx {
            Tx::Sqlite(tx, _) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
            Tx::Postgres(tx, _) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
        };
        counted.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The texts that a query of one column comes to.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        let mut tx = self.database.db.read().await.expect("reads");
        let found = match &mut tx {
            Tx::Sqlite(tx, _) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
            Tx::Postgres(tx, _) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Everything that the database holds, as text, with the place where it stands: of SQLite the files
    /// themselves, where also what was deleted can be found.
    pub async fn everything_stored(&self) -> Vec<(String, String)> {
        let file = match self.database.url() {
            DbUrl::Sqlite(file) => file.clone(),
            DbUrl::Postgres(_) => return self.every_row().await,
        };
        let mut found = Vec::new();
        for ending in ["", "-wal"] {
            let name = format!("{}{ending}", file.display());
            let bytes = std::fs::read(&name).unwrap_or_default();
            found.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
        assert!(found.iter().any(|(_, text)| text.contains("environment.requested")));
        found
    }

    async fn every_row(&self) -> Vec<(String, String)> {
        let tables =
            self.texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
        let mut found = Vec::new();
        for table in tables.await {
            let mut tx = self.database.db.read().await.expect("reads");
            let Tx::Postgres(tx, _) = &mut tx else { continue };
            let sql = sqlx::AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM {table} t"));
            let rows: Vec<String> =
                sqlx::query_scalar(sql).fetch_all(&mut **tx).await.expect("reads");
            found.push((table, rows.join("\n")));
        }
        assert!(found.iter().any(|(_, text)| text.contains("environment.requested")));
        found
    }

    /// How many environments there are, living or not.
    pub async fn environments(&self) -> i64 {
        self.count("SELECT count(*) FROM environments").await
    }

    /// Waits until a query comes to this number.
    pub async fn counts(&self, expected: i64, sql: &'static str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let found = self.count(sql).await;
            if found == expected {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{sql}: {found}, not {expected}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until no run is live and no message waits.
    pub async fn settles(&self) {
        self.counts(
            0,
            "SELECT count(*) FROM runs WHERE status IN ('queued', 'running', 'waiting')",
        )
        .await;
        self.delivers_all().await;
    }

    /// Waits until no message waits.
    pub async fn delivers_all(&self) {
        self.counts(0, "SELECT count(*) FROM outbox WHERE status = 'pending'").await;
    }

    /// Lets the scheduler, which ticks every second, look at the present moment.
    pub async fn scheduler_has_looked(&self) {
        tokio::time::sleep(Duration::from_millis(2200)).await;
        self.delivers_all().await;
    }

    /// What the slow templates' shell has written.
    pub fn trace(&self) -> PathBuf {
        self.data().join("trace")
    }

    /// Waits until a file says this.
    pub async fn says(&self, file: &Path, text: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !std::fs::read_to_string(file).is_ok_and(|there| there.contains(text)) {
            if tokio::time::Instant::now() >= deadline {
                let ended = self.texts("SELECT coalesce(failure, status) FROM runs").await;
                panic!("nobody wrote `{text}` into {}; of the runs: {ended:?}", file.display());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a file is there.
    pub async fn appears(&self, file: &Path) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !file.exists() {
            assert!(tokio::time::Instant::now() < deadline, "{} never appears", file.display());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The folder of a child of the only run.
    pub fn child(&self, name: &str) -> PathBuf {
        let runs: Vec<_> = std::fs::read_dir(self.data().join("runs")).expect("is there").collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.into_iter().flatten().map(|run| run.path().join(name)).next().expect("there is one")
    }

    /// The processes that run for this world, told by their environment.
    pub fn processes(&self) -> Vec<i32> {
        processes_of(&self.folder)
    }

    /// The trail is whole, and each run that ended is in it once.
    async fn audit_holds(&self) {
        let mut tx = self.database.db.read().await.expect("reads");
        let report = mayfly::store::audit::verify(&mut tx).await.expect("reads");
        assert_eq!(report.breaks, []);
        drop(tx);
        let ended =
            "SELECT count(*) FROM runs WHERE status IN ('succeeded', 'failed', 'cancelled')";
        let told = "SELECT count(*) FROM audit WHERE action = 'run.completed'";
        assert_eq!(self.count(told).await, self.count(ended).await, "ends of runs in the trail");
    }

    /// Ends the world; nothing may be left of it.
    pub async fn ends(mut self) {
        self.settles().await;
        self.audit_holds().await;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
        while !self.processes().is_empty() && tokio::time::Instant::now() < deadline {
            // A supervisor ends a moment after its child.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.processes(), [0; 0], "processes are left over");
        // They hold secrets in the clear.
        let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
        while !files(&self.data().join("runs")).is_empty() {
            let in_time = tokio::time::Instant::now() < deadline;
            assert!(in_time, "left: {:?}", files(&self.data().join("runs")));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let world = self.world.take().expect("it ends once");
        world.end().await.expect("nothing is left");
        assert!(!self.folder.exists(), "the folder is left");
    }
}

impl Drop for Stage {
    /// A test that failed leaves nothing running either.
    fn drop(&mut self) {
        if self.world.is_none() {
            return;
        }
        for pid in processes_of(&self.folder) {
            if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                // It may have ended by itself meanwhile.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            _ => found.push(path),
        }
    }
    found
}

/// The living processes, but this one, whose environment or command names the folder. Where there is no
/// `/proc`, none are found.
pub fn processes_of(folder: &Path) -> Vec<i32> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let names = |path: PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let mine = pid.unsigned_abs() == std::process::id();
        if !mine && (names(entry.path().join("environ")) || names(entry.path().join("cmdline"))) {
            found.push(pid);
        }
    }
    found
}
