//! What somebody has filled in, read.

use super::{Create, Ctx};
use crate::domain::reply::Refusal;
use crate::domain::{Person, Span};
use crate::template::{Inputs, Manifest};

/// What was filled in, read.
pub(super) struct Wanted<'a> {
    pub owner: &'a Person,
    pub team: Option<String>,
    pub inputs: Inputs,
    pub ttl: Span,
    pub project: Option<String>,
    pub cost_center: Option<String>,
}

impl Wanted<'_> {
    pub(super) fn of<'a>(
        ctx: &Ctx,
        owner: &'a Person,
        form: &Create,
        (inputs, ttl): (Inputs, Span),
    ) -> Wanted<'a> {
        let team = ctx.directory.team_of(owner);
        let terms = team.as_deref().map(|team| ctx.directory.team(team)).unwrap_or_default();
        let or = |typed: &str, usual: Option<String>| match typed.trim() {
            "" => usual,
            typed => Some(typed.to_owned()),
        };
        Wanted {
            owner,
            team,
            inputs,
            ttl,
            project: or(&form.project, terms.project),
            cost_center: or(&form.cost_center, terms.cost_center),
        }
    }
}

/// Reads the form, with every problem at once.
pub(super) fn read(manifest: &Manifest, form: &Create) -> Result<(Inputs, Span), Refusal> {
    let mut problems = Vec::new();
    let inputs = manifest.parse_inputs(&form.inputs).unwrap_or_else(|errors| {
        problems.extend(errors.into_iter().map(|error| (error.input, error.message)));
        Inputs::default()
    });
    let ttl = read_ttl(manifest, &form.ttl).unwrap_or_else(|message| {
        problems.push((crate::domain::actions::TTL_BLOCK.to_owned(), message));
        Span::ZERO
    });
    if problems.is_empty() { Ok((inputs, ttl)) } else { Err(Refusal::BadInputs { problems }) }
}

fn read_ttl(manifest: &Manifest, typed: &str) -> Result<Span, String> {
    if typed.trim().is_empty() {
        return Ok(manifest.ttl.default);
    }
    let ttl: Span =
        typed.parse().map_err(|wrong: crate::domain::span::NotASpan| format!("{wrong}."))?;
    // What a template itself proposes is long enough.
    if ttl < Span::minutes(1).min(manifest.ttl.default) {
        return Err("That is too short: a minute is the least.".to_owned());
    }
    if ttl > manifest.ttl.maximum {
        let maximum = manifest.ttl.maximum;
        return Err(format!(
            "{} lives {maximum} at most. Write {} or less.",
            manifest.title,
            maximum.compact()
        ));
    }
    Ok(ttl)
}
