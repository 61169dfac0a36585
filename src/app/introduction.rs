//! Whose bot it is: asked of Slack at the start, and again until Slack answers. A start does not wait for Slack.

use std::sync::PoisonError;

use tokio::sync::watch;

use super::StartError;
use super::directory::Workspace;
use crate::config::Config;
use crate::domain::Health;
use crate::domain::rng::SystemRng;
use crate::slack::{Backoff, CallError, Class, Paced, SocketStatus};
use crate::store::{Db, StoreError, settings};

/// Asks Slack until it has answered.
pub(super) struct Introduction {
    slack: Paced,
    db: Db,
    health: Health,
    own: Workspace,
    backoff: Backoff,
}

/// What came of the first question.
pub(super) enum Known {
    /// The bot's workspace.
    By(String),
    /// Slack is away.
    NotYet(CallError),
}

/// Asks once. A token that Slack refuses is an error, because waiting does not help.
pub(super) async fn ask(slack: &Paced) -> Result<Known, StartError> {
    match slack.unpaced().auth_test().await {
        Ok(identity) => Ok(Known::By(identity.workspace)),
        Err(error) if matches!(error.class, Class::Retry { .. }) => Ok(Known::NotYet(error)),
        Err(error) => Err(StartError::Slack(error)),
    }
}

impl Introduction {
    /// With what is known by now; `None` where nothing is left to ask.
    pub(super) async fn of(
        known: Known,
        (slack, db, health): (Paced, Db, Health),
        config: &Config,
    ) -> Result<(Workspace, Option<Introduction>), StoreError> {
        let own = Workspace::default();
        let backoff = Backoff::new(config.delivery.first_pause, config.delivery.longest_pause);
        let introduction = Introduction { slack, db, health, own: own.clone(), backoff };
        let error = match known {
            Known::By(workspace) => {
                introduction.learn(workspace).await?;
                return Ok((own, None));
            }
            Known::NotYet(error) => error,
        };
        let mut tx = introduction.db.read().await?;
        let earlier = settings::get(&mut tx, settings::WORKSPACE).await?;
        drop(tx);
        *own.write().unwrap_or_else(PoisonError::into_inner) = earlier;
        tracing::warn!(%error, "Slack is away: the bot starts without it, and goes on asking");
        introduction.health.slack_is_away(error.to_string());
        Ok((own, Some(introduction)))
    }

    /// Asks again and again, with pauses that double; ends when Slack has answered, or at `stop`.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let pause = self.backoff.failed(&mut SystemRng);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(pause) => {}
            }
            let error = match self.slack.unpaced().auth_test().await {
                Ok(identity) => match self.learn(identity.workspace).await {
                    Ok(()) => return,
                    Err(error) => error.to_string(),
                },
                Err(error) => {
                    self.health.slack_is_away(error.to_string());
                    match error.class {
                        Class::Retry { .. } => error.to_string(),
                        // Nobody looks at a start that has succeeded: it goes on, and says what to do.
                        _ => StartError::Slack(error).to_string(),
                    }
                }
            };
            tracing::warn!(error, "Slack has not said whose bot this is; it is asked again");
        }
    }

    async fn learn(&self, workspace: String) -> Result<(), StoreError> {
        let mut tx = self.db.write("note the workspace").await?;
        settings::set(&mut tx, settings::WORKSPACE, &workspace).await?;
        tx.commit().await?;
        tracing::info!(workspace, "Slack has said whose bot this is");
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = Some(workspace);
        self.health.slack_is_there();
        Ok(())
    }
}

/// Tells the health pages how the socket stands, until it has stopped.
pub(super) async fn tell_socket(health: Health, mut status: watch::Receiver<SocketStatus>) {
    loop {
        match &*status.borrow_and_update() {
            SocketStatus::Connected => health.slack_is_there(),
            SocketStatus::Failing(why) => health.slack_is_away(why.clone()),
            SocketStatus::Stopped => return,
            SocketStatus::Connecting => {}
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}
