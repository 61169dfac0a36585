//! The two languages that are called Rego.

use super::text_enum::text_enum;

text_enum! {
    /// Of files of policy that do not say it themselves.
    RegoVersion {
        /// Without `if` and `contains`: what was written before 2025.
        V0 = "v0",
        V1 = "v1",
    }
}

impl Default for RegoVersion {
    fn default() -> RegoVersion {
        RegoVersion::V1
    }
}
