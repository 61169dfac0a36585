//! One environment on AWS, from the slash command to the receipt, as a person in Slack lives it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use mayfly::cli::demo::{World, WorldSettings};
use mayfly::config;
use mayfly::domain::{Clock as _, Span};
use mayfly::playground::{Input, Message};
use mayfly::store::{DbUrl, environments};

use crate::support::database::Database;
use crate::support::moto::Moto;
use crate::support::{install_tls, terraform};

/// How long any part may take: the provider alone needs seconds of a whole core for each call, and
/// RDS takes minutes to come and to go, simulated as well.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// A bot on this database whose templates take moto for AWS.
pub async fn world(database: &Database, moto: &Moto) -> Result<World> {
    install_tls();
    let place = match database.url() {
        DbUrl::Sqlite(file) => config::Database::Sqlite(file.clone()),
        DbUrl::Postgres(url) => config::Database::Postgres(config::Url(url.clone())),
    };
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let settings = WorldSettings {
        exe: Some(env!("CARGO_BIN_EXE_mayfly").into()),
        database: Some(place),
        adjust: Box::new(move |config| {
            config.credentials.extend(credentials);
            config.runs.cli_config = Some(cli_config);
        }),
        ..WorldSettings::default()
    };
    Ok(World::start(settings).await?)
}

/// An environment of alice's that is ready.
pub struct Ready {
    pub name: String,
    /// Its card in alice's DM, as it was when the environment was ready.
    pub card: Message,
    /// What told her so.
    pub told: Message,
}

/// Alice asks for one by the form, and waits until it is ready.
pub async fn makes(world: &World, template: &str, values: &[(&str, Input)]) -> Result<Ready> {
    let alice = world.playground.person("alice");
    alice.types("environments", &format!("/infra new {template}")).await?;
    let view = alice.waits_for("the form", PATIENCE, |s| s.view().cloned()).await?;
    ensure!(view.callback_id() == "create", "the form did not open: {}", view.plain());
    let outcome = alice.submits(&view.id, values).await?;
    let taken = outcome.is_taken();
    ensure!(taken, "the form was not taken: {outcome:?}");
    let told = replies(world, "that it is ready", |reply| reply.says("is ready")).await?;
    let card = alice.dm().into_iter().find(|message| message.thread_ts.is_none());
    let card = card.context("there is no card")?;
    let beginning = format!("{template}-");
    let text = told.plain();
    let name = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .find(|word| word.starts_with(&beginning));
    let name = name.with_context(|| format!("no name is told: {text}"))?.to_owned();
    Ok(Ready { name, card, told })
}

/// The clock goes to the end, event by event, until the receipt is there.
pub async fn outlives(world: &World) -> Result<Message> {
    let app = world.app.as_ref().context("the bot is down")?;
    let begun = tokio::time::Instant::now();
    loop {
        if let Some(receipt) = reply(world, |reply| reply.says("its state is empty"))? {
            let warned = reply(world, |reply| reply.says("ends in"))?;
            ensure!(warned.is_some(), "it was reaped without a warning");
            return Ok(receipt);
        }
        let seen = || world.playground.person("alice").sees().describe();
        ensure!(begun.elapsed() < PATIENCE, "the end came, and no receipt:\n{}", seen());
        let next = {
            let mut tx = app.ctx.db.read().await?;
            environments::next_event(&mut tx).await?
        };
        // Without a next event the reaper has begun: only the engine is waited for.
        if let Some(next) = next {
            world.clock.advance(next - world.clock.now() + Span::seconds(1));
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

/// Waits for a reply in the card's thread; a failure is an error at once.
async fn replies(world: &World, what: &str, fits: impl Fn(&Message) -> bool) -> Result<Message> {
    let alice = world.playground.person("alice");
    let found = alice.waits_for(what, PATIENCE, |_| reply(world, &fits).transpose()).await;
    found?
}

fn reply(world: &World, fits: impl Fn(&Message) -> bool) -> Result<Option<Message>> {
    let dm = world.playground.person("alice").dm();
    if let Some(failed) = dm.iter().find(|message| message.says("failed")) {
        bail!("it failed: {}", failed.plain());
    }
    Ok(dm.into_iter().find(|message| message.thread_ts.is_some() && fits(message)))
}
