//! Replies and refusals: which template tells one, with which facts.

use serde_json::{Value, json};

use crate::domain::Timestamp;
use crate::domain::facts::EnvironmentFacts;
use crate::domain::reply::{Attention, Audience, Refusal, Reply, RunLine, VERBS, Verb};

use super::data::{self, left};
use super::limits::cut;
use super::notices::conversation_of;
use super::{approvals, costs, explained, orphans, policy};

/// A list's page is shorter; this only keeps a message from being too long.
const MOST_LINES: usize = 20;
const RUNS: usize = 5;
const LOG_LINES: usize = 40;
const LOG_CHARACTERS: usize = 2_800;
const LONGEST_PROBLEM: usize = 300;
const WARNINGS: usize = 5;

/// Whether it is answered by a message, and not by a view or not at all.
pub(super) fn is_said(reply: &Reply) -> bool {
    use Reply as R;
    !matches!(
        reply,
        R::Form { .. }
            | R::Picker { .. }
            | R::ReasonWanted { .. }
            | R::AdoptionWanted { .. }
            | R::CommentWanted { .. }
            | R::Repeated
    )
}

/// The template and its facts.
pub(super) fn reply(reply: &Reply) -> (&'static str, Value) {
    match reply {
        // None of these is said; a delivery that acted before is the nearest to nothing.
        Reply::Form { .. }
        | Reply::Picker { .. }
        | Reply::ReasonWanted { .. }
        | Reply::AdoptionWanted { .. }
        | Reply::CommentWanted { .. }
        | Reply::Repeated => ("reply-list", Value::Null),
        Reply::MarkedGone { facts } => ("reply-marked-gone", env(facts)),
        Reply::Created { facts } => ("reply-created", env(facts)),
        Reply::List { scope, environments, page, more, now } => {
            let line = |facts: &_| line(facts, *now);
            let lines: Vec<Value> = environments.iter().take(MOST_LINES).map(line).collect();
            let turn = |page: usize| format!("{scope}:{page}");
            let data = json!({
                "scope": scope.as_str(),
                "environments": lines,
                "page": page,
                "previous": (*page > 1).then(|| turn(page - 1)),
                "next": more.then(|| turn(page + 1)),
            });
            ("reply-list", data)
        }
        Reply::Shown { facts, runs, now } => {
            let mut data = env(facts);
            data["left"] = facts.lifetime.and_then(|life| left(*now, life.expires_at)).into();
            data["runs"] = runs.iter().take(RUNS).map(run).collect();
            ("reply-shown", data)
        }
        Reply::Extended { facts, added, warnings } => {
            let mut data = warned(facts, warnings);
            data["added"] = added.millis().into();
            ("reply-extended", data)
        }
        Reply::Destroying { facts, warnings } => ("reply-destroying", warned(facts, warnings)),
        Reply::Checking { facts } => ("reply-checking", env(facts)),
        Reply::Reverting { facts, warnings } => ("reply-reverting", warned(facts, warnings)),
        Reply::Cancelling { facts } => ("reply-cancelling", env(facts)),
        Reply::Logs { facts, kind, status, lines } => {
            let text = data::last_lines(lines, LOG_LINES, LOG_CHARACTERS);
            let shown = if text.is_empty() { 0 } else { text.lines().count() };
            let mut data = env(facts);
            data["kind"] = data::kind(*kind).into();
            data["status"] = data::status(*status).into();
            data["earlier"] = lines.len().saturating_sub(shown).into();
            data["lines"] = text.into();
            ("reply-logs", data)
        }
        Reply::Credentials { facts, url, expires_at } => {
            ("reply-credentials", data::linked(facts, url, *expires_at))
        }
        Reply::SecretsAsked { facts, url, expires_at } => {
            ("reply-secrets-asked", data::linked(facts, url, *expires_at))
        }
        Reply::Templates { templates } => {
            let lines: Vec<Value> = templates.iter().take(MOST_LINES).map(data::template).collect();
            let more = templates.len().saturating_sub(MOST_LINES);
            ("reply-templates", json!({ "templates": lines, "more": more }))
        }
        Reply::Help { verb, audience } => ("reply-help", help(*verb, *audience)),
        Reply::Paused { brake } => ("reply-paused", json!({ "brake": brake.as_str() })),
        Reply::Resumed { brake } => ("reply-resumed", json!({ "brake": brake.as_str() })),
        Reply::Orphans(found) => ("reply-orphans", orphans::list(found)),
        Reply::Adopted { orphan } => ("reply-adopted", orphans::one(orphan)),
        Reply::Attention(attention) => ("reply-attention", attention_of(attention)),
        Reply::Answered { facts, approval } => {
            let mut data = env(facts);
            data["approval"] = approvals::approval(approval);
            ("reply-answered", data)
        }
        Reply::Why(why) => ("reply-why", explained::why(why)),
        Reply::WhyMine { decisions, page } => {
            ("reply-why-mine", explained::why_mine(decisions, *page))
        }
        Reply::Cost(report) => ("reply-cost", costs::report(report)),
        Reply::Policies { bundle, rules, problems, warnings } => {
            ("reply-policies", policy::in_force((bundle, *rules), problems, warnings))
        }
    }
}

/// The template that gives `error`, `hint` and `copy`, and its facts.
pub(super) fn refusal(refusal: &Refusal) -> (&'static str, Value) {
    let named = |name: &str| json!({ "name": name });
    let owned =
        |name: &str, owner: &crate::domain::Person| json!({ "name": name, "owner": owner.user });
    match refusal {
        Refusal::UnknownVerb { typed, nearest } => {
            ("refusal-unknown-verb", json!({ "typed": cut(typed, 60), "nearest": nearest }))
        }
        Refusal::BadArgument { verb, problem } => (
            "refusal-bad-argument",
            json!({ "verb": verb, "usage": usage(verb), "problem": cut(problem, LONGEST_PROBLEM) }),
        ),
        Refusal::UnknownTemplate { typed, nearest, known } => (
            "refusal-unknown-template",
            json!({ "typed": cut(typed, 60), "nearest": nearest, "known": first(known) }),
        ),
        Refusal::UnavailableTemplate { name, why } => (
            "refusal-unavailable-template",
            json!({ "name": cut(name, 80), "unavailable": data::unavailable(why) }),
        ),
        Refusal::UnknownEnvironment { typed } => {
            ("refusal-unknown-environment", json!({ "typed": cut(typed, 60) }))
        }
        Refusal::AmbiguousEnvironment { typed, candidates } => (
            "refusal-ambiguous-environment",
            json!({
                "typed": cut(typed, 60),
                "candidates": first(candidates),
                "more": candidates.len().saturating_sub(MOST_LINES),
            }),
        ),
        Refusal::NotYours { name, owner } => ("refusal-not-yours", owned(name, owner)),
        Refusal::OwnerOnly { name, owner } => ("refusal-owner-only", owned(name, owner)),
        Refusal::OperatorsOnly { verb } => ("refusal-operators-only", json!({ "verb": verb })),
        Refusal::WrongState { name, status, marked_gone, wanted } => (
            "refusal-wrong-state",
            json!({ "name": name, "status": status.as_str(), "marked_gone": marked_gone, "wanted": wanted }),
        ),
        Refusal::Busy { name, kind } => {
            ("refusal-busy", json!({ "name": name, "kind": data::kind(*kind) }))
        }
        Refusal::AlreadyExtended { name, expires_at } => {
            ("refusal-already-extended", json!({ "name": name, "expires_at": expires_at.0 }))
        }
        Refusal::AtMaximum { name, latest } => {
            ("refusal-at-maximum", json!({ "name": name, "latest": latest.0 }))
        }
        Refusal::CreatingPaused { by } => ("refusal-creating-paused", json!({ "by": who(by) })),
        Refusal::NoCredentials { name } => ("refusal-no-credentials", named(name)),
        Refusal::NothingToCancel { name } => ("refusal-nothing-to-cancel", named(name)),
        Refusal::NoLogs { name } => ("refusal-no-logs", named(name)),
        Refusal::UnknownOrphan => ("refusal-unknown-orphan", json!({})),
        Refusal::OrphanByHand { resource, why } => (
            "refusal-orphan-by-hand",
            json!({ "resource": cut(resource, 250), "by_hand": why.as_str() }),
        ),
        Refusal::BadInputs { problems } => {
            let one = |(input, problem): &(String, String)| json!({ "input": input, "problem": cut(problem, LONGEST_PROBLEM) });
            let lines: Vec<Value> = problems.iter().take(MOST_LINES).map(one).collect();
            ("refusal-bad-inputs", json!({ "problems": lines, "total": problems.len() }))
        }
        Refusal::Restarting => ("refusal-restarting", json!({})),
        Refusal::ByPolicy { decision, past } => {
            ("refusal-by-policy", policy::refused(decision, past.as_deref()))
        }
        Refusal::Judged(verdict) => ("refusal-by-policy", policy::refused(&verdict.decision, None)),
        Refusal::UnknownApproval => ("refusal-unknown-approval", json!({})),
        Refusal::NotAnApprover { own, approvers } => {
            ("refusal-not-an-approver", json!({ "own": own, "who": policy::who(approvers) }))
        }
        Refusal::ApprovalOver { name, approval } => (
            "refusal-approval-over",
            json!({ "name": name, "approval": approvals::approval(approval) }),
        ),
        Refusal::BudgetTaken { name, team, is_asked_again } => (
            "refusal-budget-taken",
            json!({ "name": name, "team": cut(team, 80), "is_asked_again": is_asked_again }),
        ),
        Refusal::NoChart { why } => ("refusal-no-chart", json!({ "why": cut(why, 300) })),
        Refusal::Internal { reference } => {
            ("refusal-internal", json!({ "reference": cut(reference, 80) }))
        }
    }
}

/// What a refusal's template gave, for the layout that all refusals share.
pub(super) fn said(said: &Value) -> Value {
    let part = |key: &str| said[key].as_str().map(str::trim).filter(|text| !text.is_empty());
    let error = part("error").unwrap_or_default();
    json!({
        "error": error,
        "hint": part("hint"),
        "copy": part("copy"),
        "plain": error.replace(['`', '*'], ""),
    })
}

fn env(facts: &EnvironmentFacts) -> Value {
    json!({ "env": data::environment(facts) })
}

/// An environment, and what policy warns of what is done with it.
fn warned(facts: &EnvironmentFacts, warnings: &[String]) -> Value {
    let mut data = env(facts);
    data["warnings"] = warnings.iter().take(WARNINGS).map(|text| cut(text, 300)).collect();
    data
}

/// An environment in a list.
fn line(facts: &crate::domain::facts::EnvironmentFacts, now: Timestamp) -> Value {
    let mut data = env(facts);
    data["left"] = facts.lifetime.and_then(|life| left(now, life.expires_at)).into();
    data
}

fn run(run: &RunLine) -> Value {
    let took = run.started_at.zip(run.ended_at).map(|(start, end)| (end - start).millis());
    json!({
        "kind": data::kind(run.kind),
        "status": data::status(run.status),
        "started_at": run.started_at.map(|at| at.0),
        "took": took,
        "plan": run.plan,
        "failure": run.failure.as_ref().map(|text| cut(text, 200)),
    })
}

fn help(verb: Option<&'static str>, audience: Audience) -> Value {
    let seen =
        |verb: &&Verb| verb.audience == Audience::Everyone || audience == Audience::Operators;
    let line = |verb: &Verb| json!({ "word": verb.word, "usage": verb.usage });
    let one = verb.and_then(|word| VERBS.iter().find(|verb| verb.word == word));
    let of = |audience| {
        VERBS.iter().filter(seen).filter(|v| v.audience == audience).map(line).collect::<Vec<_>>()
    };
    json!({
        "verb": one.map(line),
        "verbs": of(Audience::Everyone),
        "operators": of(Audience::Operators),
    })
}

fn attention_of(attention: &Attention) -> Value {
    let brake = |(brake, by): &(crate::domain::reply::Brake, String)| json!({ "brake": brake.as_str(), "by": who(by) });
    let unwarned = |(facts, at): &(crate::domain::facts::EnvironmentFacts, Timestamp)| json!({ "env": data::environment(facts), "reaped_at": at.0 });
    let letter = |(conversation, why): &(String, String)| json!({ "conversation": conversation_of(conversation), "why": cut(why, 200) });
    let few = 10;
    json!({
        "calm": attention == &Attention::default(),
        "brakes": attention.brakes.iter().map(brake).collect::<Vec<_>>(),
        "quarantined": attention.quarantined.iter().take(few).map(env).collect::<Vec<_>>(),
        "more_quarantined": attention.quarantined.len().saturating_sub(few),
        "troubled": attention.troubled.iter().take(few).map(env).collect::<Vec<_>>(),
        "more_troubled": attention.troubled.len().saturating_sub(few),
        "unwarned": attention.unwarned.iter().take(few).map(unwarned).collect::<Vec<_>>(),
        "more_unwarned": attention.unwarned.len().saturating_sub(few),
        "orphans": attention.orphans,
        "dead_letters": attention.dead_letters.iter().take(few).map(letter).collect::<Vec<_>>(),
        "more_dead_letters": attention.dead_letters.len().saturating_sub(few),
    })
}

/// The user of a mention `<@U…>`; for anything else the words themselves.
fn who(by: &str) -> Value {
    let id = by.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>'));
    json!(id.unwrap_or(by))
}

fn usage(word: &str) -> &str {
    VERBS.iter().find(|verb| verb.word == word).map_or(word, |verb| verb.usage)
}

fn first(names: &[String]) -> Vec<&String> {
    names.iter().take(MOST_LINES).collect()
}
