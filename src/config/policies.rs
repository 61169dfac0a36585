//! Settings of policy.

use std::path::PathBuf;

use super::read::Reader;
use super::scanners::{self, Scanner};
use crate::domain::RegoVersion;

/// Where the rules are, and what evaluates them.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Folders of Rego files; the shipped ones unless any is given.
    pub folders: Vec<PathBuf>,
    /// Folders of YAML and JSON files, in place of the shipped ones; unless any is given, the folder `data` in each of
    /// the folders of rules.
    pub data: Vec<PathBuf>,
    /// What files without a version of their own are written in.
    pub rego_version: RegoVersion,
    /// The program `opa`, to evaluate with instead of the built-in evaluator.
    pub opa: Option<PathBuf>,
    /// Programs that look at plans as well; none unless they are named.
    pub checkov: Option<Scanner>,
    pub trivy: Option<Scanner>,
}

pub(super) fn read(r: &mut Reader) -> Policies {
    let rego_version = match r.text("policies.rego_version").map(|version| version.parse()) {
        Some(Ok(version)) => version,
        Some(Err(_)) => {
            r.wrong("policies.rego_version", "there is no such version", "write v0 or v1");
            RegoVersion::default()
        }
        None => RegoVersion::default(),
    };
    let mut folders = |key: &str| -> Vec<PathBuf> {
        r.one_or_more(key).unwrap_or_default().into_iter().map(PathBuf::from).collect()
    };
    let (policies, data) = (folders("policies.folder"), folders("policies.data"));
    Policies {
        folders: policies,
        data,
        rego_version,
        opa: r.path("policies.opa"),
        checkov: scanners::read(r, "checkov"),
        trivy: scanners::read(r, "trivy"),
    }
}
