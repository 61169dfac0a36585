//! The scheduler's: tells the owner that the end is near.

use serde_json::json;

use super::extend::wrong_state;
use super::target::{Right, resolve};
use super::transition::{Place, tell};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::environment::State;
use crate::domain::notice::Notice;
use crate::domain::reply::Reply;
use crate::store::{audit, environments};

pub(super) async fn warn(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("warn of an end").await?;
    let found = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let now = ctx.now();
    let due = environment.next_warning_at.is_some_and(|at| at <= now);
    let (State::Ready(life) | State::Updating(life)) = environment.state()? else {
        return Err(wrong_state(&environment, "be warned of"));
    };
    if !due {
        // Another scheduler was faster.
        return Ok(Reply::Repeated);
    }
    let rules = &environment.rules.0;
    let sent = rules.warnings_passed(life.expires_at, now);
    let next = rules.next_warning(life.expires_at, sent);
    environments::warning_sent(&mut tx, &environment, sent, next).await?;
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: None,
        at: now,
        actor: asked.actor,
        action: "environment.warned",
        detail: json!({ "expires_at": life.expires_at, "warning": sent }),
    };
    audit::record(&mut tx, entry).await?;
    // The earliest it can be: the grace begins when somebody has accepted the warning.
    let reap_not_before = environment
        .reap_at
        .unwrap_or_else(|| rules.reap_at(life.expires_at, environment.warned_at.unwrap_or(now)));
    let warning = Notice::Warning { expires_at: life.expires_at, reap_not_before };
    tell(ctx, &mut tx, &environment, Place::Thread, warning).await?;
    let expiring = Notice::ChannelExpiring { expires_at: life.expires_at };
    tell(ctx, &mut tx, &environment, Place::Channel, expiring).await?;
    tx.commit().await?;
    ctx.nudges.outbox.notify_one();
    Ok(Reply::Repeated)
}
