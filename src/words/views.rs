//! The facts of the views that are no form.

use serde_json::{Value, json};

use crate::domain::environment::LONGEST_REASON;
use crate::domain::facts::EnvironmentFacts;
use crate::domain::reply::{Home, TemplateLine};

use super::data::{self, left};
use super::{Rendered, limits};

/// Two blocks each, and a view has a hundred.
const HOME_ENVIRONMENTS: usize = 25;
const HOME_TEMPLATES: usize = 10;
/// Enough to see what is missing; `/infra templates` has them all.
const PICKER_UNAVAILABLE: usize = 10;

pub(super) fn loading(title: &str) -> Value {
    json!({ "title": title })
}

pub(super) fn picker(templates: &[TemplateLine]) -> Value {
    // Slack's select has no options that cannot be chosen.
    let (usable, others): (Vec<_>, Vec<_>) =
        templates.iter().partition(|template| template.unavailable.is_none());
    let shown = usable.iter().take(limits::SELECT_OPTIONS);
    let told = others.iter().take(PICKER_UNAVAILABLE);
    json!({
        "templates": shown.map(|line| data::template(line)).collect::<Vec<_>>(),
        "more": usable.len().saturating_sub(limits::SELECT_OPTIONS),
        "unavailable": told.map(|line| data::template(line)).collect::<Vec<_>>(),
        "more_unavailable": others.len().saturating_sub(PICKER_UNAVAILABLE),
    })
}

pub(super) fn info(title: &str, answer: &Rendered) -> Value {
    json!({ "title": title, "blocks": answer.blocks })
}

/// Asks for the reason for which an environment counts as gone.
pub(super) fn mark_gone(facts: &EnvironmentFacts) -> Value {
    json!({ "env": data::environment(facts), "longest": LONGEST_REASON })
}

pub(super) fn home(home: &Home) -> Value {
    let environment =
        |facts: &_| json!({ "env": data::environment(facts), "left": life(facts, home) });
    let environments = home.environments.iter().take(HOME_ENVIRONMENTS);
    let templates = home.templates.iter().take(HOME_TEMPLATES);
    json!({
        "environments": environments.map(environment).collect::<Vec<_>>(),
        "more_environments": home.environments.len().saturating_sub(HOME_ENVIRONMENTS),
        "templates": templates.map(data::template).collect::<Vec<_>>(),
        "more_templates": home.templates.len().saturating_sub(HOME_TEMPLATES),
    })
}

fn life(facts: &crate::domain::facts::EnvironmentFacts, home: &Home) -> Option<i64> {
    facts.lifetime.and_then(|life| left(home.now, life.expires_at))
}
