//! Whether the plan scanners that the settings name work here.

use super::Finding;
use crate::app::scanners;
use crate::config::Config;

/// A line for each: it is asked about a plan in which there is nothing.
pub(super) async fn findings(config: &Config) -> Vec<(String, Finding)> {
    let wanted = [&config.policies.checkov, &config.policies.trivy];
    if wanted.iter().all(|one| one.is_none()) {
        return Vec::new();
    }
    let found = match (std::env::current_exe(), tempfile::tempdir()) {
        (Ok(exe), Ok(folder)) => scanners(config, &exe).try_all(&folder.path().join("scan")).await,
        (Err(error), _) | (_, Err(error)) => {
            return vec![("scanners".to_owned(), Finding::Fail(error.to_string()))];
        }
    };
    let finding = |tried: Result<(), String>, key: &str| match tried {
        Ok(()) => Finding::Ok("it reads plans".to_owned()),
        Err(why) => Finding::Fail(format!(
            "{why}; every plan will be denied: mend policies.{key}, or take it out"
        )),
    };
    found
        .into_iter()
        .map(|(kind, tried)| (kind.as_str().to_owned(), finding(tried, kind.as_str())))
        .collect()
}
