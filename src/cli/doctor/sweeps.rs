//! Whether orphans would be found, and how the last sweeps went.

use super::Finding;
use crate::app::database_url;
use crate::config::Config;
use crate::store::{Db, StoreError, sweeps};
use crate::template::{Catalog, Manifest, Sweep};

pub(super) async fn findings(config: &Config, catalog: &Catalog) -> Vec<(String, Finding)> {
    let Some(schedule) = &config.orphans.schedule else {
        let text = "never looked for, as orphans.schedule says";
        return vec![("orphans".to_owned(), Finding::Warn(text.to_owned()))];
    };
    let mut findings = vec![("orphans".to_owned(), of_settings(config, schedule))];
    for template in catalog.list() {
        let manifest = &template.manifest;
        findings.extend(of_template(config, manifest).map(|f| (sweep_of(&manifest.name), f)));
    }
    match swept(config).await {
        Ok(swept) => findings.extend(swept),
        // That the database is out of reach stands above.
        Err(error) => tracing::debug!(%error, "the sweeps could not be read"),
    }
    findings
}

fn sweep_of(template: &str) -> String {
    format!("orphans of {template}")
}

fn of_settings(config: &Config, schedule: &str) -> Finding {
    if let Err(wrong) = crate::worker::schedule::Schedule::parse(schedule) {
        return Finding::Fail(format!("orphans.schedule: {wrong}"));
    }
    let grace = config.orphans.grace;
    match &config.operators.channel {
        Some(_) => Finding::Ok(format!("looked for by `{schedule}`, told after {grace}")),
        None => Finding::Warn(format!(
            "looked for by `{schedule}`, and told nobody: set operators.channel; /infra orphans lists them"
        )),
    }
}

/// `None` for what lives in Mayfly's own folder, where it is always found.
fn of_template(config: &Config, manifest: &Manifest) -> Option<Finding> {
    let outside = !manifest.credentials.environment.is_empty();
    Some(match &manifest.sweep {
        None if outside => Finding::Warn(
            "not looked for: its manifest names no `sweep`, and it has credentials".to_owned(),
        ),
        None => return None,
        Some(Sweep::Command(words)) => Finding::Ok(format!("by `{}`", words.join(" "))),
        Some(Sweep::Aws) => {
            let set = |name: &str| {
                let asked = manifest.credentials.environment.iter().any(|asked| asked == name);
                asked && (config.credentials.contains_key(name) || std::env::var_os(name).is_some())
            };
            match ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"].into_iter().any(set) {
                true => Finding::Ok("by AWS's index of tags, in the region of its credentials".to_owned()),
                false => Finding::Warn(
                    "by AWS's index of tags, and no region is set: set AWS_REGION, and name it under its `credentials`"
                        .to_owned(),
                ),
            }
        }
    })
}

/// The places whose last sweep failed.
async fn swept(config: &Config) -> Result<Vec<(String, Finding)>, StoreError> {
    let db = Db::open_to_read(&database_url(config)).await?;
    let all = async { sweeps::all(&mut db.read().await?).await }.await;
    db.close().await;
    let failed = all?.into_iter().filter_map(|sweep| Some((sweep.what, sweep.error?)));
    Ok(failed.map(|(what, why)| (format!("orphans in {what}"), Finding::Warn(why))).collect())
}
