//! What a template's children get of the operator's credentials, and what of it is secret.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::Settings;
use crate::template::Manifest;

/// What the template's credentials setting names, and nothing else.
pub(super) fn credentials(settings: &Settings, manifest: &Manifest) -> BTreeMap<String, String> {
    let wanted = &manifest.credentials;
    let given = |name: &String| {
        let set = settings.credentials.get(name).cloned();
        set.or_else(|| std::env::var(name).ok()).map(|value| (name.clone(), value))
    };
    let mut found: BTreeMap<String, String> = wanted.environment.iter().filter_map(given).collect();
    found.extend(wanted.profile.clone().map(|profile| ("AWS_PROFILE".to_owned(), profile)));
    found.extend(wanted.role.clone().map(|role| ("AWS_ROLE_ARN".to_owned(), role)));
    found
}

/// Those of them that nobody may read.
pub(super) fn secrets_in(credentials: &BTreeMap<String, String>) -> Vec<SecretString> {
    let hidden = credentials.iter().filter(|(name, _)| is_secret(name));
    hidden.map(|(_, value)| SecretString::from(value.clone())).collect()
}

/// Whether a variable holds what nobody may read. A region or an address may stand in a log; of anything else
/// nobody knows, and a connection's URL has its password in it.
fn is_secret(name: &str) -> bool {
    let open =
        ["_REGION", "_ENDPOINT", "_PROFILE", "_FILE", "_PATH", "_DIR", "_ROLE_ARN", "_PROJECT"];
    !name.contains("ENDPOINT_URL") && !open.iter().any(|end| name.ends_with(end))
}
