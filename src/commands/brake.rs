//! `pause` and `resume`: the operators' brake.

use serde_json::json;

use super::{Asked, CommandError, Ctx};
use crate::domain::Actor;
use crate::domain::reply::{Brake, Reply};
use crate::store::{audit, settings};

pub(super) async fn pause(
    ctx: &Ctx,
    asked: Asked<'_>,
    brake: Brake,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "pause")?;
    let mut tx = ctx.db.write("pause").await?;
    settings::set(&mut tx, key(brake), &name(asked.actor)).await?;
    note(ctx, &mut tx, asked, "brake.on", brake).await?;
    tx.commit().await?;
    Ok(Reply::Paused { brake })
}

pub(super) async fn resume(
    ctx: &Ctx,
    asked: Asked<'_>,
    brake: Brake,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "resume")?;
    let mut tx = ctx.db.write("resume").await?;
    settings::clear(&mut tx, key(brake)).await?;
    note(ctx, &mut tx, asked, "brake.off", brake).await?;
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Resumed { brake })
}

async fn note(
    ctx: &Ctx,
    tx: &mut crate::store::Tx,
    asked: Asked<'_>,
    action: &str,
    brake: Brake,
) -> Result<(), CommandError> {
    let entry = audit::Entry {
        environment: None,
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        action,
        detail: json!({ "brake": brake }),
    };
    Ok(audit::record(tx, entry).await?)
}

/// The setting that holds a brake.
pub(super) fn key(brake: Brake) -> &'static str {
    match brake {
        Brake::Creating => settings::CREATING_PAUSED,
        Brake::Reaping => settings::REAPING_PAUSED,
    }
}

fn name(actor: &Actor) -> String {
    match actor.person() {
        Some(person) => format!("<@{}>", person.user),
        None => "the console".to_owned(),
    }
}
