//! One message: rendered from what is true now, and sent to where it belongs.

use serde_json::{Value, json};

use super::Notifier;
use super::place::Spot;
use crate::domain::RunId;
use crate::domain::approval::ApprovalFacts;
use crate::domain::notice::{Notice, Route};
use crate::domain::reply::Told;
use crate::domain::run::Progress;
use crate::faults::{self, Moment};
use crate::slack::{CallError, Class};
use crate::store::environments::Environment;
use crate::store::outbox::Message;
use crate::store::{StoreError, approvals, environments, runs};
use crate::words::{Broadcast, Rendered, WordsError};

/// Why a message was not delivered this time.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undelivered {
    #[error(transparent)]
    Slack(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Words(#[from] WordsError),
}

/// What stands in the database beside the message.
pub(super) struct Context {
    pub(super) environment: Option<Environment>,
    progress: Option<Progress>,
    progress_ts: Option<String>,
    approval: Option<ApprovalFacts>,
}

impl Notifier {
    /// Sends it. A message that is to be edited and is gone is posted anew.
    pub(super) async fn deliver(&self, message: &Message) -> Result<(), Undelivered> {
        let context = self.context(message).await?;
        let rendered = self.render(&message.notice.0, &context)?;
        match &message.route.0 {
            Route::Card { .. } => {
                let Some(environment) = &context.environment else { return Ok(()) };
                self.card(environment, &rendered).await?;
            }
            Route::Thread { .. } => {
                let Some(environment) = &context.environment else { return Ok(()) };
                self.in_thread(environment, message, &context, &rendered).await?;
            }
            Route::Channel { channel } => {
                let spot = Spot { channel: channel.clone(), thread: None };
                self.post(&spot, &rendered).await?;
            }
            Route::Person { person } => {
                let spot = Spot { channel: self.dm(person).await?, thread: None };
                self.post(&spot, &rendered).await?;
            }
            Route::Approval { approval, recipient } => {
                self.approval_card((approval, recipient), &rendered).await?;
            }
            Route::ApprovalThread { approval, recipient } => {
                self.in_approval_thread((approval, recipient), &context, &rendered).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn context(&self, message: &Message) -> Result<Context, StoreError> {
        let mut tx = self.db.read().await?;
        let environment = match &message.environment_id {
            Some(id) => environments::find(&mut tx, id).await?,
            None => None,
        };
        let mut context =
            Context { environment, progress: None, progress_ts: None, approval: None };
        if let Notice::Awaiting { approval: id }
        | Notice::Question { approval: id }
        | Notice::Reminder { approval: id }
        | Notice::Answered { approval: id } = &message.notice.0
            && let Some(approval) = approvals::find(&mut tx, id).await?
        {
            let answers = approvals::answers(&mut tx, id).await?;
            context.approval = Some(approval.facts(answers));
        }
        if let Notice::Progress { run } = &message.notice.0 {
            let run = runs::get(&mut tx, run).await?;
            context.progress = run.progress.map(|progress| progress.0);
            context.progress_ts = run.progress_ts;
        }
        Ok(context)
    }

    pub(super) fn render(
        &self,
        notice: &Notice,
        context: &Context,
    ) -> Result<Rendered, WordsError> {
        self.words.notice(&Told {
            notice: notice.clone(),
            facts: context.environment.as_ref().map(Environment::facts),
            progress: context.progress.clone(),
            approval: context.approval.clone(),
            public_url: self.settings.public_url.clone(),
            now: self.clock.now(),
        })
    }

    /// The card: edited where it stands, posted where it does not.
    async fn card(
        &self,
        environment: &Environment,
        rendered: &Rendered,
    ) -> Result<Spot, Undelivered> {
        if let (Some(channel), Some(ts)) = (&environment.card_channel, &environment.card_ts) {
            match self.edit(channel, ts, rendered).await {
                Err(error) if error.class == Class::Repair => {}
                edited => {
                    edited?;
                    return Ok(Spot { channel: channel.clone(), thread: Some(ts.clone()) });
                }
            }
        }
        let channel = self.dm(&environment.owner()).await?;
        let spot = Spot { channel, thread: None };
        let ts = self.post(&spot, rendered).await?;
        // It stands there: without this it would be posted once more.
        while let Err(error) = self.remember_card(environment, (&spot.channel, &ts)).await {
            tracing::warn!(environment = %environment.id, %error, "where a card stands could not be written");
            tokio::time::sleep(self.settings.first_pause).await;
        }
        Ok(Spot { thread: Some(ts), ..spot })
    }

    async fn remember_card(
        &self,
        environment: &Environment,
        place: (&str, &str),
    ) -> Result<(), StoreError> {
        let mut tx = self.db.write("remember a card").await?;
        environments::set_card(&mut tx, &environment.id, Some(place)).await?;
        tx.commit().await
    }

    /// Into the card's thread; a card that is gone is posted anew first.
    async fn in_thread(
        &self,
        environment: &Environment,
        message: &Message,
        context: &Context,
        rendered: &Rendered,
    ) -> Result<(), Undelivered> {
        let spot = match (&environment.card_channel, &environment.card_ts) {
            (Some(channel), Some(ts)) => {
                Spot { channel: channel.clone(), thread: Some(ts.clone()) }
            }
            _ => self.new_card(environment, context).await?,
        };
        if let Some(ts) = &context.progress_ts {
            match self.edit(&spot.channel, ts, rendered).await {
                Err(error) if error.class == Class::Repair => {}
                edited => return Ok(edited.map(|_| ())?),
            }
        }
        let ts = match self.post(&spot, rendered).await {
            Err(error) if error.class == Class::Repair => {
                let spot = self.new_card(environment, context).await?;
                // A second card would mend no more than the first did.
                self.post(&spot, rendered).await.map_err(beyond_repair)?
            }
            posted => posted?,
        };
        if let Notice::Progress { run } = &message.notice.0 {
            while let Err(error) = self.remember_progress(run, &ts).await {
                tracing::warn!(%run, %error, "where a run's progress stands could not be written");
                tokio::time::sleep(self.settings.first_pause).await;
            }
        }
        Ok(())
    }

    async fn remember_progress(&self, run: &RunId, ts: &str) -> Result<(), StoreError> {
        let mut tx = self.db.write("remember a progress message").await?;
        runs::set_progress_ts(&mut tx, run, Some(ts)).await?;
        tx.commit().await
    }

    async fn new_card(
        &self,
        environment: &Environment,
        context: &Context,
    ) -> Result<Spot, Undelivered> {
        let card = self.render(&Notice::Card, context)?;
        let without = Environment { card_ts: None, ..environment.clone() };
        self.card(&without, &card).await
    }

    /// Posts, and returns the message's `ts`.
    pub(super) async fn post(&self, spot: &Spot, rendered: &Rendered) -> Result<String, CallError> {
        Ok(self.post_at(spot, rendered).await?.1)
    }

    /// The same, with the channel by its id: a name does for posting, and not for editing.
    pub(super) async fn post_at(
        &self,
        spot: &Spot,
        rendered: &Rendered,
    ) -> Result<(String, String), CallError> {
        let mut body = json!({
            "channel": spot.channel, "text": rendered.text, "blocks": rendered.blocks,
            "unfurl_links": false, "unfurl_media": false,
        });
        if let Some(thread) = &spot.thread {
            body["thread_ts"] = Value::from(thread.as_str());
            body["reply_broadcast"] = Value::from(rendered.broadcast == Broadcast::Yes);
        }
        let answer = self.send("chat.postMessage", &body).await?;
        let text = |key: &str| answer[key].as_str().map(str::to_owned);
        Ok((
            text("channel").unwrap_or_else(|| spot.channel.clone()),
            text("ts").unwrap_or_default(),
        ))
    }

    pub(super) async fn edit(
        &self,
        channel: &str,
        ts: &str,
        rendered: &Rendered,
    ) -> Result<(), CallError> {
        let body = json!({
            "channel": channel, "ts": ts, "text": rendered.text, "blocks": rendered.blocks,
        });
        self.send("chat.update", &body).await.map(|_| ())
    }

    async fn send(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        faults::point(faults::SEND, Moment::Before);
        let answer = self.slack.call(method, body).await?;
        faults::point(faults::SEND, Moment::After);
        Ok(answer)
    }
}

/// What was repaired once and is refused all the same is refused for good.
pub(super) fn beyond_repair(error: CallError) -> CallError {
    match error.class {
        Class::Repair => CallError { class: Class::Permanent, ..error },
        _ => error,
    }
}
