//! `new`: the form of a template, or the picker.

use std::sync::Arc;

use super::budget::purse_of;
use super::guard::priced;
use super::templates::lines;
use super::{CommandError, Ctx};
use crate::domain::Person;
use crate::domain::form::FormCosts;
use crate::domain::reply::{Refusal, Reply};
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
    /// What the last of its kind was predicted to cost, if there was one.
    pub costs: Option<FormCosts>,
}

/// What the form of a template offers a person.
pub async fn form_facts(
    ctx: &Ctx,
    person: &Person,
    template: &Template,
) -> Result<FormFacts, CommandError> {
    let team = ctx.directory.team_of(person);
    let terms = team.as_deref().map(|team| ctx.directory.team(team)).unwrap_or_default();
    let mut tx = ctx.db.read().await?;
    let of = (team.as_deref(), None);
    let estimate = environments::last_estimate(&mut tx, &template.manifest.name, of).await?;
    let purse =
        purse_of(ctx, &mut tx, team.as_deref(), crate::domain::Month::of(ctx.now())).await?;
    let costs = estimate.map(|estimate| FormCosts {
        priced: priced(&estimate, template.manifest.ttl.default, purse.as_ref()),
        no_book: estimate.no_book(),
    });
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
