//! Checks a payload by Slack's rules: what an operator's template gave, and in the tests everything.

mod element;

use std::collections::HashSet;

use serde_json::Value;

use super::fit::characters;
use super::limits;

/// What Slack or we would not take, each with its place as a JSON pointer.
pub(super) fn message(text: &str, blocks: &Value) -> Vec<String> {
    let mut check = Check::default();
    check.that(
        !text.trim().is_empty(),
        "/text",
        "it is empty, and a notification shows nothing else",
    );
    check.that(
        !text.contains(['`', '*', '\n']) && !text.contains("<!"),
        "/text",
        "it has marks, and it is shown as it stands",
    );
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
                for (n, element) in
                    self.some(block, limits::ACTIONS_ELEMENTS, at).iter().enumerate()
                {
                    self.element(element, &format!("{at}/elements/{n}"));
                }
            }
            "image" => self.image(block, at),
            "input" => {
                self.that(surface == Surface::Modal, at, "a field stands only in a modal");
                self.plain(&block["label"], limits::LABEL, &format!("{at}/label"));
                self.maybe_plain(block, "hint", limits::LABEL, at);
                self.element(&block["element"], &format!("{at}/element"));
            }
            _ => {}
        }
    }

    fn image(&mut self, block: &Value, at: &str) {
        let url = block["image_url"].as_str().unwrap_or_default();
        let web = url.starts_with("http://") || url.starts_with("https://");
        self.that(web && url.chars().count() <= limits::URL, at, "image_url is no web address");
        let length = block["alt_text"].as_str().map_or(0, |text| text.chars().count());
        self.that((1..=limits::ALT_TEXT).contains(&length), at, "alt_text's length");
        self.maybe_plain(block, "title", limits::LABEL, at);
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

    /// What stands in angle brackets is a person, a user group, a channel, a date or a link, and never a call to all.
    fn marks(&mut self, text: &str, at: &str) {
        for part in text.split('<').skip(1) {
            let inner = part.split('>').next().unwrap_or_default();
            let known = ["@U", "@W", "#C", "!subteam^S", "!date^", "http://", "https://"];
            let closed = part.contains('>') && known.iter().any(|begin| inner.starts_with(begin));
            self.that(closed, at, &format!("`<{inner}` is not escaped"));
        }
        self.that(
            text.matches("```").count().is_multiple_of(2),
            at,
            "a block of code is not closed",
        );
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
