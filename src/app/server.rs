//! Serves HTTP, and waits for nobody for ever: a connection that says nothing, or says it slowly, holds a
//! file descriptor and memory, and whoever holds enough of them shuts everybody else out.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::timeout::RequestBodyDeadlineLayer;

/// How long the head of a request may take to come, counted from when it could have come: that is also
/// how long a connection stays open on which nothing is asked any more.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long the rest of a request may take; Slack's deliveries come whole.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// How long what is being answered may take when the server ends.
const ANSWERS_END_WITHIN: Duration = Duration::from_secs(5);

/// Serves until `stop`.
pub(super) async fn serve(listener: TcpListener, routes: Router, mut stop: watch::Receiver<bool>) {
    let handle = Handle::new();
    let server = Server::<SocketAddr>::from_listener(listener).handle(handle.clone());
    // To tell HTTP/2 from HTTP/1 it would wait for the first bytes, and for these there is no limit.
    let mut server = server.http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let routes = routes.layer(RequestBodyDeadlineLayer::new(BODY_WITHIN)).into_make_service();
    let stopped = async {
        // A sender that is gone ends it as well.
        let _ = stop.wait_for(|stop| *stop).await;
        handle.graceful_shutdown(Some(ANSWERS_END_WITHIN));
        std::future::pending().await
    };
    tokio::select! {
        ended = server.serve(routes) => {
            if let Err(error) = ended {
                tracing::error!(%error, "a server ended");
            }
        }
        () = stopped => {}
    }
}
