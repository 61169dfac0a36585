//! `mayfly demo`: the playground, the real bot on SQLite, a real engine; nothing stays behind.

mod life;
mod offer;
mod transcript;
mod world;

use std::net::SocketAddr;
use std::process::ExitCode;

pub use world::{Transport, World, WorldError, WorldSettings};

use super::Settings;
use super::errors::{asked_to_stop, fail, fail_all};
use crate::config::Config;
use crate::domain::{EngineKind, EngineNamed, TerraformBy};
use offer::{Asking, Offer};

/// The template of Pulumi's that needs neither Terraform nor OpenTofu.
const PULUMIS: &str = "preview-env-pulumi";

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Play one whole life without a browser, print it, and end.
    #[arg(long)]
    auto: bool,
    /// The engine that runs the templates: terraform, tofu (which runs Terraform's) or pulumi.
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    engine: Option<EngineKind>,
    /// The template of which `--auto` plays the life; preview-env, or preview-env-pulumi with `--engine pulumi`.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Where the playground's page is; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How the bot is reached: as Slack reaches it by HTTP, or by Socket Mode.
    #[arg(long, value_enum, default_value = "http")]
    transport: Transport,
    #[command(flatten)]
    offer: Offer,
}

impl Demo {
    pub(super) async fn run(self) -> ExitCode {
        // Of the settings it takes the engines alone: what is installed for the bot is there for the demo.
        let mut engines = match (Settings { config: None }).load() {
            Ok(config) => config.engines,
            Err(errors) => return fail_all(&errors),
        };
        let template = self.template().to_owned();
        let engine = self.engine;
        let asking = if self.auto { Asking::Forbidden } else { Asking::Allowed };
        // Another template may be misspelt, or need something else: that is told first.
        let is_usual = self.template.is_none() || self.offer.is_accepted();
        let tofu_does = template != PULUMIS && matches!(engine, None | Some(EngineKind::Tofu));
        if is_usual && tofu_does {
            match self.offer.ready(&engines, engine, asking).await {
                Ok(None) => {}
                Ok(Some(program)) => {
                    engines.named.insert(EngineKind::Tofu, vec![EngineNamed::Program(program)]);
                }
                Err(error) => return fail(&error),
            }
        }
        let settings = WorldSettings {
            listen: self.listen,
            transport: self.transport,
            adjust: Box::new(move |config| {
                config.engines = engines;
                prefer(engine, config);
            }),
            ..WorldSettings::default()
        };
        let world = match World::start(settings).await {
            Ok(world) => world,
            Err(error) => return fail(&error.to_string()),
        };
        if let Err(missing) = playable(&world, &template, engine) {
            return match world.end().await {
                Ok(()) => fail(&missing),
                Err(error) => fail(&format!("{missing}; {error}")),
            };
        }
        if self.auto {
            return auto(world, life::Played { template, engine }).await;
        }
        let stop = asked_to_stop();
        println!("The playground is at {}", world.playground.page_url());
        println!("Type /infra new {template} there. Ctrl-C ends everything and leaves nothing.");
        println!(
            "With the project shop-prod somebody has to approve it: Carol, whom the page lets you be."
        );
        stop.await;
        println!("Ending what still runs …");
        match world.end().await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        }
    }

    fn template(&self) -> &str {
        match (&self.template, self.engine) {
            (Some(template), _) => template,
            (None, Some(EngineKind::Pulumi)) => PULUMIS,
            (None, _) => "preview-env",
        }
    }
}

fn engine(word: &str) -> Result<EngineKind, String> {
    let known = "write terraform, tofu or pulumi";
    EngineKind::named(word).ok_or_else(|| format!("`{word}` is no engine: {known}"))
}

fn prefer(engine: Option<EngineKind>, config: &mut Config) {
    match engine {
        Some(EngineKind::Tofu) => config.engines.run_terraform_with = TerraformBy::Tofu,
        Some(EngineKind::Terraform) => config.engines.run_terraform_with = TerraformBy::Terraform,
        Some(EngineKind::Pulumi) | None => {}
    }
}

/// Whether the template is there, with everything that it needs, and is one for that engine.
fn playable(world: &World, template: &str, engine: Option<EngineKind>) -> Result<(), String> {
    let Some(app) = &world.app else { return Err("the bot is not up".to_owned()) };
    let (kind, known) = app.ctx.templates(|catalog| {
        let names: Vec<String> = catalog.list().map(|t| t.manifest.name.clone()).collect();
        (catalog.get(template).map(|t| t.manifest.engine), names.join(", "))
    });
    let Some(kind) = kind else {
        return Err(format!("there is no template `{template}`: choose one of {known}"));
    };
    let runs = match engine {
        None => true,
        Some(EngineKind::Tofu) => kind != EngineKind::Pulumi,
        Some(engine) => engine == kind,
    };
    if let (false, Some(engine)) = (runs, engine) {
        return Err(format!(
            "{engine} does not run `{template}`, which is written for {kind}: leave out one of --engine and --template"
        ));
    }
    match app.ctx.unavailable.get(template) {
        None => Ok(()),
        Some(why) if why.engine == EngineKind::Terraform && engine.is_none() => {
            Err(format!("{why} (OpenTofu's `tofu` does as well)"))
        }
        Some(why) => Err(why.to_string()),
    }
}

async fn auto(world: World, played: life::Played) -> ExitCode {
    let begun = tokio::time::Instant::now();
    let played = tokio::select! {
        played = life::play(&world, &played) => played,
        () = asked_to_stop() => Err(anyhow::anyhow!("interrupted")),
    };
    let ended = world.end().await;
    match (played, ended) {
        (Ok(()), Ok(())) => {
            println!(
                "\nThe whole life took {:.1} s. Nothing is left.",
                begun.elapsed().as_secs_f64()
            );
            ExitCode::SUCCESS
        }
        (Err(error), _) => fail(&format!("{error:#}")),
        (Ok(()), Err(error)) => fail(&error.to_string()),
    }
}
