//! The tokens of links: 256 random bits in the address, their SHA-256 in the database.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::domain::Rng;

/// Random bytes of a token.
const BYTES: usize = 32;
/// Characters of a token: [`BYTES`] in base64 without padding.
const CHARACTERS: usize = 43;

/// What the holder of a link knows. Never printed, never stored.
#[derive(Clone)]
pub struct Token(SecretString);

/// What is stored of a token: SHA-256 in hex. A token has 256 random bits, so a plain hash is as
/// good as a slow one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl Token {
    /// A fresh one.
    pub fn random(rng: &mut dyn Rng) -> Token {
        let mut bytes = Zeroizing::new([0u8; BYTES]);
        rng.fill(&mut *bytes);
        Token(SecretString::from(URL_SAFE_NO_PAD.encode(*bytes)))
    }

    /// Takes one out of an address; none when it cannot be a token, so that no query is made for it.
    pub fn parse(text: &str) -> Option<Token> {
        let fits = text.len() == CHARACTERS
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Token(SecretString::from(text)))
    }

    /// The text for an address; needs no escaping there.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What to store, and what to look a token up by.
    pub fn hash(&self) -> TokenHash {
        TokenHash(hex::encode(Sha256::digest(self.expose().as_bytes())))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([secret])")
    }
}

impl TokenHash {
    /// 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rng::SystemRng;

    #[test]
    fn a_token_goes_through_an_address_and_is_known_again() {
        let token = Token::random(&mut SystemRng);
        assert_eq!(token.expose().len(), CHARACTERS);
        let back = Token::parse(token.expose()).unwrap();
        assert_eq!(back.hash().as_str(), token.hash().as_str());
        assert_ne!(Token::random(&mut SystemRng).hash().as_str(), token.hash().as_str());
    }

    #[test]
    fn the_hash_is_sha_256_and_does_not_hold_the_token() {
        let token = Token::parse(&"A".repeat(CHARACTERS)).unwrap();
        // printf 'A%.0s' {1..43} | sha256sum
        assert_eq!(token.hash().as_str().len(), 64);
        assert_eq!(token.hash().as_str(), hex::encode(Sha256::digest("A".repeat(43))));
        assert_eq!(format!("{token:?}"), "Token([secret])");
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        for text in ["", "abc", &"A".repeat(44), &format!("{}+", "A".repeat(42)), &"ä".repeat(43)]
        {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_thousand_tokens_differ() {
        let all: std::collections::HashSet<String> =
            (0..1000).map(|_| Token::random(&mut SystemRng).expose().to_owned()).collect();
        assert_eq!(all.len(), 1000);
    }
}
