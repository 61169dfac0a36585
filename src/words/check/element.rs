//! Interactive elements, and what they are made of.

use std::collections::HashSet;

use serde_json::Value;

use crate::domain::actions;

use super::super::fit::action_of;
use super::super::limits;
use super::Check;

impl Check {
    pub(super) fn element(&mut self, element: &Value, at: &str) {
        let id = element["action_id"].as_str().unwrap_or_default();
        self.that((1..=limits::ID).contains(&id.chars().count()), at, "action_id's length");
        self.that(
            known_action(action_of(id)),
            at,
            &format!("nothing answers to the action `{id}`"),
        );
        if let Some(confirm) = element.get("confirm") {
            self.confirm(confirm, &format!("{at}/confirm"));
        }
        self.maybe_plain(element, "placeholder", limits::PLACEHOLDER, at);
        let kind = element["type"].as_str().unwrap_or_default();
        let own: &[&str] = match kind {
            "button" => &["text", "value", "url", "style", "accessibility_label"],
            "static_select" => &["options", "initial_option"],
            "multi_static_select" => &["options", "initial_options", "max_selected_items"],
            "external_select" => &["initial_option", "min_query_length"],
            "multi_external_select" => {
                &["initial_options", "min_query_length", "max_selected_items"]
            }
            "radio_buttons" => &["options", "initial_option"],
            "checkboxes" => &["options", "initial_options"],
            "users_select" => &["initial_user"],
            "conversations_select" => &["initial_conversation", "filter"],
            "datepicker" => &["initial_date"],
            "plain_text_input" => &["initial_value", "multiline", "min_length", "max_length"],
            "number_input" => &["is_decimal_allowed", "initial_value", "min_value", "max_value"],
            _ => return self.that(false, at, &format!("there is no element `{kind}` for us")),
        };
        let common = ["type", "action_id", "confirm", "placeholder", "focus_on_load"];
        self.keys(element, &[&common[..], own].concat(), at);
        match kind {
            "button" => self.button(element, at),
            "plain_text_input" => self.text_input(element, at),
            "number_input" => self.number_input(element, at),
            _ => self.choice(element, kind, at),
        }
    }

    fn button(&mut self, button: &Value, at: &str) {
        self.plain(&button["text"], limits::BUTTON_TEXT, &format!("{at}/text"));
        for (key, most) in [("value", limits::BUTTON_VALUE), ("url", limits::URL)] {
            if let Some(text) = button.get(key) {
                let length = text.as_str().map_or(0, |text| text.chars().count());
                self.that((1..=most).contains(&length), at, &format!("{key}'s length"));
            }
        }
        if let Some(url) = button["url"].as_str() {
            self.that(
                url.starts_with("http://") || url.starts_with("https://"),
                at,
                "no web address",
            );
        }
        if let Some(style) = button.get("style") {
            self.that(style == "primary" || style == "danger", at, "style is primary or danger");
            // What opens a view asks there.
            let views = button["action_id"].as_str().map(action_of) == Some(actions::DENY);
            let asked = style != "danger" || views || button.get("confirm").is_some();
            self.that(asked, at, "a button that destroys asks first: it wants a `confirm`");
        }
    }

    fn text_input(&mut self, input: &Value, at: &str) {
        let (min, max) = (input["min_length"].as_u64(), input["max_length"].as_u64());
        let most = limits::INPUT_LENGTH as u64;
        self.that(max.is_none_or(|n| (1..=most).contains(&n)), at, "max_length is 1 to 3000");
        self.that(
            min.is_none_or(|n| n <= max.unwrap_or(most)),
            at,
            "min_length is above max_length",
        );
        let length = input["initial_value"].as_str().map_or(0, |text| text.chars().count()) as u64;
        self.that(length <= max.unwrap_or(most), at, "initial_value is too long");
    }

    fn number_input(&mut self, input: &Value, at: &str) {
        self.that(input["is_decimal_allowed"].is_boolean(), at, "is_decimal_allowed is missing");
        let number = |key: &str| match input.get(key) {
            None => Ok(None),
            Some(text) => text.as_str().and_then(|t| t.parse::<f64>().ok()).map(Some).ok_or(()),
        };
        let (min, max, now) = (number("min_value"), number("max_value"), number("initial_value"));
        let all = min.is_ok() && max.is_ok() && now.is_ok();
        self.that(all, at, "numbers are written as texts");
        let (min, max) = (min.ok().flatten(), max.ok().flatten());
        self.that(min.zip(max).is_none_or(|(a, b)| a <= b), at, "min_value is above max_value");
    }

    /// Selects, radio buttons, checkboxes.
    fn choice(&mut self, element: &Value, kind: &str, at: &str) {
        let few = matches!(kind, "radio_buttons" | "checkboxes");
        let most = if few { limits::FEW_OPTIONS } else { limits::SELECT_OPTIONS };
        let listed = few || kind.ends_with("static_select");
        let options = element["options"].as_array().map_or(&[][..], Vec::as_slice);
        self.that(!listed || (1..=most).contains(&options.len()), at, "the number of options");
        let initial = element["initial_options"].as_array().map_or(&[][..], Vec::as_slice);
        let initial: Vec<&Value> = initial.iter().chain(element.get("initial_option")).collect();
        let among = !listed || initial.iter().all(|option| options.contains(option));
        self.that(among, at, "what is chosen at first is none of the options");
        let none = element.get("initial_options").is_some() && initial.is_empty();
        self.that(!none, at, "initial_options is empty");
        let mut values = HashSet::new();
        for option in options {
            let value = option["value"].as_str().unwrap_or_default();
            self.that(values.insert(value), at, &format!("the option `{value}` is there twice"));
        }
        for option in options.iter().chain(initial) {
            self.option(option, at);
        }
        let most = &element["max_selected_items"];
        self.that(most.is_null() || most.as_u64().is_some_and(|n| n > 0), at, "max_selected_items");
    }

    fn option(&mut self, option: &Value, at: &str) {
        self.keys(option, &["text", "value", "description"], at);
        self.plain(&option["text"], limits::OPTION_TEXT, at);
        self.maybe_plain(option, "description", limits::OPTION_TEXT, at);
        let length = option["value"].as_str().map_or(0, |text| text.chars().count());
        self.that((1..=limits::OPTION_VALUE).contains(&length), at, "an option's value's length");
    }

    fn confirm(&mut self, confirm: &Value, at: &str) {
        self.keys(confirm, &["title", "text", "confirm", "deny", "style"], at);
        self.plain(&confirm["title"], limits::CONFIRM_TITLE, &format!("{at}/title"));
        self.plain(&confirm["text"], limits::CONFIRM_TEXT, &format!("{at}/text"));
        self.plain(&confirm["confirm"], limits::CONFIRM_BUTTON, &format!("{at}/confirm"));
        self.plain(&confirm["deny"], limits::CONFIRM_BUTTON, &format!("{at}/deny"));
    }
}

fn known_action(action: &str) -> bool {
    use actions::{
        APPROVE, DENY, ORPHAN_ADOPT, ORPHAN_DESTROY, RETRY, REVERT, SHOW, WHY, WHY_PAGE,
    };
    use actions::{CANCEL, CREDENTIALS, DESTROY, DRIFT, FIELD, GONE, LINK, LOGS, NEW, PAGE, PICK};
    let ours = [CANCEL, CREDENTIALS, DESTROY, DRIFT, FIELD, GONE, LINK, LOGS, NEW, PAGE, PICK];
    ours.contains(&action)
        || [APPROVE, DENY, ORPHAN_ADOPT, ORPHAN_DESTROY, RETRY, REVERT, SHOW, WHY, WHY_PAGE]
            .contains(&action)
        || actions::read_extend(action).is_some()
}
