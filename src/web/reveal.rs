//! The reveal page. GET shows a button and changes nothing, whoever follows the link; POST reveals, once.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Web, door, page, trouble};
use crate::commands::{self, RevealError};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/reveal/{token}", get(show).post(reveal))
        .route("/assets/page.css", get(style))
}

/// Missing, used and expired links show the same page as open ones: the button tells.
async fn show(State(web): State<Web>) -> Response {
    let secret = door::fresh(&web);
    let shown = page(&web, StatusCode::OK, "reveal", &json!({ "form": secret }));
    ([(header::SET_COOKIE, door::cookie(&web, &secret))], shown).into_response()
}

async fn reveal(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let form_secret = form.get("form").map(String::as_str).unwrap_or_default();
    if !door::is_ours(&web, &headers, form_secret) {
        return page(&web, StatusCode::FORBIDDEN, "stale", &json!({}));
    }
    match commands::reveal(&web.ctx, &token).await {
        Ok(revealed) => {
            let values: Vec<_> = revealed
                .values
                .iter()
                .map(|(label, value)| json!({ "label": label, "value": value.expose_secret() }))
                .collect();
            let outputs: Vec<_> = revealed
                .environment
                .outputs
                .0
                .iter()
                .map(|o| json!({ "label": o.label, "value": o.value, "link": o.link }))
                .collect();
            let data =
                json!({ "name": revealed.environment.name, "values": values, "outputs": outputs });
            page(&web, StatusCode::OK, "revealed", &data)
        }
        Err(RevealError::Closed) => page(&web, StatusCode::GONE, "closed", &json!({})),
        Err(error) => {
            tracing::error!(%error, "credentials could not be revealed");
            trouble()
        }
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], crate::words::PAGE_STYLE).into_response()
}
