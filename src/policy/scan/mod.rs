//! Plan scanners: programs that know common mistakes. What they find in a plan becomes findings of the
//! decision, as if a rule had said it.
//!
//! A scanner reads a masked plan, in a folder of its own, in a child with limits, an environment of its own and
//! no business on the network. One that fails, takes too long or prints no report is a denial: a plan that
//! nobody looked at is not let through.

mod checkov;
mod child;
mod trivy;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::domain::decision::{Decision, Finding, FindingKind, Level};
use crate::domain::scan::{Severity, Weighing, Weight};

/// The programs that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// <https://www.checkov.io>
    Checkov,
    /// `trivy config`, <https://trivy.dev>
    Trivy,
}

impl Kind {
    /// The namespace of its findings.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Checkov => "checkov",
            Kind::Trivy => "trivy",
        }
    }
}

/// One scanner of an installation.
#[derive(Debug, Clone)]
pub struct Scanner {
    pub kind: Kind,
    /// A path, or a name that is looked up in [`Place::path`].
    pub program: PathBuf,
    pub weighing: Weighing,
    /// Who may go past a denial: `role:…`, `team:…`, `group:S…`, `user:U…`. Nobody, where none is named.
    pub overridable_by: Vec<String>,
    /// From its start to its report.
    pub time: Duration,
    /// Of address space.
    pub memory_bytes: u64,
}

/// Where scanners are started.
#[derive(Debug, Clone)]
pub struct Place {
    /// This very program: it sets the limits, and becomes the scanner.
    pub exe: PathBuf,
    /// The `PATH` of the scanners.
    pub path: String,
}

/// All scanners of an installation. Clones share their places.
#[derive(Debug, Clone)]
pub struct Scanners {
    place: Place,
    all: Arc<[Scanner]>,
    /// So many at a time: each takes a core and some hundred megabytes.
    places: Arc<Semaphore>,
}

const AT_ONCE: usize = 2;

/// The rule by which a scan that failed denies.
const FAILED: &str = "failed";

/// What scanners said of a plan.
#[derive(Debug, Clone, Default)]
pub struct Scanned {
    pub findings: Vec<Finding>,
    /// How many checks were made.
    pub checks: usize,
}

impl Scanned {
    /// Adds it to what the rules said.
    pub fn join(self, decision: &mut Decision) {
        decision.findings.extend(self.findings);
        decision.rules += self.checks;
    }
}

impl Scanners {
    pub fn new(place: Place, all: Vec<Scanner>) -> Scanners {
        Scanners { place, all: all.into(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Asks each about a plan in which there is nothing.
    ///
    /// # Errors
    /// Of each: why it would deny every plan.
    pub async fn try_all(&self, folder: &Path) -> Vec<(Kind, Result<(), String>)> {
        let nothing = json!({
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": { "root_module": {} },
            "resource_changes": [],
        });
        let mut tried = Vec::new();
        for scanner in self.all.iter() {
            let asked = scanner.ask(&self.place, &nothing, folder).await;
            tried.push((scanner.kind, asked.map(drop)));
        }
        tried
    }

    /// Asks all of them about a plan of Terraform's or OpenTofu's, as `show -json` prints it and
    /// [`mask`](super::mask) leaves it. `folder` is there for a moment, and only then.
    ///
    /// Dropped before its end, it ends the children.
    pub async fn scan(&self, plan: &Value, folder: &Path) -> Scanned {
        let mut scanned = Scanned::default();
        for scanner in self.all.iter() {
            let place = self.places.acquire().await;
            let report = match place.map_err(|error| error.to_string()) {
                Ok(_place) => scanner.ask(&self.place, plan, folder).await,
                Err(why) => Err(why),
            };
            match report {
                Ok(report) => {
                    scanned.checks += report.checks;
                    scanner.weigh(report.found, &mut scanned.findings);
                }
                Err(why) => scanned.findings.push(scanner.failed(&why)),
            }
        }
        scanned
    }
}

/// What a scanner printed, read.
#[derive(Debug, PartialEq, Eq)]
struct Report {
    found: Vec<Found>,
    checks: usize,
}

/// One thing that a scanner found.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    check: String,
    severity: Severity,
    /// The resource's address; empty where it is about none.
    resource: String,
    message: String,
    fix: Option<String>,
}

/// With what a scanner is started. `PATH`, `HOME` and `TMPDIR` are everybody's.
struct Call {
    args: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
}

/// The plan's name in the folder.
const PLAN: &str = "plan.json";

impl Scanner {
    async fn ask(&self, place: &Place, plan: &Value, folder: &Path) -> Result<Report, String> {
        is_plan(plan)?;
        let folder = child::Folder::make(folder, PLAN, plan)?;
        let call = match self.kind {
            Kind::Checkov => checkov::call(PLAN),
            Kind::Trivy => trivy::call(PLAN),
        };
        let printed = child::run(place, self, call, folder.path()).await?;
        match self.kind {
            Kind::Checkov => checkov::read(&printed),
            Kind::Trivy => trivy::read(&printed),
        }
    }

    fn weigh(&self, found: Vec<Found>, findings: &mut Vec<Finding>) {
        for one in found {
            let finding = match self.weighing.of(&one.check, one.severity) {
                Weight::Ignore => continue,
                Weight::Warn => self.finding(FindingKind::Warn, one),
                Weight::Deny => self.denial(one),
            };
            // Trivy names a resource as often as it has a part that is wrong.
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }

    fn denial(&self, found: Found) -> Finding {
        let level = match self.overridable_by.is_empty() {
            true => Level::Mandatory,
            false => Level::Overridable,
        };
        let overridable_by = self.overridable_by.clone();
        Finding { level, overridable_by, ..self.finding(FindingKind::Deny, found) }
    }

    /// It names the resource in its message as well: who approves one resource has not approved another.
    fn finding(&self, kind: FindingKind, found: Found) -> Finding {
        let Found { check, resource, message, fix, .. } = found;
        let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
        let message = match resource.is_empty() {
            true => format!("{message}{stop}"),
            false => format!("{resource}: {message}{stop}"),
        };
        let named = (!resource.is_empty()).then(|| resource.clone());
        // A plan knows no lines of the source: a resource's address is as near as it gets.
        Finding { fix, resource: named, place: resource, ..self.blank(kind, &check, message) }
    }

    fn failed(&self, why: &str) -> Finding {
        let name = self.kind.as_str();
        let message = format!("{name} could not look at the plan: {why}.");
        let fix = format!(
            "Try again; if it stays, an operator has to mend `policies.{name}` or what it names."
        );
        Finding { fix: Some(fix), ..self.blank(FindingKind::Deny, FAILED, message) }
    }

    fn blank(&self, kind: FindingKind, rule: &str, message: String) -> Finding {
        Finding::new(kind, (self.kind.as_str(), rule), message)
    }
}

/// What scanners take for no plan they pass over without a word: what they look for is looked for here first.
fn is_plan(plan: &Value) -> Result<(), String> {
    let known = ["format_version", "terraform_version", "planned_values"];
    match known.iter().find(|key| plan.get(**key).is_none()) {
        Some(key) => Err(format!("the engine printed a plan without `{key}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
