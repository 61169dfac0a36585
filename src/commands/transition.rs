//! The one way in which an environment changes its state: table, row, audit and card together.

use serde_json::json;

use super::{Ctx, budget};
use crate::domain::environment::{Event, InvalidTransition};
use crate::domain::notice::{Notice, Route};
use crate::domain::{Actor, OutboxId, RunId};
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, audit, environments, outbox};

/// Why a transition did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransitionError {
    #[error(transparent)]
    Invalid(#[from] InvalidTransition),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Moves the environment on and returns it as it then is.
pub async fn shift(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    event: Event,
    cause: Cause<'_>,
) -> Result<Environment, TransitionError> {
    let name = event.name();
    let next = environment.state()?.on(event)?;
    environments::transition(tx, environment, &next).await?;
    if next.status().is_terminal() {
        budget::settle(ctx, tx, environment).await?;
    }
    let detail = json!({
        "event": name, "from": environment.status, "to": next.status(),
    });
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: cause.run,
        at: ctx.now(),
        actor: cause.actor,
        action: "environment.transition",
        detail,
    };
    audit::record(tx, entry).await?;
    tell(ctx, tx, environment, Place::Card, Notice::Card).await?;
    Ok(environments::get(tx, &environment.id).await?)
}

/// Who moved it, in which run.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    pub actor: &'a Actor,
    pub run: Option<&'a RunId>,
}

impl<'a> Cause<'a> {
    /// Somebody, outside any run.
    pub fn of(actor: &'a Actor) -> Cause<'a> {
        Cause { actor, run: None }
    }
}

/// Where something about an environment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Card,
    /// The card's thread.
    Thread,
    /// The template's channel; nothing is told when it has none.
    Channel,
}

/// Puts a message about an environment into the outbox.
pub async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    place: Place,
    notice: Notice,
) -> Result<(), StoreError> {
    let heard = notice.for_channel();
    if heard.is_some_and(|heard| !environment.channel_notices.0.contains(&heard)) {
        return Ok(());
    }
    let (id, owner) = (environment.id.clone(), environment.owner());
    let route = match (place, &environment.channel) {
        (Place::Card, _) => Route::Card { environment: id, owner },
        (Place::Thread, _) => Route::Thread { environment: id, owner },
        (Place::Channel, Some(channel)) => Route::Channel { channel: channel.clone() },
        (Place::Channel, None) => return Ok(()),
    };
    let message = outbox::NewMessage {
        id: ctx.random(OutboxId::random),
        environment: Some(&environment.id),
        route,
        notice,
        created_at: ctx.now(),
    };
    outbox::push(tx, message).await
}
