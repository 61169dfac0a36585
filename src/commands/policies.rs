//! `policies`: the rules in force, and newer ones without a restart.

use serde_json::json;

use super::{Asked, CommandError, Ctx};
use crate::domain::reply::Reply;
use crate::store::{audit, settings};

/// What is to be done with the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policing {
    Show,
    /// Reads them anew. Where anything is wrong with them, those stay that are in force.
    Reload,
}

pub(super) async fn policies(
    ctx: &Ctx,
    asked: Asked<'_>,
    what: Policing,
) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "policies")?;
    let problems = match what {
        Policing::Show => Vec::new(),
        Policing::Reload => reload(ctx, asked).await?,
    };
    let (bundle, rules) = (ctx.policies.bundle(), ctx.policies.rules());
    let warnings = ctx.directory.problems();
    Ok(Reply::Policies { bundle, rules, problems, warnings })
}

async fn reload(ctx: &Ctx, asked: Asked<'_>) -> Result<Vec<String>, CommandError> {
    let before = ctx.policies.bundle();
    let policies = ctx.policies.clone();
    let reloaded = tokio::task::spawn_blocking(move || policies.reload()).await;
    let reloaded = reloaded.map_err(|error| CommandError::Internal(error.to_string()))?;
    let problems: Vec<String> = match reloaded {
        Ok(()) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    };
    let mut tx = ctx.db.write("note a reload of policies").await?;
    let entry = audit::Entry {
        environment: None,
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        action: "policies.reloaded",
        detail: json!({ "before": before, "after": ctx.policies.bundle(), "problems": problems }),
    };
    audit::record(&mut tx, entry).await?;
    settings::set(&mut tx, settings::POLICIES_RELOADED, &ctx.now().0.to_string()).await?;
    tx.commit().await?;
    Ok(problems)
}
