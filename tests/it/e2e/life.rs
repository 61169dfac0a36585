//! A whole life: asked for, made, opened, warned of, extended, ended.

use mayfly::cli::demo::Transport;
use mayfly::domain::Span;
use mayfly::playground::SubmitOutcome;

use super::pages::{Browser, link};
use super::stage::{Options, Stage};

on_both! {
    async fn a_life_over_http(database: Database) {
        whole_life(Options::on(database).by(Transport::Http)).await;
    }

    async fn a_life_over_socket_mode(database: Database) {
        whole_life(Options::on(database).by(Transport::Socket)).await;
    }
}

async fn whole_life(options: Options) {
    let stage = Stage::start(options).await;
    let alice = stage.alice();
    let browser = Browser::new();

    let form = alice.opens("new preview-env branch=feature/checkout").await;
    let refused = alice.submits(&form, &[("ttl", "9 weeks".into())]).await;
    let SubmitOutcome::Errors(errors) = refused else {
        panic!("a TTL above the maximum was taken: {refused:?}")
    };
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["ttl"], "{errors:?}");
    let values = [("in_title", "Spring campaign".into()), ("ttl", "4h".into())];
    let taken = alice.submits(&form, &values).await;
    assert!(taken.is_taken(), "{taken:?}");
    let order = alice.gets_card(0).await;

    order.says("+3 ~0 -0").await;
    let ready = order.is_ready().await;
    let site = link(&ready, &order.name);
    assert_eq!(browser.gets(&site).await.status, 401);

    let answer = alice.presses(&order.card(), "credentials").await;
    let reveal = link(&answer, "/reveal/");
    let revealed = browser.fills(&reveal, &[]).await;
    assert_eq!(revealed.status, 200, "{}", revealed.text);
    let password = revealed.secrets().pop().expect("there is a password");
    let page = browser.gets_with_password(&site, &password).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Spring campaign") && page.text.contains("feature/checkout"));

    stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
    let warning = order.says("ends in").await;
    alice.presses(&warning, "extend_4h").await;
    order.says("extended it by 4 h").await;

    let seen = order.thread().len();
    stage.moves_clock(Span::hours(4)).await;
    order.says_after(seen, "ends in").await;
    stage.moves_clock(Span::hours(1)).await;
    let receipt = order.says("its state is empty").await;
    assert!(receipt.says("3 resources destroyed"), "{}", receipt.plain());
    assert!(receipt.says("its time was over"), "{}", receipt.plain());
    order.shows("Destroyed").await;
    assert_eq!(browser.gets(&site).await.status, 404);
    for folder in ["sites", "states"] {
        let left = std::fs::read_dir(stage.data().join(folder)).expect("is there").count();
        assert_eq!(left, 0, "{folder} holds something");
    }
    stage.ends().await;
}
