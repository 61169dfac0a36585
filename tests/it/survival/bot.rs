//! The bot as a process of its own, which is killed, stopped and started again in the middle of its work.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mayfly::domain::rng::SystemRng;
use mayfly::playground::{Delivery, Settings, Workspace};
use mayfly::secrets::Keyring;
use mayfly::store::DbUrl;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::ExposeSecret as _;

use super::subjects::Subject;
use crate::e2e::people::CHANNEL;
use crate::e2e::stage::{PATIENCE, files, processes_of};
use crate::support::database::Database;
use crate::support::moto::Moto;
use crate::support::source::root;
use crate::support::terraform;

/// A workspace and the folder of an installation: what stays when bots come and go.
pub struct Installation {
    pub slack: Workspace,
    pub database: Database,
    pub subject: Subject,
    /// What the subject takes for AWS.
    pub moto: Option<Moto>,
    /// The settings of the worker's intervals.
    pace: Pace,
    /// The machines that have died, and have not come back.
    dead: Mutex<BTreeSet<String>>,
    folder: tempfile::TempDir,
    key: String,
}

/// The settings of the worker's intervals.
type Pace = &'static [(&'static str, &'static str)];
/// Intervals at which an hour's outage takes seconds.
const SHORT: Pace = &[
    ("poll", "200ms"),
    ("schedule", "* * * * * *"),
    ("progress", "300ms"),
    ("heartbeat", "500ms"),
    ("interrupt_stale", "7s"),
    ("kill_stale", "8s"),
    ("claim", "10s"),
    ("interrupt_grace", "5s"),
    ("destroy_backoff", "500ms"),
    ("retry_backoff", "1s"),
];
/// As short, but for claims that outlast an outage of seconds.
const PATIENT: Pace = &[
    ("poll", "200ms"),
    ("schedule", "* * * * * *"),
    ("heartbeat", "500ms"),
    ("interrupt_stale", "15s"),
    ("kill_stale", "17s"),
    ("claim", "20s"),
    ("destroy_backoff", "500ms"),
];
/// The worker's own intervals, and a scheduler that does not wait for the minute.
const REAL: Pace = &[("schedule", "*/5 * * * * *")];

impl Installation {
    /// With one template, as `edit` leaves its manifest.
    pub async fn new(
        database: Database,
        subject: Subject,
        edit: impl Fn(String) -> String,
    ) -> Installation {
        crate::support::install_tls();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut settings = Settings::on_a_free_port();
        settings.commands = vec!["/infra".to_owned()];
        let slack = Workspace::start(settings).await.expect("the workspace starts");
        slack.install(Delivery::Socket);
        let to = folder.path().join("templates").join(subject.template());
        std::fs::create_dir_all(&to).expect("it can be made");
        for file in files(&subject.folder()) {
            let text = std::fs::read_to_string(&file).expect("it is text");
            let name = file.file_name().and_then(|name| name.to_str()).expect("it has one");
            let text = if name == "template.yaml" { edit(text) } else { text };
            std::fs::write(to.join(name), subject.traced(name, text)).expect("it can be written");
        }
        let moto = match subject {
            Subject::Bucket => Some(Moto::start().await),
            _ => None,
        };
        let key = Keyring::generate(&mut SystemRng).expose_secret().to_owned();
        Installation {
            slack,
            database,
            subject,
            moto,
            pace: SHORT,
            dead: Mutex::default(),
            folder,
            key,
        }
    }

    /// With the intervals that everybody has who sets none.
    pub fn at_real_intervals(mut self) -> Installation {
        self.pace = REAL;
        self
    }

    /// With claims that outlast an outage of seconds.
    pub fn with_patient_claims(mut self) -> Installation {
        self.pace = PATIENT;
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// From here nobody looks after what is on this machine.
    pub fn has_lost(&self, machine: &str) {
        self.dead.lock().expect("nobody panics with it").insert(machine.to_owned());
    }

    /// Whether there has been more than one machine.
    pub fn has_machines(&self) -> bool {
        self.data("two").exists()
    }

    /// The data folders of the machines that somebody looks after.
    pub fn living(&self) -> Vec<PathBuf> {
        let dead = self.dead.lock().expect("nobody panics with it");
        let living = ["one", "two", "three"].into_iter().filter(|name| !dead.contains(*name));
        living.map(|name| self.data(name)).collect()
    }

    /// The data folder of the machine with this name.
    pub fn data(&self, machine: &str) -> PathBuf {
        self.folder().join(machine)
    }

    /// Starts the bot on a machine, with more variables in its environment and more lines in its settings.
    pub fn start(&self, machine: &str, environment: &[(&str, String)], settings: &str) -> Bot {
        self.dead.lock().expect("nobody panics with it").remove(machine);
        let (mut command, log) = self.command(machine, "serve", settings);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Bot::spawn(command, log)
    }

    /// One of the program's verbs on a machine, with its errors in the machine's log.
    pub fn command(&self, machine: &str, verb: &str, settings: &str) -> (Command, PathBuf) {
        let config = self.folder().join(format!("{machine}.toml"));
        std::fs::write(&config, self.toml(machine, settings)).expect("it can be written");
        let log = self.folder().join(format!("{machine}.log"));
        let log_file = std::fs::OpenOptions::new().create(true).append(true).open(&log);
        let url = match self.database.url() {
            DbUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly"));
        command.arg(verb).arg("--config").arg(&config).current_dir(self.folder());
        command.env_clear();
        for name in ["HOME", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("PATH", self.subject.path());
        command.env("MAYFLY_DATABASE_URL", url);
        command.env("MAYFLY_SLACK_BOT_TOKEN", self.slack.bot_token());
        command.env("MAYFLY_SLACK_APP_TOKEN", self.slack.app_token());
        command.env("MAYFLY_SECRETS_KEY", &self.key);
        command.envs(self.moto.iter().flat_map(Moto::environment));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(log_file.expect("it can be opened"));
        (command, log)
    }

    fn toml(&self, machine: &str, settings: &str) -> String {
        let ops = self.slack.channel_id("platform-ops").expect("there is one");
        let pace: String =
            self.pace.iter().map(|(key, value)| format!("{key} = {value:?}\n")).collect();
        let cli_config = match &self.moto {
            Some(_) => format!("cli_config = {:?}\n", terraform::cli_config()),
            None => String::new(),
        };
        let (alice, carol) = (self.slack.person("alice"), self.slack.person("carol"));
        format!(
            "data = {:?}\ntemplates = {:?}\n\
             [server]\nlisten = \"127.0.0.1:0\"\nsites_listen = \"127.0.0.1:0\"\n\
             [slack]\nmode = \"socket\"\napi_url = \"{}\"\n\
             [teams]\npayments = [\"{}\"]\n\
             [operators]\nusers = [\"{}\"]\nchannel = \"{ops}\"\n\
             [delivery]\npoll = \"200ms\"\n\
             [audit]\nanchor_every = \"2s\"\n\
             [policies]\nfolder = {:?}\n[approvals]\nreminder = \"2s\"\nchannel = \"#{CHANNEL}\"\n\
             [orphans]\nschedule = \"* * * * * *\"\ngrace = \"2s\"\n\
             [runs]\n{}{cli_config}{settings}\n{}",
            self.data(machine),
            self.folder().join("templates"),
            self.slack.api_url(),
            alice.id(),
            carol.id(),
            root().join("tests/it/policies/survival"),
            pace,
            self.subject.settings(),
        )
    }

    /// Ends what runs for it: nothing may be left of it by then.
    pub async fn ends(self) {
        let begun = Instant::now();
        while !processes_of(self.folder()).is_empty() && begun.elapsed() < PATIENCE / 4 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        assert_eq!(processes_of(self.folder()), [0; 0], "processes are left over");
        self.slack.clone().stop().await;
        open_up(self.folder());
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        for pid in processes_of(self.folder.path()) {
            if let Some(pid) = Pid::from_raw(pid) {
                // It may have ended by itself meanwhile.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        open_up(self.folder.path());
    }
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

/// A running bot.
pub struct Bot {
    child: Child,
    log: PathBuf,
    /// How much the bots before it have said.
    before: usize,
}

impl Bot {
    /// Starts it by this command, whose errors are in that log.
    pub fn spawn(mut command: Command, log: PathBuf) -> Bot {
        let before = std::fs::metadata(&log).map_or(0, |log| log.len() as usize);
        let child = command.spawn().expect("the bot can be started");
        Bot { child, log, before }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.status().is_none()
    }

    pub fn signal(&self, signal: Signal) {
        // It may have ended by itself meanwhile.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// How it has ended, if it has.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is ours")
    }

    /// Nothing else may have ended it.
    pub fn was_killed(&mut self) {
        let signal = self.status().and_then(|status| status.signal());
        assert_eq!(signal, Some(9), "{}", self.told());
    }

    /// Whether it stands still.
    pub fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    }

    /// What all bots of this machine have said so far.
    pub fn told(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its own address, once it is up.
    pub async fn address(&mut self) -> String {
        let said = self.says("mayfly is up: ").await;
        said.split_whitespace().next().expect("an address follows").to_owned()
    }

    /// Waits until it has said it; what stands behind it, the last time.
    pub async fn says(&mut self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let told = self.told();
            if let Some((_, behind)) = told.get(self.before..).and_then(|own| own.rsplit_once(text))
            {
                return behind.to_owned();
            }
            let waits = begun.elapsed() < PATIENCE && self.is_running();
            assert!(waits, "it does not say `{text}`:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for its end; the exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.status() {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it as an operator does.
    pub async fn ends(&mut self) {
        self.signal(Signal::TERM);
        let begun = Instant::now();
        while self.is_running() {
            // Its life may be over just when it stands still, and it may pass that point again.
            self.signal(Signal::CONT);
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It has ended by itself in a test that passes.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
