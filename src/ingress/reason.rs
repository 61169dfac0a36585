//! The submitted view that asks why an environment counts as gone.

use serde_json::{Map, Value, json};

use super::Ingress;
use super::delivery::Submitted;
use crate::commands::{Command, Request, Target, execute};
use crate::domain::reply::Refusal;
use crate::domain::{Actor, EnvironmentId, actions};

impl Ingress {
    /// The value is Slack's `response_action`. Who may do it is asked now, not when the view was opened.
    pub(super) async fn marked_gone(&self, submitted: Submitted) -> Value {
        let typed = &submitted.values[actions::REASON_BLOCK][actions::FIELD]["value"];
        let why = typed.as_str().unwrap_or_default().to_owned();
        let target = Target::Id(EnvironmentId(submitted.metadata));
        let request = Request {
            actor: Actor::Person(submitted.person),
            command: Command::Gone { target, why: Some(why) },
            // Submitted twice, one view acts once.
            delivery: Some(format!("view:{}", submitted.view)),
        };
        let told = match execute(&self.ctx, request).await {
            Ok(reply) => self.words.reply(&reply),
            Err(Refusal::BadInputs { problems }) => {
                let errors: Map<String, Value> =
                    problems.into_iter().map(|(block, problem)| (block, problem.into())).collect();
                return json!({ "response_action": "errors", "errors": errors });
            }
            Err(refusal) => Some(self.words.refusal(&refusal)),
        };
        match told {
            Some(told) => {
                let view = self.words.info("Mark as gone", &told);
                json!({ "response_action": "update", "view": view })
            }
            None => json!({ "response_action": "clear" }),
        }
    }
}
