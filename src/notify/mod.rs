//! Drains the outbox into Slack: in order within a conversation, conversations side by side, each
//! message tried again, repaired, or put on the operators' list as Slack's answer demands.

mod approval;
mod deliver;
mod outcome;
mod place;
mod warning;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::domain::{Clock, Rng};
use crate::slack::Paced;
use crate::store::outbox::{self, Message};
use crate::store::{Db, StoreError};
use crate::words::Words;

/// How messages are delivered. All intervals are real time.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often the outbox is looked at when nobody nudges.
    pub poll: Duration,
    /// How long a sender holds a message without saying so again, before another may take it: it was lost in a
    /// crash.
    pub hold: Duration,
    /// How the words of this machine's claims end.
    pub machine: String,
    /// How many conversations are served at once.
    pub at_once: usize,
    /// The first pause after a failure that may pass; it doubles to [`Settings::longest_pause`].
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// How long a warning to the owner may fail before a channel is told as well.
    pub fall_back_after: Duration,
    /// The channel that hears what no owner can be told.
    pub operators_channel: Option<String>,
    /// The base of links to our own pages, without a trailing slash.
    pub public_url: String,
}

/// Sends what is in the outbox.
#[derive(Clone)]
pub struct Notifier {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<std::sync::Mutex<dyn Rng>>,
    pub words: Arc<Words>,
    pub slack: Paced,
    pub settings: Arc<Settings>,
    /// Wakes the drain.
    pub nudge: Arc<Notify>,
}

impl Notifier {
    /// Drains until `stop` turns true; what is being sent then is sent to its end.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut sending: JoinSet<()> = JoinSet::new();
        loop {
            let room = self.settings.at_once.saturating_sub(sending.len());
            match self.take(room).await {
                Ok(heads) => {
                    for message in heads {
                        sending.spawn(self.clone().serve(message, stop.clone()));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox could not be read; it is tried again")
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.nudge.notified() => {}
                Some(_) = sending.join_next(), if !sending.is_empty() => {}
                () = tokio::time::sleep(self.settings.poll) => {}
            }
        }
        while sending.join_next().await.is_some() {}
    }

    async fn take(&self, room: usize) -> Result<Vec<Message>, StoreError> {
        if room == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.db.write("take messages out of the outbox").await?;
        let now = tx.real_now().await?;
        let until = now + millis(self.settings.hold);
        let at_most = i64::try_from(room).unwrap_or(i64::MAX);
        let holder = format!("{}{}", self.message_id().as_str(), self.settings.machine);
        let heads = outbox::claim_heads(&mut tx, now, until, at_most, &holder).await?;
        tx.commit().await?;
        Ok(heads)
    }

    /// Sends it and writes down how it went, unless another may have taken it meanwhile: what was not sent by then
    /// is not sent here.
    async fn serve(self, message: Message, stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.deliver_and_settle(&message, stop) => {}
            () = self.holds_until_lost(&message) => {
                tracing::warn!(id = %message.id, "a message was held for too long: another sends it");
            }
        }
        self.nudge.notify_one();
    }

    async fn deliver_and_settle(&self, message: &Message, mut stop: watch::Receiver<bool>) {
        let outcome = self.deliver(message).await;
        while let Err(error) = self.settle(message, &outcome).await {
            tracing::warn!(id = %message.id, %error, "a message's outcome could not be written");
            if *stop.borrow() {
                // The next start, or another, sends it again: at most twice.
                tracing::error!(id = %message.id, "a message may be sent twice");
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings.first_pause) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// Holds the message for longer, again and again: Slack may make us wait for minutes, and the dead renew
    /// nothing. Returns when it may be another's.
    async fn holds_until_lost(&self, message: &Message) {
        let mut held = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(self.settings.hold / 3).await;
            let began = tokio::time::Instant::now();
            match self.hold_on(message).await {
                Ok(true) => held = began,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(id = %message.id, %error, "a message could not be held on to");
                }
            }
            if held.elapsed() >= self.settings.hold {
                return;
            }
        }
    }

    async fn hold_on(&self, message: &Message) -> Result<bool, StoreError> {
        let mut tx = self.db.write("hold a message").await?;
        let until = tx.real_now().await? + millis(self.settings.hold);
        let held = outbox::hold(&mut tx, &message.id, message.claimed_by.as_deref(), until).await?;
        tx.commit().await?;
        Ok(held)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
