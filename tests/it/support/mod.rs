//! What tests stand on: databases, servers beside the test, the sources as text.
//!
//! Everything here is parallel-safe and leaves nothing behind, however the test process ends.

pub mod database;
pub mod kept;
pub mod moto;
pub mod programs;
pub mod source;
pub mod terraform;
pub mod turns;

/// Installs the one TLS provider, as `main` does: without it no HTTP client can be built.
pub fn install_tls() {
    // An error says that another test of this process has installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// Makes two tests of one: `name::sqlite` and `name::postgres`, each with an empty database of its
/// own. Attributes and doc comments go to both; a `Result` may be returned.
///
/// ```ignore
/// on_both! {
///     async fn a_name_is_taken_once(database: Database) {
///         let mut tx = database.db.write("test").await.expect("begins");
///     }
/// }
/// ```
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: Database) $(-> $result:ty)? $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($database: $crate::support::database::Database) $(-> $result)? $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() $(-> $result)? {
                test($crate::support::database::sqlite().await).await
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() $(-> $result)? {
                match $crate::support::database::postgres().await {
                    Some(database) => test(database).await,
                    None => $crate::support::database::Skipped::skipped(),
                }
            }
        })+
    };
}

/// Past libtest's capture, which would swallow what a passing test prints.
pub fn say(line: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "{line}").expect("standard error can be written");
}
