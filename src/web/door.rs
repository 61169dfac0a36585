//! Whether a form was sent from our own page, by the browser that was shown it.

use axum::http::{HeaderMap, header};
use constant_time_eq::constant_time_eq;

use super::Web;

const COOKIE: &str = "mayfly_form";

/// A fresh secret for a form and its cookie.
pub(super) fn fresh(web: &Web) -> String {
    let mut bytes = [0u8; 16];
    web.ctx.random(|rng| rng.fill(&mut bytes));
    hex::encode(bytes)
}

/// The cookie that goes with the form.
pub(super) fn cookie(web: &Web, secret: &str) -> String {
    let secure = if web.ctx.public_url.starts_with("https:") { "; Secure" } else { "" };
    format!("{COOKIE}={secret}; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict{secure}")
}

/// Whether the request comes from our own page: its origin is ours, and its form carries what its
/// cookie does. Under `no-referrer` browsers send `Origin: null` with a form, and then say by
/// `Sec-Fetch-Site` where it came from.
pub(super) fn is_ours(web: &Web, headers: &HeaderMap, form_secret: &str) -> bool {
    same_origin(web, headers) && same_secret(headers, form_secret)
}

fn same_origin(web: &Web, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text(header::ORIGIN.as_str()) {
        None | Some("null") => matches!(text("sec-fetch-site"), None | Some("same-origin")),
        Some(origin) => {
            let ours = url::Url::parse(&web.ctx.public_url).map(|url| url.origin());
            ours.is_ok_and(|ours| ours.ascii_serialization() == origin)
        }
    }
}

fn same_secret(headers: &HeaderMap, form_secret: &str) -> bool {
    let cookies = headers.get_all(header::COOKIE);
    let mut pairs =
        cookies.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.any(|pair| {
        pair.trim().split_once('=').is_some_and(|(name, value)| {
            name == COOKIE
                && !value.is_empty()
                && constant_time_eq(value.as_bytes(), form_secret.as_bytes())
        })
    })
}
