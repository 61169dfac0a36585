//! What policy says of what somebody wants to do with an environment that is there.

use super::budget::Purse;
use super::decided::{self, DENIED, OVERRIDDEN};
use super::guard::{self, Matter, OPERATORS};
use super::target::{Right, resolve};
use super::transition::{Place, tell};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::approval::Requirement;
use crate::domain::decision::{Decision, Finding, Point, Verdict};
use crate::domain::notice::Notice;
use crate::domain::reply::Refusal;
use crate::domain::{Person, RunId, Span, Timestamp};
use crate::store::decisions::NewDecision;
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx};

/// What policy said, and whether whoever asks goes past it.
pub(super) struct Consulted {
    decision: Decision,
    overrides: bool,
    /// Whether it was seen that the budget has no room for it.
    over_budget: bool,
    /// When it was to end when policy was asked.
    expires_at: Option<Timestamp>,
}

/// Asks policy: outside a transaction, because it takes a process. Of what the clock does nothing is asked: an end
/// that was promised comes.
///
/// # Errors
/// [`Refusal::ByPolicy`], where somebody else would have to do it or it cannot be done at all.
pub(super) async fn consult(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
    (point, span): (Point, Option<Span>),
    possible: impl Fn(&Environment) -> Result<(), CommandError>,
) -> Result<Option<Consulted>, CommandError> {
    let Some(person) = asked.actor.person() else { return Ok(None) };
    let mut tx = ctx.db.read().await?;
    let environment = resolve(ctx, &mut tx, asked, target, Right::Act).await?;
    // Who cannot have it anyway is told that, and not a rule.
    possible(&environment)?;
    let mut matter = Matter::of(point, asked.actor, &environment);
    matter.ttl = match (point, environment.lifetime()) {
        (Point::Extend, Some(life)) => {
            let rules = &environment.rules.0;
            let usual = || rules.steps(life).first().copied().unwrap_or(rules.default);
            let asked = span.unwrap_or_else(usual);
            // What is really added: less than is asked when the maximum is near.
            life.extend(asked).map_or(asked, |extended| extended.added)
        }
        _ => matter.ttl,
    };
    let put = guard::ask(ctx, &mut tx, matter).await?;
    drop(tx);
    let decision = ctx.policies.decide(point, &put.json()).await;
    let held: Vec<&Finding> = decision.in_the_way().collect();
    let expires_at = environment.expires_at;
    let over_budget = put.purse.as_ref().is_some_and(Purse::is_short);
    if held.is_empty() {
        return Ok(Some(Consulted { decision, overrides: false, over_budget, expires_at }));
    }
    let wants: Vec<Option<Requirement>> = held.into_iter().map(Requirement::of).collect();
    let may_all = |person: &Person| {
        wants.iter().all(|one| {
            // What takes several, one cannot do alone.
            let alone = one.as_ref().filter(|one| one.overrides || one.needed <= 1);
            let owner = environment.owner();
            alone.is_some_and(|one| guard::may_answer(ctx, person, one, &owner))
        })
    };
    // Slack says who is in a group as it is now.
    let selectors = wants.iter().flatten().flat_map(|one| &one.approvers);
    let selectors: Vec<String> = selectors.cloned().collect();
    if asked.reason.is_some() {
        ctx.membership.renew(&selectors).await;
    }
    if asked.reason.is_some() && may_all(person) {
        return Ok(Some(Consulted { decision, overrides: true, over_budget, expires_at }));
    }
    // Those who may act on it at all are its owner and the operators.
    let operators = ctx.directory.members(OPERATORS);
    let anybody = operators.iter().chain([&environment.owner()]).any(may_all);
    let past = anybody.then(|| typed(point, span, &environment));
    let mut tx = ctx.db.write("note a denied command").await?;
    keep(ctx, &mut tx, asked, (&environment, None), (&decision, Some(DENIED))).await?;
    tx.commit().await?;
    Err(Refusal::ByPolicy { decision, past }.into())
}

/// The command that was refused, as somebody types it.
fn typed(point: Point, span: Option<Span>, environment: &Environment) -> String {
    let name = &environment.name;
    match (point, span) {
        (Point::Extend, Some(span)) => format!("extend {name} {}", span.compact()),
        (Point::Extend, None) => format!("extend {name}"),
        (Point::Update, _) => format!("revert {name}"),
        _ => format!("destroy {name}"),
    }
}

impl Consulted {
    /// Whether the budget need not have room for it: somebody who may goes past it, and knows that, or its rule lets
    /// it pass.
    pub(super) fn waives_budget(&self) -> bool {
        let goes_past =
            self.overrides && self.decision.in_the_way().any(|finding| finding.is_of_budget());
        self.over_budget && (goes_past || self.decision.spares_budget())
    }

    /// Whether it is still what policy was asked about.
    pub(super) fn still_holds(&self, environment: &Environment) -> bool {
        self.expires_at == environment.expires_at
    }

    /// Keeps what was decided, with what was done. What is more than a plain yes is told in its thread.
    pub(super) async fn keep(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        asked: Asked<'_>,
        (environment, run): (&Environment, Option<&RunId>),
    ) -> Result<(), StoreError> {
        let row = self.overrides.then_some(OVERRIDDEN);
        keep(ctx, tx, asked, (environment, run), (&self.decision, row)).await?;
        if self.overrides || self.decision.verdict() == Verdict::Warn {
            let by = asked.actor.person().cloned().zip(asked.reason.map(str::to_owned));
            let overridden = by.filter(|_| self.overrides);
            let notice = Notice::Policy { decision: self.decision.clone(), overridden };
            tell(ctx, tx, environment, Place::Thread, notice).await?;
        }
        Ok(())
    }

    /// What policy warns of, in words.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.decision.of(Verdict::Warn).map(|finding| finding.message.clone()).collect()
    }
}

/// Keeps what was decided; `row`: what the trail calls that.
async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    (environment, run): (&Environment, Option<&RunId>),
    (decision, row): (&Decision, Option<&str>),
) -> Result<(), StoreError> {
    let overrides = row == Some(OVERRIDDEN);
    let new = NewDecision {
        environment: Some(&environment.id),
        run,
        at: ctx.now(),
        actor: asked.actor,
        decision,
        overridden_by: overrides.then_some(asked.actor),
        reason: asked.reason.filter(|_| overrides),
    };
    decided::keep(tx, new, row.map(|action| (action, asked.actor))).await
}
