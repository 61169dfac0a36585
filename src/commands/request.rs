//! What policy says of a form, before there is an environment.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::decided::{self, DENIED, OVERRIDDEN};
use super::filled_in::Wanted;
use super::guard::{self, Matter};
use super::{Asked, CommandError, Create, Ctx};
use crate::domain::approval::Requirement;
use crate::domain::decision::{Decision, Point, Verdict};
use crate::domain::form::{FormNext, FormVerdict, LONGEST_REASON};
use crate::domain::reply::Refusal;
use crate::domain::ttl::TtlRules;
use crate::domain::{Person, RunId};
use crate::policy::input;
use crate::store::decisions::NewDecision;
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, budgets, environments};
use crate::template::Template;

/// A form that policy lets pass, for now.
pub(super) struct Judged {
    decision: Decision,
    counts: input::Counts,
    /// Whether whoever asks goes past its denials.
    overrides: bool,
    reason: Option<String>,
}

/// Asks policy. What it says goes back into the form, until whoever fills it in has seen it, and has said what is
/// to be said.
pub(super) async fn judge(
    ctx: &Ctx,
    asked: Asked<'_>,
    (template, wanted): (&Template, &Wanted<'_>),
    form: &Create,
) -> Result<Judged, CommandError> {
    let manifest = &template.manifest;
    let inputs: BTreeMap<String, serde_json::Value> =
        wanted.inputs.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let rules = TtlRules {
        default: manifest.ttl.default,
        maximum: manifest.ttl.maximum,
        grace: manifest.ttl.grace,
        warnings: manifest.ttl.warnings.clone(),
        extensions: manifest.ttl.extensions.clone(),
    };
    let mut tx = ctx.db.read().await?;
    let of = (wanted.team.as_deref(), Some(&inputs));
    let estimate = environments::last_estimate(&mut tx, &manifest.name, of).await?;
    let matter = Matter {
        point: Point::Request,
        actor: asked.actor,
        template: input::Template {
            name: manifest.name.clone(),
            title: manifest.title.clone(),
            version: template.version.as_str().to_owned(),
            engine: manifest.engine.to_string(),
        },
        inputs: &inputs,
        rules: &rules,
        ttl: wanted.ttl,
        project: wanted.project.as_deref(),
        cost_center: wanted.cost_center.as_deref(),
        team: wanted.team.clone(),
        environment: None,
        estimate: estimate.as_ref(),
        approval: None,
    };
    let put = guard::ask(ctx, &mut tx, matter).await?;
    drop(tx);
    let decision = ctx.policies.decide(Point::Request, &put.json()).await;
    if form.reason.is_some() {
        // Slack says who is in a group as it is now.
        let denials = decision.of(Verdict::Deny).flat_map(|one| &one.overridable_by);
        ctx.membership.renew(&denials.cloned().collect::<Vec<_>>()).await;
    }
    let may_override = || overridable_by(ctx, &decision, wanted.owner);
    let next = FormNext::of(&decision, may_override);
    let digest = digest(&decision);
    let seen = form.seen.as_deref() == Some(digest.as_str());
    let reason = form.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let passes = match next {
        None => true,
        Some(FormNext::Continue) => seen,
        Some(FormNext::Override | FormNext::AskException) => seen && reason.is_some(),
        Some(FormNext::Change) => false,
    };
    if !passes {
        if next.is_some_and(|next| next != FormNext::Continue) {
            note_denied(ctx, asked, &decision).await?;
        }
        let next = next.unwrap_or(FormNext::Change);
        return Err(Refusal::Judged(Box::new(FormVerdict { decision, next, digest })).into());
    }
    Ok(Judged {
        counts: put.input.counts,
        overrides: next == Some(FormNext::Override),
        reason: reason.map(|text| text.chars().take(LONGEST_REASON).collect()),
        decision,
    })
}

/// Whether a person may go past every denial of a decision.
fn overridable_by(ctx: &Ctx, decision: &Decision, person: &Person) -> bool {
    decision.of(Verdict::Deny).filter_map(Requirement::of).all(|one| {
        // Going past a rule with a role of one's own is no approval of one's own request.
        guard::approvers(ctx, &one).contains(person)
    })
}

/// What the person has to have seen: all that was found.
fn digest(decision: &Decision) -> String {
    let found = serde_json::to_vec(&decision.findings).unwrap_or_default();
    hex::encode(&Sha256::digest(found)[..8])
}

/// Keeps what was refused before there was anything.
async fn note_denied(ctx: &Ctx, asked: Asked<'_>, decision: &Decision) -> Result<(), CommandError> {
    let mut tx = ctx.db.write("note a denied request").await?;
    let new = NewDecision {
        environment: None,
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        decision,
        overridden_by: None,
        reason: None,
    };
    decided::keep(&mut tx, new, Some((DENIED, asked.actor))).await?;
    tx.commit().await?;
    Ok(())
}

impl Judged {
    /// Whether as many live as when policy was asked: of two who ask for the last one at once, one is asked again.
    /// Whoever else asks for one waits until this transaction ends.
    pub(super) async fn still_holds(
        &self,
        tx: &mut Tx,
        wanted: &Wanted<'_>,
    ) -> Result<bool, StoreError> {
        // No team is called so: it is the turn of requests.
        budgets::lock(tx, "", "requests").await?;
        let now = guard::counts(tx, Some(wanted.owner), wanted.team.as_deref(), None).await?;
        Ok(now == self.counts)
    }

    /// Keeps what was decided with the environment that came of it.
    pub(super) async fn keep(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        asked: Asked<'_>,
        (environment, run): (&Environment, &RunId),
    ) -> Result<(), StoreError> {
        let new = NewDecision {
            environment: Some(&environment.id),
            run: Some(run),
            at: ctx.now(),
            actor: asked.actor,
            decision: &self.decision,
            overridden_by: self.overrides.then_some(asked.actor),
            reason: self.reason.as_deref(),
        };
        decided::keep(tx, new, self.overrides.then_some((OVERRIDDEN, asked.actor))).await
    }
}
