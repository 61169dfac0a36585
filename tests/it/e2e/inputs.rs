//! Every kind of input reaches the template as what it is; secrets by a page of their own.

use mayfly::playground::{Input, SubmitOutcome};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::hostile::assert_unwritten;
use super::pages::{Browser, link};
use super::stage::{Options, Stage};

on_both! {
    async fn every_kind_arrives_with_its_type(database: Database) {
        let stage = Stage::start(Options::on(database).with("kinds")).await;
        let alice = stage.alice();
        let form = alice.opens("new kinds an_integer=7").await;

        let offered = async |typed: &str| {
            let found = alice.persona.asks_options(&form.id, "in_one_of_many", typed).await;
            found.unwrap_or_else(|error| panic!("{error}"))
        };
        assert_eq!(offered("").await.len(), 100);
        let one = offered("117").await;
        assert_eq!(one.iter().map(|o| o.value.as_str()).collect::<Vec<_>>(), ["v117"]);

        let bob = stage.bob().persona.id().to_owned();
        let channel = stage.slack().channel_id("payments").expect("there is one");
        let values = [
            ("in_a_string", "Not This!".into()),
            ("in_a_text", "two\nlines".into()),
            ("in_a_number", "0.25".into()),
            ("in_a_boolean", Input::Option("true".into())),
            ("in_a_choice", Input::Option("large".into())),
            ("in_some", Input::Options(vec!["red".into(), "blue".into()])),
            ("in_one_of_many", Input::Option("v117".into())),
            ("in_a_user", Input::Id(bob.clone())),
            ("in_a_channel", Input::Id(channel.clone())),
            ("in_a_date", Input::Date("2030-01-31".into())),
            ("in_a_duration", "2 days".into()),
        ];
        // Two fields are wrong, and both are told at once.
        let SubmitOutcome::Errors(errors) = alice.submits(&form, &values).await else {
            panic!("wrong values were taken")
        };
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["in_a_duration", "in_a_string"], "{errors:?}");
        let mended = [("in_a_string", "fits".into()), ("in_a_duration", "90m".into())];
        let taken = alice.submits(&form, &mended).await;
        assert!(taken.is_taken(), "{taken:?}");

        let order = alice.gets_card(0).await;
        order.is_ready().await;
        let row = stage.row(&order.name).await;
        let all: Value = serde_json::from_str(&row.outputs.0[0].value).expect("it is JSON");
        let duration = all["a_duration"].clone();
        assert!(duration == "90m" || duration == "1h30m", "{duration}");
        let expected = json!({
            "a_string": "fits", "a_text": "two\nlines", "an_integer": 7, "a_number": 0.25,
            "a_boolean": true, "a_choice": "large", "some": ["red", "blue"],
            "one_of_many": "v117", "a_user": bob, "a_channel": channel,
            "a_date": "2030-01-31", "a_duration": duration,
        });
        assert_eq!(all, expected);
        stage.ends().await;
    }

    async fn a_secret_is_asked_for_on_a_page_and_the_run_waits(database: Database) {
        const KEY: &str = "hunter2-and-then-some";
        let stage = Stage::start(Options::on(database).with("sealed")).await;
        let alice = stage.alice();
        let browser = Browser::new();
        let order = alice.orders("sealed", &[]).await;
        let wanted = order.says("waits for you").await;
        assert!(wanted.says("API key"), "{}", wanted.plain());
        let first = link(&wanted, "/enter/");
        let again = alice.asks(&format!("credentials {}", order.name)).await;
        assert!(again.says("waits for its secrets"), "{}", again.plain());
        let page = link(&again, "/enter/");
        assert_eq!(browser.crawls(&first, "a browser").await.status, 410);
        let waiting = "SELECT count(*) FROM runs WHERE status = 'waiting'";
        assert_eq!(stage.count(waiting).await, 1);

        // Looking changes nothing, nor does another site, nor a value that does not fit.
        let crawler = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)";
        assert!(browser.crawls(&page, crawler).await.text.contains("API key"));
        assert_eq!(browser.fills_from("https://evil.example", &page).await.status, 403);
        let short = browser.fills(&page, &[("api_key", "short")]).await;
        assert_eq!(short.status, 422, "{}", short.text);
        assert!(!short.text.contains("value=\"short\""), "{}", short.text);
        assert_eq!(stage.count(waiting).await, 1);

        assert_eq!(browser.fills(&page, &[("api_key", KEY)]).await.status, 200);
        order.is_ready().await;
        assert_eq!(browser.fills(&page, &[("api_key", KEY)]).await.status, 410);
        let digest = hex::encode(sha2::Sha256::digest(KEY.as_bytes()));
        order.shows(&digest).await;
        let answer = alice.presses(&order.card(), "credentials").await;
        let revealed = browser.fills(&link(&answer, "/reveal/"), &[]).await;
        assert_eq!(revealed.secrets(), [KEY]);

        stage.settles().await;
        let log = stage.texts("SELECT line FROM run_log ORDER BY seq").await;
        assert!(log.iter().any(|line| line.contains("the key is")), "{log:?}");
        assert_unwritten(&stage, &[KEY.to_owned()]).await;
        order.is_destroyed().await;
        stage.ends().await;
    }

    async fn one_who_cancels_is_not_asked_again(database: Database) {
        let stage = Stage::start(Options::on(database).with("sealed")).await;
        let alice = stage.alice();
        let order = alice.orders("sealed", &[]).await;
        let page = link(&order.says("waits for you").await, "/enter/");
        alice.asks(&format!("cancel {}", order.name)).await;
        assert!(order.says("is cancelled").await.says("Nothing was made"));
        assert_eq!(Browser::new().fills(&page, &[("api_key", "hunter2-hunter2")]).await.status, 410);
        stage.ends().await;
    }
}
