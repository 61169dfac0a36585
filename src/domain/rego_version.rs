//! The two languages that are called Rego.

use super::text_enum::text_enum;

text_enum! {
    /// Of files of policy that do not say it themselves.
    #[derive(Default)]
    RegoVersion {
        /// Without `if` and `contains`: what was written before 2025.
        V0 = "v0",
        #[default]
        V1 = "v1",
    }
}
