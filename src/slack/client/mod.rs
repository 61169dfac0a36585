//! The Web API: one call, its answer or the class of its failure.

mod encode;
mod files;
mod typed;

#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::error::CallError;
use super::roots;

pub use files::File;
pub use typed::{Identity, UserInfo};

/// Where Slack's Web API lives.
pub const SLACK_API_URL: &str = "https://slack.com/api";

/// The largest answer that is read, in bytes. A page of 1,000 users is about 1.5 MB.
pub const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// How to reach the Web API.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Without a slash at its end; [`SLACK_API_URL`], or the playground's.
    pub api_url: String,
    /// A bot token (`xoxb-…`), or an app-level one (`xapp-…`) for `apps.connections.open`.
    pub token: SecretString,
    /// For one whole call, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

impl ClientSettings {
    /// Slack itself, with a timeout of 10 s.
    pub fn slack(token: SecretString) -> ClientSettings {
        ClientSettings { api_url: SLACK_API_URL.into(), token, timeout: Duration::from_secs(10) }
    }
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("`{url}` is no address of a Slack API: {why}; write http(s)://host[:port]/api")]
    BadUrl { url: String, why: String },
    #[error(
        "the Slack token has characters that no token has: copy it again, without spaces or line ends"
    )]
    BadToken,
    #[error("the HTTP client cannot be made: {0}")]
    Http(#[source] reqwest::Error),
}

/// A client of Slack's Web API with one token. Cheap to clone.
///
/// It neither retries nor waits: see [`super::Paced`] for the pace, and [`CallError::class`] for what
/// may be tried again.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: String,
    authorization: HeaderValue,
}

/// What Slack answered: the JSON, and the headers that matter to some.
struct Answer {
    body: Value,
    headers: HeaderMap,
}

impl Client {
    /// Makes the client; nothing is sent. The TLS provider must be installed already.
    pub fn new(settings: ClientSettings) -> Result<Client, ClientError> {
        let api_url = settings.api_url.trim_end_matches('/').to_owned();
        let bad = |why: &str| ClientError::BadUrl { url: api_url.clone(), why: why.into() };
        let parsed = url::Url::parse(&api_url).map_err(|e| bad(&e.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("it is neither http nor https"));
        }
        let token = settings.token.expose_secret();
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| ClientError::BadToken)?;
        // Sensitive values are left out of debug output, reqwest's and hyper's included.
        authorization.set_sensitive(true);

        let mut tls = roots::trusting_the_system().as_ref().clone();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(settings.timeout)
            .user_agent(concat!("mayfly/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&parsed) {
            // A proxy of the company cannot reach the playground on this machine.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(ClientError::Http)?;
        Ok(Client { http, api_url, authorization })
    }

    /// Calls a method with its arguments as a JSON object, and gives Slack's answer, whose `ok` is
    /// true. Read methods, for which Slack ignores JSON, get the same arguments as a form.
    pub async fn call(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        self.exchange(method, body).await.map(|answer| answer.body)
    }

    /// Posts to the `response_url` of a command or an interaction (at most 5 times in 30 minutes).
    /// No token is sent.
    pub async fn respond(&self, response_url: &str, body: &Value) -> Result<(), CallError> {
        const METHOD: &str = "response_url";
        let request = self.http.post(response_url).json(body);
        let response = request.send().await.map_err(|e| in_transit(METHOD, e))?;
        let status = response.status();
        let after = retry_after(response.headers());
        let bytes = read(METHOD, response).await?;
        let answer: Option<Value> = serde_json::from_slice(&bytes).ok();
        match answer.as_ref().and_then(|a| a["error"].as_str()) {
            Some(code) => Err(CallError::by_code(METHOD, code, after)),
            None if status.is_success() => Ok(()),
            None => Err(CallError::by_status(METHOD, status.as_u16(), after)),
        }
    }

    async fn exchange(&self, method: &str, body: &Value) -> Result<Answer, CallError> {
        let (content_type, encoded) = encode::encode(method, body);
        let request = self
            .http
            .post(format!("{}/{method}", self.api_url))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, content_type)
            .body(encoded);
        let response = request.send().await.map_err(|e| in_transit(method, e))?;
        let status = response.status();
        let headers = response.headers().clone();
        let after = retry_after(&headers);
        if !status.is_success() {
            return Err(CallError::by_status(method, status.as_u16(), after));
        }
        let bytes = read(method, response).await?;
        // Slack answers in JSON; a page in HTML comes from something in between, or in maintenance.
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|e| CallError::in_transit(method, "not_json", e.to_string()))?;
        match body["ok"].as_bool() {
            Some(true) => Ok(Answer { body, headers }),
            Some(false) => Err(refusal(method, &body, after)),
            None => Err(CallError::in_transit(
                method,
                "not_json",
                "the answer has no `ok`: is this Slack?",
            )),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

fn refusal(method: &str, body: &Value, after: Option<Duration>) -> CallError {
    let code = body["error"].as_str().unwrap_or("unknown_error");
    let mut details: Vec<String> = Vec::new();
    for key in ["messages", "warnings"] {
        let list = body["response_metadata"][key].as_array();
        details.extend(list.into_iter().flatten().filter_map(|m| m.as_str().map(str::to_owned)));
    }
    if let Some(needed) = body["needed"].as_str() {
        let provided = body["provided"].as_str().unwrap_or("none");
        details.push(format!("needs the scope {needed}, has {provided}"));
    }
    // views.* of Slack says which field is wrong in `errors`.
    if let Some(errors) = body["errors"].as_array() {
        details.extend(errors.iter().map(Value::to_string));
    }
    CallError::by_code(method, code, after).with_detail(details.join("; "))
}

/// Reads the answer up to [`LARGEST_ANSWER`].
async fn read(method: &str, mut response: reqwest::Response) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| in_transit(method, e))? {
        if bytes.len() + chunk.len() > LARGEST_ANSWER {
            let detail = format!("the answer is larger than {LARGEST_ANSWER} bytes");
            return Err(CallError {
                method: method.into(),
                class: super::Class::Permanent,
                code: "too_large".into(),
                detail,
            });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A failure of the network. Its text has every cause, and no address: a `response_url` is a secret.
fn in_transit(method: &str, error: reqwest::Error) -> CallError {
    let code = if error.is_timeout() { "timeout" } else { "network" };
    let error = error.without_url();
    let mut detail = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        detail = format!("{detail}: {next}");
        cause = next.source();
    }
    CallError::in_transit(method, code, detail)
}

/// `Retry-After` in whole seconds, which is the only form that Slack sends.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
