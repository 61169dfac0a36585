//! checkov, as `pip install checkov` brings it: without a platform behind it, which would know severities.
//!
//! Written for and run with 3.3; its reports are described at
//! <https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html>.

use std::ffi::OsString;

use serde::Deserialize;

use super::{Call, Found, Report};
use crate::domain::scan::Severity;

/// It looks into no file that is larger, and says nothing of it.
const LARGEST_PLAN: &str = "1000000000";

pub(super) fn call(plan: &str) -> Call {
    let args = [
        "--file",
        plan,
        "--framework",
        "terraform_plan",
        "--output",
        "json",
        "--compact",
        "--quiet",
        // Whether it found anything is in the report: any other code says that it failed.
        "--soft-fail",
        // Neither policies nor guidelines from the network.
        "--skip-download",
        "--skip-resources-without-violations",
    ];
    let env = [
        ("BC_SKIP_MAPPING", "TRUE"),
        ("CHECKOV_MAX_IAC_FILE_SIZE", LARGEST_PLAN),
        ("LOG_LEVEL", "ERROR"),
        // One process: a plan is one file, and the limits are those of a process.
        ("CHECKOV_PARALLELIZATION_TYPE", "none"),
        // On a machine with many cores the threads' stacks alone would be more than the limit.
        ("OPENBLAS_NUM_THREADS", "1"),
        ("OMP_NUM_THREADS", "1"),
        ("MALLOC_ARENA_MAX", "2"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    Call {
        args: args.map(OsString::from).into(),
        env: env.map(|(name, value)| (name, value.into())).into(),
    }
}

#[derive(Deserialize)]
struct Printed {
    check_type: Option<String>,
    results: Option<Results>,
    summary: Option<Summary>,
}

#[derive(Deserialize)]
struct Results {
    failed_checks: Vec<Failed>,
}

#[derive(Deserialize)]
struct Summary {
    passed: usize,
    failed: usize,
    parsing_errors: usize,
}

#[derive(Deserialize)]
struct Failed {
    check_id: String,
    check_name: Option<String>,
    severity: Option<String>,
    guideline: Option<String>,
    resource: Option<String>,
    /// With the modules that it is in.
    resource_address: Option<String>,
    check_result: Option<CheckResult>,
}

#[derive(Deserialize)]
struct CheckResult {
    #[serde(default)]
    evaluated_keys: Option<serde_json::Value>,
}

/// Reads a report. Where nothing of a plan could be checked, it is the bare summary.
pub(super) fn read(printed: &[u8]) -> Result<Report, String> {
    let no_report = |error| format!("what it printed is no report: {error}");
    let read: Printed = serde_json::from_slice(printed).map_err(no_report)?;
    let (failed, summary) = match (read.check_type, read.results, read.summary) {
        (Some(_), Some(results), Some(summary)) => (results.failed_checks, summary),
        (None, None, None) => (Vec::new(), serde_json::from_slice(printed).map_err(no_report)?),
        _ => return Err("what it printed is half a report".to_owned()),
    };
    if summary.parsing_errors > 0 {
        return Err("it cannot read the plan".to_owned());
    }
    if summary.failed != failed.len() {
        return Err(format!("of {} findings it printed {}", summary.failed, failed.len()));
    }
    Ok(Report {
        found: failed.into_iter().map(found).collect(),
        checks: summary.passed + summary.failed,
    })
}

fn found(failed: Failed) -> Found {
    let keys = keys(failed.check_result.and_then(|result| result.evaluated_keys));
    let looked_at = (!keys.is_empty()).then(|| format!("It looks at {}.", keys.join(", ")));
    Found {
        severity: severity(failed.severity.as_deref()),
        resource: failed.resource_address.or(failed.resource).unwrap_or_default(),
        message: failed.check_name.unwrap_or_else(|| format!("{} failed", failed.check_id)),
        check: failed.check_id,
        fix: failed.guideline.map(|url| format!("See {url}")).or(looked_at),
    }
}

/// What it looked at: that a resource is of its type is not what failed.
fn keys(evaluated: Option<serde_json::Value>) -> Vec<String> {
    let all = evaluated.as_ref().and_then(serde_json::Value::as_array).into_iter().flatten();
    let keys = all.filter_map(serde_json::Value::as_str);
    keys.filter(|key| !key.is_empty() && *key != "resource_type")
        .map(|key| format!("`{key}`"))
        .collect()
}

/// Source: `checkov/common/bridgecrew/severities.py`.
fn severity(word: Option<&str>) -> Severity {
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "CRITICAL" => Severity::Critical,
        "HIGH" | "IMPORTANT" => Severity::High,
        "MEDIUM" | "MODERATE" => Severity::Medium,
        "LOW" | "INFO" => Severity::Low,
        _ => Severity::Unknown,
    }
}
