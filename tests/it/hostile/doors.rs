//! Which doors there are: those of the playground are not among them.

use anyhow::{Result, ensure};

use super::bot::Bot;
use super::wire::{Attempt, Framing};
use crate::support::source;

on_both! {
    async fn serve_has_no_route_of_the_playground(database: Database) -> Result<()> {
        let (bot, _workspace) = Bot::start(&database).await?;
        let paths = playgrounds();
        ensure!(paths.len() > 15, "too few routes were found: {paths:?}");
        for path in &paths {
            for method in ["GET", "POST", "PUT"] {
                let attempt = attempt(method, path);
                let answer = attempt.send(bot.address).await;
                ensure!(answer.status == Some(404), "{method} {path}: {answer:?}");
                // The sites' port takes only what reads.
                let answer = attempt.send(bot.sites).await;
                let closed = if method == "GET" { 404 } else { 405 };
                ensure!(answer.status == Some(closed), "{method} {path} of sites: {answer:?}");
            }
        }
        let open = attempt("GET", "/healthz").send(bot.address).await;
        ensure!(open.status == Some(200), "the test knocks at the wrong house: {open:?}");
        Ok(())
    }
}

/// Every route that the playground's source declares, and its page.
fn playgrounds() -> Vec<String> {
    let route = regex::Regex::new(r#"\.route\(\s*"([^"]+)""#).expect("is a regex");
    let mut paths = Vec::new();
    for file in source::rust("src/playground") {
        paths.extend(route.captures_iter(&file.text).map(|found| found[1].to_owned()));
    }
    paths.extend(["/", "/main.js", "/playground", "/playground/", "/api"].map(str::to_owned));
    let filled = |path: &String| path.replace("{method}", "auth.test").replace("{key}", "x");
    let mut paths: Vec<String> = paths.iter().map(filled).collect();
    paths.extend(["/api/chat.postMessage", "/api/apps.connections.open"].map(str::to_owned));
    paths
}

fn attempt(method: &'static str, path: &str) -> Attempt {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = if method == "GET" { Vec::new() } else { b"{\"as\":\"alice\"}".to_vec() };
    Attempt { method, path: path.to_owned(), headers, body, framing: Framing::Length }
}
