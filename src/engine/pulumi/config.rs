//! A stack's config file, written as the CLI would write it: values never stand in arguments.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::pbkdf2;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::Rng;
use crate::engine::{Job, Variables};
use crate::template::Project;

/// Rounds of PBKDF2 that Pulumi's passphrase provider takes; source: its `sdk/go/common/resource/config`.
const ROUNDS: std::num::NonZeroU32 = match std::num::NonZeroU32::new(1_000_000) {
    Some(rounds) => rounds,
    None => std::num::NonZeroU32::MIN,
};

/// What `Pulumi.<stack>.yaml` would hold, as JSON, which is YAML too.
pub(super) fn stack_config(
    project: &Project,
    variables: &Variables,
    passphrase: &str,
    (job, rng): (&Job, &mut dyn Rng),
) -> Value {
    // Of the environment alone: every run of it writes the same salt as the state has.
    let digest = Sha256::digest(job.environment().as_bytes());
    let salt: [u8; 8] = std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default());
    let cipher = Cipher::new(passphrase, &salt);
    let mut config = Map::new();
    for (name, value) in &variables.plain {
        let value = match value {
            Value::String(text) => Value::from(quoted(text, project)),
            other => other.clone(),
        };
        let value = if variables.secret.contains(name) {
            let text = match &value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!({ "secure": cipher.seal(&text, rng) })
        } else {
            value
        };
        config.insert(format!("{}:{name}", project.name), value);
    }
    let check = cipher.seal("pulumi", rng);
    let salt = STANDARD.encode(salt);
    json!({ "config": config, "encryptionsalt": format!("v1:{salt}:{check}") })
}

/// A string that a program in YAML takes for what it is. Pulumi reads what looks like a number, a boolean
/// or JSON as such, even where the key is of type string (`1.10` becomes 1.1); as JSON's string it is not
/// read so. Plain text stays plain, for what is quoted escapes Pulumi's own masking of secrets.
fn quoted(text: &str, project: &Project) -> String {
    let lower = text.trim().to_ascii_lowercase();
    let words = ["true", "false", "null", "nan", "inf", "infinity"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !words.contains(&lower.as_str());
    if project.runtime != "yaml" || text.is_empty() || plain {
        return text.to_owned();
    }
    Value::from(text).to_string()
}

/// AES-256-GCM under a key of the passphrase.
struct Cipher(Option<LessSafeKey>);

impl Cipher {
    fn new(passphrase: &str, salt: &[u8]) -> Cipher {
        let mut key = [0u8; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, passphrase.as_bytes(), &mut key);
        // Of 32 bytes it always is a key.
        Cipher(UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new))
    }

    /// `v1:<nonce>:<ciphertext and tag>`, both in Base64.
    fn seal(&self, text: &str, rng: &mut dyn Rng) -> String {
        let mut nonce = [0u8; 12];
        rng.fill(&mut nonce);
        let mut bytes = text.as_bytes().to_vec();
        let sealed = self.0.as_ref().is_some_and(|key| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            key.seal_in_place_append_tag(nonce, Aad::empty(), &mut bytes).is_ok()
        });
        // Only a text beyond 64 GB cannot be sealed; nothing may then stand in clear.
        if !sealed {
            bytes.clear();
        }
        format!("v1:{}:{}", STANDARD.encode(nonce), STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_read_as_something_else_is_quoted_and_nothing_more() {
        let project = |runtime: &str| Project { name: "p".into(), runtime: runtime.into() };
        let yaml = project("yaml");
        for (text, wanted) in [
            ("calm", "calm"),
            ("feature/checkout", "feature/checkout"),
            ("/srv/sites", "/srv/sites"),
            ("", ""),
            ("1.10", "\"1.10\""),
            ("TRUE", "\"TRUE\""),
            ("NaN", "\"NaN\""),
            ("{}", "\"{}\""),
            ("\"q\"", "\"\\\"q\\\"\""),
            (" 5", "\" 5\""),
        ] {
            assert_eq!(quoted(text, &yaml), wanted, "{text}");
        }
        assert_eq!(quoted("1.10", &project("nodejs")), "1.10", "it reads its config as text");
    }
}
