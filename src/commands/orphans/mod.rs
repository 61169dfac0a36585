//! `orphans`: what has our tag and no living environment; what operators can do about it.

mod adopt;
mod destroy;
mod remedy;

pub(super) use adopt::adopt;
pub(super) use destroy::destroy;
pub use remedy::{SITE, line};

use super::{Asked, CommandError, Ctx};
use crate::domain::OrphanId;
use crate::domain::orphan::SweptPlace;
use crate::domain::reply::{Orphans, Refusal, Reply};
use crate::store::orphans::Orphan;
use crate::store::{Tx, orphans, sweeps};

/// As many as a message has room for.
pub const LISTED: usize = 10;

pub(super) async fn list(ctx: &Ctx, asked: Asked<'_>) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "orphans")?;
    let mut tx = ctx.db.read().await?;
    let mut found = Orphans::default();
    for orphan in orphans::reported(&mut tx, LISTED as i64).await? {
        found.orphans.push(line(&mut tx, &orphan).await?);
    }
    let all = usize::try_from(orphans::count_reported(&mut tx).await?).unwrap_or(usize::MAX);
    found.more = all.saturating_sub(found.orphans.len());
    for sweep in sweeps::all(&mut tx).await? {
        found.places.push(SweptPlace { what: sweep.what, at: sweep.swept_at, error: sweep.error });
    }
    Ok(Reply::Orphans(found))
}

/// One that operators can still do something about.
async fn get(tx: &mut Tx, id: &OrphanId) -> Result<Orphan, CommandError> {
    use crate::domain::orphan::OrphanStatus;
    let found = orphans::find(tx, id).await?;
    let open = found.filter(|orphan| orphan.status != OrphanStatus::Adopted);
    open.ok_or_else(|| Refusal::UnknownOrphan.into())
}
