//! The gate: what policy says of a plan, who has to approve it, and what is set aside for it. Nothing is made
//! before it is passed.

use rust_decimal::Decimal;

use super::attempt::{Attempt, Stopped};
use super::decided::{built_in, denials, no_room, unreadable};
use super::journal::DONE;
use super::workplace::Workplace;
use super::{estimate, folders};
use crate::commands::approval::{first_asked, put, waives_budget};
use crate::commands::budget::{Purse, Reserved, Room, Wanted, reserve};
use crate::commands::guard::{self, Matter};
use crate::domain::Person;
use crate::domain::approval::{ApprovalStatus, Question, Requirement};
use crate::domain::cost::{Estimate, amount};
use crate::domain::decision::{Decision, Finding, Point};
use crate::domain::run::{RunStatus, Step};
use crate::policy;
use crate::store::approvals::Approval;
use crate::store::decisions;
use crate::store::environments::Environment;
use crate::store::plans::{self, SealedPlan};
use crate::store::{Tx, approvals, environments, runs, steps};

/// What came of the gate.
pub(super) enum Verdict {
    Passed,
    /// Policy, or an answer, said no: why.
    Rejected(String),
}

/// What is known at the gate.
struct Known {
    decision: Decision,
    estimate: Estimate,
    purse: Option<Purse>,
    /// The last that was asked for this run, if anything was.
    asked: Option<Approval>,
    /// Why whoever asked thinks that it should pass.
    reason: Option<String>,
    /// `+3 ~0 -0`.
    plan: String,
}

impl Known {
    /// What somebody has said yes to.
    fn given(&self) -> Option<&Question> {
        let given = self.asked.as_ref().filter(|one| one.status == ApprovalStatus::Approved);
        given.map(|one| &one.question.0)
    }

    /// Whether nobody has to be asked: there is nothing to ask, or it was answered.
    fn covers(&self, question: &Question) -> bool {
        let given = self.given();
        question.requirements.iter().all(|one| {
            given.is_some_and(|given| given.requirements.iter().any(|had| had.covers(one)))
        })
    }
}

/// What a denial, or nobody's answer, comes to.
fn refused(status: ApprovalStatus) -> Option<&'static str> {
    match status {
        ApprovalStatus::Denied => Some("It was not approved."),
        ApprovalStatus::Expired => Some("Nobody approved it in time."),
        _ => None,
    }
}

impl Attempt {
    /// Passes the gate, or waits there, or ends there. `printed`: what the engine says of the plan.
    pub(super) async fn pass_gate(
        &self,
        place: &Workplace,
        printed: &[u8],
    ) -> Result<Verdict, Stopped> {
        self.check()?;
        self.begin(Step::Gate).await?;
        let mut known = self.ask_policy(place, printed).await?;
        if let Some(why) = known.asked.as_ref().and_then(|asked| refused(asked.status)) {
            return Ok(Verdict::Rejected(why.to_owned()));
        }
        let requirements = self.requirements(&known).await?;
        let question = self.question(place, &known, requirements);
        if !known.covers(&question) {
            let findings = self.unanswerable(&known, &question).await;
            known.decision.findings.extend(findings);
        }
        if denials(&known.decision).next().is_some() || known.covers(&question) {
            return self.settle_gate(known).await;
        }
        let people = first_asked(&self.shop.ctx, &question).await;
        let sealed = self.seal_plan(place, printed)?;
        self.wait(known, (question, people), sealed).await
    }

    /// Asks policy what it says of the plan, with all secrets struck from it.
    async fn ask_policy(&self, place: &Workplace, printed: &[u8]) -> Result<Known, Stopped> {
        let ctx = &self.shop.ctx;
        let estimate = estimate::of(self, place, printed);
        let mut tx = ctx.db.read().await?;
        let environment = environments::get(&mut tx, &self.environment.id).await?;
        let asked = approvals::last_of_run(&mut tx, &self.run.id).await?;
        let reasons = decisions::of_run(&mut tx, &self.run.id).await?;
        let actor = self.run.actor.0.clone();
        let matter =
            Matter { estimate: Some(&estimate), ..Matter::of(Point::Plan, &actor, &environment) };
        let put = guard::ask(ctx, &mut tx, matter).await?;
        let plan = runs::get(&mut tx, &self.run.id).await?.plan;
        drop(tx);
        let scrubber = self.scrubber();
        let masked = policy::mask(printed, |text| scrubber.scrub(text).into_owned());
        let decision = match masked {
            Ok(mut plan) => {
                let scanned = self.scan(place, &plan).await?;
                plan["mayfly"] = put.json();
                let mut decision = ctx.policies.decide(Point::Plan, &plan).await;
                scanned.join(&mut decision);
                decision
            }
            Err(why) => unreadable(ctx.policies.bundle(), &why.to_string()),
        };
        let reason = reasons.into_iter().rev().find_map(|decided| decided.reason);
        let plan = plan.map(|plan| plan.0.to_string()).unwrap_or_default();
        Ok(Known { decision, estimate, purse: put.purse, asked, reason, plan })
    }

    /// All that has to be approved: what policy said of the form, and of the plan.
    async fn requirements(&self, known: &Known) -> Result<Vec<Requirement>, Stopped> {
        let mut tx = self.shop.ctx.db.read().await?;
        let mut all: Vec<Requirement> = Vec::new();
        for decided in decisions::of_run(&mut tx, &self.run.id).await? {
            let decision = decided.decision.0;
            if decision.point == Point::Plan || decision.point == Point::Approve {
                continue;
            }
            let overridden = decided.overridden_by.is_some();
            // Of the budget a form is judged by what such environments used to cost; where the plan's own rule judges
            // by what this one costs, that is said already.
            let policies = &self.shop.ctx.policies;
            let is_priced = known.estimate.known_hourly().is_some();
            let is_open = |finding: &&Finding| {
                let by_price = is_priced && finding.rule.ends_with("_budget");
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
        Ok(unique)
    }

    /// What nobody, or not as many as it takes, can say yes to is a denial: nobody waits for that.
    async fn unanswerable(&self, known: &Known, question: &Question) -> Vec<Finding> {
        let ctx = &self.shop.ctx;
        let mut found = Vec::new();
        let mut others = known.decision.spares_budget();
        for one in &question.requirements {
            // Who is in a user group is Slack's to say; while it does not, there may be somebody.
            let is_known = ctx.membership.renew(&one.approvers).await;
            let able = guard::eligible(ctx, one, &question.requester);
            // Who goes past another rule alone says nothing of the budget.
            others |= !is_known || one.rule.ends_with("_budget");
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

    fn question(
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
            reason: known.reason.clone(),
        }
    }

    /// In one transaction: what was decided, what is set aside, and whether it goes on.
    async fn settle_gate(&self, mut known: Known) -> Result<Verdict, Stopped> {
        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.write("decide about a plan").await?;
        let was_told = known.given().is_some();
        let environment = self.hold(&mut tx, &known).await?;
        if denials(&known.decision).next().is_none() {
            self.reserve(&mut tx, &environment, &mut known).await?;
        }
        let is_news = !was_told || denials(&known.decision).next().is_some();
        self.keep_decision(&mut tx, &environment, (&known.decision, is_news)).await?;
        let denied: Vec<&str> = denials(&known.decision).map(|one| one.message.as_str()).collect();
        if !denied.is_empty() {
            let why = denied.join(" ");
            tx.commit().await?;
            ctx.nudges.outbox.notify_one();
            return Ok(Verdict::Rejected(why));
        }
        let how = if known.given().is_some() { "approved" } else { "allowed" };
        if !steps::write(&mut tx, self.line(Step::Gate, DONE, how), ctx.now()).await? {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        ctx.nudges.outbox.notify_one();
        Ok(Verdict::Passed)
    }

    /// Asks, and lets go of everything until somebody has answered.
    async fn wait(
        &self,
        known: Known,
        (question, people): (Question, Vec<Person>),
        sealed: SealedPlan,
    ) -> Result<Verdict, Stopped> {
        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.write("wait for an approval").await?;
        let environment = self.hold(&mut tx, &known).await?;
        self.keep_decision(&mut tx, &environment, (&known.decision, true)).await?;
        let kept = plans::put(&mut tx, &sealed, self.run.epoch).await?;
        put(ctx, &mut tx, (&environment, &self.run.id), question, people).await?;
        let line = self.line(Step::Gate, "asked", "");
        let held = steps::write(&mut tx, line, ctx.now()).await?
            && self.write_progress(&mut tx, Some(RunStatus::Waiting)).await?
            && runs::wait(&mut tx, &self.run.id, self.run.epoch).await?;
        if !kept || !held {
            return Err(Stopped::ClaimLost);
        }
        // Before anybody can answer: whoever goes on finds the sealed plan, and nothing beside it.
        folders::remove(&self.folder()).await;
        tx.commit().await?;
        ctx.nudges.all();
        Err(Stopped::Rests)
    }

    /// The environment, held with the run; notes what it is predicted to cost.
    async fn hold(&self, tx: &mut Tx, known: &Known) -> Result<Environment, Stopped> {
        // Whoever calls it off holds the same lock.
        let environment = environments::lock(tx, &self.environment.id).await?;
        if !runs::held(tx, &self.run.id, self.run.epoch).await? {
            return Err(Stopped::ClaimLost);
        }
        if let Some(by) = runs::get(tx, &self.run.id).await?.cancel_by {
            return Err(Stopped::Cancelled(by.0));
        }
        environments::set_estimate(tx, &environment.id, &known.estimate).await?;
        Ok(environment)
    }

    /// Sets aside what it will cost. Where there is no room that policy has not spoken of, that is a denial.
    async fn reserve(
        &self,
        tx: &mut Tx,
        environment: &Environment,
        known: &mut Known,
    ) -> Result<(), Stopped> {
        let ctx = &self.shop.ctx;
        let said = match known.asked.as_ref().filter(|_| known.given().is_some()) {
            Some(approved) => waives_budget(tx, approved).await?,
            None => false,
        };
        let waived = said || known.decision.spares_budget();
        let until = environment.costs_until(ctx.now());
        let wanted = Wanted { estimate: &known.estimate, until };
        let room = if waived { Room::Waived } else { Room::Needed };
        let Reserved::Short(short) = reserve(ctx, tx, environment, wanted, room).await? else {
            return Ok(());
        };
        let team = environment.team.as_deref().unwrap_or_default();
        let left = amount(&known.estimate.currency, short.left);
        known.decision.findings.push(no_room(team, short.month, &left));
        Ok(())
    }
}
