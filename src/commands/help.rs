//! `help`: what can be typed.

use super::{Asked, Ctx};
use crate::domain::reply::{Audience, Refusal, Reply, VERBS};

pub(super) fn help(ctx: &Ctx, asked: Asked<'_>, verb: Option<&str>) -> Result<Reply, Refusal> {
    let audience = asked.audience(ctx);
    let Some(typed) = verb else { return Ok(Reply::Help { verb: None, audience }) };
    let known = VERBS.iter().find(|verb| {
        verb.word == typed && (verb.audience == Audience::Everyone || verb.audience == audience)
    });
    match known {
        Some(verb) => Ok(Reply::Help { verb: Some(verb.word), audience }),
        None => Err(super::parse::unknown_verb(typed)),
    }
}
