//! Files, by Slack's three steps.

use serde_json::json;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// An address to upload this many bytes to, and the file's id.
async fn announced(slack: &Workspace, length: &str) -> (String, String) {
    let fields = [("filename", "chart.png"), ("length", length), ("alt_txt", "bars")];
    let answer = form(slack, "files.getUploadURLExternal", &fields).await;
    let text = |key: &str| answer[key].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (text("upload_url"), text("file_id"))
}

async fn put(url: &str, bytes: &'static [u8]) -> u16 {
    client().post(url).body(bytes).send().await.unwrap().status().as_u16()
}

fn complete(id: &str, channel: &str) -> Value {
    json!({
        "files": [{ "id": id, "title": "Costs" }], "channel_id": channel,
        "initial_comment": "What it costs",
    })
}

#[tokio::test]
async fn a_file_is_shared_as_a_message_and_read_by_its_address() {
    let (slack, _app) = workspace().await;
    let alice = slack.person("alice");
    let dm = call(&slack, "conversations.open", json!({ "users": alice.id() })).await;
    let dm = dm["channel"]["id"].as_str().unwrap();
    let (url, id) = announced(&slack, &PNG.len().to_string()).await;
    assert_eq!(put(&url, PNG).await, 200);
    let answer = call(&slack, "files.completeUploadExternal", complete(&id, dm)).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let message = alice.dm().pop().unwrap();
    assert_eq!(message.text, "What it costs");
    let file = &message.files()[0];
    assert_eq!(
        (&file["mimetype"], &file["title"], &file["alt_txt"]),
        (&json!("image/png"), &json!("Costs"), &json!("bars"))
    );
    let read = client().get(file["url_private"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(read.headers()["content-type"], "image/png");
    assert_eq!(read.bytes().await.unwrap(), PNG);
    // Once.
    let again = call(&slack, "files.completeUploadExternal", complete(&id, dm)).await;
    assert_eq!(again["error"], "file_not_found");
}

#[tokio::test]
async fn what_is_not_whole_is_not_shared() {
    let (slack, _app) = workspace().await;
    let asked = json!({ "filename": "chart.png", "length": 3 });
    // Slack reads its arguments from a form alone.
    let as_json = call(&slack, "files.getUploadURLExternal", asked).await;
    assert_eq!(as_json["error"], "invalid_arguments");
    let (url, id) = announced(&slack, "3").await;
    let dm = call(&slack, "conversations.open", json!({ "users": slack.person("bob").id() })).await;
    let dm = dm["channel"]["id"].as_str().unwrap();
    let early = call(&slack, "files.completeUploadExternal", complete(&id, dm)).await;
    assert_eq!(early["error"], "file_not_found");
    assert_eq!(put(&url, b"more than three").await, 400);
    assert_eq!(put(&format!("{url}0"), b"abc").await, 400);
    assert_eq!(put(&url, b"abc").await, 200);
    let nowhere = call(&slack, "files.completeUploadExternal", complete(&id, "C0")).await;
    assert_eq!(nowhere["error"], "channel_not_found");
    let shared = call(&slack, "files.completeUploadExternal", complete(&id, dm)).await;
    assert_eq!(shared["files"][0]["mimetype"], "application/octet-stream");
}
