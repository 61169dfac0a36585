//! Facts as templates take them. Times are milliseconds for `date` and `when`, lengths of time for `span`.

use serde_json::{Value, json};

use crate::domain::environment::{EndReason, LONGEST_REASON, Status};
use crate::domain::facts::{EnvironmentFacts, ShownOutput};
use crate::domain::reply::TemplateLine;
use crate::domain::run::{RunKind, RunStatus, Step};
use crate::domain::{EngineKind, Lack, Span, Timestamp, Unavailable, actions};

use super::costs;
use super::limits::{self, cut};

/// More buttons than these make a card that nobody reads.
const LINK_BUTTONS: usize = 3;
const SHOWN_OUTPUTS: usize = 8;
const OUTPUT_CHARACTERS: usize = 200;
const EXTEND_BUTTONS: usize = 4;
const WHY_CHARACTERS: usize = 300;

/// An environment, as the templates' `env`.
pub(super) fn environment(facts: &EnvironmentFacts) -> Value {
    let life = facts.lifetime;
    let (buttons, shown) = outputs(&facts.outputs);
    let steps = extensions(facts);
    let orphan = matches!(facts.end_reason, Some(EndReason::Orphan { .. }));
    let began = life.map_or(facts.created_at, |life| life.ready_at);
    json!({
        "id": facts.id.as_str(),
        "name": facts.name,
        "template": facts.template,
        "title": facts.template_title,
        "version": facts.version,
        "made_by": facts.made_by.as_ref().map(|text| cut(text, 60)),
        "owner": facts.owner.user,
        "team": facts.team,
        "status": facts.status.as_str(),
        "created_at": facts.created_at.0,
        "expires_at": life.map(|life| life.expires_at.0),
        "latest": life.map(|life| life.latest.0),
        "maximum": facts.rules.maximum.millis(),
        "at_maximum": lives(facts.status) && steps.is_empty(),
        "extensions": steps,
        "links": buttons,
        "outputs": shown.iter().take(SHOWN_OUTPUTS).collect::<Vec<_>>(),
        "more_outputs": shown.len().saturating_sub(SHOWN_OUTPUTS),
        "has_credentials": facts.has_credentials,
        "cost": costs::of(facts),
        "end": facts.end_reason.as_ref().map(end_reason),
        "marked_gone": matches!(facts.end_reason, Some(EndReason::MarkedGone { .. })),
        "ended_at": facts.ended_at.map(|at| at.0),
        // Of one that was opened once more for an orphan, the end that counts is not on record.
        "lived": facts.ended_at.filter(|_| !orphan).map(|at| rounded(at - began)),
    })
}

/// Why something ends, as the templates' `end`.
pub(super) fn end_reason(reason: &EndReason) -> Value {
    let (because, by, why) = match reason {
        EndReason::Expired => ("expired", None, None),
        EndReason::ExpiredUnwarned => ("expired_unwarned", None, None),
        EndReason::Asked { by } => ("asked", Some(&by.user), None),
        EndReason::CreateFailed { why } => ("create_failed", None, Some(cut(why, WHY_CHARACTERS))),
        EndReason::CreateCancelled { by } => ("create_cancelled", Some(&by.user), None),
        EndReason::MarkedGone { by, why } => {
            ("marked_gone", by.as_ref().map(|by| &by.user), Some(cut(why, LONGEST_REASON)))
        }
        EndReason::Orphan { by, resource } => {
            ("orphan", by.as_ref().map(|by| &by.user), Some(cut(resource, WHY_CHARACTERS)))
        }
    };
    json!({ "because": because, "by": by, "why": why })
}

pub(super) fn template(line: &TemplateLine) -> Value {
    json!({
        "name": line.name,
        "title": line.title,
        "description": line.description,
        "default_ttl": line.default_ttl.millis(),
        "maximum_ttl": line.maximum_ttl.millis(),
        "unavailable": line.unavailable.as_ref().map(unavailable),
    })
}

/// Why a template cannot be used, as the templates' `unavailable`.
pub(super) fn unavailable(unavailable: &Unavailable) -> Value {
    let engine = match unavailable.engine {
        EngineKind::Terraform => "Terraform",
        EngineKind::Tofu => "OpenTofu",
        EngineKind::Pulumi => "Pulumi",
    };
    let (lack, wanted, plugin) = match &unavailable.lack {
        Lack::Engine { why: Some(_) } => ("broken", None, None),
        // That nothing is left for an environment its run tells; of templates it cannot be.
        Lack::Engine { why: None } | Lack::Reader { .. } => ("engine", None, None),
        Lack::Version { wanted, .. } => ("version", Some(cut(wanted, 80)), None),
        Lack::Plugin { name } => ("plugin", None, Some(cut(name, 80))),
    };
    let cure = unavailable.cure.as_ref().map(|cure| cut(cure, 120));
    json!({ "engine": engine, "lack": lack, "wanted": wanted, "plugin": plugin, "cure": cure })
}

/// What a run of that kind does, as the templates' `kind`.
pub(super) fn kind(kind: RunKind) -> &'static str {
    kind.as_str()
}

pub(super) fn status(status: RunStatus) -> &'static str {
    status.as_str()
}

pub(super) fn step(step: Step) -> &'static str {
    step.as_str()
}

/// What is left until `end`; nothing when it is over.
pub(super) fn left(now: Timestamp, end: Timestamp) -> Option<i64> {
    let left = end - now;
    (left > Span::ZERO).then(|| rounded(left))
}

/// Milliseconds as people tell them: from two minutes on the nearest minute, for nobody reads seconds
/// beside hours, and what is an hour but for a second is an hour.
pub(super) fn rounded(span: Span) -> i64 {
    let minute = Span::minutes(1).millis();
    match span.millis() {
        few if few < 2 * minute => few,
        many => (many + minute / 2) / minute * minute,
    }
}

/// The last lines that fit, oldest first, as one text.
pub(super) fn last_lines(lines: &[String], most: usize, characters: usize) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut room = characters;
    for line in lines.iter().rev().take(most) {
        // What a terminal would draw is noise here.
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        let line = cut(line.trim_end(), 300);
        // Escaping makes up to five characters of one.
        let length = super::helpers::escape(&line).chars().count() + 1;
        if length > room {
            break;
        }
        room -= length;
        kept.push(line);
    }
    kept.reverse();
    kept.join("\n")
}

/// Links that become buttons, and everything else.
fn outputs(outputs: &[ShownOutput]) -> (Vec<Value>, Vec<Value>) {
    let mut buttons = Vec::new();
    let mut shown = Vec::new();
    for output in outputs.iter().filter(|output| !output.value.trim().is_empty()) {
        let label = if output.label.trim().is_empty() { &output.name } else { &output.label };
        let url = output.link && is_web_address(&output.value);
        if url && buttons.len() < LINK_BUTTONS {
            buttons.push(json!({ "label": label, "url": output.value }));
            continue;
        }
        // A URL that is cut leads nowhere, so that only a text is.
        shown.push(json!({
            "label": label,
            "url": url.then_some(&output.value),
            "value": cut(&output.value, OUTPUT_CHARACTERS),
        }));
    }
    (buttons, shown)
}

/// Whether Slack takes it as the address of a button; of any other the whole message would be refused.
pub(super) fn is_web_address(text: &str) -> bool {
    let parsed = url::Url::parse(text);
    let web = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let lower = text.starts_with("http://") || text.starts_with("https://");
    web && lower && text.chars().count() <= limits::URL && !text.contains(char::is_whitespace)
}

/// Whether it is there, with an end that can be put off.
fn lives(status: Status) -> bool {
    matches!(status, Status::Ready | Status::Updating)
}

fn extensions(facts: &EnvironmentFacts) -> Vec<Value> {
    let Some(life) = facts.lifetime.filter(|_| lives(facts.status)) else {
        return Vec::new();
    };
    let mut steps = facts.rules.steps(life);
    steps.dedup();
    steps.truncate(EXTEND_BUTTONS);
    let value = actions::extend_value(facts.id.as_str(), life.expires_at);
    let step = |step: &Span| {
        json!({
            "value": value,
            "action": actions::extend(*step),
            "span": step.millis(),
            "costs": facts.cost.as_ref().and_then(|cost| costs::of_extension(cost, *step)),
        })
    };
    steps.iter().map(step).collect()
}

/// An environment with a link that works for a while.
pub(super) fn linked(facts: &EnvironmentFacts, url: &str, expires_at: Timestamp) -> Value {
    let mut data = json!({ "env": environment(facts) });
    data["url"] = url.into();
    data["link_expires_at"] = expires_at.0.into();
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_as_people_do() {
        let end = Timestamp(Span::hours(9).millis());
        let told = |left_millis: i64| left(Timestamp(end.0 - left_millis), end);
        let hour = Span::hours(1).millis();
        assert_eq!(told(hour - 1_000), Some(hour), "an hour but for a second");
        assert_eq!(told(hour + 29_000), Some(hour));
        assert_eq!(told(hour + 31_000), Some(hour + 60_000));
        assert_eq!(told(90_000), Some(90_000), "the last two minutes to the second");
        assert_eq!(told(0), None);
        assert_eq!(told(-hour), None);
    }
}
