//! Every sentence and every block that a person sees, made of typed facts by `templates/messages/*.hbs`.
//!
//! A template gives Block Kit as JSON, with a little grace: a comma before a closing bracket and line
//! breaks within a text are allowed. What comes out is fitted to Slack's limits, so that no fact, however
//! long, makes a message that Slack refuses.

mod approvals;
mod changes;
mod chart;
mod check;
mod costs;
mod data;
mod draw;
mod error;
mod explained;
mod fields;
mod fit;
mod found;
mod helpers;
mod limits;
mod notices;
mod options;
mod orphans;
mod pages;
mod policy;
mod press;
mod relaxed;
mod replies;
mod samples;
mod views;

#[cfg(test)]
mod tests;

use std::path::Path;

use serde_json::Value;

use crate::domain::Span;
use crate::domain::approval::{Answer, ApprovalFacts};
use crate::domain::facts::EnvironmentFacts;
use crate::domain::orphan::OrphanLine;
use crate::domain::reply::{Home, Refusal, Reply, TemplateLine, Told};
use crate::template::{Manifest, RawInputs};

pub use crate::domain::form::{FormCosts, FormNext, FormVerdict};
pub use chart::{Picture, chart};
pub use error::WordsError;
pub use fields::form_errors;
pub use fit::action_of;
pub use options::options;
pub use pages::{PAGE_STYLE, Pages};
pub use policy::problems;

use draw::{Drawn, Page};
use press::Press;

/// A message, ready to be posted.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// One plain sentence, for the notification and the screen reader.
    pub text: String,
    /// An array of blocks.
    pub blocks: Value,
    pub broadcast: Broadcast,
}

/// Whether a reply in a thread is also shown in the conversation itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broadcast {
    Yes,
    No,
}

/// What the form of a template is made of.
#[derive(Debug, Clone, Copy)]
pub struct FormModel<'a> {
    pub manifest: &'a Manifest,
    /// The version's digest; the form carries it along.
    pub version: &'a str,
    /// What the command gave, by input; what no field can show is left out.
    pub prefilled: &'a [(String, String)],
    /// What was filled in, when the form comes back: it goes before [`FormModel::prefilled`].
    pub entered: Option<&'a RawInputs>,
    /// How long it was asked to live; the template's default unless it was.
    pub ttl: Option<Span>,
    /// The person's team's, or what was typed.
    pub project: Option<&'a str>,
    pub cost_center: Option<&'a str>,
    /// What such an environment costs, as far as anybody knows.
    pub costs: Option<&'a FormCosts>,
    /// What policy said of what was filled in.
    pub verdict: Option<&'a FormVerdict>,
    /// Why it should pass, as far as that was said before.
    pub reason: Option<&'a str>,
}

/// The words in use: the built-in ones, and an operator's in their place.
pub struct Words {
    builtin: Press,
    /// The same with the operator's files over them, when there are any.
    custom: Option<Press>,
}

impl Words {
    /// Reads the built-in templates and those in `overrides`, which replace the built-in ones of the same
    /// file name. Every page that these change is drawn from its smallest and its largest facts, and
    /// everything that is wrong is told; the suite does the same to all the built-in ones.
    pub fn load(overrides: Option<&Path>) -> Result<Words, Vec<WordsError>> {
        let builtin = Press::builtin()?;
        let custom = overrides.map(Press::overridden).transpose()?;
        let wrong = custom.as_ref().map(draw::try_changed).unwrap_or_default();
        if wrong.is_empty() { Ok(Words { builtin, custom }) } else { Err(wrong) }
    }

    /// The message that tells a notice; an error when the facts that it is about are missing.
    pub fn notice(&self, told: &Told) -> Result<Rendered, WordsError> {
        self.draw(&Page::Notice(told)).map(Drawn::into_message)
    }

    /// The ephemeral answer to a command; none for what is answered by a view or not at all.
    pub fn reply(&self, reply: &Reply) -> Option<Rendered> {
        replies::is_said(reply).then(|| self.surely(&Page::Reply(reply)).into_message())
    }

    /// The ephemeral answer to a command that was not done.
    pub fn refusal(&self, refusal: &Refusal) -> Rendered {
        self.surely(&Page::Refusal(refusal)).into_message()
    }

    /// The modal that asks for a template's inputs and for how long it should live.
    pub fn form(&self, form: &FormModel<'_>) -> Value {
        self.surely(&Page::Form(*form)).into_view()
    }

    /// What stands in a modal until the real view is ready.
    pub fn loading(&self, title: &str) -> Value {
        self.surely(&Page::Loading(title)).into_view()
    }

    /// The modal in which a template is chosen.
    pub fn picker(&self, templates: &[TemplateLine]) -> Value {
        self.surely(&Page::Picker(templates)).into_view()
    }

    /// A modal that shows an answer, in place of a loading view that leads nowhere else.
    pub fn info(&self, title: &str, answer: &Rendered) -> Value {
        self.surely(&Page::Info(title, answer)).into_view()
    }

    /// The modal that asks an operator why an environment counts as gone.
    pub fn mark_gone(&self, facts: &EnvironmentFacts) -> Value {
        self.surely(&Page::MarkGone(facts)).into_view()
    }

    /// The modal that asks an operator why an orphan is kept.
    pub fn adopt(&self, orphan: &OrphanLine) -> Value {
        self.surely(&Page::Adopt(orphan)).into_view()
    }

    /// The modal that asks for the comment of an answer to a question for approval.
    pub fn comment(
        &self,
        facts: &EnvironmentFacts,
        approval: &ApprovalFacts,
        answer: Answer,
    ) -> Value {
        self.surely(&Page::Comment(facts, approval, answer)).into_view()
    }

    /// A person's App Home.
    pub fn home(&self, home: &Home) -> Value {
        self.surely(&Page::Home(home)).into_view()
    }

    /// By the operator's templates; by the built-in ones if that fails on facts that no sample has.
    fn draw(&self, page: &Page<'_>) -> Result<Drawn, WordsError> {
        let Some(custom) = &self.custom else {
            return draw::draw(&self.builtin, page);
        };
        draw::draw(custom, page).or_else(|error| {
            tracing::error!(%error, "an overridden message cannot be rendered; the built-in one serves");
            draw::draw(&self.builtin, page)
        })
    }

    /// For what has to be answered in any case.
    fn surely(&self, page: &Page<'_>) -> Drawn {
        self.draw(page).unwrap_or_else(|error| {
            tracing::error!(%error, "a built-in message cannot be rendered");
            draw::speechless(page)
        })
    }
}
