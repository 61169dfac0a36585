//! The gate: what policy says of a plan, who has to approve it, and what is set aside for it. Nothing is made
//! before it is passed.

use super::attempt::{Attempt, Stopped};
use super::decided::{denials, no_room, unreadable};
use super::journal::{DENIED, DONE};
use super::question::Known;
use super::workplace::Workplace;
use super::{estimate, folders};
use crate::commands::approval::{put, waives_budget};
use crate::commands::approvers::first_asked;
use crate::commands::budget::{Purse, Reserved, Room, Wanted, reserve};
use crate::commands::guard::{self, Matter};
use crate::domain::Person;
use crate::domain::approval::{ApprovalStatus, Question};
use crate::domain::cost::amount;
use crate::domain::decision::{Finding, Point};
use crate::domain::run::{RunStatus, Step};
use crate::policy;
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

/// How often in a row others may be faster at a budget; whoever claims the run next tries on.
const LOST_RACES: usize = 5;

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
        for _ in 0..LOST_RACES {
            if let Some(verdict) = self.decide(place, printed).await? {
                return Ok(verdict);
            }
        }
        Err(Stopped::Trouble("others take the team's budget while policy is asked".to_owned()))
    }

    /// `None`: meanwhile others have taken what policy saw in the budget. It is asked again: what becomes of an empty
    /// one is policy's to say.
    async fn decide(&self, place: &Workplace, printed: &[u8]) -> Result<Option<Verdict>, Stopped> {
        let mut known = self.ask_policy(place, printed).await?;
        if let Some(why) = known.asked.as_ref().and_then(|asked| refused(asked.status)) {
            return Ok(Some(Verdict::Rejected(why.to_owned())));
        }
        let requirements = self.requirements(&known);
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
        self.wait(known, (question, people), sealed).await.map(Some)
    }

    /// Asks policy what it says of the plan, with all secrets struck from it.
    async fn ask_policy(&self, place: &Workplace, printed: &[u8]) -> Result<Known, Stopped> {
        let ctx = &self.shop.ctx;
        let estimate = estimate::of(self, place, printed);
        let mut tx = ctx.db.read().await?;
        let environment = environments::get(&mut tx, &self.environment.id).await?;
        let asked = approvals::last_of_run(&mut tx, &self.run.id).await?;
        let decided = decisions::of_run(&mut tx, &self.run.id).await?;
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
        let plan = plan.map(|plan| plan.0.to_string()).unwrap_or_default();
        Ok(Known { decision, estimate, purse: put.purse, asked, decided, plan })
    }

    /// In one transaction: what was decided, what is set aside, and whether it goes on.
    async fn settle_gate(&self, mut known: Known) -> Result<Option<Verdict>, Stopped> {
        let ctx = &self.shop.ctx;
        let mut tx = ctx.db.write("decide about a plan").await?;
        let was_told = known.given().is_some();
        let environment = self.hold(&mut tx, &known).await?;
        if denials(&known.decision).next().is_none()
            && let Some(short) = self.reserve(&mut tx, &environment, &known).await?
        {
            if !known.purse.as_ref().is_some_and(Purse::is_short) {
                return Ok(None);
            }
            known.decision.findings.push(short);
        }
        let is_news = !was_told || denials(&known.decision).next().is_some();
        self.keep_decision(&mut tx, &environment, (&known.decision, is_news)).await?;
        let denied: Vec<&str> = denials(&known.decision).map(|one| one.message.as_str()).collect();
        let why = denied.join(" ");
        let (event, detail, verdict) = match (denied.is_empty(), known.given()) {
            (false, _) => (DENIED, why.as_str(), Verdict::Rejected(why.clone())),
            (true, Some(_)) => (DONE, "approved", Verdict::Passed),
            (true, None) => (DONE, "allowed", Verdict::Passed),
        };
        if !steps::write(&mut tx, self.line(Step::Gate, event, detail), ctx.now()).await? {
            return Err(Stopped::ClaimLost);
        }
        tx.commit().await?;
        ctx.nudges.outbox.notify_one();
        Ok(Some(verdict))
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

    /// Sets aside what it will cost. Where there is no room, and policy has not spoken of that: the denial.
    async fn reserve(
        &self,
        tx: &mut Tx,
        environment: &Environment,
        known: &Known,
    ) -> Result<Option<Finding>, Stopped> {
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
            return Ok(None);
        };
        let team = environment.team.as_deref().unwrap_or_default();
        let left = amount(&known.estimate.currency, short.left);
        Ok(Some(no_room(team, short.month, &left)))
    }
}
