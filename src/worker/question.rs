//! The question at the gate: what has to be approved, and whether there is anybody who can.

use rust_decimal::Decimal;

use super::attempt::Attempt;
use super::decided::{built_in, no_room};
use super::workplace::Workplace;
use crate::commands::budget::Purse;
use crate::commands::guard;
use crate::domain::approval::{ApprovalStatus, Question, Requirement};
use crate::domain::cost::{Estimate, amount};
use crate::domain::decision::{Decision, Finding, Point};
use crate::store::approvals::Approval;
use crate::store::decisions::Decided;

/// What is known at the gate.
pub(super) struct Known {
    pub(super) decision: Decision,
    pub(super) estimate: Estimate,
    pub(super) purse: Option<Purse>,
    /// The last that was asked for this run, if anything was.
    pub(super) asked: Option<Approval>,
    /// What policy said before: of the form, and of earlier plans.
    pub(super) decided: Vec<Decided>,
    /// `+3 ~0 -0`.
    pub(super) plan: String,
}

impl Known {
    /// What somebody has said yes to.
    pub(super) fn given(&self) -> Option<&Question> {
        let given = self.asked.as_ref().filter(|one| one.status == ApprovalStatus::Approved);
        given.map(|one| &one.question.0)
    }

    /// Whether nobody has to be asked: there is nothing to ask, or it was answered.
    pub(super) fn covers(&self, question: &Question) -> bool {
        let given = self.given();
        question.requirements.iter().all(|one| {
            given.is_some_and(|given| given.requirements.iter().any(|had| had.covers(one)))
        })
    }
}

impl Attempt {
    /// All that has to be approved: what policy said of the form, and of the plan.
    pub(super) fn requirements(&self, known: &Known) -> Vec<Requirement> {
        let mut all: Vec<Requirement> = Vec::new();
        for decided in &known.decided {
            let decision = &decided.decision.0;
            if decision.point == Point::Plan || decision.point == Point::Approve {
                continue;
            }
            let overridden = decided.overridden_by.is_some();
            // Of the budget a form is judged by what such environments used to cost; where the plan's own rule judges
            // by what this one costs, that is said already.
            let policies = &self.shop.ctx.policies;
            let is_priced = known.estimate.known_hourly().is_some();
            let is_open = |finding: &&Finding| {
                let by_price = is_priced && finding.is_of_budget();
                !(by_price && policies.has_rule(Point::Plan, &finding.rule))
            };
            let open = decision.findings.iter().filter(is_open).filter_map(Requirement::of);
            all.extend(open.filter(|one| !(overridden && one.overrides)));
        }
        all.extend(known.decision.findings.iter().filter_map(Requirement::of));
        let mut unique: Vec<Requirement> = Vec::new();
        for one in all {
            if !unique.contains(&one) {
                unique.push(one);
            }
        }
        unique
    }

    /// What nobody, or not as many as it takes, can say yes to is a denial: nobody waits for that.
    pub(super) async fn unanswerable(&self, known: &Known, question: &Question) -> Vec<Finding> {
        let ctx = &self.shop.ctx;
        let mut found = Vec::new();
        let mut others = known.decision.spares_budget();
        let mut alike: Vec<&Requirement> = Vec::new();
        for one in &question.requirements {
            // A rule may want it for each of many resources.
            if alike.iter().any(|other| one.covers(other) && other.covers(one)) {
                continue;
            }
            alike.push(one);
            // Who is in a user group is Slack's to say; while it does not, there may be somebody.
            let is_known = ctx.membership.renew(&one.approvers).await;
            let able = guard::eligible(ctx, one, &question.requester);
            // Who goes past another rule alone says nothing of the budget.
            others |= !is_known || one.is_of_budget();
            others |= able.iter().any(|person| *person != question.requester);
            if !is_known || able.len() >= one.needed.max(1) as usize {
                continue;
            }
            let who = one.approvers.join(" or ");
            let who = if who.is_empty() { "the operators" } else { &who };
            let message = format!(
                "{} wants it approved by {} of {who}, and there are not so many who could, beside whoever asks.",
                one.rule,
                one.needed.max(1),
            );
            let fix =
                "Put more people into that role, team or group, or ask for what needs no approval.";
            let finding = built_in("deny_unanswerable", message);
            found.push(Finding { fix: Some(fix.to_owned()), ..finding });
        }
        if let Some(purse) = known.purse.as_ref().filter(|purse| purse.is_short() && !others) {
            let left = amount(&purse.budget.currency, purse.left_amount().max(Decimal::ZERO));
            found.push(no_room(&purse.team, purse.month, &left));
        }
        found
    }

    /// What is asked.
    pub(super) fn question(
        &self,
        place: &Workplace,
        known: &Known,
        requirements: Vec<Requirement>,
    ) -> Question {
        let environment = &self.environment;
        let entered = environment.inputs.0.iter().map(|(name, value)| (name.as_str(), value));
        let now = self.shop.ctx.now();
        let span = environment.costs_until(now) - now;
        Question {
            // Who asked for this run: an operator may have reverted somebody else's.
            requester: self.run.actor.0.person().cloned().unwrap_or_else(|| environment.owner()),
            requirements,
            inputs: place.manifest.shown(entered),
            plan: known.plan.clone(),
            estimate: Some(guard::priced(&known.estimate, span, known.purse.as_ref())),
            over_budget: known.purse.as_ref().is_some_and(Purse::is_short),
            reason: known.decided.iter().rev().find_map(|decided| decided.reason.clone()),
        }
    }
}
