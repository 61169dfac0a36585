//! A publisher's key, made for one test: Ed25519 as GnuPG writes it.

use base64::Engine as _;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

const SIGNATURE: u8 = 2;
const PUBLIC_KEY: u8 = 6;
const USER_ID: u8 = 13;
const NAME: &[u8] = b"A test <test@example.com>";

pub struct Signer {
    pair: Ed25519KeyPair,
    body: Vec<u8>,
    /// Seconds since 1970.
    created: u32,
    /// Seconds from then on; 0: for ever.
    holds_for: u32,
}

impl Signer {
    /// A key that holds from now on.
    pub fn new() -> Signer {
        Signer::of(now() - 60, 0)
    }

    pub fn of(created: u32, holds_for: u32) -> Signer {
        let document = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new());
        let pair = Ed25519KeyPair::from_pkcs8(document.expect("made").as_ref()).expect("is a key");
        let curve = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
        let mut body = vec![4];
        body.extend(created.to_be_bytes());
        body.extend([22, 9]);
        body.extend(curve);
        body.extend(integer(&[&[0x40], pair.public_key().as_ref()].concat()));
        Signer { pair, body, created, holds_for }
    }

    /// The public key, armored, with its own signature of its name.
    pub fn public_key(&self) -> Vec<u8> {
        let about =
            [&self.framed()[..], &[0xb4], &(NAME.len() as u32).to_be_bytes(), NAME].concat();
        let mut own = vec![2, 27, 0x03];
        own.extend([5, 9]);
        own.extend(self.holds_for.to_be_bytes());
        let own = self.signature(0x13, &about, self.created, &own);
        let bytes =
            [packet(PUBLIC_KEY, &self.body), packet(USER_ID, NAME), packet(SIGNATURE, &own)]
                .concat();
        let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<&str> = base64
            .as_bytes()
            .chunks(64)
            .map(|c| std::str::from_utf8(c).expect("is ASCII"))
            .collect();
        let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: made by a test\n";
        format!("{begin}\n{}\n-----END PGP PUBLIC KEY BLOCK-----\n", lines.join("\n")).into_bytes()
    }

    /// A detached signature of a file, of this moment.
    pub fn sign(&self, data: &[u8]) -> Vec<u8> {
        self.sign_at(data, now())
    }

    pub fn sign_at(&self, data: &[u8], created: u32) -> Vec<u8> {
        packet(SIGNATURE, &self.signature(0x00, data, created, &[]))
    }

    fn signature(&self, kind: u8, data: &[u8], created: u32, more: &[u8]) -> Vec<u8> {
        let mut area = vec![5, 2];
        area.extend(created.to_be_bytes());
        area.extend([22, 33, 4]);
        area.extend(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.framed()).as_ref());
        area.extend(more);
        let mut body = vec![4, kind, 22, 8];
        body.extend((area.len() as u16).to_be_bytes());
        body.extend(area);
        let mut signed = [data, &body].concat();
        signed.extend([4, 0xff]);
        signed.extend((body.len() as u32).to_be_bytes());
        let hash = digest(&SHA256, &signed);
        let value = self.pair.sign(hash.as_ref());
        let (r, s) = value.as_ref().split_at(32);
        body.extend([0, 0]);
        body.extend(&hash.as_ref()[..2]);
        body.extend(integer(r));
        body.extend(integer(s));
        body
    }

    fn framed(&self) -> Vec<u8> {
        [&[0x99], &(self.body.len() as u16).to_be_bytes()[..], &self.body].concat()
    }
}

pub fn now() -> u32 {
    u32::try_from(mayfly::domain::clock::real_now().seconds()).expect("is before 2106")
}

fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[0xc0 | tag, 255][..], &(body.len() as u32).to_be_bytes(), body].concat()
}

/// A multiprecision integer has no zeros before it.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let value = &bytes[zeros..];
    let bits = value.first().map_or(0, |first| value.len() * 8 - first.leading_zeros() as usize);
    [&(bits as u16).to_be_bytes()[..], value].concat()
}
