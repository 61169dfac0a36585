//! Notices: which template tells one, with which facts.

use serde_json::{Value, json};

use crate::domain::Timestamp;
use crate::domain::decision::Verdict;
use crate::domain::form::LONGEST_REASON;
use crate::domain::notice::Notice;
use crate::domain::plan::PlanSummary;
use crate::domain::reply::Told;
use crate::domain::run::{Failure, Progress, RunKind};

use super::changes;
use super::data::{self, left};
use super::limits::cut;
use super::{Broadcast, WordsError, approvals, orphans, policy};

const TAIL_LINES: usize = 12;
const TAIL_CHARACTERS: usize = 2_400;

/// A notice, ready to be rendered.
pub(super) struct Page {
    pub template: &'static str,
    pub data: Value,
    pub broadcast: Broadcast,
}

pub(super) fn page(told: &Told) -> Result<Page, WordsError> {
    let template = template_of(&told.notice);
    let of_none = matches!(told.notice, Notice::Undeliverable { .. } | Notice::Orphans { .. });
    if told.facts.is_none() && !of_none {
        return Err(WordsError {
            file: format!("templates/messages/{template}.hbs"),
            line: None,
            problem: "the notice is about an environment, and its facts are not there".into(),
            hint: "The environment has no row any more: drop the notice.".into(),
        });
    }
    if told.approval.is_none() && is_of_approval(&told.notice) {
        return Err(WordsError {
            file: format!("templates/messages/{template}.hbs"),
            line: None,
            problem: "the notice is about a question for approval, and its facts are not there"
                .into(),
            hint: "The question has no row any more: drop the notice.".into(),
        });
    }
    let mut data = json!({
        "env": told.facts.as_ref().map(data::environment),
        "now": told.now.0,
        "left": told.facts.as_ref().and_then(|f| f.lifetime).and_then(|l| left(told.now, l.expires_at)),
    });
    if let (Value::Object(data), Value::Object(own)) = (&mut data, own(told)) {
        data.extend(own);
    }
    Ok(Page { template, data, broadcast: broadcast(&told.notice) })
}

fn is_of_approval(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::Awaiting { .. }
            | Notice::Question { .. }
            | Notice::Reminder { .. }
            | Notice::Answered { .. }
    )
}

/// What a person must notice is shown in the conversation too; what they may look up is not.
fn broadcast(notice: &Notice) -> Broadcast {
    match notice {
        Notice::Ready
        | Notice::Warning { .. }
        | Notice::Failed { .. }
        | Notice::Receipt { .. }
        | Notice::Quarantined { .. }
        | Notice::Troubled { .. }
        | Notice::MarkedGone { .. }
        | Notice::SecretsWanted { .. }
        | Notice::Awaiting { .. }
        | Notice::Answered { .. }
        | Notice::Rejected { .. } => Broadcast::Yes,
        Notice::Policy { decision, overridden: None } if decision.verdict() == Verdict::Deny => {
            Broadcast::Yes
        }
        Notice::Drift { found, .. } if !found.resources.is_empty() => Broadcast::Yes,
        Notice::Card
        | Notice::Policy { .. }
        | Notice::Question { .. }
        | Notice::Reminder { .. }
        | Notice::Plan { .. }
        | Notice::Progress { .. }
        | Notice::Extended { .. }
        | Notice::Cancelled { .. }
        | Notice::Drift { .. }
        | Notice::Updated { .. }
        | Notice::CalledOff { .. }
        | Notice::Revealed { .. }
        | Notice::ChannelCreated
        | Notice::ChannelFailed { .. }
        | Notice::ChannelExpiring { .. }
        | Notice::ChannelDestroyed { .. }
        | Notice::FallbackWarning { .. }
        | Notice::Unwarnable { .. }
        | Notice::Orphans { .. }
        | Notice::Undeliverable { .. } => Broadcast::No,
    }
}

pub(super) fn template_of(notice: &Notice) -> &'static str {
    match notice {
        Notice::Card => "notice-card",
        Notice::Policy { .. } => "notice-policy",
        Notice::Awaiting { .. } => "notice-awaiting",
        Notice::Question { .. } => "notice-question",
        Notice::Reminder { .. } => "notice-reminder",
        Notice::Answered { .. } => "notice-answered",
        Notice::Rejected { .. } => "notice-rejected",
        Notice::Plan { .. } => "notice-plan",
        Notice::Progress { .. } => "notice-progress",
        Notice::Ready => "notice-ready",
        Notice::Extended { .. } => "notice-extended",
        Notice::Warning { .. } => "notice-warning",
        Notice::Failed { .. } => "notice-failed",
        Notice::Cancelled { .. } => "notice-cancelled",
        Notice::Drift { .. } => "notice-drift",
        Notice::Updated { .. } => "notice-updated",
        Notice::CalledOff { .. } => "notice-called-off",
        Notice::Receipt { .. } => "notice-receipt",
        Notice::Quarantined { .. } => "notice-quarantined",
        Notice::Troubled { .. } => "notice-troubled",
        Notice::MarkedGone { .. } => "notice-marked-gone",
        Notice::SecretsWanted { .. } => "notice-secrets-wanted",
        Notice::Revealed { .. } => "notice-revealed",
        Notice::ChannelCreated => "notice-channel-created",
        Notice::ChannelFailed { .. } => "notice-channel-failed",
        Notice::ChannelExpiring { .. } => "notice-channel-expiring",
        Notice::ChannelDestroyed { .. } => "notice-channel-destroyed",
        Notice::FallbackWarning { .. } => "notice-fallback-warning",
        Notice::Unwarnable { .. } => "notice-unwarnable",
        Notice::Orphans { .. } => "notice-orphans",
        Notice::Undeliverable { .. } => "notice-undeliverable",
    }
}

/// The facts of the notice itself.
fn own(told: &Told) -> Value {
    let now = told.now;
    match &told.notice {
        Notice::Card | Notice::Ready | Notice::ChannelCreated => json!({}),
        Notice::Policy { decision, overridden } => json!({
            "decision": policy::decision(decision, policy::FINDINGS),
            "overridden": overridden.as_ref().map(|(by, why)| json!({ "by": by.user, "why": cut(why, LONGEST_REASON) })),
        }),
        Notice::Awaiting { .. }
        | Notice::Question { .. }
        | Notice::Reminder { .. }
        | Notice::Answered { .. } => json!({
            "approval": told.approval.as_ref().map(approvals::approval),
            "waits": told.approval.as_ref().and_then(|asked| left(now, asked.expires_at)),
        }),
        Notice::Rejected { kind, why } => {
            json!({ "kind": data::kind(*kind), "why": cut(why, 800) })
        }
        Notice::Plan { summary, .. } => plan(summary),
        Notice::Drift { found, .. } => plan(found),
        Notice::Updated { done, .. } => plan(done),
        Notice::Progress { .. } => json!({ "progress": told.progress.as_ref().map(progress) }),
        Notice::Extended { by, added, expires_at } => {
            json!({ "by": by.user, "added": added.millis(), "expires_at": expires_at.0 })
        }
        Notice::Warning { expires_at, reap_not_before }
        | Notice::FallbackWarning { expires_at, reap_not_before } => {
            warning(now, *expires_at, *reap_not_before)
        }
        Notice::Failed { kind, failure, made, .. } => failed((*kind, *made), failure),
        Notice::Cancelled { by } => json!({ "by": by.as_ref().map(|by| &by.user) }),
        Notice::CalledOff { kind, by } => {
            json!({ "kind": data::kind(*kind), "by": by.as_ref().map(|by| &by.user) })
        }
        Notice::Receipt { reason, destroyed, lived, unknown } => json!({
            "end": data::end_reason(reason),
            "destroyed": destroyed,
            "lived": lived.map(data::rounded),
            "unknown": few(unknown),
            "more_unknown": unknown.len().saturating_sub(UNKNOWN),
        }),
        Notice::Quarantined { why } => json!({ "why": cut(why, 600) }),
        Notice::Troubled { kind, hindrance } => json!({
            "kind": data::kind(*kind),
            "hindrance": hindrance
                .as_ref()
                .map(|hindrance| json!({ "on": cut(&hindrance.on, 100), "why": cut(&hindrance.why, 600) })),
        }),
        Notice::MarkedGone { unknown } => json!({
            "unknown": few(unknown),
            "more_unknown": unknown.len().saturating_sub(UNKNOWN),
        }),
        Notice::SecretsWanted { url_path, labels } => {
            let path = url_path.trim_start_matches('/');
            let url = format!("{}/{path}", told.public_url.trim_end_matches('/'));
            json!({ "url": url, "labels": labels })
        }
        Notice::Revealed { at } => json!({ "at": at.0 }),
        Notice::ChannelFailed { summary } => json!({ "summary": cut(summary, 300) }),
        Notice::ChannelExpiring { expires_at } => {
            json!({ "expires_at": expires_at.0, "left": left(now, *expires_at) })
        }
        Notice::ChannelDestroyed { reason } => json!({ "end": data::end_reason(reason) }),
        Notice::Unwarnable { reaped_at } => {
            json!({ "reaped_at": reaped_at.0, "left": left(now, *reaped_at) })
        }
        Notice::Orphans { orphans, more } => orphans::found(orphans, *more),
        Notice::Undeliverable { conversation, why } => {
            json!({ "conversation": conversation_of(conversation), "why": cut(why, 300) })
        }
    }
}

/// How many of the resources that a killed engine had begun are named.
const UNKNOWN: usize = 5;
fn few(unknown: &[String]) -> Vec<String> {
    unknown.iter().take(UNKNOWN).map(|address| cut(address, 150)).collect()
}

/// How many of the resources that are being changed just now are named.
const CURRENT: usize = 3;

fn progress(progress: &Progress) -> Value {
    let current = progress.current.iter().take(CURRENT);
    json!({
        "kind": progress.kind,
        "step": progress.step,
        "ended": progress.ended,
        "again": progress.again.map(|again| json!({ "after": again.after.millis(), "why": again.why })),
        "done": progress.done,
        "total": progress.total,
        "current": current.map(|address| cut(address, 150)).collect::<Vec<_>>(),
        "more": progress.current.len().saturating_sub(CURRENT),
    })
}

fn plan(summary: &PlanSummary) -> Value {
    let (resources, shown) = changes::lines(&summary.resources);
    json!({
        "counts": summary.to_string(),
        "total": summary.resources.len(),
        "resources": resources,
        "more": summary.resources.len() - shown,
    })
}

fn warning(now: Timestamp, expires_at: Timestamp, reap_not_before: Timestamp) -> Value {
    json!({
        "expires_at": expires_at.0,
        "left": left(now, expires_at),
        "reap_at": reap_not_before.0,
        "reaped_later": reap_not_before > expires_at,
    })
}

fn failed((kind, made): (RunKind, bool), failure: &Failure) -> Value {
    json!({
        "made": made,
        "kind": data::kind(kind),
        "step": data::step(failure.step),
        "summary": cut(&failure.summary, 500),
        "detail": cut(failure.detail.trim(), 800),
        "resource": failure.resource.as_ref().map(|text| cut(text, 200)),
        "place": failure.place.as_ref().map(|text| cut(text, 200)),
        "tail": data::last_lines(&failure.tail, TAIL_LINES, TAIL_CHARACTERS),
    })
}

/// A conversation by what people know it by: `dm:T…:U…` and `channel:…` are our own keys.
pub(super) fn conversation_of(key: &str) -> Value {
    let user = key.strip_prefix("dm:").and_then(|rest| rest.rsplit(':').next());
    let channel = key.strip_prefix("channel:").unwrap_or(key);
    let id = channel.starts_with('C')
        && channel.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    json!({ "user": user, "channel": channel, "channel_id": id.then_some(channel) })
}
