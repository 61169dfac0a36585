//! One whole life, as alice sees it.

use mayfly::cli::demo::{World, WorldSettings};
use mayfly::config::Config;
use mayfly::domain::TerraformBy;

use super::in_this_world;
use super::page::{Page, button, field, keys, message, reply};
use crate::support::programs::runs;

const FORM: &str = "//dialog[@data-callback='create']";
const CONFIRM: &str = "//dialog[@data-confirm]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_command_to_the_receipt() {
    walks(WorldSettings::default(), "", "preview-env").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_with_opentofu() {
    if runs("tofu") {
        let adjust = |config: &mut Config| {
            config.engines.run_terraform_with = TerraformBy::Tofu;
        };
        let settings = WorldSettings { adjust: Box::new(adjust), ..WorldSettings::default() };
        walks(settings, "tofu", "preview-env").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_with_pulumi() {
    if runs("pulumi") {
        walks(WorldSettings::default(), "pulumi", "preview-env-pulumi").await;
    }
}

async fn walks(settings: WorldSettings, engine: &'static str, template: &str) {
    in_this_world(settings, engine, async |_: &mut World, page| {
        page.picture("01-workspace").await;
        asks(page, template).await;
        let name = is_told(page, template).await;
        opens_the_preview(page).await;
        sees_it_at_home(page, &name).await;
        extends(page).await;
        destroys(page, &name).await;
        finds_it_gone(page, &name).await;
        assert_eq!(page.troubles().await, Vec::<String>::new(), "in the console, at the end");
    })
    .await;
}

/// The command, the form, an error on a field, the form again.
async fn asks(page: &Page, template: &str) {
    page.types("/in").await;
    page.see("//*[@data-command='/infra']").await;
    page.picture("02-command").await;
    page.types(&format!("fra new {template}{}", keys::ENTER)).await;

    page.see(FORM).await;
    page.picture("03-form").await;
    page.fill(&field("Branch"), "feature/checkout").await;
    page.fill(&field("Title"), "Spring campaign").await;
    page.press(&field("Colour")).await;
    page.press("//*[@role='option'][contains(., 'Coral')]").await;
    page.fill(&field("How long"), "9 weeks").await;
    page.press(&button(FORM, "Create")).await;
    page.see("//*[@data-error-for='ttl']").await;
    page.picture("04-field-error").await;

    page.fill(&field("How long"), "4h").await;
    page.press(&button(FORM, "Create")).await;
    page.see_no(FORM).await;
}

/// The card, and its thread with plan and ready; gives the environment's name.
async fn is_told(page: &Page, template: &str) -> String {
    page.press("//main//*[@data-tool='replies']").await;
    page.see(&reply("Plan")).await;
    page.see(&reply("is ready")).await;
    page.see(&button(&message("Ends"), "Open Preview")).await;
    page.picture("05-ready").await;
    let card = page.text(&message("Ends")).await;
    let name = regex::Regex::new(&format!("{template}-[a-z]+-[a-z]+")).expect("is a regex");
    name.find(&card).expect("the card names the environment").as_str().to_owned()
}

/// The reveal link in a tab of its own, and the preview with what it shows.
async fn opens_the_preview(page: &Page) {
    page.press(&button(&message("Ends"), "Credentials")).await;
    let answer = message("Only visible to you");
    page.see(&button(&answer, "Show the credentials")).await;
    page.picture("06-credentials").await;

    let slack = page.follows_to_a_new_tab(&button(&answer, "Show the credentials")).await;
    page.see(&button("", "Reveal credentials")).await;
    assert!(!page.is_visible("//*[@class='secret']").await, "the page reveals unasked");
    page.picture("07-reveal").await;
    page.press(&button("", "Reveal credentials")).await;
    let password = page.text("//*[@class='secret']").await;
    page.picture("08-revealed").await;

    let preview = page.text("//dd/a").await;
    let mut with_them = url::Url::parse(&preview).expect("the preview's address is one");
    with_them.set_username("preview").expect("it takes a user name");
    with_them.set_password(Some(&password)).expect("it takes a password");
    page.goto(with_them.as_str()).await;
    page.see("//*[contains(text(), 'Spring campaign')]").await;
    page.see("//*[contains(text(), 'feature/checkout')]").await;
    page.picture("09-preview").await;
    page.close_tab(&slack).await;
}

async fn sees_it_at_home(page: &Page, name: &str) {
    page.press("//*[@data-tab='home']").await;
    page.see(&format!("//*[@role='tabpanel'][contains(., '{name}')]")).await;
    page.picture("10-home").await;
    page.press("//*[@data-tab='dm']").await;
}

/// The clock goes on to the warning, whose button extends.
async fn extends(page: &Page) {
    // What only she could see is gone with a reload, as in Slack.
    page.reload().await;
    page.see_no(&message("Only visible to you")).await;
    page.press("//main//*[@data-tool='replies']").await;
    page.see(&reply("is ready")).await;
    page.press("//*[@data-advance='next']").await;
    page.see(&reply("ends in")).await;
    let line = "//main//*[@role='separator'][.='New']";
    assert!(!page.is_visible(line).await, "what came before her eyes is marked as new");
    page.picture("playground").await;
    page.press("//*[@data-tool='close-thread']").await;
    page.picture("11-warning").await;
    page.press(&button(&message("ends in"), "Extend 4 h")).await;
    page.see(&message("lives 4 h longer")).await;
    page.press("//main//*[@data-tool='replies']").await;
    page.see(&reply("extended it")).await;
    page.picture("12-extended").await;
}

/// Destroying asks first; *Keep it* keeps it.
async fn destroys(page: &Page, name: &str) {
    let card = message("Ends");
    page.press(&button(&card, "Destroy")).await;
    page.see(&format!("{CONFIRM}[contains(., '{name}')]")).await;
    page.picture("13-confirm").await;
    page.press(&button(CONFIRM, "Keep it")).await;
    page.see_no(CONFIRM).await;
    page.press(&button(&card, "Destroy")).await;
    page.press(&button(CONFIRM, "Destroy it")).await;
    page.see(&reply("its state is empty")).await;
    page.see(&message("Destroyed")).await;
    // Pressing in the card has scrolled up to it.
    let latest = button("//main", "Latest messages");
    if page.is_visible(&latest).await {
        page.press(&latest).await;
    }
    page.picture("14-receipt").await;
}

async fn finds_it_gone(page: &Page, name: &str) {
    page.press("//*[@data-tab='home']").await;
    page.see("//*[@role='tabpanel'][contains(., 'You have none')]").await;
    assert!(!page.is_visible(&format!("//*[@role='tabpanel'][contains(., '{name}')]")).await);
    page.picture("15-home-empty").await;
}
