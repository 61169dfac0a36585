//! Secrets that the bot makes: inputs of kind `generated`.

use secrecy::SecretString;

use crate::domain::Rng;

/// Letters and digits.
const LETTERS_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Alphabets with a name, as a manifest may write them.
const NAMED: &[(&str, &str)] = &[
    ("alphanumeric", LETTERS_AND_DIGITS),
    ("lowercase", "abcdefghijklmnopqrstuvwxyz0123456789"),
    ("hex", "0123456789abcdef"),
    ("digits", "0123456789"),
    // Without those that people mix up when they read or type them: 0 O, 1 l I.
    ("readable", "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
    ("symbols", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#%*+-=?@^_~"),
];
/// The longest secret that is made, in characters.
pub const LONGEST: usize = 4096;

/// The characters that a generated secret is made of: at least two, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alphabet(Vec<char>);

/// Why a text is no alphabet; says what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlphabetError {
    #[error("the alphabet `{0}` has fewer than two characters: write more of them, or one of {1}")]
    TooSmall(String, String),
    #[error(
        "the alphabet has `{0}` twice, which would make it likelier than the others: write it once"
    )]
    Twice(char),
    #[error("the alphabet has the control character {0:?}: leave it out")]
    Control(char),
    #[error("a length of {0} characters is out of range: write 1 to 4096")]
    Length(usize),
}

impl Alphabet {
    /// A named alphabet (`alphanumeric`, `lowercase`, `hex`, `digits`, `readable`, `symbols`), or the
    /// characters themselves.
    pub fn parse(text: &str) -> Result<Alphabet, AlphabetError> {
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, characters)| *characters);
        let characters: Vec<char> = named.unwrap_or(text).chars().collect();
        if characters.len() < 2 {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            return Err(AlphabetError::TooSmall(text.into(), names.join(", ")));
        }
        for (i, c) in characters.iter().enumerate() {
            if c.is_control() {
                return Err(AlphabetError::Control(*c));
            }
            if characters[..i].contains(c) {
                return Err(AlphabetError::Twice(*c));
            }
        }
        Ok(Alphabet(characters))
    }

    /// A secret of `length` characters (1 to [`LONGEST`]), each one equally likely at each place.
    pub fn generate(
        &self,
        rng: &mut dyn Rng,
        length: usize,
    ) -> Result<SecretString, AlphabetError> {
        if length == 0 || length > LONGEST {
            return Err(AlphabetError::Length(length));
        }
        let n = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        // With room from the start, no copy is left behind by growing; `String` gives the same bytes on.
        let mut secret = String::with_capacity(length * 4);
        for _ in 0..length {
            secret.push(self.0[rng.below(n) as usize]);
        }
        Ok(SecretString::from(secret))
    }

    /// How many bits a guesser has to find out in a secret of this length.
    pub fn bits(&self, length: usize) -> f64 {
        (self.0.len() as f64).log2() * length as f64
    }
}

impl Default for Alphabet {
    /// Letters and digits.
    fn default() -> Alphabet {
        Alphabet(LETTERS_AND_DIGITS.chars().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rng::SystemRng;
    use secrecy::ExposeSecret;

    #[test]
    fn makes_what_was_asked_for() {
        let hex = Alphabet::parse("hex").unwrap();
        let secret = hex.generate(&mut SystemRng, 32).unwrap();
        assert_eq!(secret.expose_secret().len(), 32);
        assert!(secret.expose_secret().bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(hex.bits(32), 128.0);
        let own = Alphabet::parse("äé").unwrap().generate(&mut SystemRng, 9).unwrap();
        assert_eq!(own.expose_secret().chars().count(), 9);
        assert_eq!(Alphabet::parse("alphanumeric").unwrap(), Alphabet::default());
    }

    #[test]
    fn every_named_alphabet_is_one() {
        for (name, _) in NAMED {
            assert!(Alphabet::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn refuses_what_would_be_weak_or_uneven() {
        for (text, part) in [("", "fewer than two"), ("a", "alphanumeric"), ("aba", "`a` twice")] {
            let error = Alphabet::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(Alphabet::parse("ab\n"), Err(AlphabetError::Control('\n')));
        for length in [0, LONGEST + 1] {
            let refused = Alphabet::default().generate(&mut SystemRng, length);
            assert_eq!(refused.unwrap_err(), AlphabetError::Length(length));
        }
    }

    #[test]
    fn every_character_is_equally_likely() {
        // 62 does not divide 256: a byte modulo 62 would give the first 8 characters a quarter more.
        let alphabet = Alphabet::default();
        let mut counts = std::collections::HashMap::new();
        for _ in 0..50 {
            let secret = alphabet.generate(&mut SystemRng, LONGEST).unwrap();
            for c in secret.expose_secret().chars() {
                *counts.entry(c).or_insert(0u32) += 1;
            }
        }
        let expected = 50.0 * LONGEST as f64 / 62.0;
        assert_eq!(counts.len(), 62);
        for (c, n) in counts {
            // Six standard deviations: once in a billion runs.
            let off = (f64::from(n) - expected).abs();
            assert!(off < 7.0 * expected.sqrt(), "{c}: {n} of {expected}");
        }
    }
}
