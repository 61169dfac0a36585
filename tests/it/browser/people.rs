//! Three people at once, without a mouse, in a narrow window, and while the bot is away.

use mayfly::cli::demo::{Transport, World};

use super::in_a_world;
use super::page::{NARROW, Page, WIDE, keys, message};

const FORM: &str = "//dialog[@data-callback='create']";
const OPS: &str = "//nav//*[contains(@class, 'name')][.='platform-ops']";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_what_is_theirs() {
    in_a_world(Transport::Socket, async |world: &mut World, page| {
        page.run("window.loadedOnce = true").await;
        let alice = page.tab().await;
        let name = asks_by_keyboard(page).await;

        let carol = page.tab_of("carol").await;
        page.see(OPS).await;
        page.types(&format!("/infra show {name}{}", keys::ENTER)).await;
        page.see(&message("asked for")).await;

        page.tab_of("bob").await;
        assert!(!page.is_visible(OPS).await, "bob sees the operators' channel");
        page.types(&format!("/infra show {name}{}", keys::ENTER)).await;
        page.see(&message("No environment that you may see")).await;
        page.picture("17-not-yours").await;

        page.look_at(&carol).await;
        assert!(!page.is_visible(&message("No environment")).await, "carol sees bob's answer");
        page.press(OPS).await;
        page.see("//main//h1[contains(., 'platform-ops')]").await;

        page.look_at(&alice).await;
        assert!(!page.is_visible(OPS).await, "alice sees the operators' channel");
        assert_eq!(page.run("return window.loadedOnce").await, true, "the page was loaded anew");
        looks_at_it_narrow(page).await;
        outlives_the_bot(world, page).await;
        assert_eq!(page.run("return window.loadedOnce").await, true, "the page was loaded anew");
        assert_eq!(page.troubles().await, Vec::<String>::new(), "in the console, at the end");
    })
    .await;
}

/// The form, closed by Esc, opened again, filled in and sent off, all from the keyboard; then the
/// card comes by itself. Gives the environment's name.
async fn asks_by_keyboard(page: &Page) -> String {
    // The list of commands takes Tab.
    page.types("/in").await;
    page.see("//*[@data-command='/infra']").await;
    page.types(keys::TAB).await;
    page.types(&format!("new preview-env{}", keys::ENTER)).await;
    page.see(FORM).await;
    page.types(keys::ESCAPE).await;
    page.see_no(FORM).await;
    assert_eq!(focused(page).await, "composer", "where a closed form leaves the focus");

    page.types(&format!("/infra new preview-env{}", keys::ENTER)).await;
    page.see(FORM).await;
    page.types(&format!("main{}", keys::TAB)).await;
    page.types(&format!("By keyboard{}", keys::TAB)).await;
    // Esc in an open list closes the list, and not the form.
    page.types(keys::DOWN).await;
    page.see("//*[@role='option'][contains(., 'Indigo')]").await;
    page.types(keys::ESCAPE).await;
    page.see_no("//*[@role='option']").await;
    page.types("ind").await;
    page.see_no("//*[@role='option'][contains(., 'Teal')]").await;
    page.types(keys::ENTER).await;
    page.see_no("//*[@role='option']").await;
    page.types(keys::TAB).await;
    page.picture("16-keyboard").await;
    page.types(keys::ENTER).await;
    page.see_no(FORM).await;

    let card = page.text(&message("Ends")).await;
    let name = regex::Regex::new("preview-env-[a-z]+-[a-z]+").expect("is a regex");
    name.find(&card).expect("the card names the environment").as_str().to_owned()
}

/// On a telephone nothing sticks out, and the channels are one press away.
async fn looks_at_it_narrow(page: &Page) {
    page.resize(NARROW).await;
    page.see(&message("Ends")).await;
    page.picture("18-narrow").await;
    let wide = page.run("return document.scrollingElement.scrollWidth").await;
    assert!(wide.as_u64().is_some_and(|wide| wide <= u64::from(NARROW.0)), "it is {wide} wide");
    page.press("//main//*[@data-tool='replies']").await;
    page.see("//aside[@id='thread']").await;
    page.press("//*[@data-tool='close-thread']").await;
    page.press("//main//button[@aria-label='Channels']").await;
    page.see("//nav//*[.='environments']").await;
    page.picture("19-narrow-channels").await;
    page.press("//nav//*[@data-place='dm']").await;
    page.resize(WIDE).await;
}

/// While the bot is away the page says so; when it is back, everything goes on.
async fn outlives_the_bot(world: &mut World, page: &Page) {
    page.press("//*[@id='composer']").await;
    world.stop_bot().await;
    page.types(&format!("/infra list{}", keys::ENTER)).await;
    page.see(&message("/infra failed with the error")).await;
    page.picture("20-bot-away").await;
    world.start_bot().await.expect("the bot starts again");
    page.until("an answer of the bot that is back", async || {
        page.types(&format!("/infra list{}", keys::ENTER)).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        page.is_visible(&message("ends")).await
    })
    .await;
}

async fn focused(page: &Page) -> String {
    let id = page.run("return document.activeElement.id").await;
    id.as_str().unwrap_or_default().to_owned()
}
