//! The HTTP client of releases, and small files whole.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use url::{Host, Url};

use super::{InstallError, Site};

/// How long a site may take to take the connection.
const CONNECTS_WITHIN: Duration = Duration::from_secs(15);
/// How long it may be silent, before and between bytes.
const SILENT_AT_MOST: Duration = Duration::from_secs(30);
/// Sites send downloads on to where their files are; nobody does so more often.
const MOST_REDIRECTS: usize = 8;

/// A client for release sites. It heeds the proxy of the environment, except for this very machine.
pub fn client(
    tls: Arc<rustls::ClientConfig>,
    site: &Site,
) -> Result<reqwest::Client, InstallError> {
    let tls = Arc::unwrap_or_clone(tls);
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::custom(only_to_as_safe))
        .connect_timeout(CONNECTS_WITHIN)
        .read_timeout(SILENT_AT_MOST)
        .user_agent(concat!("mayfly/", env!("CARGO_PKG_VERSION")));
    let is_here = match site.base().host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if is_here {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| InstallError::Client(cause(&error)))
}

/// A small file; `None` when the site has none of that name.
pub(super) async fn small(
    http: &reqwest::Client,
    url: &Url,
    most: usize,
) -> Result<Option<Vec<u8>>, InstallError> {
    let unreachable = |error: reqwest::Error| InstallError::Unreachable {
        url: url.to_string(),
        why: cause(&error),
    };
    let mut answer = http.get(url.clone()).send().await.map_err(unreachable)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        other => {
            return Err(InstallError::Refused { url: url.to_string(), status: other.as_u16() });
        }
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > most {
            return Err(InstallError::TooLarge { url: url.to_string(), most: most as u64 });
        }
    }
    Ok(Some(bytes))
}

/// The innermost reason: what is around it repeats the address.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn only_to_as_safe(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let was_safe = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    if was_safe && attempt.url().scheme() != "https" {
        return attempt.error("it leads from https to something less safe");
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error("it leads on and on");
    }
    attempt.follow()
}
