//! Commands, presses and events by signed HTTP.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::playground::sign::signature;
use crate::playground::{ActError, DeliveredKind};

#[tokio::test]
async fn a_command_arrives_as_slack_sends_it() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    alice
        .types("#general", "/infra new x owner=@bob to #random <b> https://a.b/c?d=e")
        .await
        .unwrap();
    let got = app.last();
    assert_eq!(got.path, "/commands");
    assert_eq!(got.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(got.field("command"), "/infra");
    let bob = slack.person("bob").id().to_string();
    let random = slack.channel_id("random").unwrap();
    assert_eq!(
        got.field("text"),
        format!("new x owner=<@{bob}|bob> to <#{random}|random> &lt;b&gt; <https://a.b/c?d=e>")
    );
    assert_eq!(got.field("user_id"), alice.id());
    assert_eq!(got.field("team_id"), slack.team_id());
    assert_eq!(got.field("channel_name"), "general");
    assert!(got.field("response_url").starts_with("http://127.0.0.1:"));
    let at: i64 = got.header("x-slack-request-timestamp").parse().unwrap();
    assert_eq!(got.header("x-slack-signature"), signature(slack.signing_secret(), at, &got.body));
    assert_ne!(got.header("x-slack-signature"), signature("another", at, &got.body));
}

#[tokio::test]
async fn an_answer_in_the_ack_is_for_the_person_alone_unless_it_says_in_channel() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    app.next(says(json!({"text": "for you"})));
    alice.types("#general", "/infra a").await.unwrap();
    assert_eq!(alice.ephemerals("#general")[0].text, "for you");
    assert!(slack.person("bob").ephemerals("#general").is_empty());
    app.next(says(json!({"text": "for all", "response_type": "in_channel"})));
    alice.types("#general", "/infra a").await.unwrap();
    assert_eq!(slack.messages("general")[0].text, "for all");
    alice.reloads();
    assert!(alice.ephemerals("#general").is_empty());
}

#[tokio::test]
async fn what_is_not_acked_fails_before_the_persons_eyes() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    app.next(Reply { after: Duration::from_secs(4), ..Reply::default() });
    let late = alice.types("#general", "/infra a").await.unwrap_err();
    assert!(matches!(late, ActError::Timeout { .. }), "{late}");
    app.next(Reply { status: 500, ..Reply::default() });
    let failed = alice.types("#general", "/infra a").await.unwrap_err();
    assert!(matches!(failed, ActError::Failed { .. }), "{failed}");
    let told: Vec<String> = alice.ephemerals("#general").into_iter().map(|m| m.text).collect();
    assert_eq!(
        told,
        [
            "/infra failed with the error \"operation_timeout\"",
            "/infra failed with the error \"dispatch_failed\""
        ]
    );
    assert_eq!(app.all().len(), 2, "commands are not retried");
}

#[tokio::test]
async fn only_the_apps_commands_reach_it() {
    provider();
    let settings = Settings { commands: vec!["/infra".into()], ..Settings::on_a_free_port() };
    let slack = Workspace::start(settings).await.unwrap();
    let app = App::install(&slack).await;
    slack.person("alice").types("#general", "/other x").await.unwrap_err();
    assert!(app.all().is_empty());
    let told = slack.person("alice").ephemerals("#general");
    assert!(told[0].text.contains("not a valid command"), "{told:?}");
}

#[tokio::test]
async fn a_press_carries_the_message_the_action_and_a_response_url() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let blocks = json!([{"type": "actions", "block_id": "b", "elements": [
        button("extend", "Extend 4 h"), button("destroy", "Destroy"),
    ]}]);
    let posted = call(
        &slack,
        "chat.postMessage",
        json!({"channel": alice.id(), "text": "card", "blocks": blocks}),
    )
    .await;
    let card = alice.dm()[0].clone();
    assert_eq!(posted["ts"], card.ts.as_str());
    alice.presses(&card, "Extend 4 h").await.unwrap();
    let got = app.last();
    assert_eq!(got.path, "/interactions");
    let payload = got.json();
    assert_eq!(payload["type"], "block_actions");
    assert_eq!(payload["actions"][0]["action_id"], "extend");
    assert_eq!(payload["actions"][0]["value"], "v");
    assert_eq!(payload["message"]["ts"], card.ts.as_str());
    assert_eq!(payload["channel"]["name"], "directmessage");
    assert_eq!(payload["container"]["message_ts"], card.ts.as_str());
    assert_eq!(payload["user"]["id"], alice.id());
    let url = payload["response_url"].as_str().unwrap().to_string();
    let client = client();
    let replace = json!({"text": "done", "replace_original": true});
    assert_eq!(client.post(&url).json(&replace).send().await.unwrap().status(), 200);
    let now = alice.dm()[0].clone();
    assert_eq!((now.plain(), now.earlier.len()), ("done".to_string(), 1));
    let missing = alice.presses(&now, "Extend 4 h").await.unwrap_err();
    assert!(matches!(missing, ActError::NothingThere { .. }), "{missing}");
    alice.presses_stale(&card, "Destroy").await.unwrap();
    assert_eq!(app.last().json()["actions"][0]["action_id"], "destroy");
}

#[tokio::test]
async fn a_response_url_serves_five_times_within_its_life() {
    provider();
    let mut settings = Settings::on_a_free_port();
    settings.timings.response_url = Duration::from_millis(2500);
    let slack = Workspace::start(settings).await.unwrap();
    let app = App::install(&slack).await;
    let client = client();
    let post = async |url: &str| {
        let sent = client.post(url).json(&json!({"text": "x"})).send().await.unwrap();
        (sent.status().as_u16(), sent.text().await.unwrap())
    };
    slack.person("alice").types("#general", "/infra a").await.unwrap();
    let url = app.last().field("response_url");
    for n in 0..5 {
        assert_eq!(post(&url).await, (200, "ok".into()), "use {n}");
    }
    assert_eq!(post(&url).await, (404, "used_url".into()));
    assert_eq!(slack.person("alice").ephemerals("#general").len(), 5);
    slack.person("alice").types("#general", "/infra a").await.unwrap();
    let url = app.last().field("response_url");
    tokio::time::sleep(Duration::from_millis(2600)).await;
    assert_eq!(post(&url).await, (404, "expired_url".into()));
}

#[tokio::test]
async fn an_ephemeral_message_can_be_replaced_and_deleted_and_has_no_copy_in_payloads() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let blocks = json!([{"type": "actions", "elements": [button("next", "Next")]}]);
    app.next(says(json!({"text": "list", "blocks": blocks})));
    alice.types("#general", "/infra list").await.unwrap();
    let list = alice.ephemerals("#general")[0].clone();
    alice.presses(&list, "Next").await.unwrap();
    let payload = app.last().json();
    assert_eq!(payload["container"]["is_ephemeral"], true);
    assert!(payload.get("message").is_none());
    let url = payload["response_url"].as_str().unwrap();
    let client = client();
    client.post(url).json(&json!({"delete_original": true})).send().await.unwrap();
    assert!(alice.ephemerals("#general").is_empty());
}

#[tokio::test]
async fn an_event_is_retried_three_times_with_its_number_and_reason() {
    let (slack, app) = workspace().await;
    for _ in 0..4 {
        app.next(Reply { status: 500, ..Reply::default() });
    }
    slack.person("alice").opens_home().await;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    while app.all().len() < 4 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let all = app.all();
    assert_eq!(all.len(), 4, "one delivery and three retries");
    let numbers: Vec<&str> = all.iter().map(|r| r.header("x-slack-retry-num")).collect();
    assert_eq!(numbers, ["", "1", "2", "3"]);
    assert_eq!(all[1].header("x-slack-retry-reason"), "http_error");
    assert_eq!(all[0].body, all[3].body, "the same event");
    let event = all[0].json();
    assert_eq!(event["event"]["type"], "app_home_opened");
    assert!(event["event_id"].as_str().unwrap().starts_with("Ev"));
}

#[tokio::test]
async fn no_retry_stops_the_retries() {
    let (slack, app) = workspace().await;
    app.next(Reply { status: 500, no_retry: true, ..Reply::default() });
    slack.person("alice").opens_home().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(app.all().len(), 1);
}

#[tokio::test]
async fn a_delivery_can_be_repeated_byte_for_byte() {
    let (slack, app) = workspace().await;
    slack.person("alice").types("#general", "/infra new").await.unwrap();
    slack.redeliver_last().await.unwrap();
    let all = app.all();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].body, all[1].body);
    assert_eq!(all[0].header("x-slack-signature"), all[1].header("x-slack-signature"));
    assert_eq!(slack.deliveries()[0].kind, DeliveredKind::Command);
}

#[tokio::test]
async fn waiting_in_vain_says_what_was_there() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice");
    call(&slack, "chat.postMessage", json!({"channel": alice.id(), "text": "something else"}))
        .await;
    let waited = alice
        .waits_for("the card", Duration::from_millis(30), |s| s.dm_says("the card"))
        .await
        .unwrap_err();
    assert!(waited.to_string().contains("something else"), "{waited}");
    let posting = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        call(&slack, "chat.postMessage", json!({"channel": alice.id(), "text": "the card"})).await
    };
    let waiting = alice.waits_for("the card", Duration::from_secs(5), |s| s.dm_says("the card"));
    let (_, found) = tokio::join!(posting, waiting);
    assert_eq!(found.unwrap().text, "the card");
}

#[tokio::test]
async fn messages_in_the_dm_and_mentions_are_events() {
    let (slack, app) = workspace().await;
    slack.person("alice").types("dm", "hello").await.unwrap();
    let event = app.last().json()["event"].clone();
    assert_eq!(
        (event["type"].as_str(), event["channel_type"].as_str()),
        (Some("message"), Some("im"))
    );
    slack.person("alice").types("#general", "hi @mayfly").await.unwrap();
    assert_eq!(app.last().json()["event"]["type"], "app_mention");
    let before = app.all().len();
    slack.person("alice").types("#general", "hi @bob").await.unwrap();
    assert_eq!(app.all().len(), before);
}

#[tokio::test]
async fn saved_addresses_are_checked() {
    let (slack, app) = workspace().await;
    let silent = slack.check_addresses().await.unwrap_err();
    assert!(silent.to_string().contains("challenge"), "{silent}");
    // The challenge is random, so the app must have read it: this one repeats what it was sent.
    let echo = axum::Router::new().fallback(|body: String| async move {
        let asked: Value = serde_json::from_str(&body).unwrap_or_default();
        asked["challenge"].as_str().unwrap_or_default().to_string()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, echo).await });
    let at = || url.clone();
    slack.install(Delivery::Http {
        commands: at(),
        interactions: at(),
        events: at(),
        options: at(),
    });
    slack.check_addresses().await.unwrap();
    assert!(slack.deliveries().last().unwrap().body.contains("ssl_check=1"));
    assert_eq!(app.all().len(), 1);
}
