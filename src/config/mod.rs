//! Typed settings: `mayfly.toml`, then `MAYFLY_*` over it. Validated once, with every error at once.
//!
//! A key such as `server.listen` is `MAYFLY_SERVER_LISTEN` in the environment. Secrets come from the
//! environment or from files alone: `mayfly.toml` names the file, `slack.bot_token_file`.

mod approvals;
mod audit;
mod costs;
mod credentials;
mod engines;
mod error;
mod orphans;
mod policies;
mod read;
mod roles;
mod runs;
mod scanners;
mod stop;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

pub use approvals::Approvals;
pub use audit::Audit;
pub use costs::Costs;
pub use error::ConfigError;
pub use orphans::Orphans;
pub use policies::Policies;
use read::Reader;
pub use runs::Runs;
pub use scanners::Scanner;
pub use stop::Stop;

use crate::domain::{EnginesWanted, Role, Span};

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything that is not in the database is kept.
    pub data: PathBuf,
    pub database: Database,
    pub server: Server,
    pub slack: Slack,
    /// The folder of the templates' folders.
    pub templates: PathBuf,
    /// A folder of message templates that replace the built-in ones of the same name.
    pub messages: Option<PathBuf>,
    /// Team to Slack user ids; `T…:U…` for people of another workspace.
    pub teams: BTreeMap<String, Vec<String>>,
    pub operators: Operators,
    /// The keyring that seals secrets.
    pub key: Option<SecretString>,
    /// What this process does of the bot's work; at least one.
    pub roles: Vec<Role>,
    pub runs: Runs,
    pub stop: Stop,
    pub delivery: Delivery,
    pub audit: Audit,
    pub orphans: Orphans,
    pub policies: Policies,
    pub approvals: Approvals,
    pub costs: Costs,
    pub engines: EnginesWanted,
    pub pulumi: Pulumi,
    /// Variables that templates may ask for by name, before the bot's own environment.
    pub credentials: BTreeMap<String, String>,
}

/// What Pulumi's templates need beside the program.
#[derive(Debug, Clone, Default)]
pub struct Pulumi {
    /// Where stacks are kept: `s3://…`, `postgres://…`, `https://api.pulumi.com`. In the data folder unless
    /// it is given.
    pub backend: Option<String>,
    /// The folder of installed plugins; that of the bot's own user unless it is given.
    pub plugins: Option<PathBuf>,
}

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    /// A URL, possibly with a password.
    Postgres(Url),
}

/// A URL that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Url(pub String);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Url(…)")
    }
}

#[derive(Debug, Clone)]
pub struct Server {
    pub listen: SocketAddr,
    /// Where people's browsers reach [`Server::listen`], without a trailing slash.
    pub public_url: Option<String>,
    /// Preview sites have a port, and so an origin, of their own.
    pub sites_listen: SocketAddr,
    pub sites_url: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Slack {
    pub mode: SlackMode,
    pub api_url: String,
    pub bot_token: Option<SecretString>,
    pub app_token: Option<SecretString>,
    pub signing_secret: Option<SecretString>,
}

/// How Slack reaches the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlackMode {
    /// Slack calls our public URL.
    Http,
    /// We open a socket to Slack: no public address is needed.
    Socket,
}

#[derive(Debug, Clone, Default)]
pub struct Operators {
    /// Slack user ids.
    pub users: Vec<String>,
    /// The channel that hears what no owner can be told.
    pub channel: Option<String>,
}

/// How messages are delivered; real time.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub poll: Duration,
    pub first_pause: Duration,
    pub longest_pause: Duration,
    pub fall_back_after: Duration,
}

impl Config {
    /// Reads `file` if it is there and `environment` over it.
    pub fn load(
        file: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Config, Vec<ConfigError>> {
        let mut reader = Reader::new(file, environment)?;
        let config = Config::read(&mut reader);
        reader.finish()?;
        Ok(config)
    }

    fn read(r: &mut Reader) -> Config {
        let data = r.path("data").unwrap_or_else(|| PathBuf::from("data"));
        Config {
            database: database(r, &data),
            server: Server {
                listen: address(r, "server.listen", 8080),
                public_url: url(r, "server.public_url"),
                sites_listen: address(r, "server.sites_listen", 8081),
                sites_url: url(r, "server.sites_url"),
            },
            slack: Slack {
                mode: slack_mode(r),
                api_url: url(r, "slack.api_url")
                    .unwrap_or_else(|| crate::config::SLACK_API_URL.to_owned()),
                bot_token: r.secret("slack.bot_token"),
                app_token: r.secret("slack.app_token"),
                signing_secret: r.secret("slack.signing_secret"),
            },
            templates: r
                .path("templates")
                .unwrap_or_else(|| PathBuf::from("templates/environments")),
            messages: r.path("messages"),
            teams: r.lists("teams"),
            operators: Operators {
                users: r.list("operators.users").unwrap_or_default(),
                channel: r.text("operators.channel"),
            },
            key: r.secret("secrets.key"),
            roles: roles::read(r),
            runs: runs::read(r),
            stop: stop::read(r),
            delivery: Delivery {
                poll: span(r, "delivery.poll", Span::seconds(1)),
                first_pause: span(r, "delivery.first_pause", Span::seconds(1)),
                longest_pause: span(r, "delivery.longest_pause", Span::minutes(5)),
                fall_back_after: span(r, "delivery.fall_back_after", Span::hours(1)),
            },
            audit: audit::read(r),
            orphans: orphans::read(r),
            policies: policies::read(r),
            approvals: approvals::read(r),
            costs: costs::read(r),
            engines: engines::read(r, &data),
            pulumi: Pulumi { backend: r.text("pulumi.backend"), plugins: r.path("pulumi.plugins") },
            credentials: credentials::read(r),
            data,
        }
    }
}

/// Slack's own Web API.
pub const SLACK_API_URL: &str = "https://slack.com/api";

fn database(r: &mut Reader, data: &Path) -> Database {
    let Some(url) = r.secret_or_text("database.url") else {
        return Database::Sqlite(data.join("mayfly.db"));
    };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        if url::Url::parse(&url).is_ok_and(|url| url.password().is_some()) {
            let hint =
                "set MAYFLY_DATABASE_URL in the environment, or name a file: database.url_file";
            r.refuse_in_file("database.url", hint);
        }
        return Database::Postgres(Url(url));
    }
    if let Some(file) = url.strip_prefix("sqlite:") {
        return Database::Sqlite(PathBuf::from(file));
    }
    let hint = "write sqlite:<file> or postgres://user@host/database";
    r.wrong("database.url", "it is neither SQLite nor PostgreSQL", hint);
    Database::Sqlite(data.join("mayfly.db"))
}

fn slack_mode(r: &mut Reader) -> SlackMode {
    match r.text("slack.mode").as_deref() {
        None | Some("http") => SlackMode::Http,
        Some("socket") => SlackMode::Socket,
        Some(_) => {
            r.wrong("slack.mode", "it is no way to reach Slack", "write http or socket");
            SlackMode::Http
        }
    }
}

fn address(r: &mut Reader, key: &str, port: u16) -> SocketAddr {
    let usual = SocketAddr::from(([127, 0, 0, 1], port));
    let Some(text) = r.text(key) else { return usual };
    text.parse().unwrap_or_else(|_| {
        r.wrong(
            key,
            "it is no address and port",
            "write for example 127.0.0.1:8080 or 0.0.0.0:8080",
        );
        usual
    })
}

fn url(r: &mut Reader, key: &str) -> Option<String> {
    let text = r.text(key)?;
    let good = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !good {
        r.wrong(key, "it is no http or https URL", "write for example https://mayfly.example.com");
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn span(r: &mut Reader, key: &str, usual: Span) -> Duration {
    let Some(text) = r.text(key) else { return usual.real() };
    let parsed = match text.strip_suffix("ms").and_then(|n| n.trim().parse::<u64>().ok()) {
        Some(millis) => Some(Duration::from_millis(millis)),
        None => text.parse::<Span>().ok().map(Span::real),
    };
    parsed.filter(|d| !d.is_zero()).unwrap_or_else(|| {
        r.wrong(
            key,
            "it is no duration",
            "write a number and a unit, such as 500ms, 10s, 5m or 1h",
        );
        usual.real()
    })
}

fn count(r: &mut Reader, key: &str, usual: usize) -> usize {
    let Some(text) = r.text(key) else { return usual };
    match text.parse() {
        Ok(n) if n > 0 => n,
        _ => {
            r.wrong(key, "it is no number above 0", "write for example 4");
            usual
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::OnStop;

    /// What such a file and such an environment say.
    pub(super) fn with(
        toml: &str,
        environment: &[(&str, &str)],
    ) -> Result<Config, Vec<ConfigError>> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("mayfly.toml");
        std::fs::write(&file, toml).expect("written");
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::load(Some(&file), environment.collect())
    }

    #[test]
    fn nothing_at_all_is_a_configuration() {
        let config = with("", &[]).expect("defaults");
        assert_eq!(config.database, Database::Sqlite("data/mayfly.db".into()));
        assert_eq!(config.server.listen.port(), 8080);
        assert_eq!(config.slack.mode, SlackMode::Http);
        assert_eq!(config.audit.anchor_every, Span::hours(1));
        assert_eq!((config.stop.grace, config.stop.children), (Stop::USUAL_GRACE, OnStop::Leave));
    }

    #[test]
    fn the_environment_goes_over_the_file() {
        let toml = "[server]\nlisten = \"127.0.0.1:1\"\n[teams]\npayments = [\"U1\", \"U2\"]\n";
        let environment = [
            ("MAYFLY_SERVER_LISTEN", "127.0.0.1:2"),
            ("MAYFLY_SLACK_BOT_TOKEN", "xoxb-1"),
            ("MAYFLY_AUDIT_ANCHOR_EVERY", "10m"),
            ("MAYFLY_SERVER_STOP_GRACE", "0s"),
            ("MAYFLY_RUNS_ON_STOP", "interrupt"),
        ];
        let config = with(toml, &environment).expect("reads");
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.audit.anchor_every, Span::minutes(10));
        assert_eq!((config.stop.grace, config.stop.children), (Duration::ZERO, OnStop::Interrupt));
        assert!(config.slack.bot_token.is_some());
        assert_eq!(config.teams["payments"], ["U1", "U2"]);
        assert!(!format!("{config:?}").contains("xoxb"));
    }

    #[test]
    fn every_error_is_told_at_once_with_its_place_and_cure() {
        let toml = "data = 3\n[server]\nlisten = \"nowhere\"\nlisen = 1\n[runs]\nlight = 0\npoll = \"soon\"\nretries = 11\non_stop = \"hide\"\n[slack]\nbot_token = \"xoxb-in-a-file\"\n";
        let errors = with(toml, &[("MAYFLY_SLACK_MODE", "pigeon")]).expect_err("many errors");
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        for part in [
            "mayfly.toml:1: data = 3",
            "mayfly.toml:3: server.listen = \"nowhere\"",
            "mayfly.toml:4: server.lisen",
            "did you mean `server.listen`",
            "runs.light",
            "runs.poll",
            "runs.retries",
            "MAYFLY_SLACK_MODE = \"pigeon\"",
            "runs.on_stop",
            "mayfly.toml:11: slack.bot_token",
            "slack.bot_token_file",
            "hint: ",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert!(!text.contains("xoxb-in-a-file"), "{text}");
    }

    #[test]
    fn no_secret_may_stand_in_the_file() {
        let toml = "[credentials]\nAWS_REGION = \"eu-west-1\"\nAWS_SECRET_ACCESS_KEY = \"hush\"\n[database]\nurl = \"postgres://u:hush@h/d\"\n";
        let errors = with(toml, &[]).expect_err("two secrets");
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        assert_eq!(errors.len(), 2, "{text}");
        assert!(text.contains("mayfly.toml:3: credentials.AWS_SECRET_ACCESS_KEY"), "{text}");
        assert!(text.contains("MAYFLY_DATABASE_URL") && !text.contains("hush"), "{text}");
        let outside = [("MAYFLY_DATABASE_URL", "postgres://u:hush@h/d")];
        assert!(with("", &outside).is_ok());
    }

    #[test]
    fn what_is_no_toml_names_its_line() {
        let errors = with("a = 1\nb = \n", &[]).expect_err("no TOML");
        assert!(errors[0].to_string().contains("mayfly.toml:2"), "{}", errors[0]);
    }

    #[test]
    fn a_secret_comes_out_of_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        std::fs::write(&file, "xoxb-2\n").expect("written");
        let toml = format!("[slack]\nbot_token_file = {file:?}\n");
        let config = with(&toml, &[]).expect("reads");
        use secrecy::ExposeSecret as _;
        assert_eq!(config.slack.bot_token.expect("there").expose_secret(), "xoxb-2");
        let missing =
            with("[slack]\nbot_token_file = \"/nowhere/token\"\n", &[]).expect_err("missing");
        assert!(missing[0].to_string().contains("/nowhere/token"), "{}", missing[0]);
    }
}
