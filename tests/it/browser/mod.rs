//! The playground's page in a real browser: what a person sees and does, from the first command to the
//! receipt. With `MAYFLY_SCREENS=1` the pictures go to `docs/screens/`.

mod approval;
mod chromium;
mod cost;
mod page;
mod people;
mod walk;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use mayfly::cli::demo::{Transport, World, WorldSettings};

use page::Page;

/// Plays in a world of its own with a browser of its own, and ends both, also after a panic.
async fn in_a_world(transport: Transport, play: impl AsyncFnOnce(&mut World, &Page)) {
    let settings = WorldSettings { transport, ..WorldSettings::default() };
    in_this_world(settings, "", play).await;
}

/// The same with more to say of the world, and with a folder for its pictures.
async fn in_this_world(
    settings: WorldSettings,
    pictures: &'static str,
    play: impl AsyncFnOnce(&mut World, &Page),
) {
    crate::support::install_tls();
    let exe = Some(env!("CARGO_BIN_EXE_mayfly").into());
    let settings = WorldSettings { exe, ..settings };
    let mut world = World::start(settings).await.expect("the world starts");
    let played = AssertUnwindSafe(async {
        let page = Page::start(&world.playground.page_url(), pictures).await;
        if let Err(panic) = AssertUnwindSafe(play(&mut world, &page)).catch_unwind().await {
            eprintln!("{}\n{}", page.describe().await, traffic(&world));
            std::panic::resume_unwind(panic);
        }
        page.end().await;
    });
    let played = played.catch_unwind().await;
    let ended = world.end().await;
    if let Err(panic) = played {
        std::panic::resume_unwind(panic);
    }
    ended.expect("the world ends and leaves nothing");
}

/// The last that went between workspace and bot, for somebody who reads why a test failed.
fn traffic(world: &World) -> String {
    let (calls, deliveries) = (world.playground.calls(), world.playground.deliveries());
    let called =
        calls.iter().rev().take(8).map(|c| format!("{} {} {:?}", c.method, c.status, c.error));
    let brought = deliveries
        .iter()
        .rev()
        .take(8)
        .map(|d| format!("{:?} {:?} {:?}", d.kind, d.status, d.answer));
    let lines: Vec<String> = called.chain(brought).collect();
    format!("its last calls and deliveries, latest first:\n{}", lines.join("\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_and_the_policy_are_watched() {
    in_a_world(Transport::Http, async |_, page| {
        assert_eq!(page.troubles().await, Vec::<String>::new(), "the page itself");
        let inline = "const s = document.createElement('script'); s.textContent = '1'; document.head.append(s)";
        page.run(inline).await;
        page.run("console.error('planted')").await;
        let troubles = page.troubles().await;
        assert!(troubles.iter().any(|t| t.contains("Content Security Policy")), "{troubles:?}");
        assert!(troubles.iter().any(|t| t.contains("planted")), "{troubles:?}");
    })
    .await;
}
