//! Keeps other sites out of the page's API.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Other sites must neither act here nor read: a page elsewhere could post to a port of this
/// machine, or point a name of its own at it.
pub(super) async fn only_from_here(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, header::HOST);
    let origin = text(headers, header::ORIGIN);
    let own = origin.is_none_or(|o| {
        let bare = o.strip_prefix("http://").or_else(|| o.strip_prefix("https://"));
        bare.is_some() && bare == host
    });
    let foreign = text(headers, header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site == "cross-site" && request.method() != Method::GET);
    if !host.is_some_and(loopback) || !own || foreign {
        return (StatusCode::FORBIDDEN, "this page is for this machine alone").into_response();
    }
    next.run(request).await
}

fn loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}
