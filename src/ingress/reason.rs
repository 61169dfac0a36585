//! The submitted views that ask for a reason: why an environment counts as gone, why an orphan is kept.

use serde_json::{Map, Value, json};

use super::Ingress;
use super::delivery::Submitted;
use crate::commands::{Command, Request, Target, execute};
use crate::domain::reply::Refusal;
use crate::domain::{Actor, EnvironmentId, OrphanId, actions};

impl Ingress {
    /// The value is Slack's `response_action`. Who may do it is asked now, not when the view was opened.
    pub(super) async fn reasoned(&self, submitted: Submitted) -> Value {
        let typed = &submitted.values[actions::REASON_BLOCK][actions::FIELD]["value"];
        let why = typed.as_str().unwrap_or_default().to_owned();
        let (title, command) = match submitted.callback.as_str() {
            actions::ADOPT_FORM => {
                let orphan = OrphanId(submitted.metadata);
                ("Adopt an orphan", Command::AdoptOrphan { orphan, why: Some(why) })
            }
            _ => {
                let target = Target::Id(EnvironmentId(submitted.metadata));
                ("Mark as gone", Command::Gone { target, why: Some(why) })
            }
        };
        let request = Request {
            actor: Actor::Person(submitted.person),
            command,
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
                let view = self.words.info(title, &told);
                json!({ "response_action": "update", "view": view })
            }
            None => json!({ "response_action": "clear" }),
        }
    }
}
