//! What somebody has filled in, read.

use super::{Create, Ctx};
use crate::domain::ports::TeamUnknown;
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

/// Refuses while nobody can say whose budget and whose quota it is: who is taken for a person without a team has
/// neither, for as long as the environment lives. Slack is asked once more before.
pub(super) async fn team_is_known(ctx: &Ctx, owner: &Person) -> Result<(), Refusal> {
    if let Some(TeamUnknown::Groups(groups)) = ctx.directory.team_unknown(owner) {
        let selectors: Vec<String> = groups.iter().map(|group| format!("group:{group}")).collect();
        ctx.membership.renew(&selectors).await;
    }
    let what = match ctx.directory.team_unknown(owner) {
        None => return Ok(()),
        Some(TeamUnknown::Workspace) => "which workspace the bot is in".to_owned(),
        Some(TeamUnknown::Groups(groups)) => match groups.as_slice() {
            [one] => format!("who is in the user group {one}"),
            many => format!("who is in the user groups {}", many.join(", ")),
        },
    };
    let problem = format!(
        "Whose budget and quota this would be is not known yet: Slack has not said {what}. Nothing is lost; submit the \
         form again in a minute. If it stays so, an operator sees why with `/infra policies` and in the log: the app may \
         lack the scope `usergroups:read`."
    );
    Err(Refusal::BadInputs { problems: vec![(String::new(), problem)] })
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
