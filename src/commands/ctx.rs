//! What a verb has at hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

use super::Regions;
use super::approval::ApprovalTerms;
use crate::domain::ports::{Directory, Membership, Presence};
use crate::domain::reply::Refusal;
use crate::domain::{Clock, Health, Rng, Timestamp, Unavailable};
use crate::policy::Policies;
use crate::secrets::{Keyring, OpenError, SealError};
use crate::store::{Db, StoreError, Tx, deliveries};
use crate::template::Catalog;

/// Everything a verb may use; cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<Mutex<dyn Rng>>,
    pub directory: Arc<dyn Directory>,
    pub catalog: Arc<RwLock<Catalog>>,
    /// The templates of which no environment can be made here, by name.
    pub unavailable: Arc<BTreeMap<String, Unavailable>>,
    pub keyring: Arc<Keyring>,
    /// What rules there are.
    pub policies: Policies,
    /// Who can answer now.
    pub presence: Arc<dyn Presence>,
    /// Who is in which user group now.
    pub membership: Arc<dyn Membership>,
    pub approvals: ApprovalTerms,
    /// Where templates work, and where there are prices.
    pub regions: Arc<Regions>,
    /// The base of links to our own pages, without a trailing slash.
    pub public_url: String,
    /// The channel that hears what no owner can be told.
    pub operators_channel: Option<String>,
    pub nudges: Nudges,
    /// How the bot stands.
    pub health: Health,
}

/// Wakes those who would otherwise look for work at their next interval.
#[derive(Debug, Clone, Default)]
pub struct Nudges {
    pub work: Arc<tokio::sync::Notify>,
    /// Everybody who holds a run looks whether it was called off.
    pub cancel: Arc<tokio::sync::Notify>,
    pub outbox: Arc<tokio::sync::Notify>,
}

impl Nudges {
    /// There are a run and messages.
    pub fn all(&self) {
        self.work.notify_one();
        self.cancel.notify_waiters();
        self.outbox.notify_one();
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// For the person.
    #[error("refused: {0:?}")]
    Refused(Box<Refusal>),
    /// For the operator's log.
    #[error("{0}")]
    Internal(String),
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        CommandError::Internal(error.to_string())
    }
}

impl From<SealError> for CommandError {
    fn from(error: SealError) -> CommandError {
        CommandError::Internal(error.to_string())
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> CommandError {
        CommandError::Internal(error.to_string())
    }
}

impl Ctx {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Draws from the source of randomness.
    pub fn random<T>(&self, draw: impl FnOnce(&mut dyn Rng) -> T) -> T {
        // A panic while drawing leaves the source as usable as before.
        let mut rng = self.rng.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        draw(&mut *rng)
    }

    /// The templates as they are now.
    pub fn templates<T>(&self, read: impl FnOnce(&Catalog) -> T) -> T {
        // A catalog is replaced whole, so that a poisoned lock still holds a whole one.
        read(&self.catalog.read().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// A short reference that stands in an answer and in the log.
    pub fn reference(&self) -> String {
        self.random(|rng| {
            let mut bytes = [0u8; 4];
            rng.fill(&mut bytes);
            hex::encode(bytes)
        })
    }

    /// Whether a delivery acts for the first time; noted in the transaction of what it causes.
    pub(crate) async fn first_time(
        &self,
        tx: &mut Tx,
        delivery: Option<&str>,
    ) -> Result<bool, StoreError> {
        match delivery {
            None => Ok(true),
            Some(key) => deliveries::first_time(tx, key, self.now()).await,
        }
    }
}
