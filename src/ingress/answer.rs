//! From a delivery to a command, and from its reply to where the person looks.

use std::time::Duration;

use serde_json::{Value, json};

use super::Ingress;
use super::delivery::{Pressed, Submitted, Typed};
use super::fields;
use crate::commands::{self, Command, Request, Target, execute, form_asked, parse};
use crate::domain::actions::FormData;
use crate::domain::reply::{ListScope, Refusal, Reply};
use crate::domain::{Actor, EnvironmentId, OrphanId, Person, actions};
use crate::slack::CallError;
use crate::template::RawValue;
use crate::words::{FormModel, Rendered, action_of, form_errors};

/// How long a form may take to be drawn before a loading view takes its place.
const DRAWN_WITHIN: Duration = Duration::from_millis(800);

/// Where an answer goes.
struct Place<'a> {
    person: &'a Person,
    trigger: &'a str,
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

    /// A submitted form; the value is Slack's `response_action`.
    pub(super) async fn submitted(&self, submitted: Submitted) -> Value {
        let close = json!({ "response_action": "clear" });
        match submitted.callback.as_str() {
            actions::FORM => {}
            actions::GONE_FORM | actions::ADOPT_FORM => return self.reasoned(submitted).await,
            _ => return close,
        }
        let Some(form) = fields::form_data(&submitted.metadata) else { return close };
        if let Some(view) = self.form_anew(&form, &submitted.values) {
            return json!({ "response_action": "update", "view": view });
        }
        let template = form.template.clone();
        let command = Command::Create(fields::read(form, &submitted.values));
        // Two submissions of one view make one environment.
        let delivery = format!("view:{}", submitted.view);
        let request =
            Request { actor: Actor::Person(submitted.person), command, delivery: Some(delivery) };
        match execute(&self.ctx, request).await {
            Ok(_) => close,
            Err(Refusal::BadInputs { problems }) => self.field_errors(&template, &problems),
            Err(refusal) => {
                let view = self.words.info("Not created", &self.words.refusal(&refusal));
                json!({ "response_action": "update", "view": view })
            }
        }
    }

    /// The form of the template as it is now, when it is no longer the one that was filled in: with
    /// what was entered, as far as it still fits.
    fn form_anew(&self, form: &FormData, values: &Value) -> Option<Value> {
        let now = self.ctx.templates(|catalog| catalog.get(&form.template).cloned())?;
        if now.version.as_str() == form.version {
            return None;
        }
        let entered = fields::read(form.clone(), values);
        let texts = entered.inputs.0.iter().filter_map(|(input, value)| match value {
            RawValue::Text(text) => Some((input.clone(), text.clone())),
            RawValue::Many(_) => None,
        });
        let prefilled: Vec<(String, String)> = texts.collect();
        Some(self.words.form(&FormModel {
            manifest: &now.manifest,
            version: now.version.as_str(),
            prefilled: &prefilled,
            ttl: entered.ttl.parse().ok(),
        }))
    }

    fn field_errors(&self, template: &str, problems: &[(String, String)]) -> Value {
        let errors = self.ctx.templates(|catalog| {
            catalog.get(template).map(|template| form_errors(&template.manifest, problems))
        });
        json!({ "response_action": "errors", "errors": errors.unwrap_or_default() })
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
            Ok(reply) => match self.words.reply(&reply) {
                Some(rendered) => self.say(&place, &rendered).await,
                None => Ok(()),
            },
            Err(refusal) => self.say(&place, &self.words.refusal(&refusal)).await,
        };
        if let Err(error) = said {
            tracing::warn!(%error, user = %place.person.user, "an answer did not reach its person");
        }
    }

    async fn open_form(
        &self,
        place: &Place<'_>,
        template: &str,
        prefilled: Vec<(String, String)>,
    ) -> Result<(), CallError> {
        let asked = match form_asked(&self.ctx, template, &prefilled) {
            Ok(asked) => asked,
            Err(refusal) => return self.say(place, &self.words.refusal(&refusal)).await,
        };
        let words = self.words.clone();
        let title = asked.template.manifest.title.clone();
        let mut drawn = tokio::task::spawn_blocking(move || {
            let ttl = asked.prefilled.iter().find(|(key, _)| key == "ttl");
            words.form(&FormModel {
                manifest: &asked.template.manifest,
                version: asked.template.version.as_str(),
                prefilled: &asked.prefilled,
                ttl: ttl.and_then(|(_, typed)| typed.parse().ok()),
            })
        });
        // A trigger lives for 3 s: when drawing is slow, something has to be opened before that.
        if let Ok(Ok(view)) = tokio::time::timeout(DRAWN_WITHIN, &mut drawn).await {
            return self.open(place, view).await;
        }
        let loading = json!({ "trigger_id": place.trigger, "view": self.words.loading(&title) });
        let opened = self.slack.unpaced().call("views.open", &loading).await?;
        let Ok(view) = drawn.await else { return Ok(()) };
        self.call("views.update", json!({ "view_id": opened["view"]["id"], "view": view })).await
    }

    /// Opens a modal, or puts it in place of the one that was pressed in.
    async fn open(&self, place: &Place<'_>, view: Value) -> Result<(), CallError> {
        match place.modal {
            Some(id) => self.call("views.update", json!({ "view_id": id, "view": view })).await,
            None => {
                self.call("views.open", json!({ "trigger_id": place.trigger, "view": view })).await
            }
        }
    }

    /// Tells the person alone: where they asked, or in a modal where no message can be.
    async fn say(&self, place: &Place<'_>, rendered: &Rendered) -> Result<(), CallError> {
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
    async fn call(&self, method: &str, body: Value) -> Result<(), CallError> {
        self.slack.unpaced().call(method, &body).await.map(|_| ())
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
