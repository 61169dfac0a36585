//! What Slack's refusals mean: try again, repair, or give up.

use std::time::Duration;

/// What a caller should do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The same call may pass later; not before `after`, when Slack said so.
    Retry {
        /// Slack's `Retry-After`.
        after: Option<Duration>,
    },
    /// What the call refers to is gone or cannot be changed: post a new message instead.
    Repair,
    /// The same call will never pass: a person has to do something, or nobody can.
    Permanent,
}

/// Slack's error codes after which the same call may pass later. From the error tables of
/// chat.postMessage, chat.update, views.open and conversations.open on docs.slack.dev.
const RETRY: &[&str] = &[
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "update_failed",
    "team_added_to_org",
    "org_login_required",
    "external_channel_migrating",
    "migration_in_progress",
];

/// Slack's error codes that mean: the message or thread is gone or closed, a new post would pass.
const REPAIR: &[&str] = &[
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "thread_not_found",
    "cannot_reply_to_message",
];

/// A call of the Web API that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Slack refused {method}: {code}{}", detail_in_brackets(.detail))]
pub struct CallError {
    /// The method, as in `chat.postMessage`.
    pub method: String,
    /// What to do about it.
    pub class: Class,
    /// Slack's own error code; otherwise `http_<status>`, `network`, `timeout`, `not_json` or
    /// `too_large`.
    pub code: String,
    /// Slack's `response_metadata.messages` and the scopes it wants, or what the network said;
    /// empty when there is nothing more. Never contains a token.
    pub detail: String,
}

impl CallError {
    /// An error by Slack's own code.
    pub fn by_code(method: &str, code: &str, after: Option<Duration>) -> CallError {
        let class = match code {
            _ if RETRY.contains(&code) => Class::Retry { after },
            _ if REPAIR.contains(&code) => Class::Repair,
            _ => Class::Permanent,
        };
        CallError { method: method.into(), class, code: code.into(), detail: String::new() }
    }

    /// An error by the status of the HTTP answer: 429 and 5xx pass later, all else never.
    pub fn by_status(method: &str, status: u16, after: Option<Duration>) -> CallError {
        let class = match status {
            429 | 500..=599 => Class::Retry { after },
            _ => Class::Permanent,
        };
        let code = match status {
            429 => "ratelimited".into(),
            _ => format!("http_{status}"),
        };
        let detail = match status {
            300..=399 => {
                "the address redirects, which is not followed: check the Slack API URL".into()
            }
            _ => String::new(),
        };
        CallError { method: method.into(), class, code, detail }
    }

    /// An error between us and Slack: it may pass later.
    pub fn in_transit(method: &str, code: &str, detail: impl Into<String>) -> CallError {
        CallError {
            method: method.into(),
            class: Class::Retry { after: None },
            code: code.into(),
            detail: detail.into(),
        }
    }

    /// The same error with more to say.
    pub fn with_detail(self, detail: impl Into<String>) -> CallError {
        CallError { detail: detail.into(), ..self }
    }

    /// How long Slack wants us to wait, when it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.class {
            Class::Retry { after } => after,
            Class::Repair | Class::Permanent => None,
        }
    }
}

fn detail_in_brackets(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_class() {
        let retry = Class::Retry { after: None };
        for (code, class) in [
            ("ratelimited", retry),
            ("internal_error", retry),
            ("fatal_error", retry),
            ("service_unavailable", retry),
            ("request_timeout", retry),
            ("message_not_found", Class::Repair),
            ("cant_update_message", Class::Repair),
            ("thread_not_found", Class::Repair),
            ("channel_not_found", Class::Permanent),
            ("not_in_channel", Class::Permanent),
            ("is_archived", Class::Permanent),
            ("invalid_blocks", Class::Permanent),
            ("token_revoked", Class::Permanent),
            ("a_code_of_tomorrow", Class::Permanent),
        ] {
            assert_eq!(CallError::by_code("chat.update", code, None).class, class, "{code}");
        }
    }

    #[test]
    fn statuses_have_their_class() {
        let after = Some(Duration::from_secs(7));
        assert_eq!(CallError::by_status("m", 429, after).retry_after(), after);
        assert_eq!(CallError::by_status("m", 503, None).class, Class::Retry { after: None });
        assert_eq!(CallError::by_status("m", 404, None).class, Class::Permanent);
        let moved = CallError::by_status("auth.test", 302, None);
        assert_eq!(moved.class, Class::Permanent);
        assert!(moved.to_string().contains("check the Slack API URL"), "{moved}");
    }
}
