//! What the browser page talks to.

use std::sync::Arc;

use axum::Router;

use super::workspace::Inner;

pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
}
