//! Detached OpenPGP signatures (RFC 9580), as far as releases of engines need them: version 4, RSA
//! or Ed25519, SHA-2. The arithmetic is ring's.
//!
//! A whole OpenPGP library brings some ninety crates, among them an RSA with a standing advisory, for
//! two signatures. Whatever is not understood here is refused.

mod key;
mod packet;
mod signature;

#[cfg(test)]
mod tests;

use crate::domain::clock::Timestamp;
use key::SigningKey;
use packet::{SIGNATURE, dearmored, packets};
use signature::{OF_A_FILE, Signature};

/// Clocks of two machines may differ by this many seconds.
const CLOCKS_DIFFER: u64 = 24 * 60 * 60;

/// Why something of OpenPGP cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenPgpError {
    #[error("it is no OpenPGP file: {0}")]
    Malformed(&'static str),
    #[error("it has a {0} that is not known here: number {1}")]
    Unknown(&'static str, u8),
    #[error("there is no key in it that may sign")]
    NoKey,
}

/// Why a signature is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    #[error("the signature cannot be read: {0}")]
    Unreadable(#[from] OpenPgpError),
    #[error("it is signed with key {0}, which is not trusted")]
    OtherKey(String),
    #[error("the signature does not fit the file")]
    Wrong,
    #[error("it was signed with key {key} at a time when that did not hold ({at})")]
    KeyDidNotHold { key: String, at: Timestamp },
    #[error("the signature is of {0}, which is still to come: check this machine's clock")]
    OfTheFuture(Timestamp),
    #[error("the signature ended on {0}")]
    Ended(Timestamp),
}

/// Keys that may sign.
#[derive(Debug, Clone)]
pub struct Keys(Vec<SigningKey>);

impl Keys {
    /// The keys of a file, armored or not, with those of their subkeys that may sign.
    pub fn read(file: &[u8]) -> Result<Keys, OpenPgpError> {
        key::signing_keys(file).map(Keys)
    }

    /// Whether one of these keys signed `data`, while it held. A key that has expired since is no
    /// harm to what it signed before.
    pub fn verify(
        &self,
        data: &[u8],
        signature: &[u8],
        now: Timestamp,
    ) -> Result<(), BadSignature> {
        let bytes = dearmored(signature)?;
        let packets = packets(&bytes)?;
        let mut last = BadSignature::Unreadable(OpenPgpError::Malformed("there is no signature"));
        for packet in packets.iter().filter(|packet| packet.tag == SIGNATURE) {
            match self.verify_one(data, &Signature::read(packet.body)?, now) {
                Ok(()) => return Ok(()),
                Err(bad) => last = bad,
            }
        }
        Err(last)
    }

    fn verify_one(
        &self,
        data: &[u8],
        signature: &Signature<'_>,
        now: Timestamp,
    ) -> Result<(), BadSignature> {
        if signature.kind != OF_A_FILE {
            return Err(OpenPgpError::Unknown("kind of signature", signature.kind).into());
        }
        let mut named = self.0.iter().filter(|key| is_of(signature, key)).peekable();
        if named.peek().is_none() {
            return Err(BadSignature::OtherKey(issuer(signature)));
        }
        let Some(key) = named.find(|key| signature.is_by(&key.key, data)) else {
            return Err(BadSignature::Wrong);
        };
        let created = signature.created;
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        if created > seconds + CLOCKS_DIFFER {
            return Err(BadSignature::OfTheFuture(at(created)));
        }
        if let Some(after) = signature.expires_after
            && created + after <= seconds
        {
            return Err(BadSignature::Ended(at(created + after)));
        }
        if !key.holds.contains(&created) {
            let key = hex::encode_upper(key.key.fingerprint);
            return Err(BadSignature::KeyDidNotHold { key, at: at(created) });
        }
        Ok(())
    }
}

/// Whether a signature names this key, or none.
fn is_of(signature: &Signature<'_>, key: &SigningKey) -> bool {
    let fingerprint = &key.key.fingerprint;
    match (signature.issuer_fingerprint, signature.issuer_id) {
        (Some(named), _) => named == *fingerprint,
        (None, Some(named)) => fingerprint.ends_with(&named),
        (None, None) => true,
    }
}

fn issuer(signature: &Signature<'_>) -> String {
    let fingerprint = signature.issuer_fingerprint.map(hex::encode_upper);
    let id = || signature.issuer_id.map(hex::encode_upper);
    fingerprint.or_else(id).unwrap_or_else(|| "without a name".to_owned())
}

fn at(seconds: u64) -> Timestamp {
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX / 1000).saturating_mul(1000))
}
