//! Why the bot did not start; each ends with what to do.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::slack::CallError;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "{0}: another process works with this data folder\n  hint: end it first; several processes on one PostgreSQL need a data folder each"
    )]
    Held(PathBuf),
    #[error(
        "roles: on SQLite one process does all of the work\n  hint: name a PostgreSQL by database.url, or leave the roles out"
    )]
    Roles,
    #[error("{path}: {source}\n  hint: name another folder by `data` in mayfly.toml")]
    Data { path: PathBuf, source: std::io::Error },
    #[error(
        "cannot listen on {address}: {source}\n  hint: choose another port in mayfly.toml, server.listen or server.sites_listen; 0 takes a free one"
    )]
    Listen { address: String, source: std::io::Error },
    #[error("`{0}` is not set\n  hint: set MAYFLY_{env} in the environment, or name a file by {0}_file in mayfly.toml", env = .0.to_uppercase().replace('.', "_"))]
    Missing(&'static str),
    #[error(
        "the Slack client cannot be built: {0}\n  hint: check slack.api_url and the system's certificates"
    )]
    Client(crate::slack::ClientError),
    #[error("{0}\n  hint: check slack.bot_token; `mayfly doctor` looks closer")]
    Slack(CallError),
    #[error("{0}\n  hint: check database.url; `mayfly doctor` looks closer")]
    Store(#[from] crate::store::StoreError),
    #[error("{0}\n  hint: make a key with: openssl rand -base64 32")]
    Key(#[from] crate::secrets::KeyringError),
    #[error("message templates: {0}")]
    Words(String),
    #[error("a built-in page is broken: {0}")]
    Pages(Box<handlebars::TemplateError>),
    #[error(
        "{0}\n  hint: name the folder that holds the templates' folders by `templates` in mayfly.toml"
    )]
    Templates(String),
    #[error("policies: {0}\n  hint: `mayfly policy test` shows what is wrong with them")]
    Policies(String),
    #[error("price books: {0}")]
    Prices(String),
    /// What of the settings only the price books can judge, each with its place and what to write.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Costs(Vec<ConfigError>),
    #[error("{key}: {why}")]
    Schedule { key: &'static str, why: crate::worker::schedule::NotASchedule },
}
