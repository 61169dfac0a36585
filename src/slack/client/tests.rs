//! Against a small server that answers what it is told, byte for byte.

use super::*;
use crate::slack::Class;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each connection with the same bytes and keeps what was asked.
struct Answering {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// `None` never answers.
async fn answering(answer: Option<String>) -> Answering {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, kept) = (answer.clone(), kept.clone());
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut chunk = [0; 4096];
                while !complete(&request) {
                    let n = stream.read(&mut chunk).await.unwrap();
                    if n == 0 {
                        return;
                    }
                    request.extend_from_slice(&chunk[..n]);
                }
                kept.lock().unwrap().push(String::from_utf8(request).unwrap());
                let Some(answer) = answer else { return std::future::pending().await };
                // The client hangs up on an answer that is too large.
                let _hung_up = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    Answering { url, asked }
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|l| l.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    body.len() >= length.map_or(0, |l| l.parse().unwrap())
}

fn http(status: &str, headers: &str, body: &str) -> Option<String> {
    Some(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn client(url: &str) -> Client {
    patient(url, Duration::from_secs(20))
}

fn patient(url: &str, timeout: Duration) -> Client {
    Client::new(ClientSettings {
        api_url: url.into(),
        token: SecretString::from("xoxb-the-token"),
        timeout,
    })
    .unwrap()
}

async fn call(answer: Option<String>) -> Result<Value, CallError> {
    let server = answering(answer).await;
    client(&server.url).call("chat.postMessage", &json!({ "channel": "C1" })).await
}

const RETRY: Class = Class::Retry { after: None };

#[tokio::test]
async fn posts_json_with_the_token_and_gives_the_answer() {
    let server = answering(http("200 OK", "", r#"{"ok":true,"ts":"1.2"}"#)).await;
    let body = json!({ "channel": "C1", "text": "häuser", "blocks": [{ "type": "divider" }] });
    let answer = client(&format!("{}/", server.url)).call("chat.postMessage", &body).await.unwrap();
    assert_eq!(answer["ts"], "1.2");
    let asked = server.asked.lock().unwrap().remove(0);
    let (head, sent) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/chat.postMessage HTTP/1.1"), "{head}");
    assert!(head.contains("authorization: Bearer xoxb-the-token"), "{head}");
    assert!(head.contains("application/json; charset=utf-8"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), body);
}

#[tokio::test]
async fn read_methods_get_a_form_for_slack_ignores_json_there() {
    let user = r#"{"ok":true,"user":{"id":"U1","team_id":"T1","name":"al","deleted":true,"tz":"Asia/Tokyo",
        "is_restricted":true,"profile":{"display_name":"","real_name":"Alice & Co","email":"a@b.c"}}}"#;
    let server = answering(http("200 OK", "", user)).await;
    let info = client(&server.url).user_info("U 1&").await.unwrap();
    let asked = server.asked.lock().unwrap().remove(0);
    assert!(asked.contains("application/x-www-form-urlencoded"), "{asked}");
    assert!(asked.ends_with("\r\n\r\nuser=U+1%26"), "{asked}");
    assert_eq!(
        info,
        UserInfo {
            id: "U1".into(),
            workspace: "T1".into(),
            name: "Alice & Co".into(),
            email: Some("a@b.c".into()),
            time_zone: Some("Asia/Tokyo".into()),
            deactivated: true,
            is_bot: false,
            is_guest: true,
        }
    );
}

#[tokio::test]
async fn says_who_the_token_is_with_its_scopes() {
    let body = r#"{"ok":true,"url":"https://x.slack.com/","team":"Acme","team_id":"T1","user_id":"U9","bot_id":"B1"}"#;
    let server =
        answering(http("200 OK", "x-oauth-scopes: commands,chat:write, users:read\r\n", body))
            .await;
    let identity = client(&server.url).auth_test().await.unwrap();
    assert_eq!(identity.scopes, ["commands", "chat:write", "users:read"]);
    assert_eq!(
        (&*identity.workspace, &*identity.user, identity.bot.as_deref()),
        ("T1", "U9", Some("B1"))
    );
    assert_eq!(identity.workspace_name, "Acme");

    let server = answering(http("200 OK", "", r#"{"ok":true,"channel":{"id":"D1"}}"#)).await;
    assert_eq!(client(&server.url).open_dm("U1").await.unwrap(), "D1");
    let server = answering(http("200 OK", "", r#"{"ok":true}"#)).await;
    let error = client(&server.url).open_dm("U1").await.unwrap_err();
    assert_eq!((error.class, &*error.code), (Class::Permanent, "incomplete_answer"));
}

#[tokio::test]
async fn slacks_refusals_have_their_class_and_their_reasons() {
    let refused = r#"{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] no more than 50 items [json-pointer:/blocks]"]}}"#;
    let error = call(http("200 OK", "", refused)).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (Class::Permanent, "invalid_blocks"));
    assert_eq!(
        error.to_string(),
        "Slack refused chat.postMessage: invalid_blocks ([ERROR] no more than 50 items [json-pointer:/blocks])"
    );
    let scope = r#"{"ok":false,"error":"missing_scope","needed":"im:write","provided":"commands"}"#;
    let error = call(http("200 OK", "", scope)).await.unwrap_err();
    assert_eq!(error.detail, "needs the scope im:write, has commands");
    let gone = call(http("200 OK", "", r#"{"ok":false,"error":"message_not_found"}"#)).await;
    assert_eq!(gone.unwrap_err().class, Class::Repair);
    let busy =
        call(http("200 OK", "retry-after: 3\r\n", r#"{"ok":false,"error":"ratelimited"}"#)).await;
    assert_eq!(busy.unwrap_err().retry_after(), Some(Duration::from_secs(3)));
}

#[tokio::test]
async fn statuses_have_their_class() {
    let after = |seconds| Class::Retry { after: Some(Duration::from_secs(seconds)) };
    for (answer, class, code) in [
        (http("429 Too Many Requests", "Retry-After: 30\r\n", ""), after(30), "ratelimited"),
        (http("429 Too Many Requests", "Retry-After: soon\r\n", ""), RETRY, "ratelimited"),
        (http("503 Service Unavailable", "", "<html>"), RETRY, "http_503"),
        (http("404 Not Found", "", ""), Class::Permanent, "http_404"),
        (http("302 Found", "location: http://127.0.0.1:1/\r\n", ""), Class::Permanent, "http_302"),
        (http("200 OK", "", "<html>maintenance</html>"), RETRY, "not_json"),
        (http("200 OK", "", "[]"), RETRY, "not_json"),
        (http("200 OK", "", r#"{"ok":false}"#), Class::Permanent, "unknown_error"),
        (http("200 OK", "content-length: 99\r\n", "{"), RETRY, "network"),
        (Some("SSH-2.0-hello\r\n".into()), RETRY, "network"),
        (Some(String::new()), RETRY, "network"),
    ] {
        let error = call(answer.clone()).await.unwrap_err();
        assert_eq!((error.class, &*error.code), (class, code), "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn no_answer_is_waited_for_no_longer_than_the_timeout() {
    let silent = answering(None).await;
    let client = patient(&silent.url, Duration::from_millis(100));
    let error = client.call("auth.test", &json!({})).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (RETRY, "timeout"));
    let error = client.respond(&silent.url, &json!({})).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (RETRY, "timeout"));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let large = format!(r#"{{"ok":true,"x":"{}"}}"#, "x".repeat(LARGEST_ANSWER));
    let error = call(http("200 OK", "", &large)).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (Class::Permanent, "too_large"));
}

#[tokio::test]
async fn nobody_there_may_be_there_later() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error =
        client(&format!("http://{free}/api")).call("auth.test", &json!({})).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (RETRY, "network"));
    assert!(error.detail.contains("refused"), "{error}");
    assert!(!error.to_string().contains(&free.to_string()), "{error}");
}

#[tokio::test]
async fn a_response_url_is_answered_without_the_token() {
    let server = answering(http("200 OK", "", "ok")).await;
    let url = server.url.replace("/api", "/commands/T1/2/secret");
    client(&server.url).respond(&url, &json!({ "text": "hi" })).await.unwrap();
    let asked = server.asked.lock().unwrap().remove(0);
    assert!(asked.starts_with("POST /commands/T1/2/secret"), "{asked}");
    assert!(!asked.to_lowercase().contains("authorization"), "{asked}");

    let used = answering(http("404 Not Found", "", r#"{"ok":false,"error":"used_url"}"#)).await;
    let error = client(&used.url).respond(&used.url, &json!({})).await.unwrap_err();
    assert_eq!((error.class, &*error.code), (Class::Permanent, "used_url"));
    let error =
        client(&used.url).respond("http://127.0.0.1:1/secret", &json!({})).await.unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn what_cannot_be_a_client_says_why() {
    let make = |url: &str, token: &str| {
        let token = SecretString::from(token);
        let settings =
            ClientSettings { api_url: url.into(), token, timeout: Duration::from_secs(1) };
        Client::new(settings).unwrap_err().to_string()
    };
    assert!(make("slack.com/api", "x").contains("write http(s)://"));
    assert!(make("ftp://slack.com/api", "x").contains("neither http nor https"));
    let error = make("https://slack.com/api", "xoxb-1\nxoxb-2");
    assert!(error.contains("copy it again") && !error.contains("xoxb"), "{error}");
}

#[test]
fn the_token_cannot_be_printed() {
    let settings = ClientSettings::slack(SecretString::from("xoxb-the-token"));
    assert!(!format!("{settings:?}").contains("the-token"));
    assert!(!format!("{:?}", Client::new(settings).unwrap()).contains("the-token"));
}
