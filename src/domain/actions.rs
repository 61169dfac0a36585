//! The names under which Slack hands back what was pressed and filled in: `words` writes them into
//! blocks, `ingress` reads them out of payloads.

use super::approval::Answer;
use super::{Span, Timestamp};

/// A button whose value is an environment's id.
pub const DESTROY: &str = "destroy";
pub const CANCEL: &str = "cancel";
pub const CREDENTIALS: &str = "credentials";
pub const LOGS: &str = "logs";
pub const DRIFT: &str = "drift";
pub const REVERT: &str = "revert";
/// Destroys what is quarantined once more.
pub const RETRY: &str = "retry";
/// Asks for the reason for which a quarantined environment counts as gone.
pub const GONE: &str = "gone";
/// A button whose value is an orphan's id: asks for the reason for which it is taken over.
pub const ORPHAN_ADOPT: &str = "orphan_adopt";
/// A button whose value is an orphan's id.
pub const ORPHAN_DESTROY: &str = "orphan_destroy";
/// A button whose value is a question's id.
pub const APPROVE: &str = "approve";
/// The same: asks for a comment.
pub const DENY: &str = "deny";
/// A button whose value is an environment's id: why it was decided so.
pub const WHY: &str = "why";
pub const SHOW: &str = "show";
/// Opens the picker, or with a template's name as value its form.
pub const NEW: &str = "new";
/// Turns a list's page; the value is `scope:page`.
pub const PAGE: &str = "page";
/// Turns a page of what [`WHY`] tells; the value is [`why_page`]'s.
pub const WHY_PAGE: &str = "why_page";
/// A button that is only a link: Slack reports its press, and nothing is to be done.
pub const LINK: &str = "link";
/// The picker's select: its value is a template's name.
pub const PICK: &str = "pick";

/// The callback of a template's form; its `private_metadata` is [`FormData`].
pub const FORM: &str = "create";
/// The callback of the view that asks for the reason of a [`GONE`]; its `private_metadata` is the environment's id.
pub const GONE_FORM: &str = "mark_gone";
/// The callback of the view that asks for the reason of an [`ORPHAN_ADOPT`]; its `private_metadata` is the orphan's id.
pub const ADOPT_FORM: &str = "adopt_orphan";
/// The callback of the view that asks for the comment of an answer; its `private_metadata` is [`answer_data`]'s.
pub const ANSWER_FORM: &str = "answer";
/// Their one block.
pub const REASON_BLOCK: &str = "reason";
/// The callback of a view that only shows something.
pub const INFO: &str = "info";

/// The block of the question how long it should live.
pub const TTL_BLOCK: &str = "ttl";
/// The block of the question for which project it is.
pub const PROJECT_BLOCK: &str = "project";
/// The block of the question who pays for it.
pub const COST_CENTER_BLOCK: &str = "cost_center";
/// The action of every field in a form.
pub const FIELD: &str = "value";

const EXTEND: &str = "extend_";
const INPUT: &str = "in_";

/// The action of the button that extends by `step`; its value is an environment's id.
pub fn extend(step: Span) -> String {
    format!("{EXTEND}{}", step.compact())
}

/// The step of an extend button's action.
pub fn read_extend(action: &str) -> Option<Span> {
    action.strip_prefix(EXTEND)?.parse().ok()
}

/// The value of an extend button: the environment, and the expiry that it was drawn for. Pressed twice,
/// or on an old message, it extends once.
pub fn extend_value(environment: &str, expires_at: Timestamp) -> String {
    format!("{environment}|{}", expires_at.0)
}

/// The environment and the expiry of an extend button's value.
pub fn read_extend_value(value: &str) -> (&str, Option<Timestamp>) {
    match value.split_once('|') {
        Some((environment, expires_at)) => (environment, expires_at.parse().ok().map(Timestamp)),
        None => (value, None),
    }
}

/// The value of a button that turns the page of an explanation: the id of the environment or the run that it is about,
/// or nothing for what somebody asked for themselves; and the page, from 1.
pub fn why_page(about: &str, page: usize) -> String {
    format!("{about}:{page}")
}

/// What the explanation is about, and the page.
pub fn read_why_page(value: &str) -> Option<(&str, usize)> {
    let (about, page) = value.rsplit_once(':')?;
    Some((about, page.parse().ok()?))
}

/// What the view of an answer carries along: the question, and what is answered.
pub fn answer_data(approval: &str, answer: Answer) -> String {
    format!("{answer}|{approval}")
}

/// The answer and the question of it.
pub fn read_answer_data(data: &str) -> Option<(Answer, &str)> {
    let (answer, approval) = data.split_once('|')?;
    Some((answer.parse().ok()?, approval))
}

/// The block of an input's field.
pub fn input_block(input: &str) -> String {
    format!("{INPUT}{input}")
}

/// The input of a field's block.
pub fn read_input_block(block: &str) -> Option<&str> {
    block.strip_prefix(INPUT)
}

/// What a form carries along.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FormData {
    pub template: String,
    /// The version that the form was made of: another one by now is asked anew.
    pub version: String,
    /// The digest of what policy said of it, which the person has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_into_blocks_reads_back() {
        let step = Span::hours(36);
        assert_eq!(read_extend(&extend(step)), Some(step));
        assert_eq!(read_extend("extend_soon"), None);
        let at = Timestamp(1_700_000_000_000);
        assert_eq!(read_extend_value(&extend_value("env_1", at)), ("env_1", Some(at)));
        assert_eq!(read_extend_value("env_1"), ("env_1", None));
        assert_eq!(read_input_block(&input_block("branch")), Some("branch"));
        assert_eq!(read_input_block("ttl"), None);
        assert_eq!(read_why_page(&why_page("env_1", 2)), Some(("env_1", 2)));
        assert_eq!(read_why_page(&why_page("", 3)), Some(("", 3)));
        assert_eq!(read_why_page("env_1"), None);
    }
}
