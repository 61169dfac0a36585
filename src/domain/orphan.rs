//! Orphans: resources with our installation's tag that no living environment owns.

use serde::{Deserialize, Serialize};

use super::{OrphanId, Timestamp};

/// How often at the least an orphan is looked at before anybody is told, beside the grace: one that is being
/// destroyed is still listed for a while by its cloud.
pub const SIGHTINGS: i64 = 2;

super::text_enum::text_enum! {
    /// How it stands with an orphan.
    OrphanStatus {
        /// Found, and not for long enough to tell anybody.
        Seen = "seen",
        /// The operators were told.
        Reported = "reported",
        /// An operator has taken it over: it is not told again.
        Adopted = "adopted",
    }
}

super::text_enum::text_enum! {
    /// Why Mayfly cannot destroy an orphan itself.
    ByHand {
        /// Its tag names no environment, or none that is on record here.
        NoEnvironment = "no_environment",
        /// Nothing says which type of its engine's it is, or what an import wants.
        UnknownType = "unknown_type",
        /// The environment's template has no resource of that type, or none with a fixed address.
        NoAddress = "no_address",
        /// Its environment was marked as gone: its state was kept, and a destroy would take all that it knows.
        MarkedGone = "marked_gone",
        /// The template asks for secrets, which were forgotten with the environment.
        NoSecrets = "no_secrets",
        /// Its engine cannot take in what exists.
        NoImport = "no_import",
    }
}

/// An orphan, as operators are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrphanLine {
    pub id: OrphanId,
    /// As its provider calls it: an ARN, a path.
    pub resource: String,
    /// Its engine's type, where it is known.
    pub kind: Option<String>,
    /// What the tag `mayfly:environment` says.
    pub environment: Option<String>,
    pub first_seen: Timestamp,
    /// Why it has to be destroyed by hand; `None`: Mayfly can do it.
    pub by_hand: Option<ByHand>,
}

/// How the last sweep of a place went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptPlace {
    /// What was swept, as people know it: `AWS in eu-central-1`, `preview sites`.
    pub what: String,
    /// When it last was, whole.
    pub at: Option<Timestamp>,
    /// Why it was not the last time.
    pub error: Option<String>,
}
