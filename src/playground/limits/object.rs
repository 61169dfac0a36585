//! Composition objects: texts, options, confirm dialogs.

use serde_json::Value;

use super::check::Check;
use crate::playground::blocks::list;

/// Which kinds of text a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// `plain_text` alone.
    Plain,
    /// `plain_text` or `mrkdwn`.
    Any,
}

const OPTION_TEXT: usize = 75;
const OPTION_VALUE: usize = 150;
const OPTION_DESCRIPTION: usize = 75;
const GROUP_LABEL: usize = 75;
const GROUPS: usize = 100;
const CONFIRM_TITLE: usize = 100;
const CONFIRM_TEXT: usize = 300;
const CONFIRM_BUTTON: usize = 30;
pub(super) const URL: usize = 3_000;

pub(super) fn plain_text(check: &mut Check, text: &Value, max: usize, at: &str) {
    self::text(check, text, Marks::Plain, max, at);
}

pub(super) fn text(check: &mut Check, text: &Value, marks: Marks, max: usize, at: &str) {
    let Some(fields) = text.as_object() else {
        return check.add("must be a text object", at);
    };
    match (text["type"].as_str(), marks) {
        (Some("plain_text"), _) => check.keys(fields, &["type", "text", "emoji"], at),
        (Some("mrkdwn"), Marks::Any) => check.keys(fields, &["type", "text", "verbatim"], at),
        (Some("mrkdwn"), Marks::Plain) => check.add("must be plain_text", at),
        _ => check.add("must be one of: plain_text, mrkdwn", &format!("{at}/type")),
    }
    check.required(text, "text", 1..=max, at);
}

/// The placeholder, label … under this key, if it is there.
pub(super) fn optional_plain(check: &mut Check, of: &Value, key: &str, max: usize, at: &str) {
    if let Some(text) = of.get(key) {
        plain_text(check, text, max, &format!("{at}/{key}"));
    }
}

pub(super) fn confirm(check: &mut Check, of: &Value, at: &str) {
    let Some(confirm) = of.get("confirm") else { return };
    let at = &format!("{at}/confirm");
    let Some(fields) = confirm.as_object() else {
        return check.add("must be an object", at);
    };
    check.keys(fields, &["title", "text", "confirm", "deny", "style"], at);
    for key in ["title", "text", "confirm", "deny"] {
        check.that(confirm.get(key).is_some(), &format!("missing required field: {key}"), at);
    }
    optional_plain(check, confirm, "title", CONFIRM_TITLE, at);
    optional_plain(check, confirm, "confirm", CONFIRM_BUTTON, at);
    optional_plain(check, confirm, "deny", CONFIRM_BUTTON, at);
    if let Some(body) = confirm.get("text") {
        text(check, body, Marks::Any, CONFIRM_TEXT, &format!("{at}/text"));
    }
    style(check, confirm, at);
}

pub(super) fn style(check: &mut Check, of: &Value, at: &str) {
    let fits = of.get("style").is_none_or(|s| s == "primary" || s == "danger");
    check.that(fits, "must be one of: primary, danger", &format!("{at}/style"));
}

pub(super) fn option(check: &mut Check, option: &Value, marks: Marks, at: &str) {
    let Some(fields) = option.as_object() else {
        return check.add("must be an option object", at);
    };
    check.keys(fields, &["text", "value", "description", "url"], at);
    match option.get("text") {
        Some(label) => text(check, label, marks, OPTION_TEXT, &format!("{at}/text")),
        None => check.add("missing required field: text", at),
    }
    check.required(option, "value", 1..=OPTION_VALUE, at);
    if let Some(description) = option.get("description") {
        text(check, description, marks, OPTION_DESCRIPTION, &format!("{at}/description"));
    }
    check.length(option, "url", 1..=URL, at);
}

/// `options` or `option_groups`, at most so many, and the initial ones among them.
pub(super) fn options(check: &mut Check, of: &Value, max: usize, marks: Marks, at: &str) {
    let groups = list(&of["option_groups"]);
    check.that(
        of.get("options").is_some() != of.get("option_groups").is_some(),
        "exactly one of options and option_groups is required",
        at,
    );
    check.at_most(groups.len(), GROUPS, &format!("{at}/option_groups"));
    for (n, group) in groups.iter().enumerate() {
        let at = format!("{at}/option_groups/{n}");
        optional_plain(check, group, "label", GROUP_LABEL, &at);
        check.that(group.get("label").is_some(), "missing required field: label", &at);
        some_options(check, &group["options"], max, marks, &at);
    }
    if of.get("options").is_some() {
        some_options(check, &of["options"], max, marks, at);
    }
    let all: Vec<&Value> = list(&of["options"])
        .iter()
        .chain(groups.iter().flat_map(|g| list(&g["options"])))
        .collect();
    let initial = of.get("initial_option").into_iter().chain(list(&of["initial_options"]));
    for initial in initial {
        let there =
            all.iter().any(|o| o["value"] == initial["value"] && o["text"] == initial["text"]);
        check.that(there, "initial option must be one of the options", at);
    }
    if of.get("initial_options").is_some() {
        check.at_least_one(list(&of["initial_options"]).len(), &format!("{at}/initial_options"));
    }
}

fn some_options(check: &mut Check, options: &Value, max: usize, marks: Marks, at: &str) {
    let at = format!("{at}/options");
    let options = list(options);
    check.at_least_one(options.len(), &at);
    check.at_most(options.len(), max, &at);
    for (n, one) in options.iter().enumerate() {
        option(check, one, marks, &format!("{at}/{n}"));
    }
}
