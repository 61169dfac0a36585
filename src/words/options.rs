//! The options that fit what a person typed into an external select.

use serde_json::{Value, json};

use crate::template::Choice;

use super::limits::{self, cut};

/// The answer to a `block_suggestion`: at most 100 options, those first that begin with what was typed.
pub fn options(choices: &[Choice], typed: &str) -> Value {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(u8, &Choice)> =
        choices.iter().filter_map(|choice| Some((rank(choice, &typed)?, choice))).collect();
    // Stable: within a rank the template's own order stays.
    found.sort_by_key(|(rank, _)| *rank);
    let best = found.iter().take(limits::SELECT_OPTIONS);
    json!({ "options": best.map(|(_, choice)| option(choice)).collect::<Vec<_>>() })
}

/// A choice as Slack has it.
pub(super) fn option(choice: &Choice) -> Value {
    let label = if choice.label.trim().is_empty() { &choice.value } else { &choice.label };
    json!({
        "text": { "type": "plain_text", "text": cut(label.trim(), limits::OPTION_TEXT) },
        "value": choice.value,
    })
}

/// The smaller the better; none when it does not fit at all.
fn rank(choice: &Choice, typed: &str) -> Option<u8> {
    let texts = [choice.label.to_lowercase(), choice.value.to_lowercase()];
    let any = |fits: &dyn Fn(&str) -> bool| texts.iter().any(|text| fits(text));
    if typed.is_empty() || any(&|text| text == typed) {
        return Some(0);
    }
    if any(&|text| text.starts_with(typed)) {
        return Some(1);
    }
    let word =
        |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(typed));
    if any(&word) {
        return Some(2);
    }
    if any(&|text| text.contains(typed)) {
        return Some(3);
    }
    let all = |text: &str| typed.split_whitespace().all(|part| text.contains(part));
    any(&all).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(value: &str, label: &str) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }

    fn values(choices: &[Choice], typed: &str) -> Vec<String> {
        let answer = options(choices, typed);
        let options = answer["options"].as_array().cloned().unwrap_or_default();
        options.iter().filter_map(|o| o["value"].as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn the_best_comes_first_and_label_and_value_are_searched() {
        let choices = [
            choice("eu-west-1", "Ireland"),
            choice("us-west-2", "Oregon"),
            choice("west", "The West"),
            choice("northwest", "Far away"),
        ];
        assert_eq!(values(&choices, "WEST"), ["west", "eu-west-1", "us-west-2", "northwest"]);
        assert_eq!(values(&choices, "ire"), ["eu-west-1"]);
        assert_eq!(values(&choices, "mars"), [""; 0]);
        assert_eq!(values(&choices, "").len(), 4);
    }

    #[test]
    fn never_more_than_slack_takes() {
        let many: Vec<Choice> = (0..250).map(|n| choice(&format!("v{n}"), "x")).collect();
        assert_eq!(values(&many, "v").len(), 100);
        assert_eq!(values(&many, "v249"), ["v249"]);
    }
}
