//! `new`: the form of a template, or the picker.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::purse_of;
use super::guard::priced;
use super::templates::lines;
use super::{CommandError, Create, Ctx, filled_in};
use crate::domain::form::{CostsBy, FormCosts};
use crate::domain::reply::{Refusal, Reply};
use crate::domain::{Person, Span};
use crate::store::environments;
use crate::template::Template;

pub(super) async fn new(
    ctx: &Ctx,
    template: Option<&str>,
    given: &[(String, String)],
) -> Result<Reply, CommandError> {
    let Some(typed) = template else { return Ok(Reply::Picker { templates: lines(ctx) }) };
    let asked = form_asked(ctx, typed, given)?;
    Ok(Reply::Form { template: asked.template.manifest.name.clone(), prefilled: asked.prefilled })
}

/// A form that can be shown: the template, and what goes into its fields.
#[derive(Debug, Clone)]
pub struct FormAsked {
    pub template: Arc<Template>,
    pub prefilled: Vec<(String, String)>,
}

/// Finds the template and checks what was typed as `key=value` for its form. `ttl=…` is how long.
pub fn form_asked(
    ctx: &Ctx,
    typed: &str,
    given: &[(String, String)],
) -> Result<FormAsked, Refusal> {
    let template = find(ctx, typed)?;
    let inputs = given.iter().filter(|(key, _)| key != "ttl");
    let raw = crate::template::RawInputs::from_pairs(inputs.cloned());
    if let Err(problems) = template.manifest.check_given(&raw) {
        let problems = problems.into_iter().map(|p| (p.input, p.message)).collect();
        return Err(Refusal::BadInputs { problems });
    }
    Ok(FormAsked { template, prefilled: given.to_vec() })
}

/// What a form offers before anything is typed.
#[derive(Debug, Clone, Default)]
pub struct FormFacts {
    /// The person's team's.
    pub project: Option<String>,
    pub cost_center: Option<String>,
    /// What the last of its kind was predicted to cost.
    pub costs: Option<FormCosts>,
}

/// What is in a form, as far as its cost goes by it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filled<'a> {
    /// What was submitted, once it was.
    pub form: Option<&'a Create>,
    /// Before that: how long it was asked to live, if that was said.
    pub ttl: Option<Span>,
}

/// What the form of a template offers a person: what it costs is of what stands in it, and for that long.
pub async fn form_facts(
    ctx: &Ctx,
    person: &Person,
    template: &Template,
    filled: Filled<'_>,
) -> Result<FormFacts, CommandError> {
    let manifest = &template.manifest;
    // What is not filled in rightly yet says nothing.
    let read = filled.form.and_then(|form| filled_in::read(manifest, form).ok());
    let (entered, ttl) = match read {
        Some((inputs, ttl)) => (Some(inputs), ttl),
        None => (None, filled.ttl.unwrap_or(manifest.ttl.default)),
    };
    let inputs: Option<BTreeMap<String, serde_json::Value>> = entered.as_ref().map(|inputs| {
        inputs.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    });
    let team = ctx.directory.team_of(person);
    let terms = team.as_deref().map(|team| ctx.directory.team(team)).unwrap_or_default();
    let mut tx = ctx.db.read().await?;
    let of = (team.as_deref(), inputs.as_ref());
    let last = environments::last_estimate_and_inputs(&mut tx, &manifest.name, of).await?;
    let purse =
        purse_of(ctx, &mut tx, team.as_deref(), crate::domain::Month::of(ctx.now())).await?;
    let by = match (&last, &inputs) {
        (None, _) => CostsBy::Nothing,
        (Some((_, its)), Some(inputs)) if its != inputs => CostsBy::OtherInputs,
        (Some(_), _) => CostsBy::Last,
    };
    let estimate = last.map(|(estimate, _)| estimate);
    let no_book = match &estimate {
        Some(estimate) => estimate.no_book(),
        None => ctx.regions.without_book(manifest, entered.as_ref()),
    };
    let priced = priced(&estimate.unwrap_or_default(), ttl, purse.as_ref());
    let costs = Some(FormCosts { priced, ttl, by, no_book });
    Ok(FormFacts { project: terms.project, cost_center: terms.cost_center, costs })
}

/// The template of that name, or of the only name that begins so, if what it needs is there.
pub(super) fn find(ctx: &Ctx, typed: &str) -> Result<Arc<Template>, Refusal> {
    let template = by_beginning(ctx, typed)?;
    let name = &template.manifest.name;
    match ctx.unavailable.get(name) {
        None => Ok(template),
        Some(why) => {
            Err(Refusal::UnavailableTemplate { name: name.clone(), why: Box::new(why.clone()) })
        }
    }
}

fn by_beginning(ctx: &Ctx, typed: &str) -> Result<Arc<Template>, Refusal> {
    ctx.templates(|catalog| {
        if let Some(exact) = catalog.get(typed) {
            return Ok(exact.clone());
        }
        let mut begin = catalog.list().filter(|t| t.manifest.name.starts_with(typed));
        if let (Some(only), None) = (begin.next(), begin.next()) {
            return Ok(only.clone());
        }
        Err(Refusal::UnknownTemplate {
            typed: typed.to_owned(),
            nearest: catalog.nearest(typed).map(str::to_owned),
            known: catalog.list().map(|t| t.manifest.name.clone()).collect(),
        })
    })
}
