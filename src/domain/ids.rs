//! Identifiers. Each kind has its own type, so that a run is never taken for an environment.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A fresh one: a prefix that tells the kind, and 80 random bits.
            pub fn random(rng: &mut dyn super::Rng) -> $name {
                let mut bytes = [0u8; 10];
                rng.fill(&mut bytes);
                $name(format!(concat!($prefix, "_{}"), hex::encode(bytes)))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An environment.
    EnvironmentId, "env"
);
id!(
    /// One attempt to change an environment.
    RunId, "run"
);
id!(
    /// A question for approval.
    ApprovalId, "apr"
);
id!(
    /// A message in the outbox.
    OutboxId, "msg"
);
id!(
    /// A resource that no living environment owns.
    OrphanId, "orp"
);
id!(
    /// A reveal link; the token in its URL is another thing and is stored only as a hash.
    RevealId, "rev"
);

/// Who in which Slack workspace: authorisation is always on both, because people of other
/// workspaces can press buttons in shared channels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Slack's workspace id, `T…`.
    pub workspace: String,
    /// Slack's user id, `U…` or `W…`.
    pub user: String,
}
