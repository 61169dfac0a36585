//! Each limit of Slack's: just inside is accepted, just outside is refused with Slack's code.

use serde_json::json;

use super::*;
use crate::playground::limits::{self, Writing};

/// `n` letters, two bytes each: limits count characters.
fn letters(n: usize) -> String {
    "ü".repeat(n)
}

fn section(n: usize) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": letters(n)}})
}

fn actions(elements: Vec<Value>) -> Value {
    json!({"type": "actions", "elements": elements})
}

fn in_actions(element: Value) -> Value {
    actions(vec![element])
}

fn with(mut of: Value, key: &str, value: Value) -> Value {
    of[key] = value;
    of
}

fn options(n: usize) -> Vec<Value> {
    (0..n).map(|i| json!({"text": plain("o"), "value": i.to_string()})).collect()
}

fn options_of(kind: &str, n: usize) -> Value {
    json!({"type": kind, "action_id": "a", "options": options(n)})
}

fn select(option: Value) -> Value {
    json!({"type": "static_select", "action_id": "a", "options": [option]})
}

fn confirm(title: usize, text: usize) -> Value {
    let confirm = json!({
        "title": plain(&letters(title)), "text": plain(&letters(text)), "confirm": plain("Yes"),
        "deny": plain("No"),
    });
    with(button("a", "b"), "confirm", confirm)
}

/// What is wrong with a message of this one block, if anything.
fn block(block: Value) -> Option<String> {
    refused(limits::message("", &[block], Writing::Post))
}

fn refused(outcome: Result<(), crate::playground::api::Refusal>) -> Option<String> {
    outcome.err().map(|r| r.code)
}

fn view(view: Value) -> Option<String> {
    refused(limits::view(&view))
}

/// Accepted at the limit, refused with this code one beyond.
#[track_caller]
fn limit(max: usize, code: &str, what: impl Fn(usize) -> Option<String>) {
    assert_eq!(what(max), None, "{max} must be accepted");
    assert_eq!(what(max + 1).as_deref(), Some(code), "{} must be refused", max + 1);
}

#[test]
fn messages() {
    let bad = "invalid_blocks";
    let dividers = |n| vec![json!({"type": "divider"}); n];
    limit(50, bad, |n| refused(limits::message("", &dividers(n), Writing::Post)));
    let text = |n, writing| refused(limits::message(&letters(n), &[], writing));
    limit(40_000, "msg_too_long", |n| text(n, Writing::Post));
    limit(4_000, "msg_too_long", |n| text(n, Writing::Update));
    let all = |n: usize| {
        let blocks = [section(3000), section(3000), section(3000), section(n - 9000)];
        refused(limits::message("", &blocks, Writing::Post))
    };
    limit(11_999, "msg_blocks_too_long", all);
}

#[test]
fn blocks() {
    let bad = "invalid_blocks";
    limit(3000, bad, |n| block(section(n)));
    let fields = |count, length| {
        let field = json!({"type": "mrkdwn", "text": letters(length)});
        block(json!({"type": "section", "fields": vec![field; count]}))
    };
    limit(10, bad, |n| fields(n, 9));
    limit(2000, bad, |n| fields(1, n));
    limit(150, bad, |n| block(json!({"type": "header", "text": plain(&letters(n))})));
    limit(10, bad, |n| block(json!({"type": "context", "elements": vec![plain("x"); n]})));
    let buttons = |n| (0..n).map(|i| button(&format!("a{i}"), "b")).collect();
    limit(25, bad, |n| block(actions(buttons(n))));
    limit(255, bad, |n| block(with(section(1), "block_id", letters(n).into())));
    let label = |n| with(input("b", options_of("static_select", 1)), "label", plain(&letters(n)));
    limit(2000, bad, |n| block(label(n)));
    limit(2000, bad, |n| block(with(label(1), "hint", plain(&letters(n)))));
    let image = |n| json!({"type": "image", "image_url": letters(n), "alt_text": "x"});
    limit(3000, bad, |n| block(image(n)));
    limit(2000, bad, |n| block(with(image(1), "alt_text", letters(n).into())));
    let context = |n| json!({"type": "context", "elements": [plain(&letters(n))]});
    limit(3000, bad, |n| block(context(n)));
    // A message's blocks hold no more than this in all, so its one markdown block is tried in a view.
    let markdown = |n| json!([{"type": "markdown", "text": letters(n)}]);
    limit(12_000, "invalid_arguments", |n| view(modal(markdown(n))));
}

#[test]
fn elements() {
    let bad = "invalid_blocks";
    limit(75, bad, |n| block(in_actions(button("a", &letters(n)))));
    limit(255, bad, |n| block(in_actions(button(&letters(n), "b"))));
    limit(2000, bad, |n| block(in_actions(with(button("a", "b"), "value", letters(n).into()))));
    limit(3000, bad, |n| block(in_actions(with(button("a", "b"), "url", letters(n).into()))));
    limit(100, bad, |n| block(in_actions(confirm(n, 1))));
    limit(300, bad, |n| block(in_actions(confirm(1, n))));
    limit(100, bad, |n| block(in_actions(options_of("static_select", n))));
    limit(10, bad, |n| block(in_actions(options_of("radio_buttons", n))));
    limit(10, bad, |n| block(in_actions(options_of("checkboxes", n))));
    limit(5, bad, |n| block(in_actions(options_of("overflow", n))));
    limit(75, bad, |n| {
        block(in_actions(select(json!({"text": plain(&letters(n)), "value": "v"}))))
    });
    limit(150, bad, |n| {
        block(in_actions(select(json!({"text": plain("t"), "value": letters(n)}))))
    });
    limit(75, bad, |n| {
        let described =
            json!({"text": plain("t"), "value": "v", "description": plain(&letters(n))});
        block(in_actions(select(described)))
    });
    let grouped = |count, label| {
        let group = json!({"label": plain(&letters(label)), "options": options(1)});
        let groups = vec![group; count];
        block(in_actions(
            json!({"type": "static_select", "action_id": "a", "option_groups": groups}),
        ))
    };
    limit(100, bad, |n| grouped(n, 1));
    limit(75, bad, |n| grouped(1, n));
    for key in ["confirm", "deny"] {
        let answer = |n| {
            let mut button = confirm(1, 1);
            button["confirm"][key] = plain(&letters(n));
            block(in_actions(button))
        };
        limit(30, bad, answer);
    }
    let hinted = |n| with(options_of("static_select", 1), "placeholder", plain(&letters(n)));
    limit(150, bad, |n| block(in_actions(hinted(n))));
    let text = |n| json!({"type": "plain_text_input", "action_id": "a", "max_length": n});
    limit(3000, bad, |n| block(input("b", text(n))));
    let answer =
        |n| limits::suggestions(&json!({"options": options(n)})).err().map(|_| "no".into());
    limit(100, "no", answer);
}

#[test]
fn views() {
    let bad = "invalid_arguments";
    let with_text = |key: &str, n| view(with(modal(json!([])), key, plain(&letters(n))));
    for key in ["title", "submit", "close"] {
        limit(24, bad, |n| with_text(key, n));
    }
    let with_key = |key: &str, n| view(with(modal(json!([])), key, letters(n).into()));
    limit(3000, bad, |n| with_key("private_metadata", n));
    limit(255, bad, |n| with_key("callback_id", n));
    limit(255, bad, |n| with_key("external_id", n));
    let dividers = |n| vec![json!({"type": "divider"}); n];
    limit(100, bad, |n| view(modal(dividers(n).into())));
    limit(100, bad, |n| view(json!({"type": "home", "blocks": dividers(n)})));
    let sized = |bytes: usize| {
        let sections = |length: usize, last: usize| {
            let text = |n| json!({"type": "section", "text": plain(&"x".repeat(n))});
            let mut blocks = vec![text(length); 89];
            blocks.push(text(last));
            modal(blocks.into())
        };
        let spare = bytes - sections(0, 0).to_string().len();
        let whole = sections(spare / 90, spare - 89 * (spare / 90));
        assert_eq!(whole.to_string().len(), bytes);
        view(whole)
    };
    limit(250_000, "view_too_large", sized);
}

#[test]
fn what_must_be_unique_or_among_the_options_is() {
    let two = |a: &str, b: &str| {
        [with(section(1), "block_id", a.into()), with(section(1), "block_id", b.into())]
    };
    let message = |blocks: &[Value]| refused(limits::message("", blocks, Writing::Post));
    assert_eq!(message(&two("a", "b")), None);
    assert_eq!(message(&two("a", "a")).as_deref(), Some("invalid_blocks"));
    assert_eq!(view(modal(two("a", "b").to_vec().into())), None);
    assert_eq!(view(modal(two("a", "a").to_vec().into())).as_deref(), Some("invalid_arguments"));

    let one_block = |a: &str, b: &str| block(actions(vec![button(a, "x"), button(b, "y")]));
    assert_eq!(one_block("a", "b"), None);
    assert_eq!(one_block("a", "a").as_deref(), Some("invalid_blocks"));
    let two_blocks =
        |a: &str, b: &str| json!([in_actions(button(a, "x")), in_actions(button(b, "y"))]);
    assert_eq!(view(modal(two_blocks("a", "b"))), None);
    assert_eq!(view(modal(two_blocks("a", "a"))).as_deref(), Some("invalid_arguments"));
    assert_eq!(message(two_blocks("a", "a").as_array().unwrap()), None, "a message has less rules");

    let initial = |value: &str| {
        let option = json!({"text": plain("o"), "value": value});
        block(in_actions(with(options_of("static_select", 3), "initial_option", option)))
    };
    assert_eq!(initial("2"), None);
    assert_eq!(initial("3").as_deref(), Some("invalid_blocks"));
    let initial = |value: &str| {
        let chosen = json!([{"text": plain("o"), "value": value}]);
        block(in_actions(with(options_of("checkboxes", 3), "initial_options", chosen)))
    };
    assert_eq!(initial("2"), None);
    assert_eq!(initial("3").as_deref(), Some("invalid_blocks"));
}

#[test]
fn what_slack_does_not_know_or_misses_is_refused() {
    let bad = Some("invalid_blocks".to_string());
    assert_eq!(block(with(section(1), "txet", "x".into())), bad);
    assert_eq!(block(json!({"type": "sections"})), bad);
    assert_eq!(block(json!({"type": "section"})), bad);
    assert_eq!(block(section(0)), bad, "an empty text");
    assert_eq!(block(json!({"type": "header", "text": {"type": "mrkdwn", "text": "x"}})), bad);
    assert_eq!(block(actions(vec![])), bad);
    assert_eq!(block(in_actions(json!({"type": "plain_text_input", "action_id": "a"}))), bad);
    assert_eq!(block(in_actions(with(button("a", "b"), "style", "warning".into()))), bad);
    assert_eq!(
        block(json!({"type": "image", "image_url": "https://a.b/c.png"})),
        bad,
        "no alt_text"
    );
    let number = json!({"type": "number_input", "action_id": "a"});
    assert_eq!(block(input("b", number)), bad, "is_decimal_allowed is required");
    let date = json!({"type": "datepicker", "action_id": "a", "initial_date": "1.2.2026"});
    assert_eq!(block(in_actions(date)), bad);
    let wrong = Some("invalid_arguments".to_string());
    let mut no_submit = modal(json!([input("b", options_of("static_select", 1))]));
    assert_eq!(view(no_submit.clone()), None);
    no_submit.as_object_mut().unwrap().remove("submit");
    assert_eq!(view(no_submit), wrong, "inputs need a submit");
    assert_eq!(view(json!({"type": "modal", "blocks": []})), wrong, "no title");
    assert_eq!(view(json!({"type": "modal", "title": plain("x")})), wrong, "no blocks");
    let focused = |id: &str| {
        input(id, json!({"type": "plain_text_input", "action_id": id, "focus_on_load": true}))
    };
    assert_eq!(view(modal(json!([focused("a")]))), None);
    assert_eq!(view(modal(json!([focused("a"), focused("b")]))), wrong);
}

#[tokio::test]
async fn a_refusal_over_http_says_what_and_where() {
    let (slack, _app) = workspace().await;
    let body =
        json!({"channel": slack.person("alice").id(), "text": "x", "blocks": [section(3001)]});
    let refused = call(&slack, "chat.postMessage", body).await;
    assert_eq!(refused["error"], "invalid_blocks");
    let message = refused["response_metadata"]["messages"][0].as_str().unwrap();
    assert_eq!(
        message,
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    );
    assert!(slack.person("alice").dm().is_empty());
    let home = json!({"type": "home", "blocks": vec![json!({"type": "divider"}); 101]});
    let body = json!({"user_id": slack.person("alice").id(), "view": home});
    assert_eq!(call(&slack, "views.publish", body).await["error"], "invalid_arguments");
    let broken = json!({"channel": slack.person("alice").id(), "text": "x", "blocks": "[{"});
    assert_eq!(call(&slack, "chat.postMessage", broken).await["error"], "invalid_blocks_format");
}
