//! The submitted views that ask for a reason: why an environment counts as gone, why an orphan is kept,
//! why something is approved or not.

use serde_json::{Map, Value};

use super::Ingress;
use super::delivery::Submitted;
use super::late::Outcome;
use crate::commands::answer::Said;
use crate::commands::{Command, Request, Target, execute};
use crate::domain::reply::Refusal;
use crate::domain::{Actor, ApprovalId, EnvironmentId, OrphanId, actions};

impl Ingress {
    /// Who may do it is asked now, not when the view was opened.
    pub(super) async fn reasoned(&self, submitted: Submitted) -> Outcome {
        let typed = &submitted.values[actions::REASON_BLOCK][actions::FIELD]["value"];
        let why = typed.as_str().unwrap_or_default().to_owned();
        let (title, command) = match submitted.callback.as_str() {
            actions::ANSWER_FORM => {
                let Some((answer, approval)) = actions::read_answer_data(&submitted.metadata)
                else {
                    return Outcome::closed(None);
                };
                let approval = ApprovalId(approval.to_owned());
                let said = Said { approval, answer, comment: Some(why) };
                ("Answer", Command::Answer(said))
            }
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
            Err(refusal) => {
                let told = self.words.refusal(&refusal);
                if let Refusal::BadInputs { problems } = refusal {
                    let problems = problems.into_iter();
                    let errors: Map<String, Value> =
                        problems.map(|(block, problem)| (block, problem.into())).collect();
                    return Outcome::errors(errors.into(), told);
                }
                Some(told)
            }
        };
        match told {
            Some(told) => Outcome::view(self.words.info(title, &told), Some(told)),
            None => Outcome::closed(None),
        }
    }
}
