//! `trivy config`, with the checks that are built into it.
//!
//! Its reports are described by `pkg/types/report.go` and `pkg/types/misconfiguration.go` of its source.

use std::ffi::OsString;

use serde::Deserialize;

use super::{Call, Found, Report};
use crate::domain::scan::Severity;

pub(super) fn call(plan: &str) -> Call {
    let args = [
        "config",
        "--format",
        "json",
        "--misconfig-scanners",
        "terraformplan-json",
        // Whether it found anything is in the report: any other code says that it failed.
        "--exit-code",
        "0",
        plan,
    ];
    // By variables, not by options: an older one does not know them all, and passes over those.
    let env = [
        ("TRIVY_QUIET", "true"),
        ("TRIVY_SKIP_CHECK_UPDATE", "true"),
        ("TRIVY_SKIP_POLICY_UPDATE", "true"),
        ("TRIVY_SKIP_VERSION_CHECK", "true"),
        ("TRIVY_DISABLE_TELEMETRY", "true"),
        ("TRIVY_OFFLINE_SCAN", "true"),
        ("TRIVY_CACHE_DIR", "cache"),
    ];
    Call {
        args: args.map(OsString::from).into(),
        env: env.map(|(name, value)| (name, value.into())).into(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    /// Everything of Trivy's has it; what does not is no report.
    #[serde(rename = "SchemaVersion")]
    _schema_version: u32,
    #[serde(default)]
    results: Option<Vec<Looked>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Looked {
    misconf_summary: Option<Summary>,
    #[serde(default)]
    misconfigurations: Option<Vec<Misconfiguration>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Summary {
    successes: usize,
    failures: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Misconfiguration {
    #[serde(rename = "ID")]
    id: String,
    title: Option<String>,
    /// What is wrong here; the title says what is wrong in general.
    message: Option<String>,
    resolution: Option<String>,
    severity: Option<String>,
    #[serde(rename = "PrimaryURL")]
    primary_url: Option<String>,
    status: Option<String>,
    #[serde(default)]
    cause_metadata: Cause,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Cause {
    resource: String,
}

/// Reads a report.
pub(super) fn read(printed: &[u8]) -> Result<Report, String> {
    let read: Printed = serde_json::from_slice(printed)
        .map_err(|error| format!("what it printed is no report: {error}"))?;
    let mut report = Report { found: Vec::new(), checks: 0 };
    for looked in read.results.unwrap_or_default() {
        let summary = looked.misconf_summary.unwrap_or_default();
        report.checks += summary.successes + summary.failures;
        let all = looked.misconfigurations.unwrap_or_default().into_iter();
        // What passed, and what its source makes an exception of, is told as well where somebody asks for it.
        let failed = all.filter(|one| !matches!(one.status.as_deref(), Some("PASS" | "EXCEPTION")));
        report.found.extend(failed.map(found));
    }
    Ok(report)
}

fn found(one: Misconfiguration) -> Found {
    let told = [one.message, one.title].into_iter().flatten().find(|text| !text.is_empty());
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let fix = match (said(one.resolution), said(one.primary_url)) {
        (Some(resolution), Some(url)) => Some(format!("{resolution} ({url})")),
        (Some(resolution), None) => Some(resolution),
        (None, url) => url.map(|url| format!("See {url}")),
    };
    Found {
        severity: severity(one.severity.as_deref()),
        resource: one.cause_metadata.resource,
        message: told.unwrap_or_else(|| format!("{} failed", one.id)),
        check: one.id,
        fix,
    }
}

fn severity(word: Option<&str>) -> Severity {
    word.and_then(|word| word.to_ascii_lowercase().parse().ok()).unwrap_or(Severity::Unknown)
}
