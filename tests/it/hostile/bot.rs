//! The bot as a process of its own, `mayfly serve`, beside a workspace: its memory is its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use mayfly::domain::rng::SystemRng;
use mayfly::playground::{Delivery, Settings, Workspace};
use mayfly::secrets::Keyring;
use mayfly::store::DbUrl;
use secrecy::ExposeSecret as _;

use crate::support::database::Database;
use crate::support::install_tls;
use crate::support::kept::{Keep, Kept};

/// How long the bot may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// Ends with this value, or with the test process.
pub struct Bot {
    process: Option<Kept>,
    data: Option<tempfile::TempDir>,
    /// Where Slack's requests and the bot's own pages are served.
    pub address: SocketAddr,
    /// Where preview sites are served.
    pub sites: SocketAddr,
    pid: u32,
}

impl Bot {
    /// Starts it on this database, and the workspace that it is in.
    pub async fn start(database: &Database) -> Result<(Bot, Workspace)> {
        install_tls();
        let mut settings = Settings::on_a_free_port();
        settings.commands = vec!["/infra".to_owned()];
        let workspace = Workspace::start(settings).await?;
        let bot = Bot::run(database, &workspace).await?;
        let url = |path: &str| url::Url::parse(&format!("http://{}/slack/{path}", bot.address));
        workspace.install(Delivery::Http {
            commands: url("commands")?,
            interactions: url("interactions")?,
            events: url("events")?,
            options: url("options")?,
        });
        Ok((bot, workspace))
    }

    async fn run(database: &Database, workspace: &Workspace) -> Result<Bot> {
        let data = tempfile::tempdir()?;
        let folder = tempfile::tempdir()?.keep();
        let person = |name: &str| workspace.person(name).id().to_owned();
        let settings = format!(
            "data = {:?}\ntemplates = {:?}\n\n[operators]\nusers = [{:?}]\n\n\
             [teams]\npayments = [{:?}]\nsearch = [{:?}]\n\n[orphans]\nschedule = \"never\"\n",
            data.path().join("data"),
            concat!(env!("CARGO_MANIFEST_DIR"), "/templates/environments"),
            person("carol"),
            person("alice"),
            person("bob"),
        );
        let file = folder.join("mayfly.toml");
        std::fs::write(&file, settings)?;
        let file = file.display().to_string();
        let exe = env!("CARGO_BIN_EXE_mayfly");
        // The shell tells the process id and becomes the bot.
        let command =
            ["sh", "-c", "echo pid $$; exec \"$@\"", "sh", exe, "serve", "--config", &file];
        let keep = Keep { folder: &folder, signal: "TERM", command: &command };
        let process = Kept::start(keep, |command| {
            command.envs(environment(database, workspace));
        })?;
        let begun = Instant::now();
        let told = regex::Regex::new(
            r"pid (\d+)[\s\S]*mayfly is up: http://(\S+) \(preview sites on (\S+)\)",
        )?;
        loop {
            let log = process.log();
            if let Some(found) = told.captures(&log) {
                let (address, sites) = (found[2].parse()?, found[3].parse()?);
                let (process, data) = (Some(process), Some(data));
                return Ok(Bot { process, data, address, sites, pid: found[1].parse()? });
            }
            if process.exit_code().is_some() || begun.elapsed() > STARTS_WITHIN {
                bail!("the bot does not start:\n{log}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Its resident memory, in bytes.
    pub fn resident(&self) -> Result<u64> {
        let status = PathBuf::from(format!("/proc/{}/status", self.pid));
        let kilobytes = match std::fs::read_to_string(&status) {
            Ok(text) => {
                let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
                line.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned)
            }
            // Where there is no /proc.
            Err(_) => {
                let pid = self.pid.to_string();
                let asked = Command::new("ps").args(["-o", "rss=", "-p", &pid]).output()?;
                Some(String::from_utf8_lossy(&asked.stdout).trim().to_owned())
            }
        };
        let kilobytes = kilobytes.context("the bot has no memory: does it live?")?;
        Ok(kilobytes.parse::<u64>()? * 1024)
    }

    /// What it logged.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Kept::log).unwrap_or_default()
    }
}

/// What `mayfly.toml` may not hold, and what differs.
fn environment(database: &Database, workspace: &Workspace) -> Vec<(&'static str, String)> {
    let place = match database.url() {
        DbUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
        DbUrl::Postgres(url) => url.clone(),
    };
    vec![
        ("MAYFLY_DATABASE_URL", place),
        ("MAYFLY_SERVER_LISTEN", "127.0.0.1:0".to_owned()),
        ("MAYFLY_SERVER_SITES_LISTEN", "127.0.0.1:0".to_owned()),
        ("MAYFLY_SLACK_API_URL", workspace.api_url()),
        ("MAYFLY_SLACK_BOT_TOKEN", workspace.bot_token().to_owned()),
        ("MAYFLY_SLACK_SIGNING_SECRET", workspace.signing_secret().to_owned()),
        ("MAYFLY_SECRETS_KEY", Keyring::generate(&mut SystemRng).expose_secret().to_owned()),
        ("MAYFLY_RUNS_POLL", "500ms".to_owned()),
        ("MAYFLY_LOG", "error".to_owned()),
    ]
}

impl Drop for Bot {
    fn drop(&mut self) {
        drop(self.process.take());
        let Some(data) = self.data.take() else { return };
        // Prepared versions are read-only, and could not be removed.
        let opened = Command::new("chmod").args(["-R", "u+rwX"]).arg(data.path()).status();
        if let (Err(error), _) | (_, Err(error)) = (opened, data.close()) {
            eprintln!("the bot's data are left: {error}");
        }
    }
}
