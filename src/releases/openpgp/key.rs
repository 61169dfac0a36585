//! Public keys with what their owners say of them: until when they hold, and which may sign.

use super::OpenPgpError;
use super::packet::{
    PUBLIC_KEY, PUBLIC_SUBKEY, Packet, SIGNATURE, USER_ID, dearmored, integer, number, packets,
    take,
};
use super::signature::{OF_A_KEY, OF_A_SUBKEY, OF_ITS_PRIMARY, REVOCATIONS, Signature};

/// The curve of Ed25519, as OpenPGP names it (1.3.6.1.4.1.11591.15.1).
const ED25519: [u8; 9] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];

/// What verifies a signature.
#[derive(Debug, Clone)]
pub(super) enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ed25519(Vec<u8>),
    /// It encrypts, or is of a kind that is not known here.
    Other,
}

#[derive(Debug, Clone)]
pub(super) struct PublicKey {
    pub(super) material: Material,
    pub(super) fingerprint: [u8; 20],
    /// Seconds since 1970.
    created: u64,
    /// Its packet with the head that OpenPGP hashes before it.
    framed: Vec<u8>,
}

/// A key that may sign files, while it holds.
#[derive(Debug, Clone)]
pub(super) struct SigningKey {
    pub(super) key: PublicKey,
    /// Seconds since 1970: from, and to (not included).
    pub(super) holds: std::ops::Range<u64>,
}

impl PublicKey {
    fn read(body: &[u8]) -> Result<PublicKey, OpenPgpError> {
        let (head, rest) = take(body, 6)?;
        if head[0] != 4 {
            return Err(OpenPgpError::Unknown("version of keys", head[0]));
        }
        let material = match head[5] {
            1 | 3 => {
                let (n, rest) = integer(rest)?;
                let (e, _) = integer(rest)?;
                Material::Rsa { n: n.to_vec(), e: e.to_vec() }
            }
            22 => ed25519(rest)?,
            _ => Material::Other,
        };
        let size = u16::try_from(body.len())
            .map_err(|_| OpenPgpError::Malformed("a key is larger than keys are"))?;
        let framed = [&[0x99], &size.to_be_bytes()[..], body].concat();
        // Fingerprints of version 4 are SHA-1: they name a key here, and trust is in the key's own bytes.
        let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &framed);
        let mut fingerprint = [0; 20];
        fingerprint.copy_from_slice(sha1.as_ref());
        Ok(PublicKey { material, fingerprint, created: number(&head[1..5]) as u64, framed })
    }

    fn holds(&self, expires_after: Option<u64>) -> std::ops::Range<u64> {
        let end = expires_after.map_or(u64::MAX, |after| self.created.saturating_add(after));
        self.created..end
    }
}

/// All keys of a file that may sign. What its own signatures do not prove is left out; a key with a
/// revocation beside it is left out whoever made that.
pub(super) fn signing_keys(file: &[u8]) -> Result<Vec<SigningKey>, OpenPgpError> {
    let bytes = dearmored(file)?;
    let packets = packets(&bytes)?;
    let mut keys = Vec::new();
    let begins = |packet: &Packet<'_>| packet.tag == PUBLIC_KEY;
    let mut rest = packets.as_slice();
    while let Some(at) = rest.iter().position(begins) {
        let end = rest[at + 1..].iter().position(begins).map_or(rest.len(), |next| at + 1 + next);
        keys.extend(of_one_owner(&rest[at], &rest[at + 1..end])?);
        rest = &rest[end..];
    }
    if keys.is_empty() {
        return Err(OpenPgpError::NoKey);
    }
    Ok(keys)
}

/// The primary key and its subkeys.
fn of_one_owner(
    primary: &Packet<'_>,
    behind: &[Packet<'_>],
) -> Result<Vec<SigningKey>, OpenPgpError> {
    let primary = PublicKey::read(primary.body)?;
    let end = behind.iter().position(|p| p.tag == PUBLIC_SUBKEY).unwrap_or(behind.len());
    let Some(own) = primary_key(&primary, &behind[..end]) else { return Ok(Vec::new()) };
    let (whole, may_sign) = own;
    let mut keys = Vec::new();
    let mut rest = &behind[end..];
    while let Some((subkey, after)) = rest.split_first() {
        let end = after.iter().position(|p| p.tag == PUBLIC_SUBKEY).unwrap_or(after.len());
        let subkey = PublicKey::read(subkey.body)?;
        if let Some(holds) = bound(&primary, &subkey, &after[..end]) {
            let holds = holds.start.max(whole.start)..holds.end.min(whole.end);
            keys.push(SigningKey { key: subkey, holds });
        }
        rest = &after[end..];
    }
    if may_sign {
        keys.push(SigningKey { key: primary, holds: whole });
    }
    Ok(keys)
}

/// Until when a primary key holds and whether it may sign, by its newest signature about itself.
fn primary_key(primary: &PublicKey, own: &[Packet<'_>]) -> Option<(std::ops::Range<u64>, bool)> {
    let mut name: Option<&[u8]> = None;
    let mut newest: Option<Signature<'_>> = None;
    for packet in own {
        match packet.tag {
            USER_ID => name = Some(packet.body),
            SIGNATURE => {
                // A signature of a kind that is not understood proves nothing.
                let Ok(signature) = Signature::read(packet.body) else { continue };
                if REVOCATIONS.contains(&signature.kind) {
                    return None;
                }
                let about = match (signature.kind, name) {
                    (OF_A_KEY, None) => primary.framed.clone(),
                    (0x10..=0x13, Some(name)) => {
                        let size = u32::try_from(name.len()).ok()?;
                        [&primary.framed[..], &[0xb4], &size.to_be_bytes()[..], name].concat()
                    }
                    _ => continue,
                };
                let is_newer = newest.as_ref().is_none_or(|n| n.created < signature.created);
                if is_newer && signature.is_by(primary, &about) {
                    newest = Some(signature);
                }
            }
            _ => {}
        }
    }
    let newest = newest?;
    Some((primary.holds(newest.key_expires_after), newest.may_sign))
}

/// How long a subkey may sign: its primary key says so, and it says that it belongs to that one.
fn bound(
    primary: &PublicKey,
    subkey: &PublicKey,
    signatures: &[Packet<'_>],
) -> Option<std::ops::Range<u64>> {
    let about = [&primary.framed[..], &subkey.framed].concat();
    let mut newest: Option<Signature<'_>> = None;
    for packet in signatures.iter().filter(|packet| packet.tag == SIGNATURE) {
        // As above: what is not understood proves nothing.
        let Ok(signature) = Signature::read(packet.body) else { continue };
        if REVOCATIONS.contains(&signature.kind) {
            return None;
        }
        let is_newer = newest.as_ref().is_none_or(|n| n.created < signature.created);
        if signature.kind == OF_A_SUBKEY && is_newer && signature.is_by(primary, &about) {
            newest = Some(signature);
        }
    }
    let newest = newest.filter(|signature| signature.may_sign)?;
    // Without its own word, anybody could take another's key for a subkey of his.
    let back = Signature::read(newest.embedded?).ok()?;
    let is_its_own = back.kind == OF_ITS_PRIMARY && back.is_by(subkey, &about);
    is_its_own.then(|| subkey.holds(newest.key_expires_after))
}

fn ed25519(bytes: &[u8]) -> Result<Material, OpenPgpError> {
    let (size, rest) = take(bytes, 1)?;
    let (curve, rest) = take(rest, usize::from(size[0]))?;
    let (point, _) = integer(rest)?;
    match point.split_first() {
        Some((0x40, point)) if curve == ED25519 && point.len() == 32 => {
            Ok(Material::Ed25519(point.to_vec()))
        }
        _ => Ok(Material::Other),
    }
}
