//! `extend`: adds to the present expiry, to the maximum at most.

use serde_json::json;

use super::budget::{self, Reserved, Room};
use super::consult::{Consulted, consult};
use super::target::{Right, resolve};
use super::transition::{Cause, Place, TransitionError, shift, tell};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::decision::Point;
use crate::domain::environment::{EndReason, Event, State};
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::ttl::{CannotExtend, Lifetime};
use crate::domain::{Span, Timestamp};
use crate::store::environments::Environment;
use crate::store::{Tx, audit, environments};

/// What is to be extended, and by how much.
pub(super) struct Wanted<'a> {
    pub target: &'a Target,
    pub span: Option<Span>,
    /// The expiry that the button was drawn for.
    pub drawn_for: Option<Timestamp>,
}

pub(super) async fn extend(
    ctx: &Ctx,
    asked: Asked<'_>,
    wanted: Wanted<'_>,
) -> Result<Reply, CommandError> {
    let possible = |environment: &Environment| extendable(environment, &wanted).map(drop);
    let asks = (Point::Extend, wanted.span);
    let consulted = consult(ctx, asked, wanted.target, asks, possible).await?;
    let mut tx = ctx.db.write("extend an environment").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, wanted.target, Right::Act).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    let lifetime = extendable(&environment, &wanted)?;
    if consulted.as_ref().is_some_and(|consulted| !consulted.still_holds(&environment)) {
        let (name, expires_at) = (environment.name.clone(), lifetime.expires_at);
        return Err(Refusal::AlreadyExtended { name, expires_at }.into());
    }
    let rules = &environment.rules.0;
    let step =
        wanted.span.or_else(|| rules.steps(lifetime).first().copied()).unwrap_or(rules.default);
    // Where the new end would have passed as well (reaping was paused, say), it counts from now.
    let now = ctx.now();
    let passed = lifetime.expires_at + step <= now;
    let late = if passed { now - lifetime.expires_at } else { Span::ZERO };
    let extended = lifetime.extend(step + late).map_err(|cannot| refuse(&environment, cannot))?;
    let event = Event::Extended(extended.lifetime);
    let environment = shift(ctx, &mut tx, &environment, event, Cause::of(asked.actor))
        .await
        .map_err(|error| refuse_transition(&environment, error, "be extended"))?;
    let expires_at = extended.lifetime.expires_at;
    let waived = consulted.as_ref().is_some_and(Consulted::waives_budget);
    set_aside(ctx, &mut tx, (&environment, expires_at), waived).await?;
    let warnings = consulted.as_ref().map(Consulted::warnings).unwrap_or_default();
    if let Some(consulted) = consulted {
        consulted.keep(ctx, &mut tx, asked, (&environment, None)).await?;
    }
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        action: "environment.extended",
        detail: json!({ "added": extended.added, "expires_at": expires_at }),
    };
    audit::record(&mut tx, entry).await?;
    if let Some(person) = asked.actor.person() {
        let notice = Notice::Extended { by: person.clone(), added: extended.added, expires_at };
        tell(ctx, &mut tx, &environment, Place::Thread, notice).await?;
    }
    let facts = environment.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Extended { facts, added: extended.added, warnings })
}

/// Its life, if that can be made longer.
fn extendable(environment: &Environment, wanted: &Wanted<'_>) -> Result<Lifetime, CommandError> {
    let (State::Ready(lifetime) | State::Updating(lifetime)) = environment.state()? else {
        return Err(wrong_state(environment, "be extended"));
    };
    if lifetime.room() == Span::ZERO {
        return Err(refuse(environment, CannotExtend::AtMaximum(lifetime.latest)));
    }
    if wanted.drawn_for.is_some_and(|drawn_for| drawn_for != lifetime.expires_at) {
        let (name, expires_at) = (environment.name.clone(), lifetime.expires_at);
        return Err(Refusal::AlreadyExtended { name, expires_at }.into());
    }
    Ok(lifetime)
}

/// Sets aside what the longer life will cost.
async fn set_aside(
    ctx: &Ctx,
    tx: &mut Tx,
    (environment, until): (&Environment, Timestamp),
    waived: bool,
) -> Result<(), CommandError> {
    let Some(estimate) = &environment.estimate else { return Ok(()) };
    let room = if waived { Room::Waived } else { Room::Needed };
    let wanted = budget::Wanted { estimate: &estimate.0, until };
    match budget::reserve(ctx, tx, environment, wanted, room).await? {
        Reserved::Yes => Ok(()),
        Reserved::Short(_) => {
            let team = environment.team.clone().unwrap_or_default();
            Err(Refusal::BudgetTaken {
                name: environment.name.clone(),
                team,
                is_asked_again: false,
            }
            .into())
        }
    }
}

fn refuse(environment: &Environment, cannot: CannotExtend) -> CommandError {
    match cannot {
        CannotExtend::AtMaximum(latest) => {
            Refusal::AtMaximum { name: environment.name.clone(), latest }.into()
        }
        CannotExtend::Nothing => {
            let problem = "an extension has to be longer than nothing".to_owned();
            Refusal::BadArgument { verb: "extend", problem }.into()
        }
    }
}

/// What a person is told when the state does not allow it.
pub(super) fn wrong_state(environment: &Environment, wanted: &str) -> CommandError {
    Refusal::WrongState {
        name: environment.name.clone(),
        status: environment.status,
        marked_gone: matches!(
            environment.end_reason.as_ref().map(|reason| &reason.0),
            Some(EndReason::MarkedGone { .. })
        ),
        wanted: wanted.to_owned(),
    }
    .into()
}

/// A transition that the table refuses is the person's; a database that fails is ours.
pub(super) fn refuse_transition(
    environment: &Environment,
    error: TransitionError,
    wanted: &str,
) -> CommandError {
    match error {
        TransitionError::Invalid(_) => wrong_state(environment, wanted),
        TransitionError::Store(error) => error.into(),
    }
}
