//! `list`: a page of environments.

use super::{Asked, CommandError, Ctx};
use crate::domain::reply::{ListScope, Refusal, Reply};
use crate::store::environments::{self, Scope};

/// How many fit on a page: each is a section with a button or two, and a message has 50 blocks.
pub(super) const PAGE: usize = 10;

pub(super) async fn list(
    ctx: &Ctx,
    asked: Asked<'_>,
    wanted: ListScope,
    page: usize,
) -> Result<Reply, CommandError> {
    let scope = match wanted {
        ListScope::All => {
            asked.operators_only(ctx, "list all")?;
            Scope::All
        }
        ListScope::Mine => Scope::Owner(person(asked)?.clone()),
        ListScope::Team => match ctx.directory.team_of(person(asked)?) {
            Some(team) => Scope::Team(team),
            None => {
                let problem = "you belong to no team that Mayfly knows".to_owned();
                return Err(Refusal::BadArgument { verb: "list", problem }.into());
            }
        },
    };
    let page = page.max(1);
    let offset = i64::try_from((page - 1).saturating_mul(PAGE)).unwrap_or(i64::MAX);
    let mut tx = ctx.db.read().await?;
    let mut rows = environments::living(&mut tx, &scope, offset, PAGE as i64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let environments = rows.iter().map(environments::Environment::facts).collect();
    Ok(Reply::List { scope: wanted, environments, page, more, now: ctx.now() })
}

fn person<'a>(asked: Asked<'a>) -> Result<&'a crate::domain::Person, CommandError> {
    asked.actor.person().ok_or_else(|| {
        let problem = "only a person has environments: say `all`".to_owned();
        Refusal::BadArgument { verb: "list", problem }.into()
    })
}
