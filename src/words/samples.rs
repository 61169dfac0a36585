//! The smallest and the largest facts of every page: what each template is tried with at start, so that an
//! operator's mistake is told then and not in the middle of somebody's work.

mod approvals;
mod costs;
mod facts;
mod forms;
mod notices;
mod orphans;
mod policy;
mod replies;
mod runs;
mod why;

use crate::domain::approval::{Answer, ApprovalFacts};
use crate::domain::facts::EnvironmentFacts;
use crate::domain::orphan::OrphanLine;
use crate::domain::reply::{Home, Refusal, Reply, TemplateLine, Told};

use super::draw::Page;
use super::{FormModel, Rendered};

/// A page with facts.
pub(super) struct Sample {
    /// Tells it from the others of its template: `minimal`, `maximal`, a state.
    #[cfg_attr(not(test), allow(dead_code))]
    pub name: String,
    kind: Kind,
}

enum Kind {
    Notice(Box<Told>),
    Reply(Box<Reply>),
    Refusal(Box<Refusal>),
    Form(Box<forms::Form>),
    Loading(String),
    Picker(Vec<TemplateLine>),
    Info(String, Rendered),
    MarkGone(Box<EnvironmentFacts>),
    Adopt(Box<OrphanLine>),
    Comment(Box<EnvironmentFacts>, Box<ApprovalFacts>, Answer),
    Home(Home),
}

/// All samples; of every template at least a minimal and a maximal one.
pub(super) fn all() -> Vec<Sample> {
    let all = [
        notices::all(),
        replies::all(),
        forms::all(),
        orphans::all(),
        policy::all(),
        approvals::all(),
        why::all(),
        costs::all(),
    ];
    all.into_iter().flatten().collect()
}

impl Sample {
    pub fn page(&self) -> Page<'_> {
        match &self.kind {
            Kind::Notice(told) => Page::Notice(told),
            Kind::Reply(reply) => Page::Reply(reply),
            Kind::Refusal(refusal) => Page::Refusal(refusal),
            Kind::Form(form) => Page::Form(FormModel {
                manifest: &form.manifest,
                version: &form.version,
                prefilled: &form.prefilled,
                ttl: form.ttl,
                entered: form.entered.as_ref(),
                project: form.project.as_deref(),
                cost_center: form.cost_center.as_deref(),
                costs: form.costs.as_ref(),
                verdict: form.verdict.as_ref(),
                reason: form.reason.as_deref(),
            }),
            Kind::Loading(title) => Page::Loading(title),
            Kind::Picker(templates) => Page::Picker(templates),
            Kind::Info(title, answer) => Page::Info(title, answer),
            Kind::MarkGone(facts) => Page::MarkGone(facts),
            Kind::Adopt(orphan) => Page::Adopt(orphan),
            Kind::Comment(facts, asked, answer) => Page::Comment(facts, asked, *answer),
            Kind::Home(home) => Page::Home(home),
        }
    }

    fn of(name: &str, kind: Kind) -> Sample {
        Sample { name: name.into(), kind }
    }
}
