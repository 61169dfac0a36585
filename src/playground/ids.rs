//! Ids and tokens in Slack's forms.

use crate::domain::Rng;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A prefix that tells the kind (`T`, `U`, `C` …) and ten letters and digits.
pub(super) fn id(rng: &mut dyn Rng, prefix: &str) -> String {
    format!("{prefix}{}", letters(rng, 10))
}

pub(super) fn letters(rng: &mut dyn Rng, n: usize) -> String {
    (0..n).map(|_| LETTERS[rng.below(LETTERS.len() as u32) as usize] as char).collect()
}

/// `n` random bytes in hex, for secrets.
pub(super) fn secret(rng: &mut dyn Rng, n: usize) -> String {
    let mut bytes = vec![0u8; n];
    rng.fill(&mut bytes);
    hex::encode(bytes)
}

/// A random id in the form of a UUID, as envelopes carry it.
pub(super) fn uuid(rng: &mut dyn Rng) -> String {
    let hex = secret(rng, 16);
    let parts = [&hex[0..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
    parts.join("-")
}
