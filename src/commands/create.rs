//! A filled-in form becomes an environment and its create run, in one transaction.

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::json;

use super::filled_in::{Wanted, read, team_is_known};
use super::new::find;
use super::transition::{Place, tell};
use super::{Asked, CommandError, Create, Ctx, credentials, request};
use crate::domain::environment::Status;
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::run::{RunKind, RunStatus, Weight};
use crate::domain::ttl::TtlRules;
use crate::domain::{EnvironmentId, RunId, names};
use crate::secrets::AssociatedData;
use crate::store::environments::Environment;
use crate::store::{JsonText, Tx, audit, environments, runs, secrets, settings, versions};
use crate::template::{Manifest, Template};

/// How often policy is asked again because others asked for something meanwhile.
const JUDGED_AT_MOST: usize = 10;
/// How often a taken name is drawn anew before it is our own fault.
const NAME_ATTEMPTS: u32 = 40;

pub(super) async fn create(
    ctx: &Ctx,
    asked: Asked<'_>,
    form: &Create,
) -> Result<Reply, CommandError> {
    let owner = asked.actor.person().ok_or_else(|| {
        CommandError::Internal("only a person can ask for an environment".to_owned())
    })?;
    let template = find(ctx, &form.template)?;
    let (inputs, ttl) = read(&template.manifest, form)?;
    team_is_known(ctx, owner).await?;
    let wanted = Wanted::of(ctx, owner, form, (inputs, ttl));
    for _ in 0..JUDGED_AT_MOST {
        let judged = request::judge(ctx, asked, (&template, &wanted), form).await?;
        let mut tx = ctx.db.write("create an environment").await?;
        if !ctx.first_time(&mut tx, asked.delivery).await? {
            return Ok(Reply::Repeated);
        }
        if judged.still_holds(&mut tx, &wanted).await? {
            return make(ctx, tx, asked, (&template, &wanted, &judged)).await;
        }
    }
    let busy = "Many others are being asked for at this moment. Submit the form again.".to_owned();
    Err(Refusal::BadInputs { problems: vec![(String::new(), busy)] }.into())
}

/// In the transaction that was begun: the environment, its run, and what was decided.
async fn make(
    ctx: &Ctx,
    mut tx: Tx,
    asked: Asked<'_>,
    (template, wanted, judged): (&Arc<Template>, &Wanted<'_>, &request::Judged),
) -> Result<Reply, CommandError> {
    if let Some(by) = settings::get(&mut tx, settings::CREATING_PAUSED).await? {
        return Err(Refusal::CreatingPaused { by }.into());
    }
    let version = versions::Version {
        digest: template.version.as_str().to_owned(),
        template: template.manifest.name.clone(),
        archive: template.archive.as_bytes().to_vec(),
        created_at: ctx.now(),
    };
    versions::keep(&mut tx, &version).await?;
    let environment = insert(ctx, &mut tx, template, wanted).await?;
    seal_generated(ctx, &mut tx, &environment, &template.manifest).await?;
    let run = queue(ctx, &mut tx, asked, &environment, template).await?;
    judged.keep(ctx, &mut tx, asked, (&environment, &run)).await?;
    let facts = environment.facts();
    tx.commit().await?;
    ctx.nudges.all();
    Ok(Reply::Created { facts })
}

async fn insert(
    ctx: &Ctx,
    tx: &mut Tx,
    template: &Arc<Template>,
    wanted: &Wanted<'_>,
) -> Result<Environment, CommandError> {
    let manifest = &template.manifest;
    let mut environment = Environment {
        id: ctx.random(EnvironmentId::random),
        name: String::new(),
        template: manifest.name.clone(),
        template_title: manifest.title.clone(),
        version: template.version.as_str().to_owned(),
        owner_workspace: wanted.owner.workspace.clone(),
        owner_user: wanted.owner.user.clone(),
        team: wanted.team.clone(),
        project: wanted.project.clone(),
        cost_center: wanted.cost_center.clone(),
        status: Status::Requested,
        inputs: JsonText(wanted.inputs.iter().map(|(k, v)| (k.to_owned(), v.clone())).collect()),
        rules: JsonText(TtlRules {
            default: manifest.ttl.default,
            maximum: manifest.ttl.maximum,
            grace: manifest.ttl.grace,
            warnings: manifest.ttl.warnings.clone(),
            extensions: manifest.ttl.extensions.clone(),
        }),
        channel: manifest.notify.as_ref().map(|notify| notify.channel.clone()),
        channel_notices: JsonText(
            manifest.notify.iter().flat_map(|notify| notify.on.iter().copied()).collect(),
        ),
        ttl: wanted.ttl.millis(),
        created_at: ctx.now(),
        ready_at: None,
        expires_at: None,
        latest: None,
        outputs: JsonText(Vec::new()),
        has_credentials: false,
        warnings_sent: 0,
        next_warning_at: None,
        warned_at: None,
        unwarned_at: None,
        reap_at: None,
        end_reason: None,
        ended_at: None,
        destroyed_count: 0,
        destroy_failures: 0,
        card_channel: None,
        card_ts: None,
        engine: None,
        engine_version: None,
        estimate: None,
        spent: None,
    };
    for attempt in 0..NAME_ATTEMPTS {
        let tail = ctx.random(|rng| names::tail(rng, attempt));
        environment.name = format!("{}-{tail}", manifest.name);
        if environments::insert(tx, &environment).await? {
            return Ok(environment);
        }
    }
    Err(CommandError::Internal(format!(
        "no free name for {} in {NAME_ATTEMPTS} draws",
        manifest.name
    )))
}

/// Makes what the bot makes itself, and seals it at once.
pub(super) async fn seal_generated(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    manifest: &Manifest,
) -> Result<(), CommandError> {
    let generated = ctx.random(|rng| manifest.generate(rng));
    for (field, value) in generated {
        let label = manifest.input(&field).map_or(field.clone(), |input| input.label.clone());
        seal(ctx, tx, environment, Field { name: &field, label: &label, value: &value }).await?;
    }
    Ok(())
}

pub(super) struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a SecretString,
}

/// Seals one secret input into the database.
pub(super) async fn seal(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    field: Field<'_>,
) -> Result<(), CommandError> {
    let data = AssociatedData { environment: environment.id.as_str(), field: field.name };
    let sealed = ctx.random(|rng| ctx.keyring.seal(rng, data, field.value))?;
    let secret = secrets::SealedSecret {
        environment_id: environment.id.clone(),
        field: field.name.to_owned(),
        kind: secrets::INPUT.to_owned(),
        label: field.label.to_owned(),
        sealed: sealed.as_bytes().to_vec(),
        created_at: ctx.now(),
    };
    Ok(secrets::put(tx, &secret).await?)
}

/// Queues the create run; one that needs secret inputs waits for them.
async fn queue(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    environment: &Environment,
    template: &Template,
) -> Result<RunId, CommandError> {
    let wanted: Vec<String> =
        template.manifest.secret_inputs().map(|input| input.label.clone()).collect();
    let run = runs::NewRun {
        id: ctx.random(RunId::random),
        environment: &environment.id,
        kind: RunKind::Create,
        status: if wanted.is_empty() { RunStatus::Queued } else { RunStatus::Waiting },
        weight: weight(&template.manifest),
        actor: asked.actor,
        created_at: ctx.now(),
        not_before: 0,
    };
    if !runs::insert(tx, &run).await? {
        return Err(CommandError::Internal(format!("{} has a run already", environment.id)));
    }
    let detail = json!({
        "name": environment.name, "template": environment.template,
        "version": environment.version, "ttl": environment.ttl(), "inputs": environment.inputs.0,
    });
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: Some(&run.id),
        at: ctx.now(),
        actor: asked.actor,
        action: "environment.requested",
        detail,
    };
    audit::record(tx, entry).await?;
    tell(ctx, tx, environment, Place::Card, Notice::Card).await?;
    if !wanted.is_empty() {
        let url_path = credentials::enter_link(ctx, tx, environment).await?;
        let notice = Notice::SecretsWanted { url_path, labels: wanted };
        tell(ctx, tx, environment, Place::Thread, notice).await?;
    }
    Ok(run.id)
}

/// Which of the two limits a template's runs fall under.
pub(super) fn weight(manifest: &Manifest) -> Weight {
    match manifest.weight {
        crate::template::Weight::Light => Weight::Light,
        crate::template::Weight::Heavy => Weight::Heavy,
    }
}
