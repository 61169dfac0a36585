//! The variables of a child.

use std::collections::BTreeMap;

use serde_json::json;

use crate::engine::Layout;

/// The least that OpenTofu takes; a key that was drawn needs no stretching.
const ROUNDS: u32 = 200_000;

/// OpenTofu's setting for state and plan alike; nothing that is not encrypted is read.
pub(super) fn encryption(passphrase: &str) -> String {
    let method = || json!({ "method": "method.aes_gcm.ours", "enforced": true });
    json!({
        "key_provider": { "pbkdf2": { "ours": { "passphrase": passphrase, "iterations": ROUNDS } } },
        "method": { "aes_gcm": { "ours": { "keys": "key_provider.pbkdf2.ours" } } },
        "state": method(),
        "plan": method(),
    })
    .to_string()
}

/// What every child gets.
pub(super) fn environment(layout: &Layout) -> BTreeMap<String, String> {
    let mut env = layout.environment();
    let ours = [
        ("TF_CLI_CONFIG_FILE", layout.cli_config.to_string_lossy().into_owned()),
        ("TF_IN_AUTOMATION", "1".to_owned()),
        ("TF_INPUT", "0".to_owned()),
        ("CHECKPOINT_DISABLE", "1".to_owned()),
    ];
    env.extend(ours.map(|(key, value)| (key.to_owned(), value)));
    env
}
