//! An operator's files in place of the built-in ones.

use std::path::Path;

use super::super::*;
use super::{samples, told};

fn load(files: &[(&str, &str)]) -> Result<Words, Vec<WordsError>> {
    let folder = tempfile::tempdir().expect("a folder is made");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file is written");
    }
    Words::load(Some(folder.path()))
}

/// The one error, and that it names the file and a cure.
fn refused(files: &[(&str, &str)]) -> WordsError {
    let wrong = load(files).err().expect("it is refused");
    assert!(
        wrong.iter().all(|e| e.file.ends_with(files[0].0) && !e.hint.is_empty()),
        "{}",
        told(&wrong)
    );
    wrong.into_iter().next().expect("an error")
}

const READY: &str = r#"{
  "text": "Dein {{env.name}} steht.",
  "blocks": [
    { "type": "section", "text": { "type": "mrkdwn", "text": "*{{env.name}}* steht." } },
  ],
}"#;

#[test]
fn a_file_replaces_the_built_in_one_of_its_name_alone() {
    let words = load(&[("notice-ready.hbs", READY), ("README.md", "ours")]);
    let words = words.unwrap_or_else(|wrong| panic!("{}", told(&wrong)));
    let all = samples::all();
    for sample in all.iter().filter(|sample| sample.name == "minimal") {
        if let Page::Notice(told) = sample.page() {
            let text = words.notice(told).expect("it is rendered").text;
            let ours = text == "Dein preview-env-calm-otter steht.";
            assert_eq!(ours, told.notice == crate::domain::notice::Notice::Ready, "{text}");
        }
    }
}

#[test]
fn a_part_can_be_replaced_too() {
    let words = load(&[("_is.hbs", "{{#if status}}ist so und so{{/if}}\n")]);
    assert!(words.is_ok(), "{}", told(&words.err().unwrap_or_default()));
}

#[test]
fn a_broken_tag_is_told_with_its_line() {
    let error =
        refused(&[("notice-ready.hbs", "{\n  \"text\": \"{{#if left}}\",\n  \"blocks\": []\n}")]);
    assert!(error.line.is_some() && error.problem.contains("handlebars"), "{error}");
}

#[test]
fn a_fact_that_does_not_exist_is_told_with_its_line_also_in_a_condition() {
    for (tag, name) in [("{{env.nmae}}", "nmae"), ("{{#if env.ready}}x{{/if}}", "ready")] {
        let error = refused(&[("notice-ready.hbs", &READY.replace("{{env.name}}* steht", tag))]);
        assert!(error.line.is_some_and(|line| line == 4), "{error}");
        assert!(error.problem.contains(name), "{error}");
    }
}

#[test]
fn what_is_no_json_is_told_with_the_line_of_the_template() {
    let broken = READY.replace("\"blocks\": [", "{{#if env.team}}\n  {{/if}}\n \"blocks\": [ oops");
    let error = refused(&[("notice-ready.hbs", &broken)]);
    assert_eq!(error.line, Some(5), "{error}");
    // Also when the mistake stands in a part, which is found by its own file.
    let part = READY.replace("_", "");
    let error = refused(&[("_about.hbs", &part)]);
    assert!(error.line.is_some(), "{error}");
}

#[test]
fn what_slack_would_refuse_or_nothing_answers_to_is_refused_at_start() {
    let button = |id: &str| {
        READY.replace("\"blocks\": [", &format!(
            "\"blocks\": [ {{ \"type\": \"actions\", \"elements\": [ {{ \"type\": \"button\", \
             \"action_id\": \"{id}\", \"text\": {{ \"type\": \"plain_text\", \"text\": \"x\" }} }} ] }},"
        ))
    };
    assert!(load(&[("notice-ready.hbs", &button("show"))]).is_ok());
    for (text, wanted) in [
        (button("shwo"), "nothing answers"),
        (READY.replace("\"type\": \"section\"", "\"type\": \"sektion\""), "no block `sektion`"),
        (READY.replace("\"text\": \"Dein {{env.name}} steht.\",", ""), "/text"),
        (READY.replace("*{{env.name}}* steht.", "<!channel> {{env.name}}"), "is not escaped"),
    ] {
        let error = refused(&[("notice-ready.hbs", &text)]);
        assert!(error.problem.contains(wanted), "{error}");
    }
}

#[test]
fn a_name_that_nothing_has_is_told_with_the_nearest() {
    let error = refused(&[("notice-redy.hbs", READY)]);
    assert!(error.hint.contains("notice-ready.hbs"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let wrong = Words::load(Some(Path::new("no/such/folder"))).err().expect("it is refused");
    assert!(told(&wrong).contains("no/such/folder"), "{}", told(&wrong));
}
