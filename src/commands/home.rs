//! App Home: what a person sees first.

use super::templates::lines;
use super::{CommandError, Ctx};
use crate::domain::Person;
use crate::domain::reply::Home;
use crate::store::environments::{self, Environment, Scope};

/// How many of a person's environments App Home shows: a home view has 100 blocks.
const SHOWN: i64 = 20;

/// A person's own environments, by what ends soonest.
pub async fn home(ctx: &Ctx, person: &Person) -> Result<Home, CommandError> {
    let mut tx = ctx.db.read().await?;
    let scope = Scope::Owner(person.clone());
    let rows = environments::living(&mut tx, &scope, 0, SHOWN).await?;
    let mut environments: Vec<_> = rows.iter().map(Environment::facts).collect();
    environments.sort_by_key(|facts| facts.lifetime.map_or(i64::MAX, |life| life.expires_at.0));
    Ok(Home { environments, templates: lines(ctx), now: ctx.now() })
}
