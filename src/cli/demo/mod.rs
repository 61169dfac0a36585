//! `mayfly demo`: the playground, the real bot on SQLite, real Terraform; nothing stays behind.

mod life;
mod transcript;
mod world;

use std::net::SocketAddr;
use std::process::ExitCode;

pub use world::{Transport, World, WorldError, WorldSettings};

use super::errors::{asked_to_stop, fail};
use crate::engine::installed::find;
use crate::template::EngineKind;

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Play one whole life without a browser, print it, and end.
    #[arg(long)]
    auto: bool,
    /// Where the playground's page is; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How the bot is reached: as Slack reaches it by HTTP, or by Socket Mode.
    #[arg(long, value_enum, default_value = "http")]
    transport: Transport,
}

impl Demo {
    pub(super) async fn run(self) -> ExitCode {
        if let Err(missing) = find(EngineKind::Terraform, None).await
            && find(EngineKind::Tofu, None).await.is_err()
        {
            return fail(&format!("{missing} (OpenTofu's `tofu` does as well)"));
        }
        let settings = WorldSettings {
            listen: self.listen,
            transport: self.transport,
            ..WorldSettings::default()
        };
        let world = match World::start(settings).await {
            Ok(world) => world,
            Err(error) => return fail(&error.to_string()),
        };
        if self.auto {
            return auto(world).await;
        }
        println!("The playground is at {}", world.playground.page_url());
        println!("Type /infra new preview-env there. Ctrl-C ends everything and leaves nothing.");
        asked_to_stop().await;
        println!("Ending what still runs …");
        match world.end().await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        }
    }
}

async fn auto(world: World) -> ExitCode {
    let begun = tokio::time::Instant::now();
    let played = tokio::select! {
        played = life::play(&world) => played,
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
