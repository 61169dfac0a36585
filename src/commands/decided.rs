//! What policy has decided, kept: for `/infra why`, and in the trail.

use serde_json::json;

use crate::domain::Actor;
use crate::domain::decision::Finding;
use crate::store::decisions::{self, NewDecision};
use crate::store::{StoreError, Tx, audit};

/// Nothing came of what was asked for.
pub(super) const DENIED: &str = "policy.denied";
/// Somebody has gone past what it said.
pub(super) const OVERRIDDEN: &str = "policy.overridden";

/// Keeps a decision; `row`: what the trail calls what came of it, and who did that. A plain yes has no row.
pub async fn keep(
    tx: &mut Tx,
    new: NewDecision<'_>,
    row: Option<(&str, &Actor)>,
) -> Result<(), StoreError> {
    decisions::insert(tx, new).await?;
    let Some((action, actor)) = row else { return Ok(()) };
    let NewDecision { decision, environment, run, at, reason, .. } = new;
    let counts = |finding: &&Finding| match action {
        DENIED | OVERRIDDEN => decision.in_the_way().any(|one| one == *finding),
        _ => true,
    };
    let detail = json!({
        "point": decision.point, "verdict": decision.verdict(), "bundle": decision.bundle, "reason": reason,
        "rules": decision.findings.iter().filter(counts).map(Finding::name).collect::<Vec<_>>(),
    });
    audit::record(tx, audit::Entry { environment, run, at, actor, action, detail }).await
}
