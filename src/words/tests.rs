//! Everything that a person can be shown, drawn from all samples: checked, written to a folder for the
//! checker in `tests/slackblocks`, and kept as snapshots for whoever reviews the words.

mod guardrails;
mod overrides;
mod sketch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::draw::{Drawn, draw, template_of};
use super::press::Press;
use super::samples::{self, Sample};
use super::*;
use crate::domain::environment::Status;
use crate::domain::notice::Notice;
use crate::domain::reply::VERBS;
use crate::domain::{Timestamp, actions};

fn press() -> Press {
    Press::builtin().unwrap_or_else(|wrong| panic!("{}", told(&wrong)))
}

fn words() -> Words {
    Words::load(None).unwrap_or_else(|wrong| panic!("{}", told(&wrong)))
}

fn told(wrong: &[WordsError]) -> String {
    wrong.iter().map(|error| format!("{error}\n")).collect()
}

type All = BTreeMap<&'static str, Vec<(String, Drawn)>>;

/// Every sample with what came of it, by its template: drawn once, for unoptimised that takes a second.
static DRAWN: LazyLock<All> = LazyLock::new(|| {
    let press = press();
    let mut all = All::new();
    for sample in samples::all() {
        let drawn = draw(&press, &sample.page()).unwrap_or_else(|error| panic!("{error}"));
        all.entry(template_of(&sample.page())).or_default().push((sample.name, drawn));
    }
    all
});

fn payload(drawn: &Drawn) -> Value {
    match drawn {
        Drawn::Message(message) => json!({ "text": message.text, "blocks": message.blocks }),
        Drawn::View(view) => view.clone(),
    }
}

#[test]
fn every_sample_is_what_slack_takes() {
    let wrong = draw::try_samples(&press(), samples::all());
    assert!(wrong.is_empty(), "{}", told(&wrong));
}

#[test]
fn every_template_has_a_minimal_and_a_maximal_sample() {
    let press = press();
    let mut sampled: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let all: Vec<Sample> = samples::all();
    for sample in &all {
        sampled.entry(template_of(&sample.page())).or_default().insert(sample.name.clone());
    }
    for name in press.names().filter(|name| !name.starts_with('_') && *name != "refusal") {
        let names = sampled.remove(name).unwrap_or_default();
        for wanted in ["minimal", "maximal"] {
            assert!(
                names.iter().any(|n| n.starts_with(wanted)),
                "{name}.hbs has no {wanted} sample"
            );
        }
    }
    assert!(sampled.is_empty(), "there is no template for {sampled:?}");
}

#[test]
fn every_part_is_used_by_some_template() {
    let press = press();
    let sources: Vec<(&str, &str)> = press.sources().collect();
    for (name, _) in sources.iter().filter(|(name, _)| name.starts_with('_')) {
        let call = format!("{{{{> {name}");
        let used = |text: &str| {
            text.match_indices(&call).any(|(at, _)| text[at + call.len()..].starts_with(['}', ' ']))
        };
        assert!(sources.iter().any(|(_, text)| used(text)), "nothing uses {name}.hbs");
    }
}

#[test]
fn payloads_are_written_for_the_independent_checker() {
    let folder = std::env::var_os("MAYFLY_PAYLOADS").map(PathBuf::from);
    let folder = folder
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/payloads")));
    std::fs::create_dir_all(&folder).expect("the folder of the payloads is made");
    for (template, samples) in DRAWN.iter() {
        for (n, (name, drawn)) in samples.iter().enumerate() {
            let path = folder.join(format!("{template}.{n}.{name}.json"));
            let text = serde_json::to_string_pretty(&payload(drawn)).expect("JSON is written");
            std::fs::write(path, text).expect("the payload is written");
        }
    }
}

#[test]
fn what_people_see() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots");
    settings.bind(|| {
        for (template, samples) in DRAWN.iter() {
            let seen: String = samples
                .iter()
                .filter(|(name, _)| !name.contains("maximal"))
                .map(|(name, drawn)| format!("## {name}\n{}\n", sketch::sketch(drawn)))
                .collect();
            insta::assert_snapshot!(*template, seen);
        }
    });
}

#[test]
fn what_somebody_typed_mentions_nobody_and_breaks_nothing() {
    for (template, samples) in DRAWN.iter() {
        for (name, drawn) in samples.iter().filter(|(name, _)| name.contains("maximal")) {
            // In `plain_text` Slack reads no marks; only there may it stand unescaped.
            let marked = marked_texts(&payload(drawn));
            for bad in ["<!channel", "<!here", "<@U0>", "</script>"] {
                let found = marked.iter().find(|text| text.contains(bad));
                assert_eq!(found, None, "{template}.{name}");
            }
        }
    }
}

/// All `mrkdwn` texts, and the one for the notification.
fn marked_texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(marked_texts).collect(),
        Value::Object(object) => {
            let plain = object.get("type").is_some_and(|kind| kind == "plain_text");
            let own = object.get("text").and_then(Value::as_str).filter(|_| !plain);
            let own = own.map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(marked_texts)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_verb_and_state_has_words() {
    let words = words();
    for verb in VERBS {
        let reply = Reply::Help {
            verb: Some(verb.word),
            audience: crate::domain::reply::Audience::Operators,
        };
        let said = words.reply(&reply).expect("help is said").blocks.to_string();
        assert!(!said.contains("` ."), "{}: {said}", verb.word);
    }
    let help = |audience| {
        words.reply(&Reply::Help { verb: None, audience }).expect("help is said").blocks.to_string()
    };
    let operators = help(crate::domain::reply::Audience::Operators);
    let everyone = help(crate::domain::reply::Audience::Everyone);
    assert!(operators.contains("/infra pause") && !everyone.contains("/infra pause"));
}

#[test]
fn a_destructive_button_names_the_thing_and_asks_first() {
    let card = &DRAWN["notice-card"];
    let (_, ready) = card.iter().find(|(name, _)| name == "usual").expect("there is a usual card");
    let elements = payload(ready)["blocks"][2]["elements"].clone();
    let ids: Vec<&str> =
        elements.as_array().into_iter().flatten().filter_map(|e| e["action_id"].as_str()).collect();
    assert_eq!(ids, ["link", "credentials", "extend_4h", "extend_12h", "destroy"]);
    let destroy = &elements[4];
    assert_eq!(destroy["style"], "danger");
    assert_eq!(destroy["confirm"]["title"]["text"], "Destroy preview-env-calm-otter?");
    assert_eq!(destroy["value"], "env_0123456789abcdef0123");
}

#[test]
fn what_has_ended_has_no_button() {
    for (name, drawn) in &DRAWN["notice-card"] {
        let ended = ["destroyed", "rejected", "cancelled"].iter().any(|end| name.starts_with(end));
        let said = payload(drawn).to_string();
        // That it was rejected can still be explained.
        let buttons = said.matches("\"button\"").count() - said.matches("\"why\"").count();
        assert_eq!(buttons > 0, !ended, "{name}");
        assert_eq!(said.contains("\"why\""), name.starts_with("rejected"), "{name}");
    }
}

#[test]
fn at_the_maximum_there_is_no_step_and_it_says_so() {
    for (name, drawn) in &DRAWN["notice-warning"] {
        let said = payload(drawn).to_string();
        assert_eq!(said.contains("cannot be extended"), name == "at-maximum", "{name}: {said}");
        let full = name == "at-maximum" || name == "too-late";
        assert_eq!(said.contains("extend_"), !full, "{name}: {said}");
    }
}

#[test]
fn a_notice_without_its_facts_is_an_error_and_not_half_a_message() {
    let told = Told {
        notice: Notice::Ready,
        facts: None,
        progress: None,
        approval: None,
        public_url: String::new(),
        now: Timestamp(0),
    };
    let error = words().notice(&told).expect_err("there are no facts");
    assert!(error.to_string().contains("notice-ready.hbs"), "{error}");
}

#[test]
fn an_output_that_is_no_web_address_is_no_button() {
    let Some(sample) = samples::all().into_iter().find(|s| s.name == "usual") else {
        panic!("there is a usual sample");
    };
    let Page::Notice(told) = sample.page() else { panic!("the first usual sample is a card") };
    for address in
        ["javascript:alert(1)", "http://", "https://exa mple.com", "HTTP://x", "ftp://x/"]
    {
        let mut told = told.clone();
        let facts = told.facts.as_mut().expect("a card has facts");
        assert_eq!(facts.status, Status::Ready);
        facts.outputs[0].value = address.into();
        let message = words().notice(&told).expect("it is rendered");
        assert_eq!(
            check::message(&message.text, &message.blocks),
            Vec::<String>::new(),
            "{address}"
        );
        assert!(!message.blocks.to_string().contains("\"url\""), "{address}");
    }
}

#[test]
fn errors_stand_on_their_fields_and_the_others_on_the_first() {
    let all = samples::all();
    let form = all.iter().find_map(|sample| match sample.page() {
        Page::Form(form) if sample.name == "usual" => Some(form),
        _ => None,
    });
    let form = form.expect("there is a usual form");
    let problem = |name: &str, what: &str| (name.to_owned(), what.to_owned());
    let problems = [
        problem("size", "Too big."),
        problem("", "Open it anew."),
        problem("ttl", "Too long."),
        problem("password", "Never in Slack."),
        problem("project", "There is no such project."),
        problem("cost_center", "It is closed."),
    ];
    let errors = form_errors(form.manifest, &problems);
    let wanted = json!({
        "in_branch": "Open it anew. password: Never in Slack.",
        "in_size": "Too big.",
        "ttl": "Too long.",
        "project": "There is no such project.",
        "cost_center": "It is closed.",
    });
    assert_eq!(errors, wanted);
    let view = words().form(&form);
    let blocks: Vec<&str> = view["blocks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|block| block["block_id"].as_str())
        .collect();
    assert_eq!(blocks, ["in_branch", "in_size", actions::TTL_BLOCK, "project", "cost_center"]);
}

#[test]
fn a_form_shows_what_the_command_gave_where_it_fits() {
    let all = samples::all();
    let form = all.iter().find_map(|sample| match sample.page() {
        Page::Form(form) if sample.name == "usual" => Some(form),
        _ => None,
    });
    let given = [("branch", "feature/x"), ("size", "Option 2"), ("nonsense", "1")];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let form = FormModel {
        prefilled: &given,
        ttl: Some(Span::hours(9)),
        ..form.expect("there is a usual form")
    };
    let view = words().form(&form);
    assert_eq!(view["blocks"][0]["element"]["initial_value"], "feature/x");
    assert_eq!(view["blocks"][1]["element"]["initial_option"]["value"], "option-2");
    assert_eq!(view["blocks"][2]["element"]["initial_value"], "9h");
    let wrong = [("size".to_owned(), "huge".to_owned())];
    let view = words().form(&FormModel { prefilled: &wrong, ..form });
    assert_eq!(view["blocks"][1]["element"]["initial_option"]["value"], "option-1");
}
