//! Secrets: sealing them at rest, the tokens of links to them, and keeping them out of
//! what is written down.

pub mod scrub;
pub mod seal;
pub mod token;

pub use scrub::Scrubber;
pub use seal::{AssociatedData, Keyring, KeyringError, OpenError, SealError, Sealed};
pub use token::{Token, TokenHash};
