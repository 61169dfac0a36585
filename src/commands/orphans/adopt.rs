//! An operator takes an orphan over: it is nobody's fault any more, and not told again.

use serde_json::json;

use super::super::gone::reason;
use super::super::{Asked, CommandError, Ctx};
use super::{get, line};
use crate::domain::OrphanId;
use crate::domain::orphan::OrphanStatus;
use crate::domain::reply::Reply;
use crate::store::{audit, environments, orphans};

/// Without a reason it is asked for.
pub(crate) async fn adopt(
    ctx: &Ctx,
    asked: Asked<'_>,
    id: &OrphanId,
    why: Option<&str>,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "orphans")?;
    let Some(why) = why else {
        let mut tx = ctx.db.read().await?;
        let orphan = get(&mut tx, id).await?;
        return Ok(Reply::AdoptionWanted { orphan: line(&mut tx, &orphan).await? });
    };
    let why = reason(why)?;
    let mut tx = ctx.db.write("adopt an orphan").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let orphan = get(&mut tx, id).await?;
    let of = match &orphan.environment {
        Some(name) => environments::by_name(&mut tx, name).await?,
        None => None,
    };
    if let Some(environment) = &of {
        // Whoever writes into its chain holds its row first.
        environments::lock(&mut tx, &environment.id).await?;
    }
    orphans::set_status(&mut tx, id, OrphanStatus::Adopted).await?;
    let entry = audit::Entry {
        environment: of.as_ref().map(|environment| &environment.id),
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        action: "orphan.adopted",
        detail: json!({ "resource": orphan.resource, "type": orphan.kind, "reason": why }),
    };
    audit::record(&mut tx, entry).await?;
    let orphan = line(&mut tx, &orphan).await?;
    tx.commit().await?;
    Ok(Reply::Adopted { orphan })
}
