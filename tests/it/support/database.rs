//! An empty, migrated database for each test: a file of SQLite's, or one in the PostgreSQL cluster
//! that the test process starts when the first test wants it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mayfly::store::{Db, DbUrl};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use super::kept::{Keep, Kept};
use super::programs;

/// A database of the test's own; it goes when this value does.
#[derive(Debug)]
pub struct Database {
    /// Open and migrated.
    pub db: Db,
    url: DbUrl,
    _place: Place,
}

/// What goes with the database: held for its drop alone.
#[derive(Debug)]
#[allow(dead_code)]
enum Place {
    Folder(TempDir),
    Cluster(Dropped),
    /// Its server is [`Restartable`].
    Elsewhere,
}

impl Database {
    /// Where it is, for a bot that opens it itself.
    pub fn url(&self) -> &DbUrl {
        &self.url
    }

    /// A second handle with its own connections, as another process would have it.
    pub async fn another(&self) -> Db {
        Db::open(&self.url).await.expect("a second handle opens")
    }
}

/// What a test comes to that was skipped.
pub trait Skipped {
    fn skipped() -> Self;
}

impl Skipped for () {
    fn skipped() {}
}

impl<E> Skipped for Result<(), E> {
    fn skipped() -> Result<(), E> {
        Ok(())
    }
}

/// An empty SQLite database.
pub async fn sqlite() -> Database {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let url = DbUrl::Sqlite(folder.path().join("mayfly.db"));
    let db = Db::open(&url).await.expect("SQLite opens");
    Database { db, url, _place: Place::Folder(folder) }
}

/// An empty PostgreSQL database. `None` only when `MAYFLY_SKIP_POSTGRES=1` says so.
pub async fn postgres() -> Option<Database> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if is_skipped() {
        return None;
    }
    let cluster = cluster();
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    cluster.execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
    let url = DbUrl::Postgres(cluster.url(&name));
    let db = Db::open(&url).await.expect("PostgreSQL opens");
    Some(Database { db, url, _place: Place::Cluster(Dropped(name)) })
}

/// A PostgreSQL server of the test's own, which goes away and comes back when the test wants it.
#[derive(Debug)]
pub struct Restartable {
    folder: PathBuf,
    server: Option<Cluster>,
}

impl Restartable {
    /// Starts it with an empty, migrated database. `None` where tests on PostgreSQL are skipped.
    pub async fn start() -> Option<(Restartable, Database)> {
        if is_skipped() {
            return None;
        }
        let folder = Cluster::make().unwrap_or_else(|why| panic!("{why}"));
        let mut started = Restartable { folder, server: None };
        started.comes_back().await;
        let url = DbUrl::Postgres(started.server.as_ref().expect("it is back").url("postgres"));
        let db = Db::open(&url).await.expect("PostgreSQL opens");
        Some((started, Database { db, url, _place: Place::Elsewhere }))
    }

    /// Ends the server in the middle of whatever it does: connections break, and new ones are refused.
    pub fn goes_away(&mut self) {
        drop(self.server.take());
    }

    /// Starts it again on what it had written, as a machine does that was switched off and on.
    pub async fn comes_back(&mut self) {
        let kept = self.folder.join("run");
        let server = Cluster::on(&self.folder, &kept).expect("the server starts again");
        server.wait_until_it_answers().await.unwrap_or_else(|why| panic!("{why}"));
        self.server = Some(server);
    }
}

impl Drop for Restartable {
    fn drop(&mut self) {
        self.goes_away();
        // It is a temporary folder: what cannot be removed now, the system removes.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The name of a database that is dropped with this value.
#[derive(Debug)]
struct Dropped(String);

impl Drop for Dropped {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.0);
        // On another thread, because a drop within a runtime cannot block on a second one.
        on_own_runtime(async move { cluster().execute(&sql).await });
    }
}

fn is_skipped() -> bool {
    let skipped = std::env::var("MAYFLY_SKIP_POSTGRES").is_ok_and(|value| value == "1");
    if skipped {
        super::say(&format!(
            "skipped, as MAYFLY_SKIP_POSTGRES=1 asks: {}",
            std::thread::current().name().unwrap_or("a test on PostgreSQL")
        ));
    }
    skipped
}

fn on_own_runtime<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be built")
                .block_on(work)
        });
        thread.join().expect("the thread did not panic")
    })
}

/// The migrated database that tests' own are copied from.
const TEMPLATE: &str = "mayfly_template";

#[derive(Debug)]
struct Cluster {
    folder: PathBuf,
    server: Kept,
}

/// The one cluster of this process. Whoever comes first starts it, the others wait.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let started = CLUSTER.get_or_init(|| {
        let cluster = Cluster::start()?;
        on_own_runtime(async {
            cluster.wait_until_it_answers().await?;
            cluster.execute(&format!("CREATE DATABASE {TEMPLATE}")).await;
            let db = Db::open(&DbUrl::Postgres(cluster.url(TEMPLATE)))
                .await
                .map_err(|error| format!("error: the template database: {error}"))?;
            db.close().await;
            Ok::<(), String>(())
        })?;
        Ok(cluster)
    });
    match started {
        Ok(cluster) => cluster,
        Err(why) => panic!("{why}"),
    }
}

impl Cluster {
    /// A new one, whose folder goes with it.
    fn start() -> Result<Cluster, String> {
        let folder = Cluster::make()?;
        Cluster::on(&folder, &folder)
    }

    /// Makes the data of a server in a folder of its own.
    fn make() -> Result<PathBuf, String> {
        let user = ServerUser::find()?;
        let folder = user.make_folder()?;
        let data = folder.join("data");
        let path = |path: &Path| path.display().to_string();
        let mut initdb = Command::new(program("initdb")?);
        initdb.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        initdb.args(["--username=postgres", "--pgdata", &path(&data)]).current_dir(&folder);
        user.become_it(&mut initdb);
        output(initdb)?;
        Ok(folder)
    }

    /// Starts the server on the data that stand in this folder; `kept` goes when the server does.
    fn on(folder: &Path, kept: &Path) -> Result<Cluster, String> {
        let user = ServerUser::find()?;
        let data = folder.join("data");
        let path = |path: &Path| path.display().to_string();
        let mut made = Command::new("mkdir");
        made.arg("-p").arg(kept);
        user.become_it(&mut made);
        output(made)?;
        let keep = Keep {
            folder: kept,
            signal: "QUIT",
            command: &[
                &program("postgres")?,
                "-D",
                &path(&data),
                "-k",
                &path(folder),
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=500",
                "-c",
                "shared_buffers=64MB",
            ],
        };
        let server = Kept::start(keep, |command| user.become_it(command))
            .map_err(|error| format!("error: `sh` could not be started: {error}"))?;
        Ok(Cluster { folder: folder.to_path_buf(), server })
    }

    /// A socket in the cluster's own folder: no port to be taken by somebody else.
    fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string();
        let host =
            percent_encoding::utf8_percent_encode(&folder, percent_encoding::NON_ALPHANUMERIC);
        format!("postgres://postgres@{host}/{database}")
    }

    async fn wait_until_it_answers(&self) -> Result<(), String> {
        const LONGEST: Duration = Duration::from_secs(60);
        let begun = Instant::now();
        loop {
            let Err(error) = PgConnection::connect(&self.url("postgres")).await else {
                return Ok(());
            };
            if self.server.exit_code().is_some() || begun.elapsed() > LONGEST {
                let log = self.server.log();
                return Err(format!("error: PostgreSQL does not answer: {error}\nits log:\n{log}"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs one statement that stands outside any transaction.
    async fn execute(&self, sql: &str) {
        let mut connection =
            PgConnection::connect(&self.url("postgres")).await.expect("the cluster answers");
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("the connection closes");
    }
}

/// Who runs the server: PostgreSQL refuses to be root.
struct ServerUser(Option<(u32, u32)>);

impl ServerUser {
    fn find() -> Result<ServerUser, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(ServerUser(None));
        }
        let id = |what: &str| {
            let mut command = Command::new("id");
            command.args([what, "postgres"]);
            let text = output(command).map_err(|error| format!("{error}\n{CURE}"))?;
            text.trim().parse::<u32>().map_err(|error| format!("error: id {what}: {error}"))
        };
        Ok(ServerUser(Some((id("-u")?, id("-g")?))))
    }

    fn become_it(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
    }

    /// A folder that the server's user owns, and so can remove. Short, for the socket's sake.
    fn make_folder(&self) -> Result<PathBuf, String> {
        let pattern = std::env::temp_dir().join("mayfly-pg-XXXXXX");
        let mut command = Command::new("mktemp");
        command.arg("-d").arg(pattern);
        self.become_it(&mut command);
        Ok(PathBuf::from(output(command)?.trim()))
    }
}

const CURE: &str = "hint: `scripts/test` installs PostgreSQL (Debian: apt-get install postgresql; \
    macOS: brew install postgresql@17); MAYFLY_SKIP_POSTGRES=1 skips what needs it";

/// One of the server's programs: on the PATH, or where Debian and Homebrew put them.
fn program(name: &str) -> Result<String, String> {
    let mut besides = Vec::new();
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        let mut found: Vec<PathBuf> = entries.flatten().map(|e| e.path().join("bin")).collect();
        // The newest version first.
        found.sort();
        besides.extend(found.into_iter().rev());
    }
    programs::find(name, &besides)
        .map(|file| file.display().to_string())
        .ok_or_else(|| format!("error: PostgreSQL's `{name}` is not on this machine\n{CURE}"))
}

fn output(mut command: Command) -> Result<String, String> {
    let told = format!("{command:?}");
    let done = command.output().map_err(|error| format!("error: {told}: {error}"))?;
    if !done.status.success() {
        let printed = String::from_utf8_lossy(&done.stderr);
        return Err(format!("error: {told}: {}\n{printed}", done.status));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
