//! Warnings are more than messages: nothing is reaped before one was accepted.

use serde_json::json;

use super::Notifier;
use crate::domain::notice::{Notice, Route};
use crate::domain::ttl::UNWARNED_REAP_AFTER;
use crate::domain::{Actor, OutboxId, Timestamp};
use crate::store::environments::Environment;
use crate::store::outbox::{self, Message, NewMessage};
use crate::store::{StoreError, Tx, audit, deliveries, environments};

impl Notifier {
    /// Somebody has the warning: from now the grace runs.
    pub(super) async fn accepted(&self, tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
        let Some((environment, expires_at)) = self.warned(tx, message).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        if environments::warning_accepted(tx, &environment, expires_at, now).await? {
            let detail = json!({ "expires_at": expires_at, "by": message.conversation });
            self.note(tx, &environment, "warning.accepted", detail).await?;
        }
        Ok(())
    }

    /// Slack refuses the warning for good, or has not taken it for long: the next in line is told, and after
    /// the last one the operators see it on their list, and a day later it is reaped. A warning that is
    /// taken after all undoes that.
    pub(super) async fn refused(&self, tx: &mut Tx, message: &Message) -> Result<(), StoreError> {
        let Some((environment, expires_at)) = self.warned(tx, message).await? else {
            return Ok(());
        };
        if environment.warned_at.is_some() {
            return Ok(());
        }
        if self.fall_back(tx, message, &environment, expires_at).await? {
            return Ok(());
        }
        let now = self.clock.now();
        let reap_at = expires_at.max(now + UNWARNED_REAP_AFTER);
        let id = &environment.id;
        if environments::warning_refused(tx, id, expires_at, now, reap_at).await? {
            let detail = json!({ "expires_at": expires_at, "reap_at": reap_at });
            self.note(tx, &environment, "warning.refused", detail).await?;
            self.tell_operators(tx, message, Notice::Unwarnable { reaped_at: reap_at }).await?;
        }
        Ok(())
    }

    /// The environment of a warning, as it is now, unless its expiry has become another.
    async fn warned(
        &self,
        tx: &mut Tx,
        message: &Message,
    ) -> Result<Option<(Environment, Timestamp)>, StoreError> {
        let (Notice::Warning { expires_at, .. } | Notice::FallbackWarning { expires_at, .. }) =
            message.notice.0
        else {
            return Ok(None);
        };
        let Some(id) = &message.environment_id else { return Ok(None) };
        let environment = environments::find(tx, id).await?;
        let same = environment.filter(|e| e.expires_at == Some(expires_at));
        Ok(same.map(|environment| (environment, expires_at)))
    }

    /// Owner's DM, then the template's channel, then the operators': `false` after the last.
    async fn fall_back(
        &self,
        tx: &mut Tx,
        message: &Message,
        environment: &Environment,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let both = [&environment.channel, &self.settings.operators_channel];
        let mut channels: Vec<&String> = both.into_iter().flatten().collect();
        channels.dedup();
        let next = match &message.route.0 {
            Route::Channel { channel } => {
                let here = channels.iter().position(|c| *c == channel);
                here.and_then(|here| channels.get(here + 1))
            }
            _ => channels.first(),
        };
        let Some(channel) = next else { return Ok(false) };
        // Once for each channel and expiry: a warning that goes on failing does not tell it again.
        let key = format!("fallback:{}:{}:{channel}", environment.id, expires_at.0);
        if !deliveries::first_time(tx, &key, self.clock.now()).await? {
            return Ok(true);
        }
        let reap_not_before = environment.rules.0.reap_at(expires_at, self.clock.now());
        let fallback = NewMessage {
            id: self.message_id(),
            environment: Some(&environment.id),
            route: Route::Channel { channel: (*channel).clone() },
            notice: Notice::FallbackWarning { expires_at, reap_not_before },
            created_at: self.clock.now(),
        };
        outbox::push(tx, fallback).await?;
        Ok(true)
    }

    /// Into the operators' channel, unless it is that channel which refuses.
    pub(super) async fn tell_operators(
        &self,
        tx: &mut Tx,
        about: &Message,
        notice: Notice,
    ) -> Result<(), StoreError> {
        let Some(channel) = self.settings.operators_channel.clone() else { return Ok(()) };
        let route = Route::Channel { channel };
        if route == about.route.0 {
            return Ok(());
        }
        let told = NewMessage {
            id: self.message_id(),
            environment: about.environment_id.as_ref(),
            route,
            notice,
            created_at: self.clock.now(),
        };
        outbox::push(tx, told).await
    }

    pub(super) fn message_id(&self) -> OutboxId {
        // A panic while drawing leaves the source as usable as before.
        let mut rng = self.rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        OutboxId::random(&mut *rng)
    }

    async fn note(
        &self,
        tx: &mut Tx,
        environment: &Environment,
        action: &str,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let entry = audit::Entry {
            environment: Some(&environment.id),
            run: None,
            at: self.clock.now(),
            actor: &Actor::Scheduler,
            action,
            detail,
        };
        audit::record(tx, entry).await
    }
}
