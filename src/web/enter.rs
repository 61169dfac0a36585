//! The page on which secret inputs are entered, once.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Web, door, page, trouble};
use crate::commands::{self, Asks, EntryError};
use crate::template::FieldError;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/enter/{token}", get(show).post(enter))
}

async fn show(State(web): State<Web>, Path(token): Path<String>) -> Response {
    ask(&web, &token, StatusCode::OK, &[]).await
}

async fn ask(web: &Web, token: &str, status: StatusCode, errors: &[FieldError]) -> Response {
    match commands::secrets_asked(&web.ctx, token).await {
        Ok(Some(asks)) => {
            let secret = door::fresh(web);
            let shown = page(web, status, "enter", &form(&asks, &secret, errors));
            ([(header::SET_COOKIE, door::cookie(web, &secret))], shown).into_response()
        }
        Ok(None) => page(web, StatusCode::GONE, "closed", &json!({})),
        Err(error) => {
            tracing::error!(%error, "a link could not be looked up");
            trouble()
        }
    }
}

fn form(asks: &Asks, secret: &str, errors: &[FieldError]) -> Value {
    let field = |(name, label, hint): &(String, String, Option<String>)| {
        let error = errors.iter().find(|error| error.input == *name).map(|error| &error.message);
        json!({ "name": name, "label": label, "hint": hint, "error": error })
    };
    let fields: Vec<Value> = asks.fields.iter().map(field).collect();
    json!({ "form": secret, "name": asks.environment, "fields": fields })
}

async fn enter(
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(mut form): Form<BTreeMap<String, String>>,
) -> Response {
    let form_secret = form.remove("form").unwrap_or_default();
    if !door::is_ours(&web, &headers, &form_secret) {
        return page(&web, StatusCode::FORBIDDEN, "stale", &json!({}));
    }
    let given = form.into_iter().filter(|(_, value)| !value.is_empty());
    let given = given.map(|(name, value)| (name, SecretString::from(value))).collect();
    match commands::enter_secrets(&web.ctx, &token, given).await {
        Ok(name) => page(&web, StatusCode::OK, "entered", &json!({ "name": name })),
        Err(EntryError::Closed) => page(&web, StatusCode::GONE, "closed", &json!({})),
        Err(EntryError::Fields(errors)) => {
            ask(&web, &token, StatusCode::UNPROCESSABLE_ENTITY, &errors).await
        }
        Err(EntryError::Command(error)) => {
            tracing::error!(%error, "secrets could not be taken");
            trouble()
        }
    }
}
