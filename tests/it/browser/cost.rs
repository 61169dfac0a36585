//! What a month costs, in words and as a picture.

use std::path::Path;

use mayfly::cli::demo::{World, WorldSettings};
use mayfly::config::Config;
use mayfly::domain::Span;

use super::in_this_world;
use super::page::{button, field, keys, message, reply};

const FORM: &str = "//dialog[@data-callback='create']";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chart_is_shown() {
    let adjust = |config: &mut Config| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/policies");
        config.costs.prices = Some(tests.join("prices"));
        // What costs that much somebody would have to approve.
        config.policies.folders = vec![tests.join("none")];
        config.policies.data = vec![tests.join("none")];
    };
    let settings = WorldSettings { adjust: Box::new(adjust), ..WorldSettings::default() };
    in_this_world(settings, "", async |world: &mut World, page| {
        page.types(&format!("/infra new preview-env{}", keys::ENTER)).await;
        page.see(FORM).await;
        page.fill(&field("Branch"), "main").await;
        page.press(&button(FORM, "Create")).await;
        page.see_no(FORM).await;
        page.press("//*[@data-tab='dm']").await;
        page.press("//main//*[@data-tool='replies']").await;
        page.see(&reply("is ready")).await;
        page.press("//*[@data-tool='close-thread']").await;
        world.clock.advance(Span::hours(1));
        page.press("//*[@id='composer']").await;
        page.types(&format!("/infra cost{}", keys::ENTER)).await;
        page.see(&message("A chart of it, day by day")).await;
        let picture = "//main//figure[@data-file]//img";
        page.see(picture).await;
        let loaded = "return [...document.querySelectorAll('figure[data-file] img')].map(i => i.naturalWidth)";
        page.until("the picture to be loaded", async || page.run(loaded).await == serde_json::json!([1600])).await;
        page.picture("26-cost").await;
        assert_eq!(page.troubles().await, Vec::<String>::new(), "in the console, at the end");
    })
    .await;
}
