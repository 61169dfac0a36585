//! What looks like production waits for somebody who may approve it, as both of them see it.

use mayfly::cli::demo::{Transport, World};

use super::in_a_world;
use super::page::{Page, button, field, keys, message, reply};

const FORM: &str = "//dialog[@data-callback='create']";
const COMMENT: &str = "//dialog[@data-callback='answer']";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_asks_and_another_approves() {
    in_a_world(Transport::Http, async |_: &mut World, page| {
        let alice = page.tab().await;
        let name = asks_for_production(page).await;

        let carol = page.tab_of("carol").await;
        page.press("//*[@data-tab='dm']").await;
        let question = message("This looks like production");
        page.see(&button(&question, "Approve")).await;
        page.see(&format!("{question}[contains(., '{name}')]")).await;
        page.picture("21-question").await;
        page.press(&button(&question, "Approve")).await;
        page.see(&message("is approved, and goes on")).await;
        page.see_no(&button(&message("This looks like production"), "Approve")).await;
        page.picture("22-approved").await;

        page.look_at(&alice).await;
        page.see(&reply("is ready")).await;
        closes_the_thread(page).await;
        page.types(&format!("/infra why {name}{}", keys::ENTER)).await;
        let why = message("Only visible to you");
        page.see(&format!("{why}[contains(., 'request.approval_production')]")).await;
        page.picture("23-why").await;
        destroys(page).await;

        asks_for_production(page).await;
        page.look_at(&carol).await;
        page.press(&button(&message("This looks like production"), "Deny")).await;
        page.see(COMMENT).await;
        page.picture("24-comment").await;
        page.fill(&format!("{COMMENT}//textarea"), "Use staging first.").await;
        page.press(&button(COMMENT, "Deny")).await;
        page.look_at(&alice).await;
        page.see(&reply("Use staging first.")).await;
        page.picture("25-denied").await;
        assert_eq!(page.troubles().await, Vec::<String>::new(), "in the console, at the end");
    })
    .await;
}

/// The form with a project of production's; gives the environment's name once it waits.
async fn asks_for_production(page: &Page) -> String {
    closes_the_thread(page).await;
    page.types(&format!("/infra new preview-env{}", keys::ENTER)).await;
    page.see(FORM).await;
    page.fill(&field("Branch"), "main").await;
    page.fill(&field("Project"), "shop-prod").await;
    page.press(&button(FORM, "Create")).await;
    page.see_no(FORM).await;
    let card = page.text(&message("The thread tells how far it is")).await;
    let name = regex::Regex::new("preview-env-[a-z]+-[a-z]+").expect("is a regex");
    let name = name.find(&card).expect("the card names the environment").as_str().to_owned();
    // An earlier one has a thread as well.
    let card = format!("ancestor::div[@role='article'][contains(., '{name}')]");
    page.press(&format!("(//main//*[@data-tool='replies'][{card}])[last()]")).await;
    page.see(&reply("waits for an approval")).await;
    name
}

/// What is typed goes into the thread while one is open, and from then into the conversation.
async fn closes_the_thread(page: &Page) {
    let close = "//*[@data-tool='close-thread']";
    if page.is_visible(close).await {
        page.press(close).await;
        page.see_no(close).await;
    }
    page.press("//*[@id='composer']").await;
}

async fn destroys(page: &Page) {
    closes_the_thread(page).await;
    page.press("//main//*[@data-tool='replies']").await;
    page.press(&button(&message("Ends"), "Destroy")).await;
    page.press(&button("//dialog[@data-confirm]", "Destroy it")).await;
    page.see(&reply("its state is empty")).await;
}
