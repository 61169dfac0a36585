use super::*;
use serde_json::json;

fn text(n: usize) -> String {
    "x".repeat(n)
}

fn plain(n: usize) -> Value {
    json!({ "type": "plain_text", "text": text(n) })
}

fn mrkdwn(n: usize) -> Value {
    json!({ "type": "mrkdwn", "text": text(n) })
}

fn option(i: usize) -> Value {
    json!({ "text": plain(OPTION_TEXT), "value": format!("{i}") })
}

fn options(n: usize) -> Value {
    (0..n).map(option).collect()
}

fn button(id: &str) -> Value {
    json!({ "type": "button", "action_id": id, "text": plain(3) })
}

fn message(blocks: Value) -> Value {
    json!({ "channel": "C1", "text": "what it says", "blocks": blocks })
}

fn modal(blocks: Value) -> Value {
    json!({ "type": "modal", "title": plain(24), "submit": plain(24), "close": plain(24), "blocks": blocks })
}

fn repeated(block: Value, n: usize) -> Value {
    (0..n).map(|_| block.clone()).collect()
}

fn input(element: Value) -> Value {
    json!({ "type": "input", "block_id": "b", "label": plain(5), "element": element })
}

fn select(n: usize) -> Value {
    json!({ "type": "static_select", "action_id": "a", "options": options(n) })
}

#[track_caller]
fn passes(violations: Vec<Violation>) {
    assert_eq!(violations, vec![]);
}

#[track_caller]
fn one(violations: Vec<Violation>, path: &str, rule: &str) {
    let told: Vec<String> = violations.iter().map(Violation::to_string).collect();
    assert!(
        told.len() == 1 && violations[0].path == path && violations[0].rule.contains(rule),
        "{told:?}, not only {path}: {rule}"
    );
}

/// Just inside passes, just outside is told, for every numeric limit of a block in a message.
#[test]
fn blocks_of_a_message_at_their_limits() {
    let section = |text: Value| json!([{ "type": "section", "text": text }]);
    let with = |key: &str, value: Value| {
        let mut button = button("a");
        button[key] = value;
        json!([{ "type": "actions", "elements": [button] }])
    };
    let confirm = |key: &str, value: Value| {
        let mut confirm = json!({ "title": plain(100), "text": mrkdwn(300), "confirm": plain(30), "deny": plain(30) });
        confirm[key] = value;
        with("confirm", confirm)
    };
    let buttons = |n: usize| -> Value {
        let all: Vec<Value> = (0..n).map(|i| button(&format!("a{i}"))).collect();
        json!([{ "type": "actions", "elements": all }])
    };
    let fields =
        |n: usize, long: usize| json!([{ "type": "section", "fields": repeated(mrkdwn(long), n) }]);
    let choices = |kind: &str, n: usize| json!([{ "type": "actions", "elements": [{ "type": kind, "action_id": "a", "options": options(n) }] }]);
    for (path, inside, outside) in [
        (
            "blocks",
            repeated(json!({ "type": "divider" }), 50),
            repeated(json!({ "type": "divider" }), 51),
        ),
        ("blocks[0].text.text", section(mrkdwn(3000)), section(mrkdwn(3001))),
        ("blocks[0].fields", fields(10, 9), fields(11, 9)),
        ("blocks[0].fields[0].text", fields(1, 2000), fields(1, 2001)),
        (
            "blocks[0].text.text",
            json!([{ "type": "header", "text": plain(150) }]),
            json!([{ "type": "header", "text": plain(151) }]),
        ),
        (
            "blocks[0].elements",
            json!([{ "type": "context", "elements": repeated(mrkdwn(9), 10) }]),
            json!([{ "type": "context", "elements": repeated(mrkdwn(9), 11) }]),
        ),
        ("blocks[0].elements", buttons(25), buttons(26)),
        ("blocks[0].elements[0].text.text", with("text", plain(75)), with("text", plain(76))),
        (
            "blocks[0].elements[0].value",
            with("value", json!(text(2000))),
            with("value", json!(text(2001))),
        ),
        (
            "blocks[0].elements[0].url",
            with("url", json!(text(3000))),
            with("url", json!(text(3001))),
        ),
        (
            "blocks[0].elements[0].action_id",
            with("action_id", json!(text(255))),
            with("action_id", json!(text(256))),
        ),
        ("blocks[0].elements[0]", with("style", json!("danger")), with("style", json!("warning"))),
        (
            "blocks[0].elements[0].confirm.title.text",
            confirm("title", plain(100)),
            confirm("title", plain(101)),
        ),
        (
            "blocks[0].elements[0].confirm.text.text",
            confirm("text", mrkdwn(300)),
            confirm("text", mrkdwn(301)),
        ),
        (
            "blocks[0].elements[0].confirm.deny.text",
            confirm("deny", plain(30)),
            confirm("deny", plain(31)),
        ),
        ("blocks[0].elements[0].options", choices("overflow", 5), choices("overflow", 6)),
        ("blocks[0].elements[0].options", choices("checkboxes", 10), choices("checkboxes", 11)),
        (
            "blocks[0].elements[0].options",
            choices("static_select", 100),
            choices("static_select", 101),
        ),
        (
            "blocks[0].alt_text",
            json!([{ "type": "image", "image_url": "https://x", "alt_text": text(2000) }]),
            json!([{ "type": "image", "image_url": "https://x", "alt_text": "" }]),
        ),
        (
            "blocks[0].block_id",
            json!([{ "type": "divider", "block_id": text(255) }]),
            json!([{ "type": "divider", "block_id": text(256) }]),
        ),
    ] {
        passes(check_message(&message(inside)));
        one(check_message(&message(outside)), path, "");
    }
}

#[test]
fn a_message_has_text_and_stays_under_the_total() {
    let section = json!({ "type": "section", "text": mrkdwn(2400) });
    passes(check_message(&message(repeated(section.clone(), 4))));
    one(check_message(&message(repeated(section.clone(), 5))), "blocks", "12000 characters in all");
    let in_attachment = json!({ "text": "x", "attachments": [{ "blocks": repeated(section, 5) }] });
    one(check_message(&in_attachment), "blocks", "in all");
    one(check_message(&json!({ "blocks": [] })), "text", "missing");
    one(check_message(&json!({ "text": "" })), "text", "empty");
    one(check_message(&json!({ "text": text(4001) })), "text", "at most 4000");
}

#[test]
fn ids_are_there_once() {
    let actions = |block: &str, a: &str, b: &str| json!({ "type": "actions", "block_id": block, "elements": [button(a), button(b)] });
    one(
        check_message(&message(json!([actions("b", "x", "x")]))),
        "blocks[0].elements[1]",
        "`x` is there twice",
    );
    one(
        check_message(&message(json!([actions("b", "x", "y"), actions("b", "v", "w")]))),
        "blocks[1]",
        "block_id `b`",
    );
    // Rows of a message may repeat an action; in a view it is to be there once.
    let rows = json!([actions("1", "x", "y"), actions("2", "x", "z")]);
    passes(check_message(&message(rows.clone())));
    one(check_view(&modal(rows)), "blocks[1].elements[0]", "action_id `x`");
    let nameless =
        json!([{ "type": "actions", "elements": [{ "type": "button", "text": plain(3) }] }]);
    one(check_message(&message(nameless)), "blocks[0].elements[0]", "no action_id");
}

#[test]
fn what_is_chosen_at_first_is_an_option() {
    let with = |key: &str, value: Value| {
        let mut select = select(3);
        select[key] = value;
        check_view(&modal(json!([input(select)])))
    };
    passes(with("initial_option", option(2)));
    let path = "blocks[0].element.initial_option";
    one(with("initial_option", option(3)), path, "none of the options");
    // The value alone is not enough: Slack compares the text as well.
    let other_text = json!({ "text": plain(4), "value": "2" });
    one(with("initial_option", other_text), path, "none of the options");
    let checkboxes = |initial: Value| {
        let element = json!({ "type": "checkboxes", "action_id": "a", "options": options(3), "initial_options": initial });
        check_view(&modal(json!([input(element)])))
    };
    passes(checkboxes(json!([option(0), option(2)])));
    one(
        checkboxes(json!([option(0), option(7)])),
        "blocks[0].element.initial_options[1]",
        "none of",
    );
    one(checkboxes(json!([])), "blocks[0].element.initial_options", "must be 1 to 3");
    let grouped = json!({ "type": "static_select", "action_id": "a", "initial_option": option(1),
        "option_groups": [{ "label": plain(75), "options": options(2) }] });
    passes(check_view(&modal(json!([input(grouped)]))));
}

#[test]
fn views_at_their_limits() {
    let with = |key: &str, value: Value| {
        let mut view = modal(json!([{ "type": "divider" }]));
        view[key] = value;
        check_view(&view)
    };
    for (key, inside, outside) in [
        ("title", plain(24), plain(25)),
        ("submit", plain(24), plain(25)),
        ("close", plain(24), plain(25)),
    ] {
        passes(with(key, inside));
        one(with(key, outside), &format!("{key}.text"), "at most 24");
    }
    for (key, most) in [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)] {
        passes(with(key, json!(text(most))));
        one(with(key, json!(text(most + 1))), key, "at most");
    }
    let dividers = |n| repeated(json!({ "type": "divider" }), n);
    passes(with("blocks", dividers(100)));
    one(with("blocks", dividers(101)), "blocks", "must be 0 to 100");
    one(with("blocks", Value::Null), "blocks", "missing");
    one(with("title", Value::Null), "title", "missing");
    one(with("title", mrkdwn(4)), "title", "plain_text");
    one(with("type", json!("page")), "type", "neither");
    let big = repeated(json!({ "type": "section", "text": mrkdwn(2600) }), 100);
    one(with("blocks", big), "", "at most 250000");
    let no_submit = json!({ "type": "modal", "title": plain(4), "blocks": [input(select(1))] });
    one(check_view(&no_submit), "submit", "with an input block");
    passes(check_view(&json!({ "type": "home", "blocks": [] })));
    one(check_view(&json!({ "type": "home", "title": plain(3), "blocks": [] })), "title", "none");
}

#[test]
fn inputs_at_their_limits() {
    let view = |element: Value| check_view(&modal(json!([input(element)])));
    let typed = |key: &str, value: Value| {
        let mut element = json!({ "type": "plain_text_input", "action_id": "a" });
        element[key] = value;
        view(element)
    };
    passes(typed("max_length", json!(3000)));
    one(typed("max_length", json!(3001)), "blocks[0].element", "within 0 to 3000");
    one(typed("initial_value", json!(text(3001))), "blocks[0].element", "at most 3000");
    passes(typed("placeholder", plain(150)));
    one(typed("placeholder", plain(151)), "blocks[0].element.placeholder.text", "at most 150");
    let number = json!({ "type": "number_input", "action_id": "a", "is_decimal_allowed": false, "min_value": "1" });
    passes(view(number.clone()));
    let mut wrong = number;
    wrong["min_value"] = json!(1);
    one(view(wrong), "blocks[0].element", "min_value must be text");
    one(
        view(json!({ "type": "number_input", "action_id": "a" })),
        "blocks[0].element",
        "is_decimal_allowed",
    );
    one(view(button("a")), "blocks[0].element", "`button` cannot stand here");
    let mut labelled = input(select(1));
    labelled["label"] = plain(2001);
    one(check_view(&modal(json!([labelled]))), "blocks[0].label.text", "at most 2000");
    let mut hinted = input(select(1));
    hinted["hint"] = plain(2001);
    one(check_view(&modal(json!([hinted]))), "blocks[0].hint.text", "at most 2000");
    one(
        view(json!({ "type": "static_select", "action_id": "a" })),
        "blocks[0].element",
        "either options",
    );
    let mut focused = [input(select(1)), input(select(1))];
    for (i, block) in focused.iter_mut().enumerate() {
        block["block_id"] = json!(format!("b{i}"));
        block["element"]["action_id"] = json!(format!("a{i}"));
        block["element"]["focus_on_load"] = json!(true);
    }
    one(check_view(&modal(json!(focused))), "blocks", "focus_on_load");
}

#[test]
fn option_answers_at_their_limits() {
    passes(check_options(&json!({ "options": options(100) })));
    passes(check_options(&json!({ "options": [] })));
    one(check_options(&json!({ "options": options(101) })), ".options", "must be 0 to 100");
    let long = json!({ "options": [{ "text": plain(76), "value": text(151) }] });
    assert_eq!(check_options(&long).len(), 2);
    one(check_options(&json!({})), "", "either options");
}

#[test]
fn text_objects_are_what_they_say() {
    let section =
        |text: Value| check_message(&message(json!([{ "type": "section", "text": text }])));
    let path = "blocks[0].text";
    one(section(json!({ "type": "mrkdwn", "text": "x", "emoji": true })), path, "plain_text alone");
    one(
        section(json!({ "type": "plain_text", "text": "x", "verbatim": true })),
        path,
        "mrkdwn alone",
    );
    one(section(json!({ "type": "html", "text": "x" })), path, "no text object");
    one(section(json!({ "type": "mrkdwn", "text": "" })), "blocks[0].text.text", "empty");
    one(check_message(&message(json!([{ "type": "section" }]))), "blocks[0]", "text or fields");
    one(check_message(&message(json!([{ "type": "carousel" }]))), "blocks[0]", "`carousel`");
    one(check_message(&message(json!("none"))), "blocks", "no list");
}
