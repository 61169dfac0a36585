//! Thousands of bad requests, and thousands of good ones again: nothing comes of either.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures_util::stream::{self, StreamExt as _};
use mayfly::playground::{SubmitOutcome, Workspace};
use mayfly::store::Db;

use super::bot::Bot;
use super::kinds::{Kind, Seed};
use super::rows::{self, Rows};
use super::wire::{Answer, Attempt};

/// Of each kind.
const MANY: usize = 2000;
const AT_ONCE: usize = 16;
/// How much the bot's memory may grow.
const MOST_GROWTH: u64 = 50 << 20;
const PATIENCE: Duration = Duration::from_secs(120);

on_both! {
    async fn thousands_of_bad_requests_and_replays_change_nothing(database: Database) -> Result<()> {
        let (bot, workspace) = Bot::start(&database).await?;
        let name = accepted(&workspace).await?;
        let seeds = seeds(&workspace)?;
        let before = rows::settled(&database.db).await?;
        let storm = Storm { bot: &bot, db: &database.db, before, resident: bot.resident()? };
        storm.replays(&seeds).await?;
        for kind in Kind::ALL {
            storm.bad(kind, &seeds).await?;
        }
        storm.then_a_good_one(&workspace, &name, &seeds).await
    }
}

/// One of everything that people do by HTTP, effects included; the name of what they made.
async fn accepted(workspace: &Workspace) -> Result<String> {
    let alice = workspace.person("alice");
    alice.types("environments", "/infra help").await?;
    alice.types("environments", "/infra new preview-env branch=main").await?;
    let view = alice.waits_for("the form", PATIENCE, |s| s.view().cloned()).await?;
    let refused = alice.submits(&view.id, &[("ttl", "9 weeks".into())]).await?;
    ensure!(matches!(refused, SubmitOutcome::Errors(_)), "{refused:?}");
    let taken = alice.submits(&view.id, &[("ttl", "4h".into())]).await?;
    ensure!(taken.is_taken(), "{taken:?}");
    let ready = alice.waits_for("that it is ready", PATIENCE, |s| s.dm_says("is ready")).await?;
    let text = ready.plain();
    let name = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .find(|word| word.starts_with("preview-env-"));
    let name = name.with_context(|| format!("no name is told: {text}"))?.to_owned();
    alice.types("environments", &format!("/infra extend {name} 1h")).await?;
    alice.waits_for("the extension", PATIENCE, |s| s.ephemeral_says("longer")).await?;
    alice.presses(&ready, "credentials").await?;
    alice.waits_for("the link", PATIENCE, link).await?;
    alice.opens_home().await;
    alice.waits_for("App Home", PATIENCE, |s| s.home.clone()).await?;
    Ok(name)
}

fn link(seen: &mayfly::playground::Snapshot) -> Option<()> {
    let links = seen.ephemerals.iter().flat_map(|message| message.links());
    links.into_iter().any(|link| link.contains("/reveal/")).then_some(())
}

/// Of what the workspace has sent, the accepted; of every kind one at least.
fn seeds(workspace: &Workspace) -> Result<Vec<Seed>> {
    let sent = workspace.deliveries();
    let refused = sent.iter().find(|delivered| delivered.status != Some(200));
    ensure!(refused.is_none(), "this was refused: {refused:?}");
    let mut kinds = BTreeMap::new();
    for delivered in &sent {
        let kind = delivered.payload["type"].as_str().unwrap_or("command").to_owned();
        *kinds.entry(kind).or_insert(0) += 1;
    }
    for kind in ["command", "block_actions", "view_submission", "event_callback"] {
        ensure!(kinds.contains_key(kind), "no {kind} was accepted: {kinds:?}");
    }
    let secret = workspace.signing_secret();
    Ok(sent.iter().map(|delivered| Seed::of(delivered, secret)).collect())
}

struct Storm<'a> {
    bot: &'a Bot,
    db: &'a Db,
    before: Rows,
    resident: u64,
}

impl Storm<'_> {
    /// Byte for byte what was accepted: answered again, and done no second time.
    async fn replays(&self, seeds: &[Seed]) -> Result<()> {
        let answers = self.send((0..MANY).map(|n| seeds[n % seeds.len()].replay())).await;
        let unanswered = answers.iter().find(|(_, answer)| answer.status != Some(200));
        ensure!(unanswered.is_none(), "a replay was not answered: {unanswered:?}");
        self.nothing_came_of_it("replays").await
    }

    async fn bad(&self, kind: Kind, seeds: &[Seed]) -> Result<()> {
        let answers = self.send((0..MANY).map(|n| seeds[n % seeds.len()].bad(kind, n))).await;
        let taken = answers.iter().find(|(_, answer)| answer.accepted());
        ensure!(taken.is_none(), "{kind:?}: this was accepted: {taken:?}");
        let mut counted = BTreeMap::new();
        for (_, answer) in &answers {
            *counted.entry(answer.status).or_insert(0) += 1;
        }
        // A server that hangs up on a flood is right; on anything else it has to say what is wrong.
        let may_hang_up = matches!(kind, Kind::Oversized | Kind::Truncated);
        let expected = |status: &Option<u16>| match (kind, status) {
            (_, None) => may_hang_up,
            (Kind::Forged | Kind::Stale, Some(status)) => *status == 401,
            (Kind::Truncated, Some(status)) => matches!(status, 400 | 401),
            (Kind::Oversized, Some(status)) => *status == 413,
            (Kind::Malformed, Some(status)) => *status == 400,
        };
        ensure!(counted.keys().all(expected), "{kind:?}: the answers were {counted:?}");
        ensure!(counted.keys().any(Option::is_some), "{kind:?}: not one was answered");
        self.nothing_came_of_it(&format!("{kind:?} requests, answered {counted:?}")).await
    }

    async fn send(&self, attempts: impl Iterator<Item = Attempt>) -> Vec<(String, Answer)> {
        let to = self.bot.address;
        let sent = stream::iter(attempts).map(|attempt| async move {
            let start = attempt.body.len().min(200);
            let shown = String::from_utf8_lossy(&attempt.body[..start]).into_owned();
            let told = format!("{} {:?} {shown}", attempt.path, attempt.headers);
            (told, attempt.send(to).await)
        });
        sent.buffer_unordered(AT_ONCE).collect().await
    }

    async fn nothing_came_of_it(&self, what: &str) -> Result<()> {
        let after = rows::settled(self.db).await?;
        let changed = rows::differences(&self.before, &after);
        ensure!(changed.is_empty(), "after {MANY} {what}: {changed:#?}");
        let resident = self.bot.resident()?;
        let grown = resident.saturating_sub(self.resident);
        println!("{MANY} {what}: the bot has {} MB, grown by {} MB", resident >> 20, grown >> 20);
        ensure!(grown < MOST_GROWTH, "after {MANY} {what} the bot has grown by {grown} bytes");
        Ok(())
    }

    /// Afterwards people are served as before. And of the very same requests, but in order, something comes:
    /// so the others came to nothing because they were bad.
    async fn then_a_good_one(
        &self,
        workspace: &Workspace,
        name: &str,
        seeds: &[Seed],
    ) -> Result<()> {
        let carol = workspace.person("carol");
        carol.types("environments", "/infra list all").await?;
        carol.waits_for("the list", PATIENCE, |s| s.ephemeral_says(name)).await?;
        let answers =
            self.send(seeds.iter().enumerate().map(|(n, seed)| seed.again(MANY + n))).await;
        let refused = answers.iter().find(|(_, answer)| answer.status != Some(200));
        ensure!(refused.is_none(), "a good one was refused: {refused:?}");
        let limit = tokio::time::Instant::now() + PATIENCE;
        loop {
            let now = rows::read(self.db).await?;
            let (made, extended) = (&now["environments"], &now["audit"]);
            if made.0 == 2
                && ready(&made.1) == 2
                && extended.1.matches("environment.extended").count() == 2
            {
                return Ok(());
            }
            let log = self.bot.log();
            let changed = rows::differences(&self.before, &now);
            ensure!(
                tokio::time::Instant::now() < limit,
                "too little was done: {changed:#?}\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// How many rows of environments are ready.
fn ready(rows: &str) -> usize {
    rows.lines().filter(|row| row.contains("'ready'") || row.contains(",ready,")).count()
}
