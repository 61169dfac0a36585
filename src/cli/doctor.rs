//! `mayfly doctor`: a line for each thing that `serve` needs.

use std::process::ExitCode;

use super::Settings;
use super::errors::fail_all;
use super::manifest::SCOPES;
use crate::app::{database_url, keyring, make_data_folder};
use crate::config::{Config, SlackMode};
use crate::engine::installed::find;
use crate::slack::{Client, ClientSettings};
use crate::store::Db;
use crate::template::{Catalog, EngineKind};

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
    let mut findings = vec![("settings", Finding::Ok("read".to_owned()))];
    findings.push(("data folder", data_folder(&config)));
    findings.push(("database", database(&config).await));
    findings.push(("sealing key", sealing_key(&config)));
    let (templates, engines) = templates(&config);
    findings.push(("templates", templates));
    for kind in [EngineKind::Terraform, EngineKind::Tofu] {
        findings.push((kind.program(), engine(&config, kind, engines.contains(&kind)).await));
    }
    findings.extend(slack(&config).await);
    findings.push(("public URL", public_url(&config)));
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

fn templates(config: &Config) -> (Finding, Vec<EngineKind>) {
    let loaded = Catalog::load(&config.templates);
    let names: Vec<String> = loaded.catalog.list().map(|t| t.manifest.name.clone()).collect();
    let engines = loaded.catalog.list().map(|t| t.manifest.engine).collect();
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
    (finding, engines)
}

async fn engine(config: &Config, kind: EngineKind, needed: bool) -> Finding {
    let program = config.engines.get(kind.program()).map(std::path::PathBuf::as_path);
    match find(kind, program).await {
        Ok(found) => Finding::Ok(format!("{} at {}", found.version, found.program.display())),
        Err(missing)
            if kind == EngineKind::Terraform && find(EngineKind::Tofu, None).await.is_ok() =>
        {
            Finding::Warn(format!("{missing}; OpenTofu runs its templates"))
        }
        Err(missing) if needed => Finding::Fail(missing.to_string()),
        Err(_) => Finding::Warn("not on the PATH; no template needs it".to_owned()),
    }
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
