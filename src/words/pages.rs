//! Our own web pages, from `templates/pages/*.hbs`: HTML, with everything escaped.

use handlebars::Handlebars;
use serde_json::Value;

/// The one stylesheet of all pages.
pub const PAGE_STYLE: &str = include_str!("../../templates/pages/page.css");

const PAGES: &[(&str, &str)] = &[
    ("layout", include_str!("../../templates/pages/layout.hbs")),
    ("reveal", include_str!("../../templates/pages/reveal.hbs")),
    ("revealed", include_str!("../../templates/pages/revealed.hbs")),
    ("enter", include_str!("../../templates/pages/enter.hbs")),
    ("entered", include_str!("../../templates/pages/entered.hbs")),
    ("closed", include_str!("../../templates/pages/closed.hbs")),
    ("stale", include_str!("../../templates/pages/stale.hbs")),
];

/// The pages, ready to be rendered.
pub struct Pages(Handlebars<'static>);

impl Pages {
    /// Reads the built-in pages.
    pub fn load() -> Result<Pages, Box<handlebars::TemplateError>> {
        let mut handlebars = Handlebars::new();
        for (name, text) in PAGES {
            handlebars.register_template_string(name, text).map_err(Box::new)?;
        }
        Ok(Pages(handlebars))
    }

    /// One page as HTML.
    pub fn render(&self, name: &str, data: &Value) -> Result<String, Box<handlebars::RenderError>> {
        self.0.render(name, data).map_err(Box::new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_page_renders_and_escapes() {
        let pages = Pages::load().expect("they read");
        let data = json!({
            "form": "f", "name": "<b>", "values": [{ "label": "<i>", "value": "\"'<script>" }],
            "outputs": [{ "label": "Preview", "value": "http://x/?a=1&b=2", "link": true }],
            "fields": [{ "name": "n", "label": "<i>", "hint": "h", "error": "e" }],
        });
        for (name, _) in PAGES.iter().filter(|(name, _)| *name != "layout") {
            let html = pages.render(name, &data).expect("renders");
            assert!(html.starts_with("<!doctype html>"), "{name}: {html}");
            assert!(!html.contains("<script>") && !html.contains("<b>"), "{name}: {html}");
        }
    }
}
