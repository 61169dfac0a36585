//! The one-time page on which secret inputs are entered: Slack has no password field.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::json;

use super::create::{Field, seal};
use super::{CommandError, Ctx};
use crate::domain::Actor;
use crate::secrets::Token;
use crate::store::environments::Environment;
use crate::store::links::Link;
use crate::store::{Tx, audit, environments, links, runs, versions};
use crate::template::{Archive, FieldError, Manifest, Template};

/// What the page asks for.
#[derive(Debug, Clone)]
pub struct Asks {
    pub environment: String,
    /// Name, label and hint of each secret, in the manifest's order.
    pub fields: Vec<(String, String, Option<String>)>,
}

/// Why what was entered was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Missing, used, void and expired look the same from outside.
    #[error("this link opens nothing")]
    Closed,
    /// The link still opens; the messages never repeat a value.
    #[error("the secrets do not fit")]
    Fields(Vec<FieldError>),
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<crate::store::StoreError> for EntryError {
    fn from(error: crate::store::StoreError) -> EntryError {
        EntryError::Command(error.into())
    }
}

/// What a link's page asks for, without using it; `None`: it opens nothing.
pub async fn secrets_asked(ctx: &Ctx, token: &str) -> Result<Option<Asks>, CommandError> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let mut tx = ctx.db.read().await?;
    let link = links::find(&mut tx, token.hash().as_str(), links::ENTER).await?;
    let Some(link) = link.filter(|link| link.is_live(ctx.now())) else { return Ok(None) };
    let (environment, manifest) = behind(&mut tx, &link).await?;
    let fields = manifest
        .secret_inputs()
        .map(|input| (input.name.clone(), input.label.clone(), input.hint.clone()))
        .collect();
    Ok(Some(Asks { environment: environment.name, fields }))
}

/// Seals what was entered, uses the link up and lets the run begin; the environment's name.
pub async fn enter_secrets(
    ctx: &Ctx,
    token: &str,
    given: BTreeMap<String, SecretString>,
) -> Result<String, EntryError> {
    let token = Token::parse(token).ok_or(EntryError::Closed)?;
    let now = ctx.now();
    let mut tx = ctx.db.write("enter secrets").await?;
    let found = links::find(&mut tx, token.hash().as_str(), links::ENTER).await?;
    // Before the link: who destroys it takes the two in this order.
    environments::lock(&mut tx, &found.ok_or(EntryError::Closed)?.environment_id).await?;
    let used = links::consume(&mut tx, token.hash().as_str(), links::ENTER, now).await?;
    let link = used.ok_or(EntryError::Closed)?;
    let (environment, manifest) = behind(&mut tx, &link).await?;
    // Dropping the transaction here leaves the link open for another try.
    let secrets = manifest.parse_secrets(given).map_err(EntryError::Fields)?;
    for (name, value) in &secrets {
        let label = manifest.input(name).map_or(name.as_str(), |input| input.label.as_str());
        seal(ctx, &mut tx, &environment, Field { name, label, value }).await?;
    }
    let live = runs::live(&mut tx, &environment.id).await?;
    if let Some(run) = live.filter(|run| run.waits_for_secrets()) {
        runs::resume(&mut tx, &run.id).await?;
    }
    let actor = Actor::Person(link.person());
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: None,
        at: now,
        actor: &actor,
        action: "secrets.entered",
        detail: json!({ "fields": secrets.keys().collect::<Vec<_>>() }),
    };
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    ctx.nudges.all();
    Ok(environment.name)
}

async fn behind(tx: &mut Tx, link: &Link) -> Result<(Environment, Manifest), CommandError> {
    let environment = environments::get(tx, &link.environment_id).await?;
    let version = versions::get(tx, &environment.version).await?;
    let template = Template::from_archive(&Archive::from_bytes(version.archive)).map_err(|_| {
        CommandError::Internal(format!("the kept version of {} does not read", environment.name))
    })?;
    Ok((environment, template.manifest))
}
