//! What people type is data, links are for people, and secrets stay sealed.

use mayfly::domain::Span;

use super::pages::{Browser, link};
use super::stage::{Options, Stage, files};

const BRANCH: &str = "'; touch pwned; $(id)";
const TITLE: &str = "</title><script>alert(1)</script>";

on_both! {
    async fn hostile_inputs_are_shown_as_text(database: Database) {
        let stage = Stage::start(Options::on(database)).await;
        let values = [("in_branch", BRANCH.into()), ("in_title", TITLE.into())];
        let order = stage.alice().orders("preview-env", &values).await;
        let ready = order.is_ready().await;
        assert!(ready.says(BRANCH), "{}", ready.plain());

        let browser = Browser::new();
        let answer = stage.alice().presses(&order.card(), "credentials").await;
        let revealed = browser.fills(&link(&answer, "/reveal/"), &[]).await;
        let password = revealed.secrets().pop().expect("there is a password");
        let page = browser.gets_with_password(&link(&ready, &order.name), &password).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!page.text.contains("<script"), "{}", page.text);
        assert!(page.text.contains("&#39;; touch pwned; $(id)"), "{}", page.text);

        let world = stage.world().folder().to_path_buf();
        let here = std::env::current_dir().expect("there is one");
        assert!(!here.join("pwned").exists());
        let pwned = files(&world).into_iter().find(|path| path.ends_with("pwned"));
        assert_eq!(pwned, None);
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn what_slack_escapes_in_a_command_is_read_as_it_was_typed(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let form = alice.opens("new quick note=\"a <b> & https://example.com/?a=1&b=2 c\"").await;
        let taken = alice.submits(&form, &[]).await;
        assert!(!matches!(taken, mayfly::playground::SubmitOutcome::Errors(_)), "{taken:?}");
        let order = alice.gets_card(0).await;
        order.is_ready().await;
        let row = stage.row(&order.name).await;
        assert_eq!(row.inputs.0["note"], "a <b> & https://example.com/?a=1&b=2 c");
        stage.ends().await;
    }

    async fn a_reveal_link_opens_once_for_a_person(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let browser = Browser::new();
        let order = stage.ready("quick").await;
        let command = format!("credentials {}", order.name);

        // Whoever follows it, as often as they like: nothing changes.
        let first = link(&alice.asks(&command).await, "/reveal/");
        for agent in [
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Slack-ImgProxy (+https://api.slack.com/robots)",
            "Mozilla/5.0",
        ] {
            let shown = browser.crawls(&first, agent).await;
            assert!(shown.status == 200 && shown.secrets().is_empty(), "{}", shown.text);
        }
        assert_eq!(stage.count("SELECT count(*) FROM links WHERE used_at IS NOT NULL").await, 0);
        // Another site's page cannot press its button; nor is the link used up by that.
        assert_eq!(browser.fills_from("https://evil.example", &first).await.status, 403);

        // A new link voids the one before.
        let second = link(&alice.asks(&command).await, "/reveal/");
        assert_eq!(browser.fills(&first, &[]).await.status, 410);
        let revealed = browser.fills(&second, &[]).await;
        assert_eq!(revealed.status, 200);
        let password = revealed.secrets().pop().expect("there is a password");
        assert_eq!(password.len(), 24);
        assert_eq!(browser.fills(&second, &[]).await.status, 410);
        order.says("The credentials were looked at").await;
        assert!(!format!("{:?}", stage.slack().calls()).contains(&password));

        // Dead after a day, and at the end of the environment.
        alice.asks(&format!("extend {} 2d", order.name)).await;
        let third = link(&alice.asks(&command).await, "/reveal/");
        stage.moves_clock(Span::hours(24) + Span::minutes(1)).await;
        assert_eq!(browser.fills(&third, &[]).await.status, 410);
        let fourth = link(&alice.asks(&command).await, "/reveal/");
        order.is_destroyed().await;
        assert_eq!(browser.fills(&fourth, &[]).await.status, 410);
        let refused = alice.asks(&command).await;
        assert!(refused.links().iter().all(|l| !l.contains("/reveal/")), "{}", refused.plain());

        let tokens = [&first, &second, &third, &fourth]
            .map(|url| url.rsplit('/').next().unwrap_or_default().to_owned());
        stage.settles().await;
        assert_unwritten(&stage, &[vec![password], tokens.to_vec()].concat()).await;
        stage.ends().await;
    }
}

/// None of these stands in the clear in the database, in what was said to Slack, or in a file of the bot
/// but the engine's own state.
pub async fn assert_unwritten(stage: &Stage, secrets: &[String]) {
    let mut written = stage.everything_stored().await;
    written.push(("Slack".to_owned(), format!("{:?}", without_links(stage))));
    let states = stage.data().join("states");
    for file in files(&stage.data()).into_iter().filter(|file| !file.starts_with(&states)) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap_or_default()).into_owned();
        written.push((file.display().to_string(), text));
    }
    for (place, text) in written {
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "a secret stands in {place}");
        }
    }
}

/// What the bot called, but for the answers whose very purpose is the link.
fn without_links(stage: &Stage) -> Vec<String> {
    let calls = stage.slack().calls().into_iter();
    let texts = calls.map(|call| format!("{} {}", call.method, call.arguments));
    texts.filter(|text| !text.contains("/reveal/") && !text.contains("/enter/")).collect()
}
