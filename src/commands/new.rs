//! `new`: the form of a template, or the picker.

use std::sync::Arc;

use super::templates::lines;
use super::{CommandError, Ctx};
use crate::domain::reply::{Refusal, Reply};
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
