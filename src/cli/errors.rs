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

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        // Without the second signal the first one still works.
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
