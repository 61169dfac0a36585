//! `mayfly doctor`: a line for each thing that `serve` needs.

mod scanners;
mod sweeps;
mod usage;

use std::process::ExitCode;

use super::Settings;
use super::errors::fail_all;
use super::manifest::SCOPES;
use crate::app::{database_url, keyring, make_data_folder, unavailable};
use crate::config::{Config, SlackMode};
use crate::domain::EngineKind;
use crate::engine::installed::Engines;
use crate::policy::Policies;
use crate::slack::{Class, Client, ClientSettings};
use crate::store::Db;
use crate::template::Catalog;
use crate::worker::Costs;

/// What was found out about one thing.
enum Finding {
    Ok(String),
    /// It works without.
    Warn(String),
    /// `serve` will not, or will not work.
    Fail(String),
}

pub(super) async fn run(settings: &Settings) -> ExitCode {
    let config = match settings.load() {
        Ok(config) => config,
        Err(errors) => return fail_all(&errors),
    };
    let mut findings = vec![("settings".to_owned(), Finding::Ok("read".to_owned()))];
    let mut add = |what: &str, finding| findings.push((what.to_owned(), finding));
    add("data folder", data_folder(&config));
    add("database", database(&config).await);
    add("sealing key", sealing_key(&config));
    let (catalog, finding) = templates(&config);
    add("templates", finding);
    for (what, finding) in engines(&config, &catalog).await {
        add(&what, finding);
    }
    let (policies, finding) = policies(&config);
    add("policies", finding);
    let (costs, found) = prices(&config);
    for finding in found {
        add("price books", finding);
    }
    for (what, finding) in usage::findings(&catalog, policies.as_ref(), costs.as_ref()) {
        add(what, finding);
    }
    for (what, finding) in sweeps::findings(&config, &catalog).await {
        add(&what, finding);
    }
    for (what, finding) in scanners::findings(&config).await {
        add(&what, finding);
    }
    for (what, finding) in slack(&config).await {
        add(what, finding);
    }
    add("public URL", public_url(&config));
    let mut failed = 0;
    for (what, finding) in &findings {
        let (word, text) = match finding {
            Finding::Ok(text) => ("ok", text),
            Finding::Warn(text) => ("warn", text),
            Finding::Fail(text) => ("fail", text),
        };
        failed += usize::from(word == "fail");
        println!("{word:<5} {what}: {text}");
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn data_folder(config: &Config) -> Finding {
    let folder = config.data.display();
    match make_data_folder(&config.data) {
        Ok(()) => Finding::Ok(format!("{folder}")),
        Err(error) => Finding::Fail(one_line(&error.to_string())),
    }
}

async fn database(config: &Config) -> Finding {
    match Db::open(&database_url(config)).await {
        Ok(db) => {
            let kind = if db.is_shared() { "PostgreSQL" } else { "SQLite" };
            db.close().await;
            Finding::Ok(format!("{kind}, migrations applied"))
        }
        Err(error) => Finding::Fail(format!("{error}; check database.url")),
    }
}

fn sealing_key(config: &Config) -> Finding {
    match keyring(config) {
        Ok(keyring) => Finding::Ok(format!("version {}", keyring.newest())),
        Err(error) => Finding::Fail(one_line(&error.to_string())),
    }
}

fn templates(config: &Config) -> (Catalog, Finding) {
    let loaded = Catalog::load(&config.templates);
    let names: Vec<String> = loaded.catalog.list().map(|t| t.manifest.name.clone()).collect();
    let errors: Vec<_> = loaded.problems.iter().filter(|problem| problem.is_error()).collect();
    let finding = match (names.is_empty(), errors.first()) {
        (true, _) => Finding::Fail(format!(
            "{}: none can be used; name their folder by `templates` in mayfly.toml",
            config.templates.display()
        )),
        (false, Some(first)) => Finding::Warn(format!(
            "{}; not all: {}",
            names.join(", "),
            one_line(&first.to_string())
        )),
        (false, None) => Finding::Ok(names.join(", ")),
    };
    (loaded.catalog, finding)
}

/// A line for each version of an engine, for each that is missing, and for each template that therefore
/// cannot be used.
async fn engines(config: &Config, catalog: &Catalog) -> Vec<(String, Finding)> {
    let engines = Engines::find(&config.engines).await;
    let mut findings = Vec::new();
    for kind in EngineKind::ALL {
        let mut add = |finding| findings.push((kind.to_string(), finding));
        for one in engines.all().iter().filter(|one| one.kind == *kind) {
            let program = one.program.display();
            add(Finding::Ok(format!("{} at {program} ({})", one.version, one.origin)));
        }
        for one in engines.unusable().iter().filter(|one| one.kind == *kind) {
            let named = config.engines.named.contains_key(kind);
            let why = one.why.to_string();
            add(if named { Finding::Fail(why) } else { Finding::Warn(why) });
        }
        let needed = catalog.list().any(|template| template.manifest.engine == *kind);
        if !engines.knows(*kind) {
            let who = match (needed, engines.pick(*kind, &[])) {
                (false, _) => "no template needs it".to_owned(),
                (true, Ok(other)) => format!("{} runs its templates", other.kind),
                (true, Err(_)) => "the templates that need it are unavailable".to_owned(),
            };
            add(Finding::Warn(format!("not found; {who}")));
        }
    }
    let unavailable = unavailable(catalog, &engines, config);
    let none_left = unavailable.len() == catalog.list().count();
    for (template, why) in unavailable {
        let text = format!("unavailable: {why}");
        let finding = if none_left { Finding::Fail(text) } else { Finding::Warn(text) };
        findings.push((format!("template {template}"), finding));
    }
    findings
}

fn policies(config: &Config) -> (Option<Policies>, Finding) {
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return (None, Finding::Fail(format!("this very program: {error}"))),
    };
    match crate::app::policies(config, &exe) {
        Ok(policies) => {
            let text = format!("{} rules, bundle {}", policies.rules(), policies.bundle());
            (Some(policies), Finding::Ok(text))
        }
        Err(error) => (None, Finding::Fail(one_line(&error.to_string()))),
    }
}

/// Whether the books can be read, and which of them are old.
fn prices(config: &Config) -> (Option<Costs>, Vec<Finding>) {
    let costs = match crate::app::costs(config) {
        Ok(costs) => costs,
        Err(error) => return (None, vec![Finding::Fail(one_line(&error.to_string()))]),
    };
    let names = costs.books.all().iter().map(|book| format!("{} {}", book.provider, book.region));
    let names: Vec<String> = names.collect();
    let mut findings = vec![Finding::Ok(names.join(", "))];
    let stale = costs.books.stale(crate::domain::clock::real_now());
    findings.extend(stale.iter().map(|book| Finding::Warn(book.to_string())));
    (Some(costs), findings)
}

async fn slack(config: &Config) -> Vec<(&'static str, Finding)> {
    let mut findings = Vec::new();
    let Some(token) = config.slack.bot_token.clone() else {
        let cure = "set MAYFLY_SLACK_BOT_TOKEN (xoxb-…), or slack.bot_token_file";
        return vec![("Slack token", Finding::Fail(cure.to_owned()))];
    };
    let api_url = config.slack.api_url.clone();
    let client = Client::new(ClientSettings { api_url, ..ClientSettings::slack(token) });
    match client {
        Err(error) => findings.push(("Slack token", Finding::Fail(error.to_string()))),
        Ok(client) => match client.auth_test().await {
            Err(error) if matches!(error.class, Class::Retry { .. }) => {
                let away = format!("{error}; `serve` starts without Slack, and goes on asking");
                findings.push(("Slack token", Finding::Warn(away)));
            }
            Err(error) => findings
                .push(("Slack token", Finding::Fail(format!("{error}; check slack.bot_token")))),
            Ok(identity) => {
                let name = format!("{} ({})", identity.workspace_name, identity.workspace);
                findings.push(("Slack token", Finding::Ok(name)));
                findings.push(("Slack scopes", scopes(&identity.scopes)));
            }
        },
    }
    let (needed, variable) = match config.slack.mode {
        SlackMode::Http => (config.slack.signing_secret.is_some(), "MAYFLY_SLACK_SIGNING_SECRET"),
        SlackMode::Socket => (config.slack.app_token.is_some(), "MAYFLY_SLACK_APP_TOKEN (xapp-…)"),
    };
    let mode = format!("{:?} mode", config.slack.mode);
    findings.push((
        "Slack mode",
        if needed { Finding::Ok(mode) } else { Finding::Fail(format!("{mode} needs {variable}")) },
    ));
    findings
}

fn scopes(granted: &[String]) -> Finding {
    let missing: Vec<String> = SCOPES
        .iter()
        .filter(|(scope, _)| !granted.iter().any(|granted| granted == scope))
        .map(|(scope, what)| format!("{scope} ({what})"))
        .collect();
    match missing.is_empty() {
        true => Finding::Ok(granted.join(", ")),
        false => Finding::Fail(format!(
            "{} missing; reinstall the app with `mayfly slack-manifest`",
            missing.join(", ")
        )),
    }
}

fn public_url(config: &Config) -> Finding {
    match &config.server.public_url {
        None => Finding::Warn(format!(
            "not set: links in messages lead to http://{}; set server.public_url",
            config.server.listen
        )),
        Some(url) if url.starts_with("https:") => Finding::Ok(url.clone()),
        Some(url) => Finding::Warn(format!(
            "{url} is not https: credentials would cross the network in clear"
        )),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
