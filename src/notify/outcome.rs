//! What becomes of a message after it was tried.

use super::deliver::Undelivered;
use super::{Notifier, millis};
use crate::domain::notice::Notice;
use crate::slack::Class;
use crate::store::outbox::{self, Message};
use crate::store::{StoreError, Tx, deliveries};

/// Slack's codes for a token that is not good (any more). Nothing is wrong with the message: it waits
/// for the operator, for dead letters by the thousand would help nobody.
const TOKEN_IS_BAD: &[&str] =
    &["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"];

impl Notifier {
    /// Writes down how it went: sent, to be tried again, or dead.
    pub(super) async fn settle(
        &self,
        message: &Message,
        outcome: &Result<(), Undelivered>,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.write("settle a message").await?;
        let until = message.claimed_until.unwrap_or_default();
        let holder = message.claimed_by.as_deref();
        if !outbox::hold(&mut tx, &message.id, holder, until).await? {
            tracing::warn!(id = %message.id, "another has sent a message, too: this process stood still too long");
            return tx.commit().await;
        }
        match outcome {
            Ok(()) => {
                self.accepted(&mut tx, message).await?;
                outbox::sent(&mut tx, &message.id, self.clock.now()).await?;
            }
            Err(Undelivered::Slack(error)) if !may_pass(&error.code, error.class) => {
                tracing::warn!(id = %message.id, to = %message.conversation, %error, "Slack refuses a message");
                self.refused(&mut tx, message).await?;
                self.undeliverable(&mut tx, message, &error.to_string()).await?;
                outbox::dead(&mut tx, &message.id, &error.to_string(), self.clock.now()).await?;
            }
            Err(Undelivered::Slack(error)) => {
                let class = error.class;
                self.again(&mut tx, message, &error.to_string(), class).await?;
            }
            Err(Undelivered::Store(error)) => {
                self.again(&mut tx, message, &error.to_string(), Class::Retry { after: None })
                    .await?;
            }
            Err(Undelivered::Words(error)) => {
                tracing::error!(id = %message.id, %error, "a message cannot be rendered");
                self.refused(&mut tx, message).await?;
                self.undeliverable(&mut tx, message, &error.to_string()).await?;
                outbox::dead(&mut tx, &message.id, &error.to_string(), self.clock.now()).await?;
            }
        }
        tx.commit().await
    }

    async fn again(
        &self,
        tx: &mut Tx,
        message: &Message,
        error: &str,
        class: Class,
    ) -> Result<(), StoreError> {
        let wait = match class {
            Class::Retry { after: Some(after) } => after,
            _ => self.pause(message.attempts),
        };
        let now = tx.real_now().await?;
        let tried_for = now - message.first_tried_at.unwrap_or(now);
        if tried_for >= millis(self.settings.fall_back_after) {
            // A warning behind this one has not even been tried, and is as late.
            let mut waiting = outbox::pending_in(tx, &message.conversation).await?;
            // Each environment's trail is locked by its entry: in the same order for everybody.
            waiting.sort_by(|a, b| (&a.environment_id, a.seq).cmp(&(&b.environment_id, b.seq)));
            for waiting in waiting {
                self.refused(tx, &waiting).await?;
            }
        }
        outbox::retry(tx, &message.id, error, now + millis(wait)).await
    }

    /// Tells the operators, once a day for each conversation: the list has the rest.
    async fn undeliverable(
        &self,
        tx: &mut Tx,
        message: &Message,
        why: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let day = now.utc().format("%Y-%m-%d");
        let key = format!("undeliverable:{}:{day}", message.conversation);
        if !deliveries::first_time(tx, &key, now).await? {
            return Ok(());
        }
        let (conversation, why) = (message.conversation.clone(), why.to_owned());
        self.tell_operators(tx, message, Notice::Undeliverable { conversation, why }).await
    }

    fn pause(&self, attempts: i64) -> std::time::Duration {
        let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or(16);
        let pause = self.settings.first_pause.saturating_mul(1 << doublings);
        pause.min(self.settings.longest_pause)
    }
}

/// Whether the same message may pass later.
fn may_pass(code: &str, class: Class) -> bool {
    matches!(class, Class::Retry { .. } | Class::Repair) || TOKEN_IS_BAD.contains(&code)
}
