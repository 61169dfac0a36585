//! Whether Mayfly can destroy an orphan itself, and how.

use crate::domain::environment::{EndReason, Status};
use crate::domain::orphan::{ByHand, OrphanLine};
use crate::store::environments::Environment;
use crate::store::orphans::Orphan;
use crate::store::{StoreError, Tx, environments, versions};
use crate::template::{Archive, EngineKind, Manifest, Template, resources};

/// What the resource of a preview site is called by the sweep that finds it: no type of any engine's.
pub const SITE: &str = "preview site";

/// How it can be destroyed: its environment is opened once more, with the version that it was made of.
pub(super) struct Remedy {
    pub environment: Environment,
    pub manifest: Manifest,
    /// Where it is taken in and by which id; `None`: destroying the environment takes it away by itself.
    pub import: Option<Import>,
}

pub(super) struct Import {
    pub kind: String,
    pub address: String,
    pub id: String,
}

/// As operators are told of it.
pub async fn line(tx: &mut Tx, orphan: &Orphan) -> Result<OrphanLine, StoreError> {
    let remedy = remedy(tx, orphan).await?;
    Ok(OrphanLine {
        id: orphan.id.clone(),
        resource: orphan.resource.clone(),
        kind: orphan.kind.clone(),
        environment: orphan.environment.clone(),
        first_seen: orphan.first_seen,
        by_hand: remedy.err(),
    })
}

/// Looks it up: a transaction of either kind serves.
pub(super) async fn remedy(
    tx: &mut Tx,
    orphan: &Orphan,
) -> Result<Result<Remedy, ByHand>, StoreError> {
    let Some(name) = &orphan.environment else { return Ok(Err(ByHand::NoEnvironment)) };
    let found = environments::by_name(tx, name).await?;
    // One that was rejected made nothing. One that is being destroyed for another orphan of its can be destroyed for
    // this one after that: the table of transitions says so when somebody tries.
    let made = found.filter(|e| e.status != Status::Rejected);
    let Some(environment) = made else { return Ok(Err(ByHand::NoEnvironment)) };
    let reason = environment.end_reason.as_ref().map(|reason| &reason.0);
    if matches!(reason, Some(EndReason::MarkedGone { .. })) {
        return Ok(Err(ByHand::MarkedGone));
    }
    let archive = Archive::from_bytes(versions::get(tx, &environment.version).await?.archive);
    // A version that cannot be read any more has nothing that could be taken in.
    let Ok(template) = Template::from_archive(&archive) else { return Ok(Err(ByHand::NoAddress)) };
    Ok(of_template(orphan, environment, template.manifest, &archive))
}

fn of_template(
    orphan: &Orphan,
    environment: Environment,
    manifest: Manifest,
    archive: &Archive,
) -> Result<Remedy, ByHand> {
    if manifest.secret_inputs().any(|input| input.required) {
        return Err(ByHand::NoSecrets);
    }
    if orphan.kind.as_deref() == Some(SITE) {
        return Ok(Remedy { environment, manifest, import: None });
    }
    if manifest.engine == EngineKind::Pulumi {
        return Err(ByHand::NoImport);
    }
    let (Some(kind), Some(id)) = (orphan.kind.clone(), orphan.import_id.clone()) else {
        return Err(ByHand::UnknownType);
    };
    let known = resources(archive, manifest.engine).unwrap_or_default();
    // Its state is gone with it, so that every address is free; to destroy it any of its type will do.
    let fits = known.into_iter().find(|resource| resource.kind == kind);
    let address = fits.ok_or(ByHand::NoAddress)?.address;
    Ok(Remedy { environment, manifest, import: Some(Import { kind, address, id }) })
}
