//! What policy says, questions for approval, and costs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::*;
use super::{DRAWN, payload, samples, words};
use crate::domain::actions::{self, FormData};
use crate::domain::approval::ApprovalStatus;
use crate::domain::notice::Notice;
use crate::template::RawValue;

/// What came of a sample, as one text.
fn said(template: &str, name: &str) -> String {
    drawn(template, name).to_string()
}

fn drawn(template: &str, name: &str) -> Value {
    let found = DRAWN[template].iter().find(|(sample, _)| sample == name);
    payload(&found.unwrap_or_else(|| panic!("{template} has a sample {name}")).1)
}

fn buttons(payload: &Value) -> Vec<String> {
    let blocks = payload["blocks"].as_array().cloned().unwrap_or_default();
    let elements =
        blocks.iter().flat_map(|block| block["elements"].as_array().into_iter().flatten());
    elements.filter_map(|one| one["action_id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_question_can_be_answered_while_it_waits_and_says_afterwards_who_did() {
    for name in ["minimal", "usual", "over-budget", "unpriced", "maximal"] {
        let card = drawn("notice-question", name);
        assert_eq!(buttons(&card), [actions::APPROVE, actions::DENY, actions::WHY], "{name}");
    }
    for name in ["approved", "denied", "expired", "withdrawn", "maximal-denied"] {
        assert_eq!(buttons(&drawn("notice-question", name)), [""; 0], "{name}");
    }
    let approved = said("notice-question", "approved");
    assert!(approved.contains("<@U2> approved <!date^") && approved.contains("decided <!date^"));
    let denied = said("notice-question", "denied");
    assert!(denied.contains("<@U3> denied <!date^"), "{denied}");
    assert!(denied.contains(": A smaller instance is enough for this."), "{denied}");
}

#[test]
fn buttons_of_a_question_carry_what_the_press_is_read_by() {
    let card = drawn("notice-question", "usual");
    let blocks = card["blocks"].as_array().cloned().unwrap_or_default();
    let actions: Vec<&Value> = blocks
        .iter()
        .filter(|b| b["type"] == "actions")
        .flat_map(|b| b["elements"].as_array())
        .flatten()
        .collect();
    let value = |n: usize| actions[n]["value"].as_str().unwrap_or_default();
    assert_eq!((value(0), value(1)), ("apr_0123456789abcdef0123", "apr_0123456789abcdef0123"));
    assert_eq!(value(2), "env_0123456789abcdef0123");
    assert_eq!((&actions[0]["style"], &actions[1]["style"]), (&json!("primary"), &json!("danger")));
}

#[test]
fn a_denial_and_what_comes_of_a_question_are_shown_outside_the_thread_too() {
    let words = words();
    for sample in samples::all() {
        let Page::Notice(told) = sample.page() else { continue };
        let wanted = match &told.notice {
            Notice::Policy { decision, overridden: None } => {
                decision.verdict() == crate::domain::decision::Verdict::Deny
            }
            Notice::Policy { overridden: Some(_), .. }
            | Notice::Question { .. }
            | Notice::Reminder { .. } => false,
            Notice::Awaiting { .. } | Notice::Answered { .. } | Notice::Rejected { .. } => true,
            _ => continue,
        };
        let broadcast = words.notice(told).expect("it is rendered").broadcast;
        assert_eq!(broadcast == Broadcast::Yes, wanted, "{} {:?}", sample.name, told.notice);
    }
}

#[test]
fn a_notice_of_a_question_without_its_facts_is_an_error() {
    let all = samples::all();
    let told = all.iter().find_map(|sample| match sample.page() {
        Page::Notice(told) if told.approval.is_some() => Some(told.clone()),
        _ => None,
    });
    let told = Told { approval: None, ..told.expect("there is a question") };
    let error = words().notice(&told).expect_err("there are no facts");
    assert!(error.to_string().contains("question for approval"), "{error}");
}

#[test]
fn a_finding_says_rule_place_reason_what_would_pass_and_who_can_override() {
    for template in ["notice-policy", "refusal-by-policy"] {
        let usual = said(template, "usual");
        for wanted in [
            "`request.deny_region` at `request/regions.rego:14`",
            "us-west-2 is not among the regions of payments.",
            "Choose eu-central-1 or eu-west-1.",
            "role security or <!subteam^S0123456789>",
            "Nobody can override it",
        ] {
            assert!(usual.contains(wanted), "{template}: {wanted}: {usual}");
        }
    }
    let why = said("reply-why", "overridden");
    for wanted in
        ["overridden by <@W0123456789ABCDEF>", "The load test of the release", "37 rules asked"]
    {
        assert!(why.contains(wanted), "{wanted}: {why}");
    }
    let approved = said("reply-why", "approved");
    for wanted in [
        "Excepted by `exceptions/sandbox.rego:4`",
        "<@U3> approved",
        "role lead, team platform or <@U2>, 2 of them",
    ] {
        assert!(approved.contains(wanted), "{wanted}: {approved}");
    }
}

#[test]
fn findings_of_one_rule_stand_under_it_and_what_is_left_out_is_in_the_explanation() {
    let many = said("notice-policy", "many");
    let rule = "*11 findings* of rule `plan.deny_encryption_bucket` at `plan/encryption.rego:31`";
    assert!(many.contains(rule), "{many}");
    assert!(many.contains("… and 6 more: `/infra why preview-env-calm-otter`"), "{many}");
    let why = said("reply-why", "one-rule");
    assert_eq!(why.matches("plan.deny_encryption_bucket").count(), 1, "{why}");
    for n in 0..12 {
        assert!(why.contains(&format!("• aws_s3_bucket.logs[{n}] is not")), "{n}: {why}");
    }
}

/// All pages of an explanation, one after the other, as their buttons lead on.
fn every_page(mut why: crate::domain::reply::Why) -> (usize, String) {
    let mut told = String::new();
    loop {
        let shown = words().reply(&Reply::Why(why.clone())).expect("it is said");
        let said = shown.blocks.to_string();
        assert!(!said.contains('…'), "something is cut: {said}");
        told.push_str(&said);
        let blocks = shown.blocks.as_array().cloned().unwrap_or_default();
        let all =
            blocks.iter().flat_map(|block| block["elements"].as_array().into_iter().flatten());
        let mut next = all.filter(|one| one["text"]["text"] == "Next page");
        let value = next.next().and_then(|one| one["value"].as_str());
        let Some((about, page)) = value.and_then(actions::read_why_page) else { break };
        assert_eq!((about, page), (why.facts.id.as_str(), why.page + 1));
        why.page = page;
    }
    (why.page, told)
}

#[test]
fn every_finding_stands_on_a_page_of_the_explanation_and_buttons_lead_to_all_of_them() {
    let all = samples::all();
    let long = all.iter().find_map(|sample| match sample.page() {
        Page::Reply(Reply::Why(why)) if sample.name == "pages" => Some(why.clone()),
        _ => None,
    });
    let mut why = long.expect("there is one");
    for more in ["".to_owned(), " & so on".repeat(50)] {
        for one in why.decisions.iter_mut().flat_map(|one| &mut one.decision.findings) {
            one.message.push_str(&more);
        }
        let (pages, told) = every_page(why.clone());
        assert!(pages > 1, "there is one page alone");
        for rule in 0..60 {
            let place = format!("`plan.deny_{rule}` at `plan/rules.rego:{rule}`");
            assert!(told.contains(&place), "{place}");
            for n in 0..2 {
                let message = format!("web[{n}] goes against what is agreed in rule {rule}.");
                assert_eq!(told.matches(&message).count(), 1, "{message}");
            }
        }
        assert!(told.contains("*Request*: allowed"), "{told}");
    }
}

#[test]
fn whoever_approves_sees_every_rule_and_how_much_it_has_found() {
    let one = said("notice-question", "one-rule");
    assert!(one.contains("*30 findings* of rule `request.deny_region`"), "{one}");
    let many = said("notice-question", "many-rules");
    for rule in 0..12 {
        let place = format!("`plan/rules.rego:{rule}`");
        assert_eq!(many.matches(&place).count(), 1, "{place}: {many}");
    }
    assert!(many.matches("2 findings").count() == 12, "{many}");
    assert!(many.contains("Every finding of every rule: `/infra why "), "{many}");
}

#[test]
fn the_gravest_findings_come_first_and_the_refusal_has_no_warning() {
    let usual = said("notice-policy", "usual");
    let at = |what: &str| usual.find(what).unwrap_or_else(|| panic!("{what}: {usual}"));
    assert!(
        at("not encrypted") < at("Most of these live")
            && at("us-west-2") < at("Most of these live")
    );
    assert!(!said("refusal-by-policy", "usual").contains("Most of these live"));
}

#[test]
fn what_nobody_knows_the_price_of_is_never_nothing() {
    for (template, name) in [
        ("notice-card", "unpriced"),
        ("notice-card", "destroyed-unpriced"),
        ("notice-warning", "unpriced"),
        ("notice-receipt", "unpriced"),
        ("notice-question", "unpriced"),
        ("reply-shown", "unpriced"),
        ("reply-cost", "unpriced"),
        ("view-form", "unpriced"),
        ("view-form", "no-book"),
    ] {
        let said = said(template, name);
        assert!(!said.contains('$'), "{template} {name}: {said}");
        assert!(said.contains("not known"), "{template} {name}: {said}");
    }
    assert!(said("notice-card", "partly-priced").contains("priced 11 of 14"));
    assert!(
        said("notice-receipt", "partly-priced").contains("of 3 resources nobody knows the price")
    );
    let usual = said("reply-cost", "usual");
    assert!(usual.contains("Of 3 resources nobody knows the price"), "{usual}");
    assert!(usual.contains("*at least $9.18*") && usual.contains("*$3.12*"), "{usual}");
    assert!(usual.contains(": at least $12.30*"), "the sum of what is known in part: {usual}");
    assert!(said("reply-cost", "free").contains("*$0.00*"));
}

#[test]
fn a_form_says_rate_and_total_or_plainly_that_nobody_knows() {
    let priced = said("view-form", "priced");
    assert!(priced.contains("About $0.41/h · about $9.84 for 1 d · priced 11 of 14"), "{priced}");
    let other = said("view-form", "other-values");
    assert!(other.contains("(by the last one, with other values)"), "{other}");
    for name in ["never-made", "never-made-no-book"] {
        let never = said("view-form", name);
        assert!(
            never.contains("Nobody knows yet what it costs") && !never.contains('$'),
            "{never}"
        );
        assert_eq!(never.contains("price book for aws eu-central-1"), name != "never-made");
    }
    assert!(said("view-form", "free").contains("It costs nothing"));
}

#[test]
fn an_extension_says_what_it_costs() {
    let warning = drawn("notice-warning", "priced");
    let texts: Vec<&str> = warning["blocks"][1]["elements"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|element| element["text"]["text"].as_str())
        .collect();
    assert_eq!(texts, ["Extend 4 h (+$1.64)", "Extend 12 h (+$4.92)", "Destroy now"]);
}

#[test]
fn a_chart_is_announced_only_where_one_follows() {
    let announced = |name: &str| drawn("reply-cost", name).to_string().contains("A chart of it");
    assert!(announced("usual") && !announced("minimal-mine"));
}

#[test]
fn the_view_of_a_comment_is_read_back_and_wants_a_reason_for_an_override_alone() {
    for (name, answer, optional) in [
        ("minimal", Answer::Approve, true),
        ("override", Answer::Approve, false),
        ("deny", Answer::Deny, true),
    ] {
        let view = drawn("view-comment", name);
        let carried = view["private_metadata"].as_str().unwrap_or_default();
        assert_eq!(actions::read_answer_data(carried), Some((answer, "apr_0123456789abcdef0123")));
        assert_eq!(view["callback_id"], actions::ANSWER_FORM);
        let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
        let field = blocks.iter().find(|block| block["type"] == "input").expect("a field");
        assert_eq!(field["block_id"], actions::REASON_BLOCK);
        assert_eq!(field["element"]["action_id"], actions::FIELD);
        assert_eq!(field["optional"], optional, "{name}");
    }
    let comment =
        Reply::CommentWanted { facts: facts(), approval: approval(), answer: Answer::Deny };
    assert_eq!(words().reply(&comment), None);
}

fn facts() -> EnvironmentFacts {
    let all = samples::all();
    let found = all.iter().find_map(|sample| match sample.page() {
        Page::Comment(facts, ..) => Some(facts.clone()),
        _ => None,
    });
    found.expect("there is a sample")
}

fn approval() -> ApprovalFacts {
    let all = samples::all();
    let found = all.iter().find_map(|sample| match sample.page() {
        Page::Comment(_, approval, _) => Some(approval.clone()),
        _ => None,
    });
    found.expect("there is a sample")
}

#[test]
fn a_question_that_is_over_says_by_whom() {
    let over = |status| Refusal::ApprovalOver {
        name: "calm".into(),
        approval: Box::new(ApprovalFacts { status, ..approval() }),
    };
    let mut told = BTreeMap::new();
    for status in ApprovalStatus::ALL.iter().filter(|one| **one != ApprovalStatus::Pending) {
        let said = words().refusal(&over(*status)).blocks.to_string();
        assert!(told.insert(said.clone(), *status).is_none(), "{status}: {said}");
    }
    assert!(said("refusal-approval-over", "minimal").contains("<@U2>, <@U3> approved it <!date^"));
    assert!(said("refusal-approval-over", "denied").contains("<@U3> denied it <!date^"));
}

#[test]
fn a_form_that_comes_back_carries_what_was_seen_and_asks_for_a_reason_where_one_is_needed() {
    for (name, submit, reason) in [
        ("usual", "Create", false),
        ("change", "Create", false),
        ("continue", "Continue", false),
        ("override", "Override", true),
        ("ask", "Ask", true),
    ] {
        let view = drawn("view-form", name);
        assert_eq!(view["submit"]["text"], submit);
        let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
        let field = blocks.iter().find(|block| block["block_id"] == actions::REASON_BLOCK);
        assert_eq!(field.is_some(), reason, "{name}");
        assert!(field.is_none_or(|field| field["optional"] != true), "{name}");
        let carried: FormData =
            serde_json::from_str(view["private_metadata"].as_str().unwrap_or_default())
                .expect("ours");
        let seen = (name != "usual").then(|| "5d41402abc4b".to_owned());
        assert_eq!(carried.seen, seen, "{name}");
    }
    let ask = said("view-form", "ask");
    assert!(ask.contains("then role security or <!subteam^S0123456789> can override it"), "{ask}");
    assert!(ask.contains("*Size*"), "a finding about an input names it as the form does: {ask}");
}

#[test]
fn nothing_that_was_entered_is_lost_whatever_the_field() {
    let all = samples::all();
    let form = all.iter().find_map(|sample| match sample.page() {
        Page::Form(form) if sample.name == "maximal-judged" => Some(form),
        _ => None,
    });
    let form = form.expect("there is a form with every kind of input");
    let long = |n: usize| format!("{n}{}", "v".repeat(140));
    let many = |picked: [usize; 2]| RawValue::Many(picked.map(long).to_vec());
    let text = |text: &str| RawValue::Text(text.into());
    let cases = [
        ("bare_0", text("main"), "initial_value", json!("main")),
        ("bare_1", text("two\nlines, at least"), "initial_value", json!("two\nlines, at least")),
        ("bare_2", text("-7"), "initial_value", json!("-7")),
        ("bare_4", text("2.5"), "initial_value", json!("2.5")),
        ("bare_5", text("false"), "initial_option/value", json!("false")),
        ("bare_7", text(&long(3)), "initial_option/value", json!(long(3))),
        ("bare_8", text("option-7"), "initial_option/value", json!("option-7")),
        ("bare_9", many([2, 5]), "initial_options/1/value", json!(long(5))),
        ("bare_10", many([2, 5]), "initial_options/0/value", json!(long(2))),
        ("bare_11", many([2, 77]), "initial_options/1/value", json!(long(77))),
        ("bare_12", many([2, 333]), "initial_options/1/value", json!(long(333))),
        ("bare_13", text("U9876543210"), "initial_user", json!("U9876543210")),
        ("bare_14", text("C9876543210"), "initial_conversation", json!("C9876543210")),
        ("bare_15", text("2031-01-02"), "initial_date", json!("2031-01-02")),
        ("bare_16", text("90m"), "initial_value", json!("1h30m")),
    ];
    let mut entered = RawInputs::default();
    for (name, value, ..) in &cases {
        entered.set(*name, value.clone());
    }
    let view = words().form(&FormModel { entered: Some(&entered), ..form });
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    for (name, _, place, wanted) in &cases {
        let block = actions::input_block(name);
        let field = blocks.iter().find(|one| one["block_id"] == block.as_str()).expect("a field");
        let shown = field.pointer(&format!("/element/{place}"));
        assert_eq!(shown, Some(wanted), "{name}: {}", field["element"]["type"]);
    }
    let reason = blocks.iter().find(|one| one["block_id"] == actions::REASON_BLOCK);
    let typed = reason.and_then(|one| one["element"]["initial_value"].as_str());
    assert!(typed.is_some_and(|typed| typed.starts_with("<!channel>")), "{typed:?}");
}

#[test]
fn denials_become_errors_of_their_fields_and_warnings_do_not() {
    let all = samples::all();
    let form = all.iter().find_map(|sample| match sample.page() {
        Page::Form(form) if sample.name == "override" => Some(form),
        _ => None,
    });
    let form = form.expect("there is a form");
    let verdict = form.verdict.expect("with a verdict");
    let errors = form_errors(form.manifest, &problems(&verdict.decision));
    let wanted = "us-west-2 is not among the regions of payments. Choose eu-central-1 or eu-west-1. \
                  (request.deny_region, request/regions.rego:14)";
    assert_eq!(errors, json!({ "in_size": wanted }));
}
