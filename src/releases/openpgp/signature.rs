//! One signature packet, version 4: what it says, and whether a key made it.

use ring::signature::{self as ring_signature, RsaPublicKeyComponents, UnparsedPublicKey};

use super::OpenPgpError;
use super::key::{Material, PublicKey};
use super::packet::{integer, length, number, take};

/// What a signature is about.
pub(super) const OF_A_FILE: u8 = 0x00;
pub(super) const OF_A_SUBKEY: u8 = 0x18;
pub(super) const OF_ITS_PRIMARY: u8 = 0x19;
pub(super) const OF_A_KEY: u8 = 0x1f;
pub(super) const REVOCATIONS: [u8; 3] = [0x20, 0x28, 0x30];

const RSA: u8 = 1;
const RSA_SIGN_ONLY: u8 = 3;
const EDDSA: u8 = 22;

/// The number of the hash, its algorithm, and how ring calls RSA with it. SHA-1 and MD5 are refused.
#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

pub(super) struct Signature<'a> {
    pub(super) kind: u8,
    algorithm: u8,
    hash: Hash,
    /// From the version on to the end of the hashed area: it is signed together with the data.
    hashed: &'a [u8],
    /// The integers at its end.
    value: &'a [u8],
    /// Seconds since 1970.
    pub(super) created: u64,
    /// Seconds from `created` on.
    pub(super) expires_after: Option<u64>,
    /// Seconds from the creation of the key on.
    pub(super) key_expires_after: Option<u64>,
    pub(super) may_sign: bool,
    pub(super) issuer_id: Option<[u8; 8]>,
    pub(super) issuer_fingerprint: Option<[u8; 20]>,
    /// A subkey's own signature about its primary key.
    pub(super) embedded: Option<&'a [u8]>,
}

impl<'a> Signature<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Signature<'a>, OpenPgpError> {
        let (head, rest) = take(body, 6)?;
        let &[version, kind, algorithm, hash, high, low] = head else {
            return Err(OpenPgpError::Malformed("it ends too early"));
        };
        if version != 4 {
            return Err(OpenPgpError::Unknown("version of signatures", version));
        }
        let hash = match hash {
            8 => Hash::Sha256,
            9 => Hash::Sha384,
            10 => Hash::Sha512,
            other => return Err(OpenPgpError::Unknown("hash", other)),
        };
        let (area, rest) = take(rest, number(&[high, low]))?;
        let (hashed, _) = take(body, 6 + area.len())?;
        let (size, rest) = take(rest, 2)?;
        let (unhashed, rest) = take(rest, number(size))?;
        let (_first_bytes_of_the_digest, value) = take(rest, 2)?;
        let mut signature = Signature {
            kind,
            algorithm,
            hash,
            hashed,
            value,
            created: 0,
            expires_after: None,
            key_expires_after: None,
            may_sign: false,
            issuer_id: None,
            issuer_fingerprint: None,
            embedded: None,
        };
        signature.read_area(area, Trust::Signed)?;
        signature.read_area(unhashed, Trust::Unsigned)?;
        if signature.created == 0 {
            return Err(OpenPgpError::Malformed("a signature says no time"));
        }
        Ok(signature)
    }

    /// Whether this key made it over `data`.
    pub(super) fn is_by(&self, key: &PublicKey, data: &[u8]) -> bool {
        let mut message = [data, self.hashed].concat();
        message.extend([4, 0xff]);
        let Ok(size) = u32::try_from(self.hashed.len()) else { return false };
        message.extend(size.to_be_bytes());
        match (&key.material, self.algorithm) {
            (Material::Rsa { n, e }, RSA | RSA_SIGN_ONLY) => {
                let Ok((value, [])) = integer(self.value) else { return false };
                // Integers have no zeros before them; ring wants as many bytes as the modulus has.
                let Some(missing) = n.len().checked_sub(value.len()) else { return false };
                let value = [&vec![0; missing], value].concat();
                let key = RsaPublicKeyComponents { n, e };
                key.verify(self.hash.rsa(), &message, &value).is_ok()
            }
            (Material::Ed25519(point), EDDSA) => {
                let Ok((r, rest)) = integer(self.value) else { return false };
                let Ok((s, [])) = integer(rest) else { return false };
                let (Some(r), Some(s)) = (padded(r), padded(s)) else { return false };
                let digest = ring::digest::digest(self.hash.digest(), &message);
                let key = UnparsedPublicKey::new(&ring_signature::ED25519, point);
                key.verify(digest.as_ref(), &[r, s].concat()).is_ok()
            }
            _ => false,
        }
    }

    fn read_area(&mut self, mut area: &'a [u8], trust: Trust) -> Result<(), OpenPgpError> {
        while !area.is_empty() {
            let (size, rest) = length(area)?;
            let (subpacket, rest) = take(rest, size)?;
            area = rest;
            let Some((&kind, content)) = subpacket.split_first() else {
                return Err(OpenPgpError::Malformed("a subpacket is empty"));
            };
            self.read_subpacket(kind, content, &trust)?;
        }
        Ok(())
    }

    fn read_subpacket(
        &mut self,
        kind: u8,
        content: &'a [u8],
        trust: &Trust,
    ) -> Result<(), OpenPgpError> {
        let seconds = || Ok::<u64, OpenPgpError>(number(take(content, 4)?.0) as u64);
        match (kind & 0x7f, trust) {
            (2, Trust::Signed) => self.created = seconds()?,
            (3, Trust::Signed) => self.expires_after = Some(seconds()?).filter(|s| *s > 0),
            (9, Trust::Signed) => self.key_expires_after = Some(seconds()?).filter(|s| *s > 0),
            (27, Trust::Signed) => self.may_sign = content.first().is_some_and(|f| f & 0x02 != 0),
            // Hints on whose key to take, and a signature that is verified by itself.
            (16, _) => self.issuer_id = content.try_into().ok(),
            (33, _) => self.issuer_fingerprint = content.get(1..).and_then(|f| f.try_into().ok()),
            (32, _) => self.embedded = Some(content),
            // Preferences, features, names: they say nothing about whether a signature holds.
            (11 | 20..=26 | 28 | 30 | 34 | 35 | 39, _) => {}
            (other, Trust::Signed) if kind & 0x80 != 0 => {
                return Err(OpenPgpError::Unknown("critical subpacket", other));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether what a part of a signature says is covered by the signature.
enum Trust {
    Signed,
    Unsigned,
}

impl Hash {
    fn rsa(self) -> &'static ring_signature::RsaParameters {
        match self {
            Hash::Sha256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
            Hash::Sha384 => &ring_signature::RSA_PKCS1_3072_8192_SHA384,
            Hash::Sha512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        }
    }

    fn digest(self) -> &'static ring::digest::Algorithm {
        match self {
            Hash::Sha256 => &ring::digest::SHA256,
            Hash::Sha384 => &ring::digest::SHA384,
            Hash::Sha512 => &ring::digest::SHA512,
        }
    }
}

/// 32 bytes, with the zeros that an integer leaves out.
fn padded(value: &[u8]) -> Option<[u8; 32]> {
    let mut whole = [0; 32];
    whole.get_mut(32usize.checked_sub(value.len())?..)?.copy_from_slice(value);
    Some(whole)
}
