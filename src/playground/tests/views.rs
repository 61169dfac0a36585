//! Modals, the Home tab, triggers.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::playground::{Input, SubmitOutcome};

fn text_input(action_id: &str) -> Value {
    json!({"type": "plain_text_input", "action_id": action_id})
}

async fn open(slack: &Workspace, app: &App, view: Value) -> Value {
    let trigger = trigger(slack, app).await;
    call(slack, "views.open", json!({"trigger_id": trigger, "view": view})).await
}

#[tokio::test]
async fn a_trigger_serves_once_within_its_life() {
    provider();
    let mut settings = Settings::on_a_free_port();
    settings.timings.trigger = Duration::from_millis(2000);
    let slack = Workspace::start(settings).await.unwrap();
    let app = App::install(&slack).await;
    let view = modal(json!([]));
    let once = trigger(&slack, &app).await;
    let opens = async |trigger: &str| {
        call(&slack, "views.open", json!({"trigger_id": trigger, "view": view})).await
    };
    assert_eq!(opens(&once).await["ok"], true);
    assert_eq!(opens(&once).await["error"], "exchanged_trigger_id");
    let late = trigger(&slack, &app).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(opens(&late).await["error"], "expired_trigger_id");
    assert_eq!(opens("1.2.x").await["error"], "invalid_arguments");
}

#[tokio::test]
async fn a_refused_view_does_not_spend_the_trigger() {
    let (slack, app) = workspace().await;
    let trigger = trigger(&slack, &app).await;
    let bad = json!({"type": "modal", "blocks": []});
    let refused = call(&slack, "views.open", json!({"trigger_id": trigger, "view": bad})).await;
    assert_eq!(refused["error"], "invalid_arguments");
    let good = modal(json!([]));
    let opened = call(&slack, "views.open", json!({"trigger_id": trigger, "view": good})).await;
    assert_eq!(opened["ok"], true, "{opened}");
}

#[tokio::test]
async fn a_submission_carries_what_was_entered_and_each_answer_has_its_effect() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let select = json!({
        "type": "static_select", "action_id": "w", "options": [
            {"text": plain("Red"), "value": "red"}, {"text": plain("Blue"), "value": "blue"},
        ],
    });
    let view = modal(json!([input("name", text_input("v")), input("colour", select)]));
    assert_eq!(open(&slack, &app, view.clone()).await["ok"], true);
    let id = alice.open_view().unwrap().id;

    let empty = alice.submits(&id, &[("name", "x".into())]).await.unwrap();
    let SubmitOutcome::RefusedByForm(errors) = empty else { panic!("{empty:?}") };
    assert_eq!(errors.keys().collect::<Vec<_>>(), ["colour"]);

    app.next(says(json!({"response_action": "errors", "errors": {"name": "taken"}})));
    let refused = alice.submits(&id, &[("colour", Input::Option("Blue".into()))]).await.unwrap();
    assert_eq!(refused, SubmitOutcome::Errors([("name".into(), "taken".into())].into()));
    assert_eq!(alice.open_view().unwrap().errors["name"], "taken");
    let payload = app.last().json();
    assert_eq!(payload["type"], "view_submission");
    assert_eq!(payload["view"]["state"]["values"]["name"]["v"]["value"], "x");
    let chosen = &payload["view"]["state"]["values"]["colour"]["w"]["selected_option"]["value"];
    assert_eq!(chosen, "blue");

    app.next(says(json!({"response_action": "push", "view": modal(json!([]))})));
    let pushed = alice.submits(&id, &[]).await.unwrap();
    let SubmitOutcome::Pushed(top) = pushed else { panic!("{pushed:?}") };
    assert_eq!(alice.open_view().unwrap().id, top.id);
    assert_eq!(top.json["root_view_id"], id.as_str());
    assert_eq!(alice.submits(&top.id, &[]).await.unwrap(), SubmitOutcome::Closed);
    assert_eq!(alice.open_view().unwrap().id, id, "the one below is shown");

    app.next(says(json!({"response_action": "errors", "errors": {"nowhere": "x"}})));
    let bad = alice.submits(&id, &[]).await.unwrap_err();
    assert!(bad.to_string().contains("nowhere"), "{bad}");
    assert!(alice.open_view().unwrap().errors[""].contains("trouble"));

    app.next(says(json!({"response_action": "clear"})));
    assert_eq!(alice.submits(&id, &[]).await.unwrap(), SubmitOutcome::Cleared);
    assert_eq!(alice.open_view(), None);
}

#[tokio::test]
async fn an_update_keeps_what_was_entered_and_refuses_a_stale_hash() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let optional = |id: &str| {
        let mut block = input(id, text_input(&format!("in-{id}")));
        block["optional"] = true.into();
        block
    };
    let opened = open(&slack, &app, modal(json!([optional("a"), optional("b")]))).await;
    let id = opened["view"]["id"].as_str().unwrap().to_string();
    alice.chooses_in_view(&id, "a", "typed".into()).await.unwrap();
    let hash = opened["view"]["hash"].clone();
    let view = modal(json!([optional("a"), optional("c")]));
    let body = json!({"view_id": id, "hash": hash, "view": view});
    let updated = call(&slack, "views.update", body.clone()).await;
    let values = &updated["view"]["state"]["values"];
    assert_eq!(values["a"]["in-a"]["value"], "typed");
    assert_eq!(values["c"]["in-c"]["value"], Value::Null);
    assert!(values.get("b").is_none());
    assert_eq!(call(&slack, "views.update", body).await["error"], "hash_conflict");
    alice.closes(&id).await.unwrap();
    let gone = call(&slack, "views.update", json!({"view_id": id, "view": view})).await;
    assert_eq!(gone["error"], "not_found");
}

#[tokio::test]
async fn modals_stack_three_high_and_say_when_they_are_closed() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let actions = json!([{"type": "actions", "elements": [button("more", "More")]}]);
    let mut view = modal(actions);
    view["notify_on_close"] = true.into();
    open(&slack, &app, view.clone()).await;
    for height in 1..=3 {
        let top = alice.open_view().unwrap();
        alice.presses_in_view(&top.id, "More").await.unwrap();
        let trigger = app.last().json()["trigger_id"].clone();
        let pushed = call(&slack, "views.push", json!({"trigger_id": trigger, "view": view})).await;
        let wanted = if height < 3 { json!(null) } else { json!("push_limit_reached") };
        assert_eq!(pushed.get("error").cloned().unwrap_or_default(), wanted, "{height}");
    }
    let top = alice.open_view().unwrap().id;
    alice.closes(&top).await.unwrap();
    let closed = app.last().json();
    assert_eq!(
        (closed["type"].as_str(), &closed["is_cleared"]),
        (Some("view_closed"), &json!(false))
    );
    alice.closes_all(&alice.open_view().unwrap().id).await.unwrap();
    assert_eq!(app.last().json()["is_cleared"], true);
    assert_eq!(alice.open_view(), None);
}

#[tokio::test]
async fn an_external_select_asks_the_app_and_its_answer_can_be_chosen() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let select = json!({"type": "external_select", "action_id": "pick", "min_query_length": 1});
    open(&slack, &app, modal(json!([input("region", select)]))).await;
    let id = alice.open_view().unwrap().id;
    app.next(says(json!({"options": [{"text": plain("Zürich"), "value": "zh"}]})));
    let offered = alice.asks_options(&id, "region", "zü").await.unwrap();
    assert_eq!(offered[0].label, "Zürich");
    let got = app.last();
    assert_eq!((got.path.as_str(), got.json()["value"].as_str()), ("/options", Some("zü")));
    let done = alice.submits(&id, &[("region", Input::Option("Zürich".into()))]).await.unwrap();
    assert_eq!(done, SubmitOutcome::Closed);
    let state = app.last().json()["view"]["state"]["values"].clone();
    assert_eq!(state["region"]["pick"]["selected_option"]["value"], "zh");

    open(
        &slack,
        &app,
        modal(json!([input("region", json!({"type": "external_select", "action_id": "pick"}))])),
    )
    .await;
    let id = alice.open_view().unwrap().id;
    let many: Vec<Value> =
        (0..101).map(|n| json!({"text": plain("x"), "value": n.to_string()})).collect();
    app.next(says(json!({"options": many})));
    assert!(alice.asks_options(&id, "region", "x").await.is_err(), "more than 100");
}

#[tokio::test]
async fn home_is_published_per_person_and_its_buttons_are_interactions() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    alice.opens_home().await;
    let home = json!({"type": "home", "blocks": [
        {"type": "actions", "elements": [button("new", "New")]},
    ]});
    let published =
        call(&slack, "views.publish", json!({"user_id": alice.id(), "view": home})).await;
    assert_eq!(published["ok"], true, "{published}");
    alice.presses_in_home("New").await.unwrap();
    let payload = app.last().json();
    assert_eq!(payload["view"]["type"], "home");
    assert_eq!(payload["container"]["type"], "view");
    assert!(slack.person("bob").home().is_none());
    let again = json!({"user_id": alice.id(), "view": home, "hash": "0.stale"});
    assert_eq!(call(&slack, "views.publish", again).await["error"], "hash_conflict");
    alice.opens_home().await;
    assert_eq!(app.last().json()["event"]["view"]["type"], "home");
}

#[tokio::test]
async fn a_field_that_dispatches_tells_the_app() {
    let (slack, app) = workspace().await;
    let alice = slack.person("alice");
    let mut block = input("date", json!({"type": "datepicker", "action_id": "d"}));
    block["dispatch_action"] = true.into();
    open(&slack, &app, modal(json!([block]))).await;
    let id = alice.open_view().unwrap().id;
    alice.chooses_in_view(&id, "date", Input::Date("2026-01-02".into())).await.unwrap();
    let payload = app.last().json();
    assert_eq!(payload["actions"][0]["selected_date"], "2026-01-02");
    assert_eq!(payload["view"]["state"]["values"]["date"]["d"]["selected_date"], "2026-01-02");
}
