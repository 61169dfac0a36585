//! What templates' processes may be given.

use std::collections::BTreeMap;

use super::read::Reader;

/// What templates' processes may be given by name; secrets come from the bot's own environment.
pub(super) fn read(r: &mut Reader) -> BTreeMap<String, String> {
    let credentials = r.texts("credentials");
    for name in credentials.keys().filter(|name| is_secret(name)) {
        r.refuse_in_file(
            &format!("credentials.{name}"),
            &format!("set {name} in the bot's environment"),
        );
    }
    credentials
}

fn is_secret(name: &str) -> bool {
    ["SECRET", "TOKEN", "PASSWORD", "PRIVATE_KEY"].iter().any(|part| name.contains(part))
        && !name.ends_with("_FILE")
}
