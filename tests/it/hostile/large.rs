//! What is far too large, too slow or too deep, at every port of the bot.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::join_all;
use mayfly::domain::clock::real_now;
use mayfly::playground::{DeliveredKind, Workspace};
use mayfly::slack::signature::sign;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bot::Bot;
use super::rows;
use super::wire::{Attempt, Framing};

const LARGE: usize = 5 << 20;
const AT_ONCE: usize = 12;
/// How much the bot's memory may grow.
const MOST_GROWTH: u64 = 50 << 20;
const PATIENCE: Duration = Duration::from_secs(60);
/// When a request that does not come to its end is over, with time to spare for a slow machine.
const SLOW_ENDS_WITHIN: Duration = Duration::from_secs(45);

on_both! {
    async fn five_megabytes_are_refused_at_every_port(database: Database) -> Result<()> {
        let (bot, workspace) = Bot::start(&database).await?;
        let (before, resident) = (rows::settled(&database.db).await?, bot.resident()?);
        let body = large_body();
        let token = "0a".repeat(32);
        for framing in [Framing::Length, Framing::Chunked] {
            for path in ["commands", "interactions", "events", "options"] {
                let attempt = signed(&workspace, &format!("/slack/{path}"), body.clone());
                are_refused(&Attempt { framing, ..attempt }, bot.address).await?;
            }
            for path in [format!("/reveal/{token}"), format!("/enter/{token}"), "/".to_owned()] {
                are_refused(&posted(&path, body.clone(), framing), bot.address).await?;
            }
            for path in ["/", "/calm-otter/"] {
                are_refused(&posted(path, body.clone(), framing), bot.sites).await?;
                let get = Attempt { method: "GET", ..posted(path, body.clone(), framing) };
                are_refused(&get, bot.sites).await?;
            }
        }
        let grown = bot.resident()?.saturating_sub(resident);
        ensure!(grown < MOST_GROWTH, "the bot has grown by {grown} bytes");
        let changed = rows::differences(&before, &rows::settled(&database.db).await?);
        ensure!(changed.is_empty(), "{changed:#?}");
        is_served(&workspace).await
    }

    async fn who_speaks_slowly_holds_nobody_up_and_is_hung_up_on(database: Database) -> Result<()> {
        let (bot, workspace) = Bot::start(&database).await?;
        let resident = bot.resident()?;
        let token = "0a".repeat(32);
        let mut slow = Vec::new();
        for _ in 0..20 {
            let body = b"text=help&more=".to_vec();
            let command = signed(&workspace, "/slack/commands", body.clone());
            let reveal = posted(&format!("/reveal/{token}"), body.clone(), Framing::Length);
            let site = posted("/calm-otter/", body, Framing::Length);
            // Each says that a body follows; of some not even the head is complete.
            for (attempt, to) in [(command, bot.address), (reveal, bot.address), (site, bot.sites)] {
                slow.push(begins(to, &attempt.head()).await?);
                slow.push(begins(to, attempt.head().trim_end()).await?);
            }
        }
        let begun = Instant::now();
        is_served(&workspace).await?;
        let ended = tokio::time::timeout(SLOW_ENDS_WITHIN, join_all(slow.iter_mut().map(ends)));
        let ended = ended.await.context("the bot waits for ever for those who speak slowly")?;
        ensure!(ended.iter().all(|status| !status.starts_with("HTTP/1.1 2")), "{ended:?}");
        println!("{} slow ones were over after {:?}", ended.len(), begun.elapsed());
        let grown = bot.resident()?.saturating_sub(resident);
        ensure!(grown < MOST_GROWTH, "the bot has grown by {grown} bytes");
        is_served(&workspace).await
    }

    async fn a_command_with_thousands_of_inputs_is_answered(database: Database) -> Result<()> {
        let (bot, workspace) = Bot::start(&database).await?;
        let resident = bot.resident()?;
        let before = rows::settled(&database.db).await?;
        let alice = workspace.person("alice");
        let many = |n: usize| (0..n).map(|n| format!(" k{n}=v")).collect::<String>();
        for (typed, answers) in [
            (format!("/infra new preview-env{}", many(60_000)), ["no such input", "key=value"]),
            (format!("/infra new preview-env{}", many(300)), ["no such input", "no such input"]),
            (format!("/infra new preview-env branch={}", "x".repeat(900_000)), ["200", "200"]),
            (format!("/infra new{}", " =".repeat(100_000)), ["key=value", "template"]),
            (format!("/infra {}", "\"".repeat(300_000)), ["help", "help"]),
            (format!("/infra show {}", "y".repeat(900_000)), ["environment", "environment"]),
        ] {
            alice.reloads();
            alice.types("environments", &typed).await?;
            let said = alice.waits_for("an answer", PATIENCE, |s| s.ephemerals.last().cloned());
            let said = said.await?.plain();
            let start: String = typed.chars().take(40).collect();
            let low = said.to_lowercase();
            ensure!(answers.iter().any(|answer| low.contains(answer)), "{start}…: {said}");
        }
        let grown = bot.resident()?.saturating_sub(resident);
        ensure!(grown < MOST_GROWTH, "the bot has grown by {grown} bytes");
        let changed = rows::differences(&before, &rows::settled(&database.db).await?);
        ensure!(changed.is_empty(), "{changed:#?}");
        Ok(())
    }

    async fn deep_json_is_refused_or_does_nothing(database: Database) -> Result<()> {
        let (bot, workspace) = Bot::start(&database).await?;
        let alice = workspace.person("alice");
        alice.types("environments", "/infra new preview-env").await?;
        let view = alice.waits_for("the form", PATIENCE, |s| s.view().cloned()).await?;
        // Refused on a field, so that there is a submission to begin with, and no environment.
        alice.submits(&view.id, &[("in_branch", "main".into()), ("ttl", "9 weeks".into())]).await?;
        let sent = workspace.deliveries();
        let submission = sent.iter().find(|d| d.payload["type"] == "view_submission");
        let submission = submission.context("nothing was submitted")?.payload.clone();
        let (before, resident) = (rows::settled(&database.db).await?, bot.resident()?);
        for depth in [1_000, 100_000] {
            for (place, deep) in [("/view/state/values", true), ("/user", true), ("/view/private_metadata", false)] {
                let bomb = "[".repeat(depth) + &"]".repeat(depth);
                let mut payload = submission.clone();
                let spot = payload.pointer_mut(place).context("no such place")?;
                *spot = if deep { json!("THE BOMB") } else { Value::from(bomb.clone()) };
                let text = payload.to_string().replace("\"THE BOMB\"", &bomb);
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.append_pair("payload", &text);
                let attempt = signed(&workspace, "/slack/interactions", form.finish().into_bytes());
                let answer = attempt.send(bot.address).await;
                // A text is a text, however it looks: it is no form of ours, and nothing is done.
                let should = if deep { 400 } else { 200 };
                ensure!(answer.status == Some(should), "{depth} deep at {place}: {answer:?}");
            }
        }
        let grown = bot.resident()?.saturating_sub(resident);
        ensure!(grown < MOST_GROWTH, "the bot has grown by {grown} bytes");
        let changed = rows::differences(&before, &rows::settled(&database.db).await?);
        ensure!(changed.is_empty(), "{changed:#?}");
        is_served(&workspace).await
    }
}

fn large_body() -> Vec<u8> {
    let mut body = b"form=0a&more=".to_vec();
    body.resize(LARGE, b'x');
    body
}

/// As Slack would send it.
fn signed(workspace: &Workspace, path: &str, body: Vec<u8>) -> Attempt {
    let secret = SecretString::from(workspace.signing_secret());
    let now = real_now().seconds().to_string();
    let mut attempt = posted(path, body, Framing::Length);
    let signature = sign(&secret, &now, &attempt.body);
    attempt.headers.push(("x-slack-request-timestamp".to_owned(), now));
    attempt.headers.push(("x-slack-signature".to_owned(), signature));
    attempt
}

fn posted(path: &str, body: Vec<u8>, framing: Framing) -> Attempt {
    let form = "application/x-www-form-urlencoded".to_owned();
    let headers = vec![("content-type".to_owned(), form)];
    Attempt { method: "POST", path: path.to_owned(), headers, body, framing }
}

/// Several at once, none of which may be taken.
async fn are_refused(attempt: &Attempt, to: SocketAddr) -> Result<()> {
    let answers = join_all((0..AT_ONCE).map(|_| attempt.send(to))).await;
    let taken = answers.iter().find(|answer| answer.accepted());
    ensure!(taken.is_none(), "{} {}: {taken:?}", attempt.method, attempt.path);
    Ok(())
}

/// Says the beginning, and then nothing.
async fn begins(to: SocketAddr, beginning: &str) -> Result<TcpStream> {
    let mut connection = TcpStream::connect(to).await?;
    connection.write_all(beginning.as_bytes()).await?;
    Ok(connection)
}

/// Waits until the server hangs up; what it said.
async fn ends(connection: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    // However it ends: it ends.
    drop(connection.read_to_end(&mut heard).await);
    String::from_utf8_lossy(&heard).into_owned()
}

/// Somebody else is served as always.
async fn is_served(workspace: &Workspace) -> Result<()> {
    let bob = workspace.person("bob");
    bob.reloads();
    bob.types("environments", "/infra templates").await?;
    bob.waits_for("the templates", PATIENCE, |s| s.ephemeral_says("Preview environment")).await?;
    let sent = workspace.deliveries();
    let last = sent.iter().rev().find(|sent| sent.kind == DeliveredKind::Command);
    ensure!(last.is_some_and(|sent| sent.status == Some(200)), "{last:?}");
    Ok(())
}
