//! `credentials`: a reveal link, and what happens when it is used.

use secrecy::SecretString;
use serde_json::json;

use super::target::{Right, resolve};
use super::transition::{Place, tell};
use super::{Asked, CommandError, Ctx, Target};
use crate::domain::environment::Status;
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply};
use crate::domain::{Actor, RevealId, Span};
use crate::secrets::{AssociatedData, OpenError, Sealed, Token};
use crate::store::environments::Environment;
use crate::store::{StoreError, Tx, audit, environments, links, runs, secrets};

/// How long a link opens, unless the environment ends before.
pub const LINK_LIFE: Span = Span::hours(24);

pub(super) async fn credentials(
    ctx: &Ctx,
    asked: Asked<'_>,
    target: &Target,
) -> Result<Reply, CommandError> {
    let mut tx = ctx.db.write("make a reveal link").await?;
    if !ctx.first_time(&mut tx, asked.delivery).await? {
        return Ok(Reply::Repeated);
    }
    let found = resolve(ctx, &mut tx, asked, target, Right::Own).await?;
    let environment = environments::lock(&mut tx, &found.id).await?;
    if waits_for_secrets(&mut tx, &environment).await? {
        let path = enter_link(ctx, &mut tx, &environment).await?;
        note_link(ctx, &mut tx, asked, &environment).await?;
        tx.commit().await?;
        let (url, expires_at) = (format!("{}{path}", ctx.public_url), ctx.now() + LINK_LIFE);
        return Ok(Reply::SecretsAsked { facts: environment.facts(), url, expires_at });
    }
    if environment.ready_at.is_some()
        && !matches!(environment.status, Status::Ready | Status::Updating)
    {
        return Err(super::extend::wrong_state(&environment, "show credentials"));
    }
    if !environment.has_credentials || environment.lifetime().is_none() {
        return Err(Refusal::NoCredentials { name: environment.name }.into());
    }
    let path = link(ctx, &mut tx, &environment, links::REVEAL).await?;
    note_link(ctx, &mut tx, asked, &environment).await?;
    tx.commit().await?;
    let url = format!("{}{path}", ctx.public_url);
    Ok(Reply::Credentials { facts: environment.facts(), url, expires_at: ctx.now() + LINK_LIFE })
}

/// Whether its create run waits for what only its owner can enter.
async fn waits_for_secrets(tx: &mut Tx, environment: &Environment) -> Result<bool, CommandError> {
    let run = runs::live(tx, &environment.id).await?;
    Ok(run.is_some_and(|run| run.waits_for_secrets()))
}

async fn note_link(
    ctx: &Ctx,
    tx: &mut Tx,
    asked: Asked<'_>,
    environment: &Environment,
) -> Result<(), CommandError> {
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: None,
        at: ctx.now(),
        actor: asked.actor,
        action: "credentials.linked",
        detail: json!({}),
    };
    Ok(audit::record(tx, entry).await?)
}

/// A link to the page on which secret inputs are entered; its path on our own pages.
pub(super) async fn enter_link(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
) -> Result<String, CommandError> {
    link(ctx, tx, environment, links::ENTER).await
}

async fn link(
    ctx: &Ctx,
    tx: &mut Tx,
    environment: &Environment,
    purpose: &str,
) -> Result<String, CommandError> {
    let token = ctx.random(Token::random);
    let now = ctx.now();
    let link = links::Link {
        id: ctx.random(RevealId::random),
        environment_id: environment.id.clone(),
        purpose: purpose.to_owned(),
        token_hash: token.hash().as_str().to_owned(),
        person_workspace: environment.owner_workspace.clone(),
        person_user: environment.owner_user.clone(),
        created_at: now,
        expires_at: now + LINK_LIFE,
        used_at: None,
        revoked_at: None,
    };
    links::replace(tx, &link).await?;
    Ok(format!("/{purpose}/{}", token.expose()))
}

/// What a reveal shows, once.
#[derive(Debug)]
pub struct Revealed {
    pub environment: Environment,
    /// Label and value, in the order of the outputs' names.
    pub values: Vec<(String, SecretString)>,
}

/// Why a reveal shows nothing.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// Missing, used, void and expired look the same from outside.
    #[error("this link opens nothing")]
    Closed,
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for RevealError {
    fn from(error: StoreError) -> RevealError {
        RevealError::Command(error.into())
    }
}

impl From<OpenError> for RevealError {
    fn from(error: OpenError) -> RevealError {
        RevealError::Command(error.into())
    }
}

/// Uses the link with this token up and opens what is sealed. The owner hears of it.
pub async fn reveal(ctx: &Ctx, token: &str) -> Result<Revealed, RevealError> {
    let token = Token::parse(token).ok_or(RevealError::Closed)?;
    let now = ctx.now();
    let mut tx = ctx.db.write("reveal credentials").await?;
    let found = links::find(&mut tx, token.hash().as_str(), links::REVEAL).await?;
    let environment = found.ok_or(RevealError::Closed)?.environment_id;
    // Before the link: who destroys it takes the two in this order.
    let environment = environments::lock(&mut tx, &environment).await?;
    let used = links::consume(&mut tx, token.hash().as_str(), links::REVEAL, now).await?;
    let link = used.ok_or(RevealError::Closed)?;
    let mut values = Vec::new();
    for secret in secrets::of_environment(&mut tx, &environment.id, secrets::OUTPUT).await? {
        let data = AssociatedData { environment: environment.id.as_str(), field: &secret.field };
        let value = ctx.keyring.open(data, &Sealed::from_bytes(secret.sealed)?)?;
        values.push((secret.label, value));
    }
    let actor = Actor::Person(link.person());
    let entry = audit::Entry {
        environment: Some(&environment.id),
        run: None,
        at: now,
        actor: &actor,
        action: "credentials.revealed",
        detail: json!({ "link": link.id }),
    };
    audit::record(&mut tx, entry).await?;
    tell(ctx, &mut tx, &environment, Place::Thread, Notice::Revealed { at: now }).await?;
    tx.commit().await?;
    ctx.nudges.outbox.notify_one();
    Ok(Revealed { environment, values })
}
