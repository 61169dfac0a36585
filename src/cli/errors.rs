//! How the command line says that something is wrong.

use std::process::ExitCode;

/// `error: what happened`, with the hint that the text may carry on its own line.
pub(super) fn fail(text: &str) -> ExitCode {
    eprintln!("error: {text}");
    ExitCode::FAILURE
}

/// All of them.
pub(super) fn fail_all(errors: &[impl std::fmt::Display]) -> ExitCode {
    for error in errors {
        eprintln!("error: {error}");
    }
    ExitCode::FAILURE
}

/// Ends at Ctrl-C or SIGTERM. From the call on, not from the first wait, neither ends the process.
pub(super) fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let asked = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [interrupt, terminate] = asked.map(async |signal| match signal {
            Ok(mut signal) => drop(signal.recv().await),
            // Without one of them the other still works.
            Err(_) => std::future::pending().await,
        });
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}
