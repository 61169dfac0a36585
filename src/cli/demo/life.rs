//! One whole life: new, form, plan, apply, DM, credentials, preview, warning, extend, the clock moved on,
//! warning, reap, receipt. What it prints it has asked of the bot, of the page, and of the site itself.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::transcript::{checks, does, says};
use super::world::World;
use crate::app::DatabaseAgenda;
use crate::domain::ports::Agenda as _;
use crate::domain::{Clock as _, EngineKind, Span};
use crate::playground::{Input, Message, Persona, SubmitOutcome};
use crate::store::environments;

/// How long any single step may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// Whose life is played: a template with the form and the site of `preview-env`.
pub(super) struct Played {
    pub(super) template: String,
    /// What it has to be made by, if anything was asked for.
    pub(super) engine: Option<EngineKind>,
}

/// Plays it; an error says which part failed, and what was there instead.
pub(super) async fn play(world: &World, played: &Played) -> Result<()> {
    let alice = world.playground.person("alice");
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()?;
    let stage = Stage { world, played, alice, http };
    let card = stage.asks().await?;
    let site = stage.sees_it_made(&card).await?;
    stage.finds_its_engine().await?;
    stage.opens_the_site(&site).await?;
    stage.extends(&card).await?;
    stage.lets_it_end(&card).await?;
    stage.finds_it_gone(&site).await
}

struct Stage<'a> {
    world: &'a World,
    played: &'a Played,
    alice: Persona,
    http: reqwest::Client,
}

/// The preview, as the ready message links it.
struct Site {
    url: String,
}

impl Stage<'_> {
    /// The slash command and the form; the card is the answer.
    async fn asks(&self) -> Result<Message> {
        let typed = format!("/infra new {} branch=feature/checkout", self.played.template);
        does("alice", &typed);
        self.alice.types("environments", &typed).await?;
        let view = self.alice.waits_for("the form", PATIENCE, |s| s.view().cloned()).await?;
        ensure!(view.callback_id() == "create", "the form did not open: {}", view.plain());
        println!("mayfly | a form: {}", view.title());

        does("alice", "fills in: how long = 9 weeks");
        let outcome = self.alice.submits(&view.id, &[("ttl", "9 weeks".into())]).await?;
        let SubmitOutcome::Errors(errors) = outcome else {
            bail!("a TTL above the maximum was taken: {outcome:?}");
        };
        for error in errors.values() {
            println!("mayfly | on the field: {error}");
        }

        does("alice", "fills in: title = Spring campaign, how long = 4h, and submits");
        let values = [("in_title", "Spring campaign".into()), ("ttl", Input::from("4h"))];
        let outcome = self.alice.submits(&view.id, &values).await?;
        ensure!(outcome.is_taken(), "the form was not taken: {outcome:?}");
        let first =
            |s: &crate::playground::Snapshot| s.dm.iter().find(|m| m.thread_ts.is_none()).cloned();
        let card = self.alice.waits_for("the card", PATIENCE, first).await?;
        says("DM", &card);
        Ok(card)
    }

    /// Plan and ready in the thread.
    async fn sees_it_made(&self, card: &Message) -> Result<Site> {
        let plan = self.in_thread(card, "the plan", &["Plan", "+"]).await?;
        says("thread", &plan);
        let ready = self.in_thread(card, "that it is ready", &["is ready"]).await?;
        says("thread", &ready);
        let card = self.card(card)?;
        says("DM, edited", &card);
        let name = format!("{}-", self.played.template);
        let url = card.links().into_iter().chain(ready.links()).find(|url| url.contains(&name));
        Ok(Site { url: url.ok_or_else(|| anyhow!("neither card nor thread links the preview"))? })
    }

    /// What is on record as having made it.
    async fn finds_its_engine(&self) -> Result<()> {
        let app = self.world.app.as_ref().ok_or_else(|| anyhow!("the bot is not up"))?;
        let mut tx = app.ctx.db.read().await?;
        let all = environments::living(&mut tx, &environments::Scope::All, 0, 1).await?;
        let made_by = match all.first() {
            Some(environment) => environment.made_by()?,
            None => None,
        };
        let made_by = made_by.ok_or_else(|| anyhow!("it is not on record what made it"))?;
        checks("it was made by", &made_by.to_string());
        let asked = self.played.engine.unwrap_or(made_by.engine);
        ensure!(made_by.engine == asked, "{asked} was to make it");
        Ok(())
    }

    /// Credentials by the reveal link, and with them the preview; without them nothing.
    async fn opens_the_site(&self, site: &Site) -> Result<()> {
        let without = self.http.get(&site.url).send().await?.status();
        checks("the preview without credentials", without.as_str());
        ensure!(without == 401, "the preview is open to everybody");

        let card = self.card_now()?;
        does("alice", "presses Credentials");
        self.alice.presses(&card, "credentials").await?;
        let answer = self
            .alice
            .waits_for("the reveal link", PATIENCE, |s| {
                s.ephemerals
                    .iter()
                    .rev()
                    .find(|m| m.links().iter().any(|l| l.contains("/reveal/")))
                    .cloned()
            })
            .await?;
        says("only to alice", &answer);
        let link = answer.links().into_iter().find(|l| l.contains("/reveal/"));
        let link = link.ok_or_else(|| anyhow!("there is no link in the answer"))?;
        let password = self.reveals(&link).await?;

        let page = self.http.get(&site.url).basic_auth("preview", Some(&password)).send().await?;
        let status = page.status();
        let text = page.text().await?;
        checks("the preview with them", status.as_str());
        ensure!(status == 200, "the credentials do not open the preview");
        ensure!(
            text.contains("Spring campaign") && text.contains("feature/checkout"),
            "the page shows neither title nor branch"
        );
        checks("its page", "shows the title and the branch");
        Ok(())
    }

    /// GET shows a button, POST reveals, the second POST does not.
    async fn reveals(&self, link: &str) -> Result<String> {
        let page = self.http.get(link).send().await?;
        ensure!(page.status() == 200, "the reveal page answers {}", page.status());
        let cookie =
            page.headers().get("set-cookie").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let form =
            cookie.split_once('=').map(|(_, value)| format!("form={value}")).unwrap_or_default();
        let html = page.text().await?;
        ensure!(!html.contains("class=\"secret\""), "a GET reveals");
        let post = || {
            self.http
                .post(link)
                .header("cookie", &cookie)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone())
                .send()
        };
        does("alice", "opens the link and reveals");
        let shown = post().await?;
        let status = shown.status();
        let html = shown.text().await?;
        checks("revealing", status.as_str());
        let password =
            html.split_once("class=\"secret\">").and_then(|(_, rest)| rest.split_once('<'));
        let (password, _) = password.context("the page shows no password")?;
        let again = post().await?.status();
        checks("revealing again", again.as_str());
        ensure!(status == 200 && again == 410, "a link has to reveal exactly once");
        Ok(password.to_owned())
    }

    /// The first warning, and the extension that it offers.
    async fn extends(&self, card: &Message) -> Result<()> {
        self.moves_on("to the next event").await?;
        let warning = self.in_thread(card, "a warning", &["ends in"]).await?;
        says("thread", &warning);
        does("alice", "presses Extend 4 h");
        self.alice.presses(&warning, "extend_4h").await?;
        let extended = self.in_thread(card, "the extension", &["extended it"]).await?;
        says("thread", &extended);
        Ok(())
    }

    /// On to the end: warned again, reaped after the grace.
    async fn lets_it_end(&self, card: &Message) -> Result<()> {
        let before = self.thread(card).len();
        self.moves_on("to the next event").await?;
        let warned = |messages: &[Message]| {
            messages.iter().skip(before).find(|m| m.says("ends in")).cloned()
        };
        let warning = self.finds(card, "a warning of the new end", warned).await?;
        says("thread", &warning);
        let limit = tokio::time::Instant::now() + PATIENCE;
        loop {
            self.moves_on("to the next event").await?;
            let receipt =
                |messages: &[Message]| messages.iter().find(|m| m.says("state is empty")).cloned();
            let found = tokio::time::timeout(
                Duration::from_secs(3),
                self.finds(card, "the receipt", receipt),
            )
            .await;
            if let Ok(Ok(receipt)) = found {
                says("thread", &receipt);
                return Ok(());
            }
            ensure!(
                tokio::time::Instant::now() < limit,
                "the end came, and no receipt:\n{}",
                self.alice.sees().describe()
            );
        }
    }

    async fn finds_it_gone(&self, site: &Site) -> Result<()> {
        let status = self.http.get(&site.url).send().await?.status();
        checks("the preview", status.as_str());
        ensure!(status == 404, "the preview still answers {status}");
        let data = self.world.folder().join("data");
        let sites = count(&data.join("sites"))?;
        let states = count(&data.join("states"))?;
        checks("folders of sites and states that are left", &format!("{}", sites + states));
        ensure!(sites + states == 0, "something of the environment is left");
        says("DM, edited", &self.card_now()?);
        Ok(())
    }

    async fn moves_on(&self, how: &str) -> Result<()> {
        let next = match &self.world.app {
            Some(app) => DatabaseAgenda(app.ctx.clone()).next_event().await,
            None => None,
        };
        let now = self.world.clock.now();
        let by = next.map_or(Span::minutes(15), |next| next - now + Span::seconds(1));
        self.world.clock.advance(by);
        println!("\n clock + {by}, {how}");
        Ok(())
    }

    fn thread(&self, card: &Message) -> Vec<Message> {
        self.alice.thread("dm", &card.ts)
    }

    async fn in_thread(&self, card: &Message, what: &str, words: &[&str]) -> Result<Message> {
        let says = |messages: &[Message]| {
            messages.iter().skip(1).find(|m| words.iter().all(|word| m.says(word))).cloned()
        };
        self.finds(card, what, says).await
    }

    async fn finds(
        &self,
        card: &Message,
        what: &str,
        pick: impl Fn(&[Message]) -> Option<Message>,
    ) -> Result<Message> {
        let found = self.alice.waits_for(what, PATIENCE, |s| {
            let thread: Vec<Message> =
                s.dm.iter()
                    .filter(|m| m.ts == card.ts || m.thread_ts.as_deref() == Some(&card.ts))
                    .cloned()
                    .collect();
            if let Some(failed) = thread.iter().find(|m| m.says("failed")) {
                return Some(Err(anyhow!("it failed: {}", failed.plain())));
            }
            pick(&thread).map(Ok)
        });
        found.await?
    }

    fn card(&self, card: &Message) -> Result<Message> {
        let found = self.thread(card).into_iter().next();
        found.ok_or_else(|| anyhow!("the card is gone"))
    }

    fn card_now(&self) -> Result<Message> {
        let found = self.alice.dm().into_iter().find(|m| m.thread_ts.is_none());
        found.ok_or_else(|| anyhow!("the card is gone"))
    }
}

fn count(folder: &std::path::Path) -> Result<usize> {
    Ok(if folder.is_dir() { std::fs::read_dir(folder)?.count() } else { 0 })
}
