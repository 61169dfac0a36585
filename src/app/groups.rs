//! The members of Slack's user groups that policy's data refers to, kept and asked for anew every few minutes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::watch;

use super::directory::{groups_named, groups_of_selectors};
use crate::domain::Person;
use crate::domain::clock::real_now;
use crate::domain::ports::{Membership, Presence};
use crate::policy::Policies;
use crate::slack::Paced;

/// How often it is asked for.
const ASKED_EVERY: Duration = Duration::from_secs(300);
/// What is older may not be relied on: by then Slack was asked in vain many times.
const TRUSTED: Duration = Duration::from_secs(600);
/// A start does not wait longer for Slack.
const START_TAKES: Duration = Duration::from_secs(5);
/// After a failure.
const ASKED_AGAIN: Duration = Duration::from_secs(20);
/// Somebody about whom Slack says nothing in this time is there.
const PRESENCE_TAKES: Duration = Duration::from_secs(3);
/// Whoever pressed a button waits for it, and a form can be opened for three seconds.
const RENEWAL_TAKES: Duration = Duration::from_millis(1500);

/// Why a group could not be read, where Slack said nothing at all.
const TOO_SLOW: &str = "no answer in time";

/// How old what is known of a group may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Whose budget and whose quota it is does not change because Slack is away: without a team there would be neither.
    Any,
    /// What somebody may do by it: who has left must not be able to for long.
    Trusted,
}

/// The users of a group, and when Slack said so.
#[derive(Debug, Clone)]
struct Known {
    users: Vec<String>,
    since: Instant,
}

/// Group to users. Empty until Slack has answered: nobody is in a group of which nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    known: Arc<RwLock<BTreeMap<String, Known>>>,
    /// Why those could not be read of which nothing is known.
    failed: Arc<RwLock<BTreeMap<String, String>>>,
}

impl Groups {
    /// The users of a group.
    pub fn members(&self, group: &str, age: Age) -> Vec<String> {
        // It is replaced entry by entry.
        let all = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.get(group) else { return Vec::new() };
        if age == Age::Trusted && known.since.elapsed() > TRUSTED {
            tracing::warn!(%group, "Slack has not said for long who is in a user group: nobody may do anything by it");
            return Vec::new();
        }
        known.users.clone()
    }

    /// The groups of a user, of those of which it was heard lately who is in them.
    pub fn of(&self, user: &str) -> Vec<String> {
        let all = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let of = all.iter().filter(|(_, known)| {
            known.since.elapsed() <= TRUSTED && known.users.iter().any(|one| one == user)
        });
        of.map(|(group, _)| group.clone()).collect()
    }

    /// Whether Slack has ever said who is in a group.
    pub fn is_read(&self, group: &str) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).contains_key(group)
    }

    /// Why a group could not be read; `None` where it was, or where nobody has asked in vain yet.
    pub fn failure(&self, group: &str) -> Option<String> {
        if self.is_read(group) {
            return None;
        }
        self.failed.read().unwrap_or_else(PoisonError::into_inner).get(group).cloned()
    }

    fn failed(&self, group: &str, why: &str) {
        let mut failed = self.failed.write().unwrap_or_else(PoisonError::into_inner);
        failed.insert(group.to_owned(), why.to_owned());
    }

    fn set(&self, group: &str, users: Vec<String>, since: Instant) {
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Of two answers that cross, the one that was asked for later is the newer.
        if all.get(group).is_none_or(|known| known.since <= since) {
            all.insert(group.to_owned(), Known { users, since });
        }
    }

    /// Asks for one. `false`: Slack did not answer, and what was known of it stays.
    async fn ask_for(&self, group: &str, slack: &Paced) -> bool {
        let since = Instant::now();
        match slack.unpaced().group_members(group).await {
            Ok(users) => {
                self.set(group, users, since);
                true
            }
            // That is an answer, and stays one: nobody is in it.
            Err(error) if error.code == "no_such_subteam" => {
                tracing::warn!(%group, "there is no such user group in Slack");
                self.set(group, Vec::new(), since);
                true
            }
            Err(error) => {
                tracing::warn!(%group, %error, "a user group could not be read; its members are as before");
                self.failed(group, &error.code);
                false
            }
        }
    }

    /// Asks for all that are referred to. `false`: Slack did not answer for one, and what was known of it stays.
    pub(super) async fn ask(&self, policies: &Policies, slack: &Paced) -> bool {
        let mut whole = true;
        for group in groups_named(&policies.data()) {
            whole &= self.ask_for(&group, slack).await;
        }
        whole
    }

    /// Asks once, and waits for Slack no longer than a start may take.
    pub(super) async fn ask_at_start(&self, policies: &Policies, slack: &Paced) {
        if tokio::time::timeout(START_TAKES, self.ask(policies, slack)).await.is_err() {
            tracing::warn!("Slack does not say who is in which user group; it is asked again");
            groups_named(&policies.data()).iter().for_each(|group| self.failed(group, TOO_SLOW));
        }
    }

    /// Asks again and again until `stop` turns true.
    pub(super) async fn run(
        self,
        policies: Policies,
        slack: Paced,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut pause = ASKED_AGAIN;
        let mut reloads = policies.reloads();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                // Newer data may name groups of which nothing is known. The policies outlive this.
                Ok(()) = reloads.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = if self.ask(&policies, &slack).await { ASKED_EVERY } else { ASKED_AGAIN };
        }
    }
}

/// Asks Slack anew who is in which group.
pub(super) struct SlackMembership {
    pub(super) groups: Groups,
    pub(super) policies: Policies,
    pub(super) slack: Paced,
}

#[async_trait]
impl Membership for SlackMembership {
    async fn renew(&self, selectors: &[String]) -> bool {
        let groups = groups_of_selectors(&self.policies.data(), selectors);
        let asked = futures_util::future::join_all(
            groups.iter().map(|group| self.groups.ask_for(group, &self.slack)),
        );
        match tokio::time::timeout(RENEWAL_TAKES, asked).await {
            Ok(answered) => answered.into_iter().all(|answered| answered),
            Err(_) => {
                tracing::warn!(
                    ?groups,
                    "Slack does not say in time who is in these user groups; their members are as before"
                );
                groups.iter().for_each(|group| self.groups.failed(group, TOO_SLOW));
                false
            }
        }
    }
}

/// Asks Slack who is there.
pub(super) struct SlackPresence(pub(super) Paced);

#[async_trait]
impl Presence for SlackPresence {
    async fn is_away(&self, person: &Person) -> bool {
        let now = real_now().seconds();
        let asked = self.0.unpaced().is_away(&person.user, now);
        match tokio::time::timeout(PRESENCE_TAKES, asked).await {
            Ok(Ok(away)) => away,
            Ok(Err(error)) => {
                tracing::info!(user = %person.user, %error, "nobody knows whether an approver is there");
                false
            }
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_old_lets_nobody_do_anything_and_an_older_answer_changes_nothing() {
        let groups = Groups::default();
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap();
        groups.set("S1", vec!["U1".into()], ago(601));
        assert_eq!(groups.members("S1", Age::Trusted), Vec::<String>::new());
        assert_eq!(groups.members("S1", Age::Any), ["U1"], "whose team it is stays known");
        assert!(groups.of("U1").is_empty());
        groups.set("S1", vec!["U2".into()], ago(1));
        assert_eq!(groups.members("S1", Age::Trusted), ["U2"]);
        groups.set("S1", vec!["U1".into()], ago(5));
        assert_eq!(groups.members("S1", Age::Trusted), ["U2"]);
        assert_eq!(groups.of("U2"), ["S1"]);
        assert!(groups.members("S2", Age::Any).is_empty());
    }

    #[test]
    fn a_group_without_anybody_is_not_one_that_was_never_read() {
        let groups = Groups::default();
        assert!(!groups.is_read("S1") && groups.failure("S1").is_none(), "nobody has asked yet");
        groups.failed("S1", "missing_scope");
        assert!(!groups.is_read("S1"));
        assert_eq!(groups.failure("S1").as_deref(), Some("missing_scope"));
        groups.set("S1", Vec::new(), Instant::now());
        assert!(groups.is_read("S1") && groups.failure("S1").is_none());
        groups.failed("S1", "internal_error");
        assert_eq!(groups.failure("S1"), None, "what was known of it stays");
    }
}
