//! `mayfly serve` as a process of its own, towards a Slack that speaks https and wss.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mayfly::domain::rng::SystemRng;
use mayfly::playground::{Delivery, Settings, Tls, Workspace};
use mayfly::secrets::Keyring;
use mayfly::store::DbUrl;
use secrecy::ExposeSecret as _;

use super::failing::assert_allowed;
use super::pages::{Browser, link};
use super::people::Player;
use super::stage::{PATIENCE, processes_of, template_folder};
use crate::support::database::{self, Database};

on_both! {
    async fn a_life_over_https(database: Database) {
        served_life(database, "http").await;
    }

    async fn a_life_over_wss(database: Database) {
        served_life(database, "socket").await;
    }
}

async fn served_life(database: Database, mode: &str) {
    let served = Served::start(&database, mode).await;
    let alice = Player::of(served.slack.person("alice"));
    let browser = Browser::new();

    let form = alice.opens("new preview-env").await;
    alice.submits(&form, &[("in_branch", "main".into()), ("in_title", "By TLS".into())]).await;
    let order = alice.gets_card(0).await;
    let ready = order.is_ready().await;
    let site = link(&ready, &order.name);
    assert_eq!(browser.gets(&site).await.status, 401);
    let answer = alice.presses(&order.card(), "credentials").await;
    let revealed = browser.fills(&link(&answer, "/reveal/"), &[]).await;
    let password = revealed.secrets().pop().expect("there is a password");
    let page = browser.gets_with_password(&site, &password).await;
    assert!(page.status == 200 && page.text.contains("By TLS"), "{}", page.text);
    order.is_destroyed().await;
    assert_eq!(browser.gets(&site).await.status, 404);

    // The bot has its secrets in its environment here; children see none of it.
    let dumped = alice.orders("environ", &[]).await;
    dumped.is_ready().await;
    let dump = std::fs::read_to_string(served.data().join("env")).expect("it was dumped");
    assert_allowed(&dump, &served.secrets);
    dumped.is_destroyed().await;

    // The playground is the demo's alone.
    for path in ["/", "/playground/api/state", "/playground/api/clock", "/api/auth.test", "/link"] {
        let url = format!("{}{path}", served.address);
        assert_eq!(browser.gets(&url).await.status, 404, "{path}");
    }
    let log = served.ends().await;
    assert!(!log.contains(&password), "the log tells the password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_it_ends_is_told_so_over_https_too() {
    let database = database::sqlite().await;
    let served = Served::start(&database, "http").await;
    let alice = Player::of(served.slack.person("alice"));
    let told = served.told();
    assert!(
        told.contains("its prices are of 2020-01-01"),
        "nobody is warned of old prices:\n{told}"
    );
    let order = alice.orders("resumed", &[("in_seconds", "5".into())]).await;
    let (begun, trace) = (Instant::now(), served.data().join("trace"));
    while !std::fs::read_to_string(&trace).is_ok_and(|text| text.contains("begun")) {
        assert!(begun.elapsed() < PATIENCE, "nothing is made:\n{}", served.told());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    served.is_asked_to_end();
    while !served.told().contains("stopping; ") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answer = alice.asks(&format!("destroy {}", order.name)).await;
    assert!(answer.says("Mayfly is restarting; try again in a moment."), "{}", answer.plain());
    let page = Browser::new().gets(&format!("{}/readyz", served.address)).await;
    assert_eq!(page.status.as_u16(), 503, "{}", page.text);
    // What works is completed.
    served.has_ended().await;
}

/// A bot that runs as a process, and the workspace that it is in.
struct Served {
    slack: Workspace,
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
    secrets: Vec<String>,
    folder: tempfile::TempDir,
}

impl Served {
    async fn start(database: &Database, mode: &str) -> Served {
        crate::support::install_tls();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut settings = Settings { tls: Tls::TestCa, ..Settings::on_a_free_port() };
        settings.commands = vec!["/infra".to_owned()];
        let slack = Workspace::start(settings).await.expect("the workspace starts");
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, slack.ca_pem().expect("it speaks https")).expect("it can be written");
        let config = folder.path().join("mayfly.toml");
        std::fs::write(&config, toml(&slack, folder.path(), mode)).expect("it can be written");

        let key = Keyring::generate(&mut SystemRng);
        let secrets: Vec<String> =
            [slack.bot_token(), slack.app_token(), slack.signing_secret(), key.expose_secret()]
                .map(str::to_owned)
                .into();
        let url = match database.url() {
            DbUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly"));
        command.arg("serve").arg("--config").arg(&config).current_dir(folder.path());
        command.env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("SSL_CERT_FILE", &ca).env("MAYFLY_DATABASE_URL", url);
        command.env("MAYFLY_SLACK_BOT_TOKEN", &secrets[0]);
        command.env("MAYFLY_SLACK_APP_TOKEN", &secrets[1]);
        command.env("MAYFLY_SLACK_SIGNING_SECRET", &secrets[2]);
        command.env("MAYFLY_SECRETS_KEY", &secrets[3]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the bot can be started");
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = BufReader::new(child.stderr.take().expect("it is a pipe"));
        let into = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = into.lock().expect("nobody panics with it");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut served = Served { slack, child, address: String::new(), log, secrets, folder };
        served.address = served.is_up().await;
        served.install(mode).await;
        served
    }

    async fn is_up(&self) -> String {
        let begun = Instant::now();
        loop {
            let log = self.told();
            let up = log.lines().find_map(|line| line.strip_prefix("mayfly is up: "));
            if let Some(address) = up.and_then(|up| up.split(' ').next()) {
                return address.to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "the bot does not come up:\n{log}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    async fn install(&self, mode: &str) {
        if mode == "socket" {
            self.slack.install(Delivery::Socket);
            let begun = Instant::now();
            while self.slack.open_sockets() == 0 {
                assert!(begun.elapsed() < PATIENCE, "no socket is opened:\n{}", self.told());
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
            return;
        }
        let url = |path: &str| {
            url::Url::parse(&format!("{}/slack/{path}", self.address)).expect("it is a URL")
        };
        self.slack.install(Delivery::Http {
            commands: url("commands"),
            interactions: url("interactions"),
            events: url("events"),
            options: url("options"),
        });
        self.slack.check_addresses().await.expect("Slack takes the addresses");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn told(&self) -> String {
        self.log.lock().expect("nobody panics with it").clone()
    }

    /// Ends it as an operator does; its log is what is left.
    async fn ends(self) -> String {
        self.is_asked_to_end();
        self.has_ended().await
    }

    fn is_asked_to_end(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is ours");
    }

    async fn has_ended(mut self) -> String {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(30)).await;
        };
        assert!(status.success(), "{status}:\n{}", self.told());
        let begun = Instant::now();
        while !processes_of(self.folder.path()).is_empty() && begun.elapsed() < PATIENCE / 8 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        assert_eq!(processes_of(self.folder.path()), [0; 0], "processes are left over");
        self.slack.clone().stop().await;
        self.told()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended by itself in a test that passes.
        drop(self.child.kill());
        drop(self.child.wait());
        for pid in processes_of(self.folder.path()) {
            if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

/// What an operator writes into `mayfly.toml`.
fn toml(slack: &Workspace, folder: &Path, mode: &str) -> String {
    let templates = folder.join("templates");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/environments/preview-env");
    copy(&shipped, &templates.join("preview-env"));
    for own in ["environ", "resumed"] {
        copy(&template_folder(own), &templates.join(own));
    }
    let prices = folder.join("prices");
    std::fs::create_dir_all(&prices).expect("it can be made");
    // What costs next to nothing is approved by nobody.
    let book = include_str!("../policies/prices/terraform.toml").replace("3.00", "0.01");
    std::fs::write(prices.join("old.toml"), book.replace("2026-11-01", "2020-01-01"))
        .expect("it can be written");
    let ops = slack.channel_id("platform-ops").expect("there is one");
    let (alice, carol) = (slack.person("alice"), slack.person("carol"));
    format!(
        "data = {:?}\ntemplates = {templates:?}\n\
         [server]\nlisten = \"127.0.0.1:0\"\nsites_listen = \"127.0.0.1:0\"\n\
         [slack]\nmode = \"{mode}\"\napi_url = \"{}\"\n\
         [teams]\npayments = [\"{}\"]\n\
         [operators]\nusers = [\"{}\"]\nchannel = \"{ops}\"\n\
         [costs]\nprices = {prices:?}\n\
         [runs]\npoll = \"300ms\"\n",
        folder.join("data"),
        slack.api_url(),
        alice.id(),
        carol.id(),
    )
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("it can be made");
    for entry in std::fs::read_dir(from).expect("is there").flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
    }
}
