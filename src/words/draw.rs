//! From a page's typed facts to what Slack is sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::approval::{Answer, ApprovalFacts};
use crate::domain::facts::EnvironmentFacts;
use crate::domain::orphan::OrphanLine;
use crate::domain::reply::{Home, Refusal, Reply, TemplateLine, Told};

use super::press::Press;
use super::{
    Broadcast, FormModel, Rendered, WordsError, approvals, check, fields, fit, notices, orphans,
    replies, samples, views,
};

/// Everything that a person can be shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Page<'a> {
    Notice(&'a Told),
    Reply(&'a Reply),
    Refusal(&'a Refusal),
    Form(FormModel<'a>),
    Loading(&'a str),
    Picker(&'a [TemplateLine]),
    Info(&'a str, &'a Rendered),
    MarkGone(&'a EnvironmentFacts),
    Adopt(&'a OrphanLine),
    Comment(&'a EnvironmentFacts, &'a ApprovalFacts, Answer),
    Home(&'a Home),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drawn {
    Message(Rendered),
    View(Value),
}

impl Drawn {
    pub fn into_message(self) -> Rendered {
        match self {
            Drawn::Message(message) => message,
            Drawn::View(view) => Rendered {
                text: String::new(),
                blocks: view["blocks"].clone(),
                broadcast: Broadcast::No,
            },
        }
    }

    pub fn into_view(self) -> Value {
        match self {
            Drawn::View(view) => view,
            Drawn::Message(message) => json!({ "type": "home", "blocks": message.blocks }),
        }
    }

    /// What Slack or we would not take of it.
    pub fn wrong(&self) -> Vec<String> {
        match self {
            Drawn::Message(message) => check::message(&message.text, &message.blocks),
            Drawn::View(view) => check::view(view),
        }
    }
}

pub(super) fn draw(press: &Press, page: &Page<'_>) -> Result<Drawn, WordsError> {
    let message = |template: &str, data: &Value, broadcast| {
        press.render(template, data).map(|page| Drawn::Message(fit::message(page, broadcast)))
    };
    let view = |data: &Value| {
        press.render(template_of(page), data).map(|page| Drawn::View(fit::view(page)))
    };
    match page {
        Page::Notice(told) => {
            let notice = notices::page(told)?;
            message(notice.template, &notice.data, notice.broadcast)
        }
        Page::Reply(reply) => {
            let (template, data) = replies::reply(reply);
            message(template, &data, Broadcast::No)
        }
        Page::Refusal(refusal) => {
            let (template, data) = replies::refusal(refusal);
            let said = press.render(template, &data)?;
            message("refusal", &replies::said(&said), Broadcast::No)
        }
        Page::Form(form) => view(&fields::form(form)),
        Page::Loading(title) => view(&views::loading(title)),
        Page::Picker(templates) => view(&views::picker(templates)),
        Page::Info(title, answer) => view(&views::info(title, answer)),
        Page::MarkGone(facts) => view(&views::mark_gone(facts)),
        Page::Adopt(orphan) => view(&orphans::one(orphan)),
        Page::Comment(facts, asked, answer) => view(&approvals::comment(facts, asked, *answer)),
        Page::Home(home) => view(&views::home(home)),
    }
}

/// The file, without its ending, that a page is made by.
pub(super) fn template_of(page: &Page<'_>) -> &'static str {
    match page {
        Page::Notice(told) => notices::template_of(&told.notice),
        Page::Reply(reply) => replies::reply(reply).0,
        Page::Refusal(refusal) => replies::refusal(refusal).0,
        Page::Form(_) => "view-form",
        Page::Loading(_) => "view-loading",
        Page::Picker(_) => "view-picker",
        Page::Info(..) => "view-info",
        Page::MarkGone(_) => "view-mark-gone",
        Page::Adopt(_) => "view-adopt",
        Page::Comment(..) => "view-comment",
        Page::Home(_) => "view-home",
    }
}

/// Draws every sample that an operator's templates change, and tells each mistake once.
pub(super) fn try_changed(press: &Press) -> Vec<WordsError> {
    let changed = press.changed();
    let all = samples::all().into_iter().filter(|sample| {
        let page = sample.page();
        let layout = matches!(page, Page::Refusal(_)) && changed.contains("refusal");
        layout || changed.contains(template_of(&page))
    });
    try_samples(press, all)
}

/// Draws samples, and tells each mistake once.
pub(super) fn try_samples(
    press: &Press,
    samples: impl IntoIterator<Item = samples::Sample>,
) -> Vec<WordsError> {
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    for sample in samples {
        let errors = match draw(press, &sample.page()) {
            Err(error) => vec![error],
            Ok(drawn) => drawn.wrong().into_iter().map(|p| unfit(press, &sample, p)).collect(),
        };
        for error in errors {
            if told.insert((error.file.clone(), error.line, error.problem.clone())) {
                all.push(error);
            }
        }
    }
    all
}

fn unfit(press: &Press, sample: &samples::Sample, problem: String) -> WordsError {
    let hint =
        "Put it right by Slack's Block Kit reference, or remove the file to have the built-in one.";
    press.wrong(
        template_of(&sample.page()),
        None,
        format!("what comes out is refused at {problem}"),
        hint,
    )
}

/// What is said when not even the built-in words can be: plain, for it has no template.
pub(super) fn speechless(page: &Page<'_>) -> Drawn {
    let text =
        "error: Mayfly cannot put this into words. hint: Ask its operators to look at the log.";
    let blocks = json!([{ "type": "section", "text": { "type": "plain_text", "text": text } }]);
    match page {
        Page::Notice(_) | Page::Reply(_) | Page::Refusal(_) => {
            Drawn::Message(Rendered { text: text.into(), blocks, broadcast: Broadcast::No })
        }
        Page::Home(_) => Drawn::View(json!({ "type": "home", "blocks": blocks })),
        Page::Form(_)
        | Page::Loading(_)
        | Page::Picker(_)
        | Page::Info(..)
        | Page::MarkGone(_)
        | Page::Adopt(_)
        | Page::Comment(..) => {
            let title = json!({ "type": "plain_text", "text": "Mayfly" });
            Drawn::View(json!({ "type": "modal", "title": title, "blocks": blocks }))
        }
    }
}
