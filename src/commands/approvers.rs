//! Whom to ask a question for approval: as many as it takes, those first who are there.

use std::collections::HashMap;

use super::{Ctx, guard};
use crate::domain::Person;
use crate::domain::approval::{Answered, Question, Requirement, is_given};

/// After so many who are away it is not looked for others who are there.
const LOOKED_UP: usize = 8;

/// Whom to ask first: as many as are needed for each requirement, in their order, and who is away is passed over
/// while others are there. Slack is asked who is there: not within a transaction.
pub async fn first_asked(ctx: &Ctx, question: &Question) -> Vec<Person> {
    let mut chosen: Vec<Person> = Vec::new();
    let mut away = Away { ctx, known: HashMap::new() };
    for (candidates, wanted) in asked_of(ctx, question, &[], question.requirements.iter()) {
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        // Of a whole team that is away the first are asked all the same.
        for person in candidates.into_iter().take(wanted + LOOKED_UP) {
            if there.len() == wanted {
                break;
            }
            match away.is_away(&person).await {
                true => gone.push(person),
                false => there.push(person),
            }
        }
        there.extend(gone.into_iter().take(wanted.saturating_sub(there.len())));
        for person in there {
            if !chosen.contains(&person) {
                chosen.push(person);
            }
        }
    }
    chosen
}

/// Who can answer requirements, and how many have to: each such group once, however many rules name it. Where it goes
/// over a budget, and nobody has said yes to that, one of them is somebody else than whoever asks.
fn asked_of<'a>(
    ctx: &Ctx,
    question: &Question,
    answers: &[Answered],
    requirements: impl Iterator<Item = &'a Requirement>,
) -> Vec<(Vec<Person>, usize)> {
    let mut groups: Vec<(Vec<Person>, usize)> = Vec::new();
    for one in requirements {
        let group = (guard::eligible(ctx, one, &question.requester), one.needed.max(1) as usize);
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if question.over_budget && !question.waives_budget(answers) {
        let able = |one| guard::eligible(ctx, one, &question.requester);
        let others = question.requirements.iter().flat_map(able);
        groups.push((others.filter(|person| *person != question.requester).collect(), 1));
    }
    groups
}

/// Who is away, each person asked for once.
struct Away<'a> {
    ctx: &'a Ctx,
    known: HashMap<Person, bool>,
}

impl Away<'_> {
    async fn is_away(&mut self, person: &Person) -> bool {
        if let Some(known) = self.known.get(person) {
            return *known;
        }
        let away = self.ctx.presence.is_away(person).await;
        self.known.insert(person.clone(), away);
        away
    }
}

/// The next approver of each requirement that is not met, who has no card yet and is there.
pub(super) async fn next_asked(
    ctx: &Ctx,
    question: &Question,
    answers: &[Answered],
    has_card: impl Fn(&Person) -> bool,
) -> Vec<Person> {
    let mut chosen = Vec::new();
    let mut away = Away { ctx, known: HashMap::new() };
    let may = |person: &Person, one: &Requirement| {
        guard::may_answer(ctx, person, one, &question.requester)
    };
    let open = question.requirements.iter().filter(|one| !is_given(one, answers, may));
    for (candidates, _) in asked_of(ctx, question, answers, open) {
        for person in candidates.into_iter().take(2 * LOOKED_UP) {
            if has_card(&person) || chosen.contains(&person) {
                continue;
            }
            if !away.is_away(&person).await {
                chosen.push(person);
                break;
            }
        }
    }
    chosen
}
