//! Secrets: sealing them at rest, the tokens of links to them, making them, and keeping them out of
//! what is written down.

pub mod generate;
pub mod scrub;
pub mod seal;
pub mod token;

pub use generate::{Alphabet, AlphabetError};
pub use scrub::Scrubber;
pub use seal::{AssociatedData, Keyring, KeyringError, OpenError, SealError, Sealed};
pub use token::{Token, TokenHash};
