//! Our own pages: reveal, entering secrets, health; and preview sites on a port of their own.

mod door;
mod enter;
mod health;
mod reveal;
pub mod sites;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::commands::Ctx;
use crate::words::Pages;

/// What the pages need.
#[derive(Clone)]
pub struct Web {
    pub ctx: Ctx,
    pub pages: Arc<Pages>,
}

/// Everything but Slack's own addresses and the preview sites.
pub fn routes(web: Web) -> Router {
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(reveal::routes())
        .merge(enter::routes())
        .merge(health::routes())
        .fallback(missing)
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .with_state(web)
}

async fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}

/// A page, or the plain sentence that it cannot be shown.
fn page(web: &Web, status: StatusCode, name: &str, data: &serde_json::Value) -> Response {
    match web.pages.render(name, data) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, name, "a page cannot be rendered");
            trouble()
        }
    }
}

fn trouble() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Something is wrong with Mayfly: try again in a minute.\n")
        .into_response()
}
