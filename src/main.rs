//! The binary: the TLS provider, then the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    mayfly::faults::arm();
    // With two providers in the tree the Slack client would panic at its first https call; whoever was
    // first stays, so a second installation is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    mayfly::cli::main(std::env::args_os())
}
