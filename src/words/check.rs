//! Checks a payload by Slack's rules: what an operator's template gave, and in the tests everything.

use std::collections::HashSet;

use serde_json::Value;

use crate::domain::actions;

use super::fit::{action_of, characters};
use super::limits;

/// What Slack or we would not take, each with its place as a JSON pointer.
pub(super) fn message(text: &str, blocks: &Value) -> Vec<String> {
    let mut check = Check::default();
    check.that(!text.trim().is_empty(), "/text", "it is empty, and a notification shows nothing else");
    check.that(!text.contains(['`', '*', '\n']), "/text", "it has marks, and it is shown as it stands");
    check.that(text.chars().count() <= limits::SENTENCE, "/text", "it is too long");
    let blocks = check.blocks(blocks, limits::MESSAGE_BLOCKS, Surface::Message);
    let all: usize = blocks.iter().map(characters).sum();
    check.that(all < limits::MESSAGE_CHARACTERS, "/blocks", "all texts together are too long");
    for (n, block) in blocks.iter().enumerate() {
        check.unique_actions(std::slice::from_ref(block), &format!("/blocks/{n}"));
    }
    check.wrong
}

/// The same for a modal or a home.
pub(super) fn view(view: &Value) -> Vec<String> {
    let mut check = Check::default();
    let modal = view["type"] == "modal";
    check.that(modal || view["type"] == "home", "/type", "it is neither `modal` nor `home`");
    let keys: &[&str] = if modal {
        &["type", "title", "submit", "close", "callback_id", "private_metadata", "blocks"]
    } else {
        &["type", "callback_id", "private_metadata", "blocks"]
    };
    check.keys(view, keys, "");
    for key in ["title", "submit", "close"].into_iter().filter(|_| modal) {
        if key == "title" || view.get(key).is_some() {
            check.plain(&view[key], limits::VIEW_TITLE, &format!("/{key}"));
        }
    }
    let size = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let metadata = size(&view["private_metadata"]) <= limits::PRIVATE_METADATA;
    check.that(metadata, "/private_metadata", "it is too long");
    check.that(size(&view["callback_id"]) <= limits::ID, "/callback_id", "it is too long");
    check.that(view.to_string().len() <= limits::VIEW_BYTES, "", "the view is too large");
    let surface = if modal { Surface::Modal } else { Surface::Home };
    let blocks = check.blocks(&view["blocks"], limits::VIEW_BLOCKS, surface);
    check.unique_actions(blocks, "/blocks");
    let asks = blocks.iter().any(|block| block["type"] == "input");
    check.that(!asks || view.get("submit").is_some(), "/submit", "there are fields and no submit");
    check.wrong
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surface {
    Message,
    Modal,
    Home,
}

#[derive(Default)]
struct Check {
    wrong: Vec<String>,
}

impl Check {
    fn that(&mut self, holds: bool, at: &str, problem: &str) {
        if !holds {
            self.wrong.push(format!("{at}: {problem}"));
        }
    }

    fn keys(&mut self, value: &Value, known: &[&str], at: &str) {
        let Some(object) = value.as_object() else {
            return self.that(false, at, "it is no object");
        };
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.that(false, at, &format!("Slack knows no `{key}` here"));
        }
    }

    fn blocks<'v>(&mut self, blocks: &'v Value, most: usize, surface: Surface) -> &'v [Value] {
        let Some(blocks) = blocks.as_array() else {
            self.that(false, "/blocks", "it is missing");
            return &[];
        };
        self.that(!blocks.is_empty(), "/blocks", "there is no block");
        self.that(blocks.len() <= most, "/blocks", "there are too many blocks");
        let mut seen = HashSet::new();
        for (n, block) in blocks.iter().enumerate() {
            let at = format!("/blocks/{n}");
            if let Some(id) = block["block_id"].as_str() {
                self.that(seen.insert(id), &at, &format!("block_id `{id}` is there twice"));
                self.that((1..=limits::ID).contains(&id.chars().count()), &at, "block_id's length");
            }
            self.block(block, surface, &at);
        }
        blocks
    }

    fn block(&mut self, block: &Value, surface: Surface, at: &str) {
        let kind = block["type"].as_str().unwrap_or_default();
        let known: &[&str] = match kind {
            "section" => &["type", "block_id", "text", "fields", "accessory", "expand"],
            "header" => &["type", "block_id", "text"],
            "context" | "actions" => &["type", "block_id", "elements"],
            "divider" => &["type", "block_id"],
            "input" => &["type", "block_id", "label", "hint", "element", "optional"],
            "image" => &["type", "block_id", "image_url", "alt_text", "title"],
            _ => return self.that(false, at, &format!("there is no block `{kind}`")),
        };
        self.keys(block, known, at);
        match kind {
            "section" => self.section(block, at),
            "header" => self.plain(&block["text"], limits::HEADER_TEXT, &format!("{at}/text")),
            "context" => {
                for (n, text) in self.some(block, limits::CONTEXT_ELEMENTS, at).iter().enumerate() {
                    self.text(text, limits::CONTEXT_TEXT, &format!("{at}/elements/{n}"));
                }
            }
            "actions" => {
                for (n, element) in self.some(block, limits::ACTIONS_ELEMENTS, at).iter().enumerate() {
                    self.element(element, &format!("{at}/elements/{n}"));
                }
            }
            "input" => {
                self.that(surface == Surface::Modal, at, "a field stands only in a modal");
                self.plain(&block["label"], limits::LABEL, &format!("{at}/label"));
                self.maybe_plain(block, "hint", limits::LABEL, at);
                self.element(&block["element"], &format!("{at}/element"));
            }
            _ => {}
        }
    }

    fn section(&mut self, block: &Value, at: &str) {
        let fields = block["fields"].as_array().map_or(&[][..], Vec::as_slice);
        if block.get("text").is_some() || fields.is_empty() {
            self.text(&block["text"], limits::SECTION_TEXT, &format!("{at}/text"));
        }
        self.that(fields.len() <= limits::SECTION_FIELDS, at, "there are too many fields");
        for (n, field) in fields.iter().enumerate() {
            self.text(field, limits::FIELD_TEXT, &format!("{at}/fields/{n}"));
        }
        if let Some(accessory) = block.get("accessory") {
            self.element(accessory, &format!("{at}/accessory"));
        }
    }

    fn some<'v>(&mut self, block: &'v Value, most: usize, at: &str) -> &'v [Value] {
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        self.that((1..=most).contains(&elements.len()), at, "the number of elements");
        elements
    }

    fn element(&mut self, element: &Value, at: &str) {
        let id = element["action_id"].as_str().unwrap_or_default();
        self.that((1..=limits::ID).contains(&id.chars().count()), at, "action_id's length");
        self.that(known_action(action_of(id)), at, &format!("nothing answers to the action `{id}`"));
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
            self.that(url.starts_with("http://") || url.starts_with("https://"), at, "no web address");
        }
        if let Some(style) = button.get("style") {
            self.that(style == "primary" || style == "danger", at, "style is primary or danger");
            let asked = style != "danger" || button.get("confirm").is_some();
            self.that(asked, at, "a button that destroys asks first: it wants a `confirm`");
        }
    }

    fn text_input(&mut self, input: &Value, at: &str) {
        let (min, max) = (input["min_length"].as_u64(), input["max_length"].as_u64());
        let most = limits::INPUT_LENGTH as u64;
        self.that(max.is_none_or(|n| (1..=most).contains(&n)), at, "max_length is 1 to 3000");
        self.that(min.is_none_or(|n| n <= max.unwrap_or(most)), at, "min_length is above max_length");
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

    fn maybe_plain(&mut self, of: &Value, key: &str, most: usize, at: &str) {
        if let Some(text) = of.get(key) {
            self.plain(text, most, &format!("{at}/{key}"));
        }
    }

    fn plain(&mut self, text: &Value, most: usize, at: &str) {
        self.that(text["type"] == "plain_text", at, "only `plain_text` stands here");
        self.text(text, most, at);
    }

    fn text(&mut self, text: &Value, most: usize, at: &str) {
        let own = match text["type"].as_str() {
            Some("plain_text") => "emoji",
            Some("mrkdwn") => "verbatim",
            _ => return self.that(false, at, "it is no text object"),
        };
        self.keys(text, &["type", "text", own], at);
        let inner = text["text"].as_str().unwrap_or_default();
        self.that((1..=most).contains(&inner.chars().count()), at, "the text's length");
        if own == "verbatim" {
            self.that(text["verbatim"] == true, at, "it is not verbatim");
            self.marks(inner, at);
        }
    }

    /// What stands in angle brackets is a person, a channel, a date or a link, and never a call to all.
    fn marks(&mut self, text: &str, at: &str) {
        for part in text.split('<').skip(1) {
            let inner = part.split('>').next().unwrap_or_default();
            let known = ["@U", "@W", "#C", "!date^", "http://", "https://"];
            let closed = part.contains('>') && known.iter().any(|begin| inner.starts_with(begin));
            self.that(closed, at, &format!("`<{inner}` is not escaped"));
        }
        self.that(text.matches("```").count() % 2 == 0, at, "a block of code is not closed");
    }

    fn unique_actions(&mut self, blocks: &[Value], at: &str) {
        let mut seen = HashSet::new();
        for block in blocks {
            let one = [&block["accessory"], &block["element"]];
            let many = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
            for id in one.into_iter().chain(many).filter_map(|e| e["action_id"].as_str()) {
                self.that(seen.insert(id), at, &format!("action_id `{id}` is there twice"));
            }
        }
    }
}

fn known_action(action: &str) -> bool {
    use actions::{CANCEL, CREDENTIALS, DESTROY, FIELD, LINK, LOGS, NEW, PAGE, PICK, SHOW};
    [CANCEL, CREDENTIALS, DESTROY, FIELD, LINK, LOGS, NEW, PAGE, PICK, SHOW].contains(&action)
        || actions::read_extend(action).is_some()
}
