//! The rules of each kind of block and element.

use serde_json::Value;

use super::check::Check;
use super::*;

const SELECTS: &[&str] = &[
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
];
const MULTI_SELECTS: &[&str] = &[
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
];
const PICKERS: &[&str] = &["datepicker", "timepicker", "datetimepicker"];
const CHOICES: &[&str] = &["checkboxes", "radio_buttons"];
const TYPED: &[&str] = &["plain_text_input", "number_input", "email_text_input", "url_text_input"];

impl Check {
    pub(super) fn block(&mut self, path: &str, block: &Value) {
        match block["type"].as_str().unwrap_or_default() {
            "divider" => {}
            "section" => self.section(path, block),
            "header" => self.plain(&format!("{path}.text"), &block["text"], HEADER_TEXT),
            "context" => self.context(path, block),
            "actions" => {
                let allowed = [&["button", "overflow"], SELECTS, PICKERS, CHOICES];
                let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
                self.count(&format!("{path}.elements"), elements.len(), (1, ACTIONS_ELEMENTS));
                for (i, element) in elements.iter().enumerate() {
                    self.element(&format!("{path}.elements[{i}]"), element, &allowed);
                }
            }
            "input" => {
                self.plain(&format!("{path}.label"), &block["label"], LABEL);
                self.plain_if_there(&format!("{path}.hint"), &block["hint"], LABEL);
                let allowed = [SELECTS, MULTI_SELECTS, PICKERS, CHOICES, TYPED];
                self.element(&format!("{path}.element"), &block["element"], &allowed);
            }
            "image" => {
                self.image(path, block);
                self.plain_if_there(&format!("{path}.title"), &block["title"], IMAGE_TEXT);
            }
            other => self.violation(path, format!("`{other}` is no block that is in use here")),
        }
    }

    fn section(&mut self, path: &str, block: &Value) {
        let fields = block["fields"].as_array();
        if block["text"].is_null() && fields.is_none() {
            self.violation(path, "a section needs text or fields");
        }
        if !block["text"].is_null() {
            self.rich(&format!("{path}.text"), &block["text"], SECTION_TEXT);
        }
        if let Some(fields) = fields {
            self.count(&format!("{path}.fields"), fields.len(), (1, SECTION_FIELDS));
            for (i, field) in fields.iter().enumerate() {
                self.rich(&format!("{path}.fields[{i}]"), field, SECTION_FIELD);
            }
        }
        let accessory = &block["accessory"];
        let path = format!("{path}.accessory");
        if accessory["type"] == "image" {
            self.image(&path, accessory);
        } else if !accessory.is_null() {
            let allowed = [&["button", "overflow"], SELECTS, MULTI_SELECTS, PICKERS, CHOICES];
            self.element(&path, accessory, &allowed);
        }
    }

    fn context(&mut self, path: &str, block: &Value) {
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        self.count(&format!("{path}.elements"), elements.len(), (1, CONTEXT_ELEMENTS));
        for (i, element) in elements.iter().enumerate() {
            let path = format!("{path}.elements[{i}]");
            if element["type"] == "image" {
                self.image(&path, element);
            } else {
                self.rich(&path, element, CONTEXT_TEXT);
            }
        }
    }

    fn image(&mut self, path: &str, image: &Value) {
        if image["slack_file"].is_null() {
            self.text_within(&format!("{path}.image_url"), &image["image_url"], URL);
        }
        self.visible_text(&format!("{path}.alt_text"), &image["alt_text"], IMAGE_TEXT);
    }

    fn element(&mut self, path: &str, element: &Value, allowed: &[&[&str]]) {
        let kind = element["type"].as_str().unwrap_or_default();
        if !allowed.iter().any(|kinds| kinds.contains(&kind)) {
            self.violation(path, format!("`{kind}` cannot stand here"));
        }
        self.action_id(path, element);
        self.plain_if_there(&format!("{path}.placeholder"), &element["placeholder"], PLACEHOLDER);
        self.focused += usize::from(element["focus_on_load"] == true);
        self.confirm(&format!("{path}.confirm"), &element["confirm"]);
        match kind {
            "button" => self.button(path, element),
            "overflow" => self.option_lists(path, element, (1, OVERFLOW_OPTIONS)),
            "static_select" | "multi_static_select" => {
                self.option_lists(path, element, (1, SELECT_OPTIONS));
                self.initial(path, element);
            }
            "checkboxes" | "radio_buttons" => {
                self.option_lists(path, element, (1, CHOICE_OPTIONS));
                self.initial(path, element);
            }
            "external_select" | "multi_external_select" => self.external(path, element),
            _ if TYPED.contains(&kind) => self.typed(path, element),
            _ => {}
        }
        if element["max_selected_items"].as_u64() == Some(0) {
            self.violation(path, "max_selected_items must be at least 1");
        }
    }

    fn button(&mut self, path: &str, button: &Value) {
        self.plain(&format!("{path}.text"), &button["text"], BUTTON_TEXT);
        self.optional_text(&format!("{path}.value"), &button["value"], BUTTON_VALUE);
        self.optional_text(&format!("{path}.url"), &button["url"], URL);
        self.style(path, button);
    }

    fn style(&mut self, path: &str, owner: &Value) {
        let style = &owner["style"];
        if !style.is_null() && style != "primary" && style != "danger" {
            self.violation(path, format!("the style {style} is neither primary nor danger"));
        }
    }

    fn confirm(&mut self, path: &str, confirm: &Value) {
        if confirm.is_null() {
            return;
        }
        self.plain(&format!("{path}.title"), &confirm["title"], CONFIRM_TITLE);
        self.rich(&format!("{path}.text"), &confirm["text"], CONFIRM_TEXT);
        self.plain(&format!("{path}.confirm"), &confirm["confirm"], CONFIRM_BUTTON);
        self.plain(&format!("{path}.deny"), &confirm["deny"], CONFIRM_BUTTON);
        self.style(path, confirm);
    }

    /// `options`, or `option_groups`; exactly one of them.
    pub(super) fn option_lists(&mut self, path: &str, owner: &Value, range: (usize, usize)) {
        match (owner["options"].as_array(), owner["option_groups"].as_array()) {
            (Some(options), None) => self.options(&format!("{path}.options"), options, range),
            (None, Some(groups)) => {
                let path = format!("{path}.option_groups");
                self.count(&path, groups.len(), (range.0, OPTION_GROUPS));
                for (i, group) in groups.iter().enumerate() {
                    let path = format!("{path}[{i}]");
                    self.plain(&format!("{path}.label"), &group["label"], OPTION_TEXT);
                    let options = group["options"].as_array().map_or(&[][..], Vec::as_slice);
                    self.options(&format!("{path}.options"), options, range);
                }
            }
            _ => self.violation(path, "needs either options or option_groups"),
        }
    }

    fn options(&mut self, path: &str, options: &[Value], range: (usize, usize)) {
        self.count(path, options.len(), range);
        for (i, option) in options.iter().enumerate() {
            let path = format!("{path}[{i}]");
            // Only radio buttons and checkboxes show mrkdwn; `rich` would let it through elsewhere.
            if range.1 == CHOICE_OPTIONS {
                self.rich(&format!("{path}.text"), &option["text"], OPTION_TEXT);
            } else {
                self.plain(&format!("{path}.text"), &option["text"], OPTION_TEXT);
            }
            self.text_within(&format!("{path}.value"), &option["value"], OPTION_VALUE);
            let description = &option["description"];
            if !description.is_null() {
                self.rich(&format!("{path}.description"), description, OPTION_TEXT);
            }
            self.optional_text(&format!("{path}.url"), &option["url"], URL);
        }
    }

    /// Whatever is chosen at first must be one of the options, letter for letter.
    fn initial(&mut self, path: &str, element: &Value) {
        let own = element["options"].as_array().into_iter().flatten();
        let grouped = element["option_groups"].as_array().into_iter().flatten();
        let grouped = grouped.flat_map(|group| group["options"].as_array().into_iter().flatten());
        let options: Vec<&Value> = own.chain(grouped).collect();
        let one = &element["initial_option"];
        if !one.is_null() && !options.contains(&one) {
            self.violation(&format!("{path}.initial_option"), "is none of the options");
        }
        let Some(several) = element["initial_options"].as_array() else { return };
        let path = format!("{path}.initial_options");
        self.count(&path, several.len(), (1, options.len()));
        for (i, option) in several.iter().enumerate() {
            if !options.contains(&option) {
                self.violation(&format!("{path}[{i}]"), "is none of the options");
            }
        }
    }

    fn external(&mut self, path: &str, element: &Value) {
        let one = &element["initial_option"];
        if !one.is_null() {
            self.options(&format!("{path}.initial_option"), std::slice::from_ref(one), (1, 1));
        }
        if let Some(several) = element["initial_options"].as_array() {
            self.options(&format!("{path}.initial_options"), several, (1, SELECT_OPTIONS));
        }
    }

    fn typed(&mut self, path: &str, element: &Value) {
        let least = element["min_length"].as_u64().unwrap_or(0);
        let most = element["max_length"].as_u64().unwrap_or(INPUT_LENGTH as u64);
        if most == 0 || most > INPUT_LENGTH as u64 || least > most {
            let rule = format!("lengths {least} to {most}: must be within 0 to {INPUT_LENGTH}");
            self.violation(path, rule);
        }
        if let Some(value) = element["initial_value"].as_str() {
            let n = value.chars().count() as u64;
            if n > most {
                self.violation(
                    path,
                    format!("the initial value has {n} characters, at most {most}"),
                );
            }
        }
        if element["type"] == "number_input" && !element["is_decimal_allowed"].is_boolean() {
            self.violation(path, "a number_input needs is_decimal_allowed");
        }
        for key in ["min_value", "max_value"] {
            // As numbers Slack refuses them: they are written as text.
            if !element[key].is_null() && !element[key].is_string() {
                self.violation(path, format!("{key} must be text"));
            }
        }
    }

    fn plain_if_there(&mut self, path: &str, text: &Value, most: usize) {
        if !text.is_null() {
            self.plain(path, text, most);
        }
    }
}
