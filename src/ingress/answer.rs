//! From a delivery to a command, and from its reply to where the person looks.

use serde_json::{Value, json};

use super::Ingress;
use super::delivery::{Pressed, Typed};
use crate::commands::answer::Said;
use crate::commands::{self, Command, Request, Target, execute, parse};
use crate::domain::approval::Answer;
use crate::domain::reply::{ListScope, Refusal, Reply};
use crate::domain::{Actor, ApprovalId, EnvironmentId, OrphanId, Person, actions};
use crate::slack::CallError;
use crate::words::{Rendered, action_of};

/// Where an answer goes.
pub(super) struct Place<'a> {
    pub(super) person: &'a Person,
    pub(super) trigger: &'a str,
    response_url: Option<&'a str>,
    /// The channel for an ephemeral message when the response URL does not take it.
    channel: Option<&'a str>,
    /// The modal that the answer replaces.
    modal: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of_typed(typed: &'a Typed) -> Place<'a> {
        Place {
            person: &typed.person,
            trigger: &typed.trigger,
            response_url: Some(typed.response_url.as_str()).filter(|url| !url.is_empty()),
            channel: Some(&typed.channel),
            modal: None,
        }
    }

    fn of_pressed(pressed: &'a Pressed) -> Place<'a> {
        Place {
            person: &pressed.person,
            trigger: &pressed.trigger,
            response_url: pressed.response_url.as_deref(),
            channel: None,
            modal: pressed.modal.as_deref(),
        }
    }
}

impl Ingress {
    pub(super) async fn typed(&self, typed: Typed) {
        let place = Place::of_typed(&typed);
        let outcome = match parse(&typed.text) {
            Ok(command) => self.execute(&typed.person, command, &typed.trigger).await,
            Err(refusal) => Err(refusal),
        };
        self.answer(place, outcome).await;
    }

    pub(super) async fn pressed(&self, pressed: Pressed) {
        let Some(command) = command_of(action_of(&pressed.action), &pressed.value) else { return };
        let outcome = self.execute(&pressed.person, command, &pressed.trigger).await;
        self.answer(Place::of_pressed(&pressed), outcome).await;
        if pressed.home {
            self.show_home(&pressed.person).await;
        }
    }

    pub(super) async fn refuse_typed(&self, typed: Typed, refusal: Refusal) {
        self.answer(Place::of_typed(&typed), Err(refusal)).await;
    }

    pub(super) async fn refuse_pressed(&self, pressed: Pressed, refusal: Refusal) {
        // A link does everything itself.
        if command_of(action_of(&pressed.action), &pressed.value).is_some() {
            self.answer(Place::of_pressed(&pressed), Err(refusal)).await;
        }
    }

    pub(super) async fn show_home(&self, person: &Person) {
        let shown = match commands::home(&self.ctx, person).await {
            Ok(home) => {
                let view = self.words.home(&home);
                self.call("views.publish", json!({ "user_id": person.user, "view": view })).await
            }
            Err(error) => {
                tracing::error!(%error, "App Home could not be read");
                return;
            }
        };
        if let Err(error) = shown {
            tracing::warn!(%error, "App Home could not be shown");
        }
    }

    async fn execute(
        &self,
        person: &Person,
        command: Command,
        trigger: &str,
    ) -> Result<Reply, Refusal> {
        let request = Request {
            actor: Actor::Person(person.clone()),
            command,
            delivery: Some(format!("trigger:{trigger}")),
        };
        execute(&self.ctx, request).await
    }

    async fn answer(&self, place: Place<'_>, outcome: Result<Reply, Refusal>) {
        let said = match outcome {
            Ok(Reply::Form { template, prefilled }) => {
                self.open_form(&place, &template, prefilled).await
            }
            Ok(Reply::Picker { templates }) => {
                let view = self.words.picker(&templates);
                self.open(&place, view).await
            }
            Ok(Reply::ReasonWanted { facts }) => {
                let view = self.words.mark_gone(&facts);
                self.open(&place, view).await
            }
            Ok(Reply::AdoptionWanted { orphan }) => {
                let view = self.words.adopt(&orphan);
                self.open(&place, view).await
            }
            Ok(Reply::CommentWanted { facts, approval, answer }) => {
                let view = self.words.comment(&facts, &approval, answer);
                self.open(&place, view).await
            }
            Ok(reply) => {
                let said = match self.words.reply(&reply) {
                    Some(rendered) => self.say(&place, &rendered).await,
                    None => Ok(()),
                };
                if let (Ok(()), Reply::Cost(report)) = (&said, reply) {
                    self.send_chart(&place, report).await;
                }
                said
            }
            Err(refusal) => self.say(&place, &self.words.refusal(&refusal)).await,
        };
        if let Err(error) = said {
            tracing::warn!(%error, user = %place.person.user, "an answer did not reach its person");
        }
    }

    /// Opens a modal, or puts it in place of the one that was pressed in.
    pub(super) async fn open(&self, place: &Place<'_>, view: Value) -> Result<(), CallError> {
        match place.modal {
            Some(id) => self.call("views.update", json!({ "view_id": id, "view": view })).await,
            None => {
                self.call("views.open", json!({ "trigger_id": place.trigger, "view": view })).await
            }
        }
    }

    /// Tells the person alone: where they asked, or in a modal where no message can be.
    pub(super) async fn say(
        &self,
        place: &Place<'_>,
        rendered: &Rendered,
    ) -> Result<(), CallError> {
        let Some(url) = place.response_url else {
            return self.open(place, self.words.info("Mayfly", rendered)).await;
        };
        let body = json!({
            "response_type": "ephemeral", "replace_original": false,
            "text": rendered.text, "blocks": rendered.blocks,
        });
        let responded = self.slack.unpaced().respond(url, &body).await;
        match (responded, place.channel) {
            (Err(_), Some(channel)) => {
                let body = json!({
                    "channel": channel, "user": place.person.user,
                    "text": rendered.text, "blocks": rendered.blocks,
                });
                self.call("chat.postEphemeral", body).await
            }
            (responded, _) => responded,
        }
    }

    /// Calls at once: somebody waits, and a trigger lives for three seconds.
    pub(super) async fn call(&self, method: &str, body: Value) -> Result<(), CallError> {
        self.slack.unpaced().call(method, &body).await.map(|_| ())
    }
}

/// A comment is asked for where it takes one.
fn answer_by_button(answer: Answer, approval: &str) -> Command {
    let approval = ApprovalId(approval.to_owned());
    Command::Answer(Said { approval, answer, comment: None })
}

/// What an explanation is about: a run is named as one would type it.
fn about_of(id: &str) -> Option<Target> {
    match id {
        "" => None,
        run if run.starts_with("run_") => Some(Target::Typed(run.to_owned())),
        environment => Some(Target::Id(EnvironmentId(environment.to_owned()))),
    }
}

/// The command behind a button; `None` for a link, which does everything itself, and for what is not ours.
fn command_of(action: &str, value: &str) -> Option<Command> {
    let target = || Target::Id(EnvironmentId(value.to_owned()));
    if let Some(step) = actions::read_extend(action) {
        let (id, drawn_for) = actions::read_extend_value(value);
        let target = Target::Id(EnvironmentId(id.to_owned()));
        return Some(Command::Extend { target, by: Some(step), drawn_for });
    }
    let template = Some(value).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(match action {
        actions::DESTROY => Command::Destroy(target()),
        actions::CANCEL => Command::Cancel(target()),
        actions::CREDENTIALS => Command::Credentials(target()),
        actions::LOGS => Command::Logs(target()),
        actions::DRIFT => Command::Drift(target()),
        actions::REVERT => Command::Revert(target()),
        actions::RETRY => Command::Retry(target()),
        actions::GONE => Command::Gone { target: target(), why: None },
        actions::ORPHAN_ADOPT => {
            Command::AdoptOrphan { orphan: OrphanId(value.to_owned()), why: None }
        }
        actions::ORPHAN_DESTROY => Command::DestroyOrphan(OrphanId(value.to_owned())),
        actions::APPROVE => answer_by_button(Answer::Approve, value),
        actions::DENY => answer_by_button(Answer::Deny, value),
        actions::WHY => Command::Why { target: Some(target()), page: 1 },
        actions::WHY_PAGE => {
            let (about, page) = actions::read_why_page(value)?;
            Command::Why { target: about_of(about), page }
        }
        actions::SHOW => Command::Show(target()),
        actions::NEW | actions::PICK => Command::New { template, given: Vec::new() },
        actions::PAGE => {
            let (scope, page) = value.split_once(':')?;
            let scope: ListScope = scope.parse().ok()?;
            Command::List { scope, page: page.parse().ok()? }
        }
        _ => return None,
    })
}
