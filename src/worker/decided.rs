//! What policy said of a plan: kept, told, and made where policy could not be asked.

use super::attempt::{Attempt, Stopped};
use crate::commands::decided;
use crate::commands::transition::{Place, tell};
use crate::domain::Month;
use crate::domain::decision::{Decision, Finding, FindingKind, Level, Point, Verdict};
use crate::domain::notice::Notice;
use crate::store::Tx;
use crate::store::decisions::NewDecision;
use crate::store::environments::Environment;

impl Attempt {
    /// Keeps it, and tells it in the thread where it is more than a plain yes, and news.
    pub(super) async fn keep_decision(
        &self,
        tx: &mut Tx,
        environment: &Environment,
        (decision, is_news): (&Decision, bool),
    ) -> Result<(), Stopped> {
        let ctx = &self.shop.ctx;
        let new = NewDecision {
            environment: Some(&environment.id),
            run: Some(&self.run.id),
            at: ctx.now(),
            actor: &self.run.actor.0,
            decision,
            overridden_by: None,
            reason: None,
        };
        decided::keep(tx, new, Some(("policy.decided", &self.actor()))).await?;
        let verdict = decision.verdict();
        if is_news && verdict != Verdict::Allow {
            let notice = Notice::Policy { decision: decision.clone(), overridden: None };
            tell(ctx, tx, environment, Place::Thread, notice).await?;
        }
        Ok(())
    }
}

/// The denials that nobody can go past.
pub(super) fn denials(decision: &Decision) -> impl Iterator<Item = &Finding> {
    decision.of(Verdict::Deny).filter(|one| one.level == Level::Mandatory)
}

/// A finding of Mayfly's own.
pub(super) fn built_in(rule: &str, message: String) -> Finding {
    let place = "built in".to_owned();
    Finding { place, ..Finding::new(FindingKind::Deny, ("mayfly", rule), message) }
}

/// A budget has no room, and nobody says yes to that.
pub(super) fn no_room(team: &str, month: Month, left: &str) -> Finding {
    let month = month.in_words();
    let message = format!("The budget of {team} for {month} has no room for it: {left} is left.");
    let fix =
        "Ask for less time or something smaller, or destroy what the team does not need any more.";
    Finding { fix: Some(fix.to_owned()), ..built_in("deny_budget", message) }
}

/// What cannot be looked at is not let through.
pub(super) fn unreadable(bundle: String, why: &str) -> Decision {
    let finding = built_in("deny_unreadable", format!("The plan cannot be read by policy: {why}"));
    Decision { point: Point::Plan, findings: vec![finding], rules: 0, bundle }
}
