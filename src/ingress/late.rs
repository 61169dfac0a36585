//! Submitted forms: what they come to in the acknowledgement, for which Slack waits 3 s; and where policy or a database
//! takes longer, in the form's place afterwards. Nothing that was entered, and no refusal, is lost.

use std::time::Duration;

use serde_json::{Value, json};

use super::Ingress;
use super::delivery::Submitted;
use crate::domain::reply::Refusal;
use crate::words::Rendered;

/// Slack waits 3 s; HTTP and socket give up before that.
const ANSWERED_WITHIN: Duration = Duration::from_millis(1500);

/// What an acknowledgement takes to Slack.
const BEHIND_ACKNOWLEDGEMENT: Duration = Duration::from_millis(700);

/// What a submitted form comes to.
pub(super) struct Outcome {
    /// Slack's `response_action`.
    pub(super) ack: Value,
    /// The same as a message.
    pub(super) told: Option<Rendered>,
}

impl Outcome {
    /// The view is closed.
    pub(super) fn closed(told: Option<Rendered>) -> Outcome {
        Outcome { ack: json!({ "response_action": "clear" }), told }
    }

    /// Another view takes its place.
    pub(super) fn view(view: Value, told: Option<Rendered>) -> Outcome {
        Outcome { ack: json!({ "response_action": "update", "view": view }), told }
    }

    /// It stays, with these errors by block.
    pub(super) fn errors(errors: Value, told: Rendered) -> Outcome {
        let ack = json!({ "response_action": "errors", "errors": errors });
        Outcome { ack, told: Some(told) }
    }
}

impl Ingress {
    /// The answer in the acknowledgement: the form's own, or a view that says that it takes longer.
    pub(super) async fn submitted_in_time(&self, submitted: Submitted) -> Value {
        let (ingress, taken) = (self.clone(), submitted.clone());
        let held = self.under_way.begin();
        let mut handled = tokio::spawn(async move { ingress.submitted(taken).await });
        if let Ok(handled) = tokio::time::timeout(ANSWERED_WITHIN, &mut handled).await {
            return match handled {
                Ok(outcome) => outcome.ack,
                Err(panic) => {
                    tracing::error!(%panic, "a submitted form could not be handled");
                    json!({ "response_action": "clear" })
                }
            };
        }
        let ingress = self.clone();
        tokio::spawn(async move {
            let handled = handled.await;
            // The acknowledgement goes first: it would put its view over this one.
            tokio::time::sleep(BEHIND_ACKNOWLEDGEMENT).await;
            let outcome = handled.unwrap_or_else(|panic| {
                tracing::error!(%panic, view = %submitted.view, "a submitted form could not be handled");
                let reference = submitted.view.clone();
                let told = ingress.words.refusal(&Refusal::Internal { reference });
                Outcome::closed(Some(told))
            });
            ingress.tell_late(&submitted, outcome).await;
            drop(held);
        });
        json!({ "response_action": "update", "view": self.words.loading("Mayfly") })
    }

    /// In place of the view that said so; by a direct message where somebody has closed that.
    async fn tell_late(&self, submitted: &Submitted, outcome: Outcome) {
        let Outcome { mut ack, told } = outcome;
        let view = match (ack["response_action"].as_str(), &told) {
            (Some("update"), _) => ack["view"].take(),
            (Some("errors"), Some(told)) => self.with_errors(submitted, told).await,
            (_, Some(told)) => self.words.info("Mayfly", told),
            (_, None) => return,
        };
        let body = json!({ "view_id": submitted.view, "view": view });
        let Err(error) = self.call("views.update", body).await else { return };
        tracing::info!(%error, user = %submitted.person.user, "a late answer found no view");
        let Some(told) = told else { return };
        let user = &submitted.person.user;
        let sent = match self.slack.unpaced().open_dm(user).await {
            Ok(channel) => {
                let body = json!({ "channel": channel, "text": told.text, "blocks": told.blocks });
                self.call("chat.postMessage", body).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(%error, %user, "an answer to a form did not reach its person");
        }
    }

    /// The form with all that was entered; errors can stand under fields only in an acknowledgement, so that they
    /// stand above them here.
    async fn with_errors(&self, submitted: &Submitted, told: &Rendered) -> Value {
        let Some(mut view) = self.form_again(submitted).await else {
            return self.words.info("Mayfly", told);
        };
        let fields = view["blocks"].as_array().cloned().unwrap_or_default();
        let above = told.blocks.as_array().cloned().unwrap_or_default();
        view["blocks"] = above.into_iter().chain(fields).collect();
        view
    }
}
