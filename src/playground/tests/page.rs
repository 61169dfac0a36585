//! What the browser page talks to.

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::domain::ports::Agenda;
use crate::domain::{Clock as _, Span, Timestamp};

async fn act(slack: &Workspace, what: &str, body: Value) -> Value {
    let url = format!("{}playground/api/{what}", slack.page_url());
    client().post(url).json(&body).send().await.unwrap().json().await.unwrap()
}

async fn state(slack: &Workspace) -> Value {
    let url = format!("{}playground/api/state?as=alice", slack.page_url());
    client().get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_state_is_what_the_person_sees() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice").id().to_string();
    call(&slack, "chat.postMessage", json!({"channel": alice, "text": "hello"})).await;
    call(&slack, "chat.postMessage", json!({"channel": slack.person("bob").id(), "text": "other"}))
        .await;
    let state = state(&slack).await;
    assert_eq!(state["me"]["tz"], "Europe/Berlin");
    assert_eq!(state["dm"]["messages"][0]["text"], "hello");
    assert!(!state.to_string().contains("other"));
    let names: Vec<&str> =
        state["channels"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["general", "random", "environments", "payments"]);
}

#[tokio::test]
async fn a_whole_form_goes_through_the_page() {
    let (slack, app) = workspace().await;
    let said =
        act(&slack, "command", json!({"as": "alice", "channel": "dm", "text": "/infra new"})).await;
    assert_eq!(said["ok"], true, "{said}");
    let trigger = app.last().field("trigger_id");
    let external = json!({"type": "external_select", "action_id": "e"});
    let view = modal(json!([
        input("name", json!({"type": "plain_text_input", "action_id": "n"})),
        input("region", external),
    ]));
    call(&slack, "views.open", json!({"trigger_id": trigger, "view": view})).await;
    let id = state(&slack).await["views"][0]["id"].clone();
    let at = json!({"view": id});

    app.next(says(json!({"options": [{"text": plain("Europe"), "value": "eu"}]})));
    let field =
        json!({"as": "alice", "at": at, "block_id": "region", "action_id": "e", "typed": "eu"});
    let offered = act(&slack, "options", field).await;
    assert_eq!(offered["options"], json!([{"label": "Europe", "value": "eu"}]));
    let field = json!({"as": "alice", "at": at, "block_id": "name", "action_id": "n", "input": {"text": "x"}});
    assert_eq!(act(&slack, "enter", field).await["ok"], true);

    let refused = act(&slack, "submit", json!({"as": "alice", "view": id})).await;
    assert_eq!(
        (&refused["outcome"], refused["errors"].as_object().unwrap().len()),
        (&json!("refused"), 1)
    );
    app.next(says(json!({"response_action": "errors", "errors": {"name": "taken"}})));
    let values = json!([{"block_id": "region", "action_id": "e", "input": {"option": "eu"}}]);
    let errors = act(&slack, "submit", json!({"as": "alice", "view": id, "values": values})).await;
    assert_eq!(errors, json!({"ok": true, "outcome": "errors", "errors": {"name": "taken"}}));
    assert_eq!(state(&slack).await["views"][0]["errors"]["name"], "taken");
    let closed = act(&slack, "submit", json!({"as": "alice", "view": id})).await;
    assert_eq!(closed["outcome"], "closed");
    let submitted = app.last().json()["view"]["state"]["values"].clone();
    assert_eq!(submitted["name"]["n"]["value"], "x");
    let gone = act(&slack, "close", json!({"as": "alice", "view": id, "stack": "all"})).await;
    assert_eq!(gone["ok"], false);
}

#[tokio::test]
async fn the_stream_tells_of_every_change() {
    let (slack, _app) = workspace().await;
    let url = format!("{}playground/api/stream?as=alice", slack.page_url());
    let mut stream = client().get(url).send().await.unwrap();
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("event: changed"));
    let before = state(&slack).await["revision"].as_u64().unwrap();
    call(&slack, "chat.postMessage", json!({"channel": slack.person("alice").id(), "text": "x"}))
        .await;
    let next = stream.chunk().await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&next).into_owned();
    let data = text.lines().find_map(|l| l.strip_prefix("data: ")).unwrap();
    let told: Value = serde_json::from_str(data).unwrap();
    assert!(told["revision"].as_u64().unwrap() > before, "{text}");
    assert!(state(&slack).await["revision"].as_u64() >= told["revision"].as_u64());
}

struct InTwoHours(Timestamp);

#[async_trait]
impl Agenda for InTwoHours {
    async fn next_event(&self) -> Option<Timestamp> {
        Some(self.0)
    }
}

#[tokio::test]
async fn the_clock_moves_by_a_span_and_to_the_next_event() {
    let (slack, _app) = workspace().await;
    let nobody = act(&slack, "clock", json!({"advance": "next"})).await;
    assert_eq!(nobody["ok"], false);
    assert_eq!(act(&slack, "clock", json!({"advance": "1h"})).await["ok"], true);
    assert_eq!(slack.clock().ahead(), Span::hours(1));
    let due = slack.clock().now() + Span::hours(2);
    slack.set_agenda(Arc::new(InTwoHours(due)));
    act(&slack, "clock", json!({"advance": "next"})).await;
    let now = slack.clock().now();
    assert!(now > due && now - due < Span::minutes(1), "{now}");
    assert_eq!(act(&slack, "clock", json!({"advance": "soon"})).await["ok"], false);
}

#[tokio::test]
async fn other_sites_are_refused() {
    let (slack, _app) = workspace().await;
    let url = format!("{}playground/api/clock", slack.page_url());
    let body = json!({"advance": "1h"});
    let from = async |header: &str, value: &str| {
        let sent = client().post(&url).header(header, value).json(&body).send().await.unwrap();
        sent.status().as_u16()
    };
    assert_eq!(from("origin", "https://evil.example").await, 403);
    assert_eq!(from("host", "evil.example").await, 403);
    assert_eq!(from("sec-fetch-site", "cross-site").await, 403);
    let own = slack.page_url();
    assert_eq!(from("origin", own.trim_end_matches('/')).await, 200);
    let form = client().post(&url).header("content-type", "text/plain").body(body.to_string());
    assert_eq!(form.send().await.unwrap().status().as_u16(), 415);
    assert_eq!(slack.clock().ahead(), Span::hours(1));
}

#[tokio::test]
async fn the_page_itself_is_served_with_its_content_type() {
    let (slack, _app) = workspace().await;
    let page = client().get(slack.page_url()).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let missing = client().get(format!("{}nothing.js", slack.page_url())).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn a_reply_stands_in_its_thread_and_a_command_there_is_refused() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice").id().to_string();
    let posted = call(&slack, "chat.postMessage", json!({"channel": alice, "text": "plan"})).await;
    let (dm, ts) = (posted["channel"].clone(), posted["ts"].clone());
    let reply = json!({"as": "alice", "channel": dm, "thread_ts": ts, "text": "thank you"});
    assert_eq!(act(&slack, "command", reply).await["ok"], true);
    assert_eq!(app.last().json()["event"]["thread_ts"], ts);
    let command = json!({"as": "alice", "channel": dm, "thread_ts": ts, "text": "/infra help"});
    assert_eq!(act(&slack, "command", command).await["ok"], true);
    let state = state(&slack).await;
    let (reply, refused) = (&state["dm"]["messages"][1], &state["ephemerals"][0]);
    assert_eq!((&reply["text"], &reply["thread_ts"]), (&json!("thank you"), &ts));
    assert_eq!(refused["text"], "`/infra` is not supported in threads. Sorry!");
    assert_eq!(refused["thread_ts"], ts);
    assert_eq!(app.all().iter().filter(|r| r.path == "/commands").count(), 0);
}

#[tokio::test]
async fn every_file_that_the_page_names_is_there_and_none_writes_html() {
    let (slack, _app) = workspace().await;
    let quoted = regex::Regex::new(r#"(?:from |import |src=|href=)"(?:\./)?([\w./]+)""#).unwrap();
    let mut waiting = vec![String::new()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let answer = client().get(slack.page_url() + &name).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_string();
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = answer.text().await.unwrap();
        for forbidden in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", " style="]
        {
            assert!(!text.contains(forbidden), "{name}: {forbidden}");
        }
        waiting.extend(quoted.captures_iter(&text).map(|c| c[1].to_string()));
    }
    assert!(seen.len() > 25, "{seen:?}");
}
