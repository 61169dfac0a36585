//! Sealing secrets at rest: XChaCha20-Poly1305, bound to the environment and the field they belong to.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::domain::Rng;

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of the key version in front of a sealed secret, most significant first.
const VERSION: usize = 4;
/// Bytes of XChaCha20's nonce: long enough that random ones never meet.
const NONCE: usize = 24;
/// Bytes of Poly1305's tag.
const TAG: usize = 16;

/// The keys that secrets are sealed with, by version. The newest one seals; all of them open, so
/// that a new key can be put in front without a moment's outage. Never printed.
pub struct Keyring {
    keys: BTreeMap<u32, SecretBox<[u8; KEY]>>,
    newest: u32,
}

/// What a sealed secret belongs to. It opens only beside the same words, so that a row copied to
/// another environment, or a column to another field, does not open there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssociatedData<'a> {
    /// The environment's id, or another owner's.
    pub environment: &'a str,
    /// The name of the input or output.
    pub field: &'a str,
}

/// A sealed secret as it is stored: key version (4 bytes), nonce (24), ciphertext and tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why a text is no keyring. Never contains a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("there is no sealing key: write `1:` and 32 random bytes in base64")]
    Empty,
    #[error(
        "sealing key no. {position}: {why}; write `version:base64` with 32 bytes, several separated by commas"
    )]
    Entry {
        /// Counted from 1.
        position: usize,
        why: &'static str,
    },
    #[error("two sealing keys have version {0}: give the new one the next number")]
    Twice(u32),
}

/// Why a secret could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is too long to be sealed")]
pub struct SealError;

/// Why a sealed secret did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error(
        "it is sealed with key version {version}, but the keyring has {known}: put that key back into the keyring"
    )]
    UnknownKey { version: u32, known: String },
    #[error(
        "the secret `{field}` of {environment} does not open with key version {version}: the key is another one than it was sealed with, or the stored bytes were changed or belong elsewhere"
    )]
    NotOpened { environment: String, field: String, version: u32 },
    #[error("the stored bytes are no sealed secret: {0} bytes, at least 44")]
    Malformed(usize),
}

impl Keyring {
    /// Reads `1:base64,2:base64`, from the environment or a file; line ends separate as commas do. The
    /// highest version seals. A bare base64 key counts as version 1.
    pub fn parse(text: &SecretString) -> Result<Keyring, KeyringError> {
        let entries = text.expose_secret().split([',', '\n', '\r']).map(str::trim);
        let mut keys = BTreeMap::new();
        for (i, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
            let wrong = |why| KeyringError::Entry { position: i + 1, why };
            let (version, key) = entry.split_once(':').unwrap_or(("1", entry));
            let version: u32 =
                version.trim().parse().map_err(|_| wrong("its version is no whole number"))?;
            let key = decode(key.trim()).map_err(wrong)?;
            if keys.insert(version, key).is_some() {
                return Err(KeyringError::Twice(version));
            }
        }
        let newest = *keys.keys().next_back().ok_or(KeyringError::Empty)?;
        Ok(Keyring { keys, newest })
    }

    /// The text of a keyring with one fresh key, for a first start: keep it, without it nothing opens.
    pub fn generate(rng: &mut dyn Rng) -> SecretString {
        let mut key = Zeroizing::new([0u8; KEY]);
        rng.fill(&mut *key);
        SecretString::from(format!("1:{}", STANDARD.encode(*key)))
    }

    /// Seals with the newest key.
    pub fn seal(
        &self,
        rng: &mut dyn Rng,
        data: AssociatedData<'_>,
        secret: &SecretString,
    ) -> Result<Sealed, SealError> {
        let cipher = self.cipher(self.newest).ok_or(SealError)?;
        let mut nonce = XNonce::default();
        rng.fill(&mut nonce);
        let plain = secret.expose_secret().as_bytes();
        // With room for the tag from the start, no copy of the plain text is left behind by growing.
        let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
        buffer.extend_from_slice(plain);
        cipher
            .encrypt_in_place(&nonce, &data.bytes(self.newest), &mut *buffer)
            .map_err(|_| SealError)?;
        Ok(Sealed([&self.newest.to_be_bytes()[..], &nonce, &buffer].concat()))
    }

    /// Opens what was sealed beside the same data.
    pub fn open(
        &self,
        data: AssociatedData<'_>,
        sealed: &Sealed,
    ) -> Result<SecretString, OpenError> {
        let version = sealed.key_version();
        let cipher = self
            .cipher(version)
            .ok_or_else(|| OpenError::UnknownKey { version, known: self.versions() })?;
        let not_opened = || OpenError::NotOpened {
            environment: data.environment.into(),
            field: data.field.into(),
            version,
        };
        let (head, body) = sealed.0.split_at(VERSION + NONCE);
        let nonce = XNonce::try_from(&head[VERSION..]).map_err(|_| not_opened())?;
        let mut buffer = Zeroizing::new(body.to_vec());
        cipher
            .decrypt_in_place(&nonce, &data.bytes(version), &mut *buffer)
            .map_err(|_| not_opened())?;
        let text = std::str::from_utf8(&buffer).map_err(|_| not_opened())?;
        Ok(SecretString::from(text))
    }

    /// Whether a newer key exists than the one it is sealed with: seal it again when convenient.
    pub fn is_outdated(&self, sealed: &Sealed) -> bool {
        sealed.key_version() != self.newest
    }

    /// The version that seals.
    pub fn newest(&self) -> u32 {
        self.newest
    }

    fn cipher(&self, version: u32) -> Option<XChaCha20Poly1305> {
        self.keys.get(&version).map(|key| XChaCha20Poly1305::new(key.expose_secret().into()))
    }

    fn versions(&self) -> String {
        let versions: Vec<String> = self.keys.keys().map(u32::to_string).collect();
        versions.join(", ")
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring(versions {})", self.versions())
    }
}

impl AssociatedData<'_> {
    /// Each part with its length before it, so that no two pairs of words give the same bytes.
    fn bytes(&self, version: u32) -> Vec<u8> {
        let mut bytes = b"mayfly sealed secret 1".to_vec();
        bytes.extend_from_slice(&version.to_be_bytes());
        for part in [self.environment, self.field] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

impl Sealed {
    /// Takes stored bytes back.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Sealed, OpenError> {
        if bytes.len() < VERSION + NONCE + TAG {
            return Err(OpenError::Malformed(bytes.len()));
        }
        Ok(Sealed(bytes))
    }

    /// What to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The version of the key that it is sealed with.
    pub fn key_version(&self) -> u32 {
        self.0.iter().take(VERSION).fold(0, |version, byte| version << 8 | u32::from(*byte))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(key version {}, {} bytes)", self.key_version(), self.0.len())
    }
}

fn decode(text: &str) -> Result<SecretBox<[u8; KEY]>, &'static str> {
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| "it is no base64")?);
    if bytes.len() != KEY {
        return Err("it is not 32 bytes long");
    }
    Ok(SecretBox::init_with_mut(|key: &mut [u8; KEY]| key.copy_from_slice(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rng::SystemRng;

    const DATA: AssociatedData<'_> = AssociatedData { environment: "env_1", field: "password" };

    fn key(fill: u8) -> String {
        STANDARD.encode([fill; KEY])
    }

    fn keyring(text: &str) -> Keyring {
        Keyring::parse(&SecretString::from(text)).unwrap()
    }

    fn sealed(keyring: &Keyring, secret: &str) -> Sealed {
        keyring.seal(&mut SystemRng, DATA, &SecretString::from(secret)).unwrap()
    }

    #[test]
    fn a_generated_keyring_seals_and_opens() {
        let keyring = Keyring::parse(&Keyring::generate(&mut SystemRng)).unwrap();
        let sealed = sealed(&keyring, "hunter2");
        let stored = Sealed::from_bytes(sealed.as_bytes().to_vec()).unwrap();
        assert_eq!(keyring.open(DATA, &stored).unwrap().expose_secret(), "hunter2");
        assert!(!sealed.as_bytes().windows(7).any(|w| w == b"hunter2"));
    }

    #[test]
    fn the_newest_key_seals_and_the_old_ones_still_open() {
        let (one, two) = (key(1), key(2));
        let old = keyring(&format!("1:{one}"));
        let both = keyring(&format!("2:{two},\n1:{one}\n"));
        let before = sealed(&old, "from before");
        assert!(both.is_outdated(&before));
        assert_eq!(both.open(DATA, &before).unwrap().expose_secret(), "from before");
        let after = sealed(&both, "from after");
        assert_eq!((after.key_version(), both.newest()), (2, 2));
        assert!(!both.is_outdated(&after));
        let unknown = old.open(DATA, &after).unwrap_err();
        assert_eq!(unknown, OpenError::UnknownKey { version: 2, known: "1".into() });
        assert!(unknown.to_string().contains("put that key back"), "{unknown}");
    }

    #[test]
    fn another_key_another_owner_or_a_changed_bit_does_not_open() {
        let keyring = keyring(&key(1));
        let sealed = sealed(&keyring, "hunter2");
        let other_key = super::tests::keyring(&key(9));
        let not_opened = |r: Result<SecretString, OpenError>| {
            assert!(matches!(r, Err(OpenError::NotOpened { .. })), "{r:?}");
        };
        not_opened(other_key.open(DATA, &sealed));
        not_opened(keyring.open(AssociatedData { environment: "env_2", ..DATA }, &sealed));
        not_opened(keyring.open(AssociatedData { field: "user", ..DATA }, &sealed));
        // The words are the same in a row, but not in their places.
        not_opened(
            keyring.open(AssociatedData { environment: "env_1pass", field: "word" }, &sealed),
        );
        for at in VERSION..sealed.as_bytes().len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[at] ^= 1;
            not_opened(keyring.open(DATA, &Sealed::from_bytes(bytes).unwrap()));
        }
    }

    #[test]
    fn a_version_that_was_changed_does_not_open_even_with_the_same_key() {
        let both = keyring(&format!("1:{0},2:{0}", key(1)));
        let mut bytes = sealed(&both, "hunter2").as_bytes().to_vec();
        bytes[3] = 1;
        assert!(both.open(DATA, &Sealed::from_bytes(bytes).unwrap()).is_err());
    }

    #[test]
    fn what_is_no_keyring_says_what_would_be_one_and_no_key() {
        let long = STANDARD.encode([1u8; 33]);
        for (text, part) in [
            ("", "no sealing key"),
            (" ,\n", "no sealing key"),
            ("1:", "no. 1: it is not 32 bytes"),
            (&format!("1:{long}"), "no. 1: it is not 32 bytes"),
            ("secret-that-is-no-key!", "no. 1: it is no base64"),
            (&format!("1:{},x:{}", key(1), key(2)), "no. 2: its version"),
            (&format!("3:{},3:{}", key(1), key(2)), "version 3"),
        ] {
            let error = Keyring::parse(&SecretString::from(text)).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains(&key(1)) && !error.contains("secret-that"), "{error}");
        }
    }

    #[test]
    fn nothing_of_it_can_be_printed() {
        let keyring = keyring(&key(1));
        assert_eq!(format!("{keyring:?}"), "Keyring(versions 1)");
        assert_eq!(format!("{:?}", sealed(&keyring, "x")), "Sealed(key version 1, 45 bytes)");
    }

    #[test]
    fn short_bytes_are_no_sealed_secret() {
        assert_eq!(Sealed::from_bytes(vec![0; 43]), Err(OpenError::Malformed(43)));
    }

    proptest::proptest! {
        #[test]
        fn what_is_sealed_opens(secret: String, environment: String, field: String) {
            let keyring = keyring(&key(7));
            let data = AssociatedData { environment: &environment, field: &field };
            let secret = SecretString::from(secret);
            let one = keyring.seal(&mut SystemRng, data, &secret).unwrap();
            let two = keyring.seal(&mut SystemRng, data, &secret).unwrap();
            proptest::prop_assert_ne!(&one, &two);
            let opened = keyring.open(data, &one).unwrap();
            proptest::prop_assert_eq!(opened.expose_secret(), secret.expose_secret());
        }

        #[test]
        fn arbitrary_bytes_never_open_and_never_panic(bytes: Vec<u8>) {
            let Ok(sealed) = Sealed::from_bytes(bytes) else { return Ok(()) };
            proptest::prop_assert!(keyring(&key(7)).open(DATA, &sealed).is_err());
        }
    }
}
