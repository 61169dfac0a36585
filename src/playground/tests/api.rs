//! The Web API's own answers and refusals.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::domain::{Clock as _, Span};
use crate::playground::{Fault, Presence, RateLimits};

async fn error(slack: &Workspace, method: &str, body: Value) -> String {
    let answer = call(slack, method, body).await;
    assert_eq!(answer["ok"], false, "{method}: {answer}");
    answer["error"].as_str().unwrap().to_string()
}

async fn raw(slack: &Workspace, method: &str) -> reqwest::RequestBuilder {
    client().post(format!("{}/{method}", slack.api_url())).bearer_auth(slack.bot_token())
}

#[tokio::test]
async fn tokens_content_types_and_methods_are_checked() {
    let (slack, _app) = workspace().await;
    let url = format!("{}/auth.test", slack.api_url());
    let says = async |request: reqwest::RequestBuilder| -> Value {
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(says(client().post(&url)).await["error"], "not_authed");
    assert_eq!(says(client().post(&url).bearer_auth("xoxb-no")).await["error"], "invalid_auth");
    let app = slack.app_token();
    let other = client().post(format!("{}/chat.postMessage", slack.api_url())).bearer_auth(app);
    assert_eq!(says(other).await["error"], "not_allowed_token_type");
    let xml = raw(&slack, "api.test").await.header("content-type", "text/xml").body("<a/>");
    assert_eq!(says(xml).await["error"], "invalid_post_type");
    let broken = raw(&slack, "api.test").await.header("content-type", "application/json").body("{");
    assert_eq!(says(broken).await["error"], "invalid_json");
    assert_eq!(error(&slack, "no.such", json!({})).await, "unknown_method");
    let answer = client().post(&url).bearer_auth(slack.bot_token()).send().await.unwrap();
    assert!(answer.headers()["x-oauth-scopes"].to_str().unwrap().contains("chat:write"));
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["team_id"], slack.team_id());
    let in_form = form(&slack, "auth.test", &[("token", slack.bot_token())]).await;
    assert_eq!(in_form["ok"], true);
}

#[tokio::test]
async fn reading_methods_do_not_see_json() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice").id().to_string();
    assert_eq!(error(&slack, "users.info", json!({"user": alice})).await, "user_not_found");
    let known = form(&slack, "users.info", &[("user", &alice)]).await;
    assert_eq!(known["user"]["tz"], "Europe/Berlin");
    assert_eq!(known["user"]["profile"]["email"], "alice@example.com");
    let by_email = form(&slack, "users.lookupByEmail", &[("email", "bob@example.com")]).await;
    assert_eq!(by_email["user"]["id"], slack.person("bob").id());
}

#[tokio::test]
async fn a_message_goes_only_where_the_app_may_post() {
    let (slack, _app) = workspace().await;
    let post = async |channel: &str| {
        call(&slack, "chat.postMessage", json!({"channel": channel, "text": "x"})).await
    };
    let id = |name: &str| slack.channel_id(name).unwrap();
    assert_eq!(post(&id("environments")).await["ok"], true);
    assert_eq!(post("#environments").await["ok"], true);
    assert_eq!(post(&id("general")).await["error"], "not_in_channel");
    slack.invite_app("#general");
    assert_eq!(post(&id("general")).await["ok"], true);
    slack.remove_app("platform-ops");
    assert_eq!(post(&id("platform-ops")).await["error"], "channel_not_found", "private");
    slack.archive("payments");
    assert_eq!(post(&id("payments")).await["error"], "is_archived");
    assert_eq!(post("CNOWHERE").await["error"], "channel_not_found");
    let alice = slack.person("alice").id().to_string();
    let dm = call(&slack, "conversations.open", json!({"users": alice})).await;
    let dm = dm["channel"]["id"].as_str().unwrap();
    assert_eq!(post(&alice).await["channel"], dm);
    slack.deactivate("alice");
    assert_eq!(error(&slack, "conversations.open", json!({"users": alice})).await, "user_disabled");
    assert_eq!(post(dm).await["error"], "user_disabled");
    assert_eq!(post(&alice).await["error"], "user_disabled");
    let joined = call(&slack, "conversations.join", json!({"channel": id("random")})).await;
    assert_eq!(joined["channel"]["is_member"], true);
}

#[tokio::test]
async fn a_message_is_edited_in_place_and_a_deleted_one_is_not_found() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice");
    let blocks = json!([{"type": "section", "text": plain("one")}]);
    let body =
        json!({"channel": alice.id(), "text": "one", "blocks": blocks, "unfurl_links": false});
    let posted = call(&slack, "chat.postMessage", body).await;
    let (channel, ts) = (posted["channel"].clone(), posted["ts"].clone());
    let edit = json!({"channel": channel, "ts": ts, "text": "two"});
    assert_eq!(call(&slack, "chat.update", edit.clone()).await["ts"], ts);
    let card = alice.dm()[0].clone();
    assert_eq!((card.text.as_str(), card.plain().as_str()), ("two", "one"), "blocks are kept");
    assert_eq!(card.earlier[0].0, "one");
    assert_eq!(card.extra["unfurl_links"], false);
    let at = [("channel", card.channel.as_str()), ("message_ts", card.ts.as_str())];
    let link = form(&slack, "chat.getPermalink", &at).await;
    assert!(link["permalink"].as_str().unwrap().contains("/archives/D"));
    slack.delete_message(&card);
    assert_eq!(error(&slack, "chat.update", edit).await, "message_not_found");
    alice.types("dm", "mine").await.unwrap();
    let theirs = alice.dm().last().unwrap().ts.clone();
    let edit = json!({"channel": channel, "ts": theirs, "text": "x"});
    assert_eq!(error(&slack, "chat.update", edit.clone()).await, "cant_update_message");
    assert_eq!(error(&slack, "chat.delete", edit).await, "cant_delete_message");
    assert_eq!(error(&slack, "chat.postMessage", json!({"channel": channel})).await, "no_text");
    let reaction = json!({"channel": channel, "timestamp": theirs, "name": "eyes"});
    assert_eq!(call(&slack, "reactions.add", reaction.clone()).await["ok"], true);
    assert_eq!(error(&slack, "reactions.add", reaction).await, "already_reacted");
}

#[tokio::test]
async fn threads_hang_on_their_parent() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice");
    let post = async |thread: Value, broadcast: bool| {
        let body = json!({"channel": alice.id(), "text": "x", "thread_ts": thread, "reply_broadcast": broadcast});
        call(&slack, "chat.postMessage", body).await
    };
    let parent = post(Value::Null, false).await;
    let reply = post(parent["ts"].clone(), false).await;
    let nested = post(reply["ts"].clone(), true).await;
    assert_eq!(nested["message"]["thread_ts"], parent["ts"], "a reply to a reply");
    assert_eq!(post(json!("1.000001"), false).await["error"], "thread_not_found");
    let (channel, ts) = (parent["channel"].as_str().unwrap(), parent["ts"].as_str().unwrap());
    assert_eq!(alice.thread("dm", ts).len(), 3);
    let replies = form(&slack, "conversations.replies", &[("channel", channel), ("ts", ts)]).await;
    assert_eq!(replies["messages"].as_array().unwrap().len(), 3);
    assert_eq!(replies["messages"][0]["reply_count"], 2);
    let history = form(&slack, "conversations.history", &[("channel", channel)]).await;
    let seen = history["messages"].as_array().unwrap();
    assert_eq!(seen.len(), 2, "the parent and the broadcast reply");
    assert_eq!(seen[1]["ts"], ts, "newest first");
}

#[tokio::test]
async fn an_ephemeral_message_is_for_one_member() {
    let (slack, _app) = workspace().await;
    let (alice, bob) = (slack.person("alice"), slack.person("bob"));
    let channel = slack.channel_id("payments").unwrap();
    let body = |user: &str| json!({"channel": channel, "user": user, "text": "psst"});
    assert_eq!(call(&slack, "chat.postEphemeral", body(alice.id())).await["ok"], true);
    assert_eq!(error(&slack, "chat.postEphemeral", body(bob.id())).await, "user_not_in_channel");
    assert_eq!(alice.ephemerals("payments")[0].text, "psst");
    assert!(slack.messages("payments").is_empty());
}

#[tokio::test]
async fn lists_come_in_pages() {
    let (slack, _app) = workspace().await;
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let types = "public_channel,private_channel";
        let page = [("limit", "2"), ("cursor", &cursor), ("types", types)];
        let page = form(&slack, "conversations.list", &page).await;
        let channels = page["channels"].as_array().unwrap().clone();
        assert!(channels.len() <= 2);
        names.extend(channels.iter().map(|c| c["name"].as_str().unwrap().to_string()));
        cursor = page["response_metadata"]["next_cursor"].as_str().unwrap().into();
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 6, "{names:?}");
    let groups = form(&slack, "usergroups.list", &[]).await;
    let id = groups["usergroups"][1]["id"].as_str().unwrap();
    let members = form(&slack, "usergroups.users.list", &[("usergroup", id)]).await;
    assert_eq!(members["users"], json!([slack.person("bob").id()]));
    let mine = form(&slack, "users.conversations", &[("user", slack.person("bob").id())]).await;
    assert_eq!(mine["channels"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn presence_and_do_not_disturb_are_told() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice").id().to_string();
    slack.set_presence("alice", Presence::Away);
    let until = slack.clock().now() + Span::hours(1);
    slack.set_snooze("alice", Some(until));
    let user = [("user", alice.as_str())];
    assert_eq!(form(&slack, "users.getPresence", &user).await["presence"], "away");
    assert_eq!(form(&slack, "dnd.info", &user).await["snooze_endtime"], until.seconds());
    slack.clock().advance(Span::hours(2));
    assert_eq!(form(&slack, "dnd.info", &user).await["snooze_enabled"], false);
}

#[tokio::test]
async fn faults_meet_the_calls_that_they_are_planted_for() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice").id().to_string();
    let faults = slack.faults();
    let send = async || {
        let body = json!({"channel": alice, "text": "x"});
        raw(&slack, "chat.postMessage").await.json(&body).send().await
    };
    faults.times(1, "chat.postMessage", Fault::Http(503));
    assert_eq!(send().await.unwrap().status(), 503);
    faults.times(1, "*", Fault::RateLimited(Duration::from_secs(7)));
    let limited = send().await.unwrap();
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    faults.times(1, "chat.postMessage", Fault::DropBefore);
    let dropped = send().await;
    assert!(dropped.is_err() || dropped.unwrap().bytes().await.is_err());
    assert!(slack.person("alice").dm().is_empty(), "nothing had an effect so far");
    faults.times(1, "chat.postMessage", Fault::DropAfter);
    let dropped = send().await;
    assert!(dropped.is_err() || dropped.unwrap().bytes().await.is_err());
    assert_eq!(slack.person("alice").dm().len(), 1, "posted, but the answer was lost");
    faults.times(1, "chat.postMessage", Fault::Delay(Duration::from_millis(80)));
    let before = Instant::now();
    send().await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(80));
    faults.always_about("chat.postMessage", &alice, Fault::Slack("account_inactive".into()));
    let refused: Value = send().await.unwrap().json().await.unwrap();
    assert_eq!(refused["error"], "account_inactive");
    let channel = slack.channel_id("environments").unwrap();
    let other = call(&slack, "chat.postMessage", json!({"channel": channel, "text": "x"})).await;
    assert_eq!(other["ok"], true, "another conversation is not met");
    faults.clear();
    assert_eq!(send().await.unwrap().json::<Value>().await.unwrap()["ok"], true);
    let statuses: Vec<u16> = slack.calls().iter().map(|c| c.status).collect();
    assert_eq!(statuses[..4], [503, 429, 0, 0]);
}

#[tokio::test]
async fn posts_are_limited_per_channel_when_limits_are_on() {
    provider();
    let settings = Settings { rate_limits: RateLimits::On, ..Settings::on_a_free_port() };
    let slack = Workspace::start(settings).await.unwrap();
    let post = async |channel: String| {
        let body = json!({"channel": channel, "text": "x"});
        raw(&slack, "chat.postMessage").await.json(&body).send().await.unwrap()
    };
    let (a, b) = (slack.channel_id("environments").unwrap(), slack.channel_id("payments").unwrap());
    for n in 0..5 {
        assert_eq!(post(a.clone()).await.status(), 200, "a burst of five passes: {n}");
    }
    let limited = post(a.clone()).await;
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(post(b).await.status(), 200, "another channel has its own");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(post(a).await.status(), 200);
    let alice = slack.person("alice").id().to_string();
    let mut limited = 0;
    for _ in 0..60 {
        let answer = form(&slack, "users.info", &[("user", &alice)]).await;
        limited += usize::from(answer["error"] == "ratelimited");
    }
    assert!((5..=10).contains(&limited), "50 a minute: {limited}");
}
