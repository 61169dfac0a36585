//! What policy says of what somebody wants to do with an environment that is there.

use serde_json::json;

use super::budget::Purse;
use super::guard::{self, Matter};
use super::target::{Right, resolve};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::approval::Requirement;
use crate::domain::decision::{Decision, Finding, Point, Verdict};
use crate::domain::reply::Refusal;
use crate::domain::{Person, RunId, Span, Timestamp};
use crate::store::decisions::{self, NewDecision};
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, audit};

/// Whom the settings call operators.
const OPERATORS: &str = "role:operator";

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
    let may = |person: &Person, finding: &Finding| {
        Requirement::of(finding).is_some_and(|one| {
            // What takes several, or somebody else, one cannot do alone.
            let alone = one.overrides
                || (one.needed <= 1 && (one.by_requester || *person != environment.owner()));
            alone && guard::approvers(ctx, &one).contains(person)
        })
    };
    let may_all = |person: &Person| held.iter().all(|one| may(person, one));
    if asked.reason.is_some() && may_all(person) {
        return Ok(Some(Consulted { decision, overrides: true, over_budget, expires_at }));
    }
    // Those who may act on it at all are its owner and the operators.
    let operators = ctx.directory.members(OPERATORS);
    let anybody = operators.iter().chain([&environment.owner()]).any(may_all);
    let past = anybody.then(|| typed(point, span, &environment));
    let mut tx = ctx.db.write("note a denied command").await?;
    keep(ctx, &mut tx, asked, (&environment, None), (&decision, false)).await?;
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
        let goes_past = self.overrides
            && self.decision.in_the_way().any(|finding| finding.rule.ends_with("_budget"));
        self.over_budget && (goes_past || self.decision.spares_budget())
    }

    /// Whether it is still what policy was asked about.
    pub(super) fn still_holds(&self, environment: &Environment) -> bool {
        self.expires_at == environment.expires_at
    }

    /// Keeps what was decided, with what was done.
    pub(super) async fn keep(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        asked: Asked<'_>,
        (environment, run): (&Environment, Option<&RunId>),
    ) -> Result<(), StoreError> {
        keep(ctx, tx, asked, (environment, run), (&self.decision, self.overrides)).await
    }
}

async fn keep(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    (environment, run): (&Environment, Option<&RunId>),
    (decision, overrides): (&Decision, bool),
) -> Result<(), StoreError> {
    let new = NewDecision {
        environment: Some(&environment.id),
        run,
        at: ctx.now(),
        actor: asked.actor,
        decision,
        overridden_by: overrides.then_some(asked.actor),
        reason: asked.reason.filter(|_| overrides),
    };
    decisions::insert(tx, new).await?;
    let verdict = decision.verdict();
    let action = match verdict {
        _ if overrides => "policy.overridden",
        Verdict::Deny | Verdict::Approval => "policy.denied",
        Verdict::Allow | Verdict::Warn => return Ok(()),
    };
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run,
        at: ctx.now(),
        actor: asked.actor,
        action,
        detail: json!({
            "point": decision.point, "bundle": decision.bundle, "reason": asked.reason,
            "rules": decision.findings.iter().map(Finding::name).collect::<Vec<_>>(),
        }),
    };
    audit::record(tx, entry).await
}
