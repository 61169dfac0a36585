//! Which environment is meant, and what the person may do with it.

use super::{Asked, CommandError, Ctx};
use crate::domain::reply::{Audience, Refusal};
use crate::domain::{Actor, EnvironmentId, names};
use crate::store::environments::{Environment, Scope};
use crate::store::{Tx, environments};

/// The most living environments among which a typed beginning is looked up.
const LOOKED_UP: i64 = 2000;

/// How an environment is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A beginning of its name, or of the name's tail, as somebody typed it.
    Typed(String),
    /// By a button or by the scheduler.
    Id(EnvironmentId),
}

/// What a person wants to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// The owner, the owner's team, operators.
    See,
    /// The owner and operators.
    Act,
    /// The owner alone.
    Own,
}

/// The environment that is meant, if the person may do this with it. For those who may not even see
/// it, it does not exist.
pub(crate) async fn resolve(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    target: &Target,
    right: Right,
) -> Result<Environment, CommandError> {
    let found = match target {
        Target::Id(id) => {
            let found = environments::find(tx, id).await?;
            found.filter(|e| sees(ctx, asked, e)).ok_or_else(|| unknown(id.as_str()))?
        }
        Target::Typed(typed) => by_beginning(ctx, tx, asked, typed).await?,
    };
    allow(ctx, asked, &found, right)?;
    Ok(found)
}

async fn by_beginning(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    typed: &str,
) -> Result<Environment, CommandError> {
    let typed = typed.trim().trim_matches('`').to_lowercase();
    if let Some(exact) = environments::by_name(tx, &typed).await?.filter(|e| sees(ctx, asked, e)) {
        return Ok(exact);
    }
    let mut living = Vec::new();
    for scope in scopes(ctx, asked) {
        living.extend(environments::living(tx, &scope, 0, LOOKED_UP).await?);
    }
    let mut met: Vec<Environment> = living
        .into_iter()
        .filter(|e| sees(ctx, asked, e) && names::matches(&e.name, &e.template, &typed))
        .collect();
    met.sort_by(|a, b| a.name.cmp(&b.name));
    met.dedup_by(|a, b| a.id == b.id);
    if met.len() > 1 {
        let candidates = met.into_iter().map(|e| e.name).collect();
        return Err(Refusal::AmbiguousEnvironment { typed, candidates }.into());
    }
    met.pop().ok_or_else(|| unknown(&typed))
}

/// Where somebody's visible environments are found.
pub(crate) fn scopes(ctx: &Ctx, asked: Asked<'_>) -> Vec<Scope> {
    if asked.audience(ctx) == Audience::Operators {
        return vec![Scope::All];
    }
    let Some(person) = asked.actor.person() else { return Vec::new() };
    let mut scopes = vec![Scope::Owner(person.clone())];
    scopes.extend(ctx.directory.team_of(person).map(Scope::Team));
    scopes
}

fn sees(ctx: &Ctx, asked: Asked<'_>, environment: &Environment) -> bool {
    asked.audience(ctx) == Audience::Operators
        || asked.actor.person().is_some_and(|person| {
            *person == environment.owner()
                || (environment.team.is_some() && ctx.directory.team_of(person) == environment.team)
        })
}

fn allow(
    ctx: &Ctx,
    asked: Asked<'_>,
    environment: &Environment,
    right: Right,
) -> Result<(), CommandError> {
    let owner = environment.owner();
    let owns = matches!(asked.actor, Actor::Person(person) if *person == owner);
    let acts = owns || asked.audience(ctx) == Audience::Operators;
    let name = environment.name.clone();
    match right {
        Right::See => Ok(()),
        Right::Act if acts => Ok(()),
        Right::Own if owns => Ok(()),
        Right::Act => Err(Refusal::NotYours { name, owner }.into()),
        Right::Own => Err(Refusal::OwnerOnly { name, owner }.into()),
    }
}

fn unknown(typed: &str) -> CommandError {
    Refusal::UnknownEnvironment { typed: typed.chars().take(80).collect() }.into()
}
