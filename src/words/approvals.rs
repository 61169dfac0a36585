//! The facts of questions for approval.

use serde_json::{Value, json};

use crate::domain::actions;
use crate::domain::approval::{
    Answer, Answered, ApprovalFacts, ApprovalStatus, PricedFor, Requirement,
};
use crate::domain::facts::EnvironmentFacts;
use crate::domain::form::LONGEST_REASON;

use super::limits::cut;
use super::{costs, data, policy};

/// So many rules with what they say; each of the others in a line.
const DETAILED: usize = 4;
/// Whoever approves sees every rule that they go past; policies with more of them at once are unheard of.
const REQUIREMENTS: usize = 30;
/// So many lines fit into a section.
const LINES: usize = 6;
const MESSAGES: usize = 3;
const ANSWERS: usize = 8;
const INPUTS: usize = 12;
const MESSAGE: usize = 500;
const SHOWN_COMMENT: usize = 400;

/// A question, as the templates' `approval`.
pub(super) fn approval(facts: &ApprovalFacts) -> Value {
    let question = &facts.question;
    let approvals = said(facts, Answer::Approve).count();
    let rules = by_rule(&question.requirements);
    let further = rules.iter().take(REQUIREMENTS).skip(DETAILED);
    let further: Vec<Value> = further.map(|rule| requirement(rule)).collect();
    json!({
        "id": facts.id.as_str(),
        "environment": facts.environment.as_str(),
        "status": facts.status.as_str(),
        "requester": question.requester.user,
        "rules": rules.len(),
        "requirements": rules.iter().take(DETAILED).map(|rule| requirement(rule)).collect::<Vec<_>>(),
        "further_requirements": further.chunks(LINES).collect::<Vec<_>>(),
        // Whatever of it the card leaves out, `why` tells.
        "findings_untold": rules.len() > DETAILED || rules.iter().any(|rule| rule.len() > MESSAGES),
        "more_requirements": rules.len().saturating_sub(REQUIREMENTS),
        "overrides": question.requirements.iter().any(|one| one.overrides),
        "who": policy::who(question.requirements.iter().flat_map(|one| &one.approvers)),
        // Of several requirements each has its own number, and one person may count for several.
        "needed": match rules.as_slice() {
            [rule] => rule.first().map(|one| one.needed.max(1)),
            _ => None,
        },
        "approvals": approvals,
        "inputs": question.inputs.iter().take(INPUTS).map(input).collect::<Vec<_>>(),
        "more_inputs": question.inputs.len().saturating_sub(INPUTS),
        "plan": cut(&question.plan, 60),
        "estimate": question.estimate.as_ref().map_or(Value::Null, estimate),
        "over_budget": question.over_budget,
        // Whoever asks alone has approved, and does not give themselves more money.
        "wants_another": question.over_budget && approvals > 0 && !question.waives_budget(&facts.answers),
        "reason": question.reason.as_ref().map(|reason| cut(reason, LONGEST_REASON)),
        "answers": newest(facts).map(answer).collect::<Vec<_>>(),
        "more_answers": facts.answers.len().saturating_sub(ANSWERS),
        "approved_by": said(facts, Answer::Approve).take(ANSWERS).map(|one| &one.by.user).collect::<Vec<_>>(),
        "denied_by": said(facts, Answer::Deny).take(ANSWERS).map(|one| &one.by.user).collect::<Vec<_>>(),
        "asked_at": facts.asked_at.0,
        "expires_at": facts.expires_at.0,
        "decided_at": facts.decided_at.map(|at| at.0),
        "pending": facts.status == ApprovalStatus::Pending,
    })
}

/// The modal that asks for the comment of an answer.
pub(super) fn comment(facts: &EnvironmentFacts, asked: &ApprovalFacts, answer: Answer) -> Value {
    let overrides = asked.question.requirements.iter().any(|one| one.overrides);
    json!({
        "env": data::environment(facts),
        "approval": approval(asked),
        "answer": answer.as_str(),
        "metadata": actions::answer_data(asked.id.as_str(), answer),
        "required": answer == Answer::Approve && overrides,
        "longest": LONGEST_REASON,
    })
}

/// What each rule wants, of each with all that it found: who gives one of these gives the others.
fn by_rule(all: &[Requirement]) -> Vec<Vec<&Requirement>> {
    let mut rules: Vec<Vec<&Requirement>> = Vec::new();
    for one in all {
        let same = |rule: &&mut Vec<&Requirement>| {
            rule.first().is_some_and(|first| {
                let alike = first.place == one.place && first.by_requester == one.by_requester;
                alike && first.covers(one) && one.covers(first)
            })
        };
        match rules.iter_mut().find(same) {
            Some(rule) => rule.push(one),
            None => rules.push(vec![one]),
        }
    }
    rules
}

fn requirement(rule: &[&Requirement]) -> Value {
    let messages = rule.iter().take(MESSAGES).map(|one| cut(&one.message, MESSAGE));
    let first = rule.first();
    json!({
        "rule": first.map(|one| cut(&one.rule, 120)),
        "place": first.and_then(|one| policy::place(&one.place)),
        "messages": messages.collect::<Vec<_>>(),
        "of": rule.len(),
        "more": rule.len().saturating_sub(MESSAGES),
        "who": policy::who(rule.iter().flat_map(|one| &one.approvers)),
        "needed": first.map_or(1, |one| one.needed.max(1)),
        "overrides": rule.iter().any(|one| one.overrides),
    })
}

fn input((label, value): &(String, String)) -> Value {
    json!({ "label": cut(label, 80), "value": cut(value, 120) })
}

/// What is predicted, as the templates' `estimate`.
pub(super) fn estimate(priced: &PricedFor) -> Value {
    let budget = priced.budget.as_ref();
    json!({
        "known": costs::is_known(&priced.hourly, priced.priced, priced.resources),
        "hourly": cut(&priced.hourly, 60),
        "total": cut(&priced.total, 60),
        "free": priced.hourly.is_empty() && priced.priced == priced.resources && priced.resources > 0,
        "priced": priced.priced,
        "resources": priced.resources,
        "left": budget.map(|(left, _)| cut(left, 60)),
        "limit": budget.map(|(_, limit)| cut(limit, 60)),
        "month": cut(&priced.month, 40),
    })
}

/// The newest answers that there is room for, oldest first.
fn newest(facts: &ApprovalFacts) -> impl Iterator<Item = &Answered> {
    facts.answers.iter().skip(facts.answers.len().saturating_sub(ANSWERS))
}

fn said(facts: &ApprovalFacts, answer: Answer) -> impl Iterator<Item = &Answered> {
    facts.answers.iter().filter(move |one| one.answer == answer)
}

fn answer(answered: &Answered) -> Value {
    json!({
        "by": answered.by.user,
        "answer": answered.answer.as_str(),
        "comment": answered.comment.as_ref().map(|text| cut(text, SHOWN_COMMENT)),
        "at": answered.at.0,
    })
}
