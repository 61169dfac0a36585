//! Forms of templates: opened, submitted, and shown again with what is wrong.

use std::time::Duration;

use serde_json::{Value, json};

use super::Ingress;
use super::answer::Place;
use super::delivery::Submitted;
use super::fields;
use super::late::Outcome;
use crate::commands::{Command, Filled, FormFacts, Request, execute, form_asked, form_facts};
use crate::domain::actions::FormData;
use crate::domain::form::{FormNext, FormVerdict};
use crate::domain::reply::Refusal;
use crate::domain::{Actor, Person, Span, actions};
use crate::slack::CallError;
use crate::template::Template;
use crate::words::{FormModel, Rendered, form_errors, problems};

/// How long a form may take to be drawn before a loading view takes its place.
const DRAWN_WITHIN: Duration = Duration::from_millis(800);

impl Ingress {
    /// A submitted form.
    pub(super) async fn submitted(&self, submitted: Submitted) -> Outcome {
        match submitted.callback.as_str() {
            actions::FORM => {}
            actions::GONE_FORM | actions::ADOPT_FORM | actions::ANSWER_FORM => {
                return self.reasoned(submitted).await;
            }
            _ => return Outcome::closed(None),
        }
        let Some(form) = fields::form_data(&submitted.metadata) else {
            return Outcome::closed(None);
        };
        if let Some(view) = self.form_anew(&form, &submitted.person, &submitted.values).await {
            return Outcome::view(view, None);
        }
        let template = form.template.clone();
        let command = Command::Create(fields::read(form.clone(), &submitted.values));
        // Two submissions of one view make one environment.
        let delivery = format!("view:{}", submitted.view);
        let actor = Actor::Person(submitted.person.clone());
        let request = Request { actor, command, delivery: Some(delivery) };
        let refusal = match execute(&self.ctx, request).await {
            Ok(reply) => return Outcome::closed(self.words.reply(&reply)),
            Err(refusal) => refusal,
        };
        let told = self.words.refusal(&refusal);
        match &refusal {
            Refusal::BadInputs { problems } => {
                Outcome::errors(self.field_errors(&template, problems), told)
            }
            Refusal::Judged(verdict) => self.judged(&form, &submitted, (verdict, told)).await,
            _ => Outcome::view(self.words.info("Not created", &told), Some(told)),
        }
    }

    /// The form of the template as it is now, when it is no longer the one that was filled in: with
    /// what was entered, as far as it still fits.
    async fn form_anew(&self, form: &FormData, person: &Person, values: &Value) -> Option<Value> {
        let now = self.ctx.templates(|catalog| catalog.get(&form.template).cloned())?;
        if now.version.as_str() == form.version {
            return None;
        }
        Some(self.filled_in(&now, form, person, values, None).await)
    }

    /// What policy said of what was filled in: under its fields where all of it is about fields, and above them
    /// otherwise.
    async fn judged(
        &self,
        form: &FormData,
        submitted: &Submitted,
        (verdict, told): (&FormVerdict, Rendered),
    ) -> Outcome {
        let under_fields = problems(&verdict.decision);
        let all_are = under_fields.iter().all(|(field, _)| !field.is_empty());
        if verdict.next == FormNext::Change && all_are {
            return Outcome::errors(self.field_errors(&form.template, &under_fields), told);
        }
        let now = self.ctx.templates(|catalog| catalog.get(&form.template).cloned());
        let Some(now) = now else { return Outcome::closed(Some(told)) };
        let (person, values) = (&submitted.person, &submitted.values);
        let view = self.filled_in(&now, form, person, values, Some(verdict)).await;
        Outcome::view(view, Some(told))
    }

    /// The form as it was submitted, if it is a template's.
    pub(super) async fn form_again(&self, submitted: &Submitted) -> Option<Value> {
        if submitted.callback != actions::FORM {
            return None;
        }
        let form = fields::form_data(&submitted.metadata)?;
        let now = self.ctx.templates(|catalog| catalog.get(&form.template).cloned())?;
        let (person, values) = (&submitted.person, &submitted.values);
        Some(self.filled_in(&now, &form, person, values, None).await)
    }

    /// The form of a template with what was entered, as far as it still fits.
    async fn filled_in(
        &self,
        now: &Template,
        form: &FormData,
        person: &Person,
        values: &Value,
        verdict: Option<&FormVerdict>,
    ) -> Value {
        let entered = fields::read(form.clone(), values);
        let filled = Filled { form: Some(&entered), ttl: entered.ttl.parse().ok() };
        let facts = self.form_facts(person, now, filled).await;
        self.words.form(&FormModel {
            manifest: &now.manifest,
            version: now.version.as_str(),
            prefilled: &[],
            entered: Some(&entered.inputs),
            ttl: entered.ttl.parse().ok(),
            project: Some(entered.project.as_str()).filter(|text| !text.is_empty()),
            cost_center: Some(entered.cost_center.as_str()).filter(|text| !text.is_empty()),
            costs: facts.costs.as_ref(),
            verdict,
            reason: entered.reason.as_deref(),
        })
    }

    /// What a form offers beside its fields; nothing where the database does not answer.
    async fn form_facts(
        &self,
        person: &Person,
        template: &Template,
        filled: Filled<'_>,
    ) -> FormFacts {
        form_facts(&self.ctx, person, template, filled).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a form could not be filled with what is known");
            FormFacts::default()
        })
    }

    /// By block.
    fn field_errors(&self, template: &str, problems: &[(String, String)]) -> Value {
        let errors = self.ctx.templates(|catalog| {
            catalog.get(template).map(|template| form_errors(&template.manifest, problems))
        });
        json!(errors.unwrap_or_default())
    }

    pub(super) async fn open_form(
        &self,
        place: &Place<'_>,
        template: &str,
        prefilled: Vec<(String, String)>,
    ) -> Result<(), CallError> {
        let asked = match form_asked(&self.ctx, template, &prefilled) {
            Ok(asked) => asked,
            Err(refusal) => return self.say(place, &self.words.refusal(&refusal)).await,
        };
        let ttl = asked.prefilled.iter().find(|(key, _)| key == "ttl");
        let ttl: Option<Span> = ttl.and_then(|(_, typed)| typed.parse().ok());
        let filled = Filled { form: None, ttl };
        let facts = self.form_facts(place.person, &asked.template, filled).await;
        let words = self.words.clone();
        let title = asked.template.manifest.title.clone();
        let mut drawn = tokio::task::spawn_blocking(move || {
            words.form(&FormModel {
                manifest: &asked.template.manifest,
                version: asked.template.version.as_str(),
                prefilled: &asked.prefilled,
                ttl,
                project: facts.project.as_deref(),
                cost_center: facts.cost_center.as_deref(),
                costs: facts.costs.as_ref(),
                verdict: None,
                entered: None,
                reason: None,
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
}
