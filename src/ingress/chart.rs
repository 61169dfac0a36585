//! The picture that follows a report: it takes five calls of Slack's, for which no answer in words waits.

use super::Ingress;
use super::answer::Place;
use crate::domain::reply::{CostReport, Refusal};
use crate::slack::{CallError, File};
use crate::words::{self, Picture};

impl Ingress {
    /// Sends a report's chart into the direct messages with its person. When it does not arrive they are
    /// told why, where they asked.
    pub(super) async fn send_chart(&self, place: &Place<'_>, report: CostReport) {
        let drawn = tokio::task::spawn_blocking(move || words::chart(&report)).await;
        let why = match drawn {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(picture))) => match self.share(&place.person.user, &picture).await {
                Ok(()) => return,
                Err(error) => error.to_string(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(%why, user = %place.person.user, "a chart did not reach its person");
        let refusal = self.words.refusal(&Refusal::NoChart { why });
        if let Err(error) = self.say(place, &refusal).await {
            tracing::warn!(%error, user = %place.person.user, "nor did the reason");
        }
    }

    async fn share(&self, user: &str, picture: &Picture) -> Result<(), CallError> {
        let slack = self.slack.unpaced();
        let channel = slack.open_dm(user).await?;
        let Picture { name, title, alt, comment, png } = picture;
        slack.share_file(&channel, File { name, title, alt, bytes: png }, comment).await
    }
}
