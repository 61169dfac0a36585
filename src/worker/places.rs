//! The places that are swept for orphans: preview sites on this machine, and what templates make elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use super::chosen::unpack;
use super::credentials::{credentials, secrets_in};
use super::sweeper::folder;
use super::{Settings, folders};
use crate::commands::Ctx;
use crate::commands::orphans::SITE;
use crate::domain::Role;
use crate::engine::sweep::{self, Swept, Wanted};
use crate::process::{Cause, Exit, FollowError, Limits, Supervised, leftovers_of};
use crate::secrets::Scrubber;
use crate::template::{Sweep, Template};

/// A listing that is larger than this is none.
const LARGEST: u64 = 256 * 1024 * 1024;
/// The most that is kept of why a sweep failed, in characters.
const LONGEST_WHY: usize = 400;
/// Looking into a folder takes no longer.
const SITES_TAKE: Duration = Duration::from_secs(60);

/// A place that is swept.
pub(super) struct Place {
    /// What its rows are kept under.
    pub(super) target: String,
    /// As people know it.
    pub(super) what: String,
    how: How,
}

enum How {
    Sites,
    /// By a child, with this template's credentials.
    Child(Arc<Template>, Sweep),
}

/// The places that these roles sweep. What no environment was ever made of has left nothing.
pub(super) fn of(ctx: &Ctx, settings: &Settings, roles: &[Role], made: &[String]) -> Vec<Place> {
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    if roles.contains(&Role::Worker) && !made.is_empty() {
        let target = format!("sites-{}", settings.machine);
        let what = "preview sites".to_owned();
        places.insert(target.clone(), Place { target, what, how: How::Sites });
    }
    if !roles.contains(&Role::Scheduler) {
        return places.into_values().collect();
    }
    let templates: Vec<Arc<Template>> = ctx.templates(|all| all.list().cloned().collect());
    for template in templates {
        let name = &template.manifest.name;
        let Some(sweep) = template.manifest.sweep.clone().filter(|_| made.contains(name)) else {
            continue;
        };
        let (target, what) = named(settings, &template, &sweep);
        places.entry(target.clone()).or_insert(Place {
            target,
            what,
            how: How::Child(template, sweep),
        });
    }
    places.into_values().collect()
}

/// Templates with the same credentials see the same in AWS: it is swept once for them.
fn named(settings: &Settings, template: &Template, sweep: &Sweep) -> (String, String) {
    let name = &template.manifest.name;
    if let Sweep::Command(_) = sweep {
        return (format!("command-{name}"), format!("template {name}"));
    }
    let credentials = credentials(settings, &template.manifest);
    let mut digest = Sha256::new();
    for (key, value) in &credentials {
        digest.update([key.as_bytes(), b"=", value.as_bytes(), b"\0"].concat());
    }
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|key| credentials.get(*key));
    let what = region.map_or_else(|| "AWS".to_owned(), |region| format!("AWS in {region}"));
    (format!("aws-{}", hex::encode(&digest.finalize()[..8])), what)
}

impl Place {
    /// How long a sweep of it may take, with the time that its child has to end.
    pub(super) fn longest(&self, settings: &Settings) -> Duration {
        match &self.how {
            How::Sites => SITES_TAKE,
            How::Child(template, _) => {
                template.manifest.limits.plan.real() + settings.interrupt_grace + SITES_TAKE
            }
        }
    }
}

/// What every sweep has at hand.
pub(super) struct Sweeping<'a> {
    pub(super) settings: &'a Settings,
    pub(super) installation: &'a str,
}

impl Sweeping<'_> {
    /// What is there with our tag; `fresh` names a folder of its own. The error is for operators.
    pub(super) async fn sweep(&self, place: &Place, fresh: &str) -> Result<Vec<Swept>, String> {
        match &place.how {
            How::Sites => sites(&self.settings.data.join("sites")).map_err(|e| e.to_string()),
            How::Child(template, sweep) => {
                let all = folder(&self.settings.data);
                let name = format!("{}-{fresh}", place.target);
                remove_left_listings(&all, &place.target);
                let folder = all.join(name);
                let found = self.listed(template, sweep, &folder.join("call")).await;
                remove_listing(&folder);
                found
            }
        }
    }

    async fn listed(
        &self,
        template: &Template,
        how: &Sweep,
        folder: &Path,
    ) -> Result<Vec<Swept>, String> {
        let settings = self.settings;
        let source = settings.data.join("sources").join(template.version.as_str());
        unpack(&template.archive, &source).map_err(|error| error.to_string())?;
        let home = settings.data.join("home");
        std::fs::create_dir_all(&home).map_err(|e| format!("{}: {e}", home.display()))?;
        let credentials = credentials(settings, &template.manifest);
        let place = sweep::Place {
            exe: &settings.exe,
            source: &source,
            path: &std::env::var("PATH").unwrap_or_default(),
            home: &home,
            credentials: &credentials,
        };
        let wanted = Wanted { installation: self.installation, environment: None };
        let time = template.manifest.limits.plan.real();
        let limits =
            Limits { time, silence: time, grace: settings.interrupt_grace, stamp: settings.stamp };
        let call = sweep::call(how, &place, wanted).within(limits);
        let child = Supervised::start(&settings.exe, folder, &call).await;
        let child = child.map_err(|error| error.to_string())?;
        let exit = self.listing_ended(&child).await?;
        if !exit.success() {
            let said = complaint(&child, &secrets_in(&credentials));
            return Err(why(&exit, limits, said));
        }
        let printed = child.read_stdout(LARGEST).map_err(|error| error.to_string())?;
        sweep::read(&printed, wanted).map_err(|error| error.to_string())
    }

    async fn listing_ended(&self, child: &Supervised) -> Result<Exit, String> {
        let ended = child.wait();
        tokio::pin!(ended);
        loop {
            tokio::select! {
                exit = &mut ended => return match exit {
                    Ok(exit) => Ok(exit),
                    Err(FollowError::Lost(_)) => {
                        child.bury(self.settings.interrupt_grace).await.map_err(|e| e.to_string())
                    }
                    Err(error) => Err(error.to_string()),
                },
                () = tokio::time::sleep(self.settings.heartbeat) => {
                    child.renew_stamp().map_err(|error| error.to_string())?;
                }
            }
        }
    }
}

/// Why it did not end well, in a sentence.
fn why(exit: &Exit, limits: Limits, said: Option<String>) -> String {
    match (exit.cause, exit.code, said) {
        (Cause::TimeLimit | Cause::SilenceLimit, ..) => {
            format!("it took longer than its limit, {} s", limits.time.as_secs())
        }
        (Cause::NotStarted, _, _) => exit.message.clone().unwrap_or_default(),
        (_, _, Some(said)) => said,
        (_, Some(code), None) => format!("it ended with exit code {code} and said nothing"),
        (_, None, None) => "it was ended by a signal and said nothing".to_owned(),
    }
}

/// The last thing that it said on standard error.
fn complaint(child: &Supervised, secrets: &[SecretString]) -> Option<String> {
    // Where it cannot be read, its exit code has to do.
    let said = child.read_stderr(LARGEST).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    let last = said.lines().rev().find(|line| !line.trim().is_empty())?;
    let last = last.trim();
    let last = Scrubber::new(secrets).scrub(last.strip_prefix("error: ").unwrap_or(last));
    Some(last.chars().take(LONGEST_WHY).collect())
}

/// What sweeps of that place left whose bot was killed.
fn remove_left_listings(all: &Path, target: &str) {
    for old in folders(all) {
        let name = old.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ours = name.rsplit_once('-').is_some_and(|(of, _)| of == target);
        if ours && folders(&old).iter().all(|child| leftovers_of(child).is_empty()) {
            remove_listing(&old);
        }
    }
}

fn remove_listing(folder: &Path) {
    // What cannot be removed now goes before the next sweep.
    let _ = std::fs::remove_dir_all(folder);
}

/// The folders of preview sites, by the environment's name.
fn sites(folder: &Path) -> std::io::Result<Vec<Swept>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        // A name that is no text is none of an environment.
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if entry.file_type()?.is_dir() {
            found.push(Swept {
                id: format!("sites/{name}"),
                kind: Some(SITE.to_owned()),
                environment: Some(name),
                ..Swept::default()
            });
        }
    }
    Ok(found)
}
