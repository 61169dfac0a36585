//! `mayfly sweep-aws`: prints what has our installation's tag in one region of AWS, a line of JSON each. It is the
//! child of a sweep, with a template's own environment: credentials, region and endpoint are read from there by
//! AWS's SDK, as Terraform reads them.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_resourcegroupstagging::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use super::errors::fail;
use crate::domain::tags::{ENVIRONMENT_TAG, INSTALLATION_TAG};
use crate::engine::sweep::{ENVIRONMENT, INSTALLATION, Swept, known};

/// As many as AWS gives at once.
const PAGE: i32 = 100;
/// AWS throttles this call early: a few in a second for an account.
const TRIES: u32 = 6;
const TRY_TAKES: Duration = Duration::from_secs(30);

/// Lists them.
pub async fn run() -> ExitCode {
    match list().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

async fn list() -> Result<(), String> {
    let installation = std::env::var(INSTALLATION).map_err(|_| {
        format!("{INSTALLATION} is not set; the bot calls this itself, and says who it is")
    })?;
    let config = config().await?;
    let client = aws_sdk_resourcegroupstagging::Client::new(&config);
    let wanted = |key: &str, value: String| TagFilter::builder().key(key).values(value).build();
    let mut call = client
        .get_resources()
        .resources_per_page(PAGE)
        .tag_filters(wanted(INSTALLATION_TAG, installation));
    if let Ok(environment) = std::env::var(ENVIRONMENT) {
        call = call.tag_filters(wanted(ENVIRONMENT_TAG, environment));
    }
    let mut found = call.into_paginator().items().send();
    let mut out = std::io::stdout().lock();
    while let Some(one) = found.next().await {
        let one = one.map_err(|error| why(&error))?;
        let Some(swept) = swept(one) else { continue };
        let line = serde_json::to_string(&swept).map_err(|error| error.to_string())?;
        writeln!(out, "{line}").map_err(|error| error.to_string())?;
    }
    out.flush().map_err(|error| error.to_string())
}

async fn config() -> Result<SdkConfig, String> {
    let mut roots = TrustStore::default();
    // The SDK does not know it; Terraform does.
    if let Some(file) = std::env::var_os("AWS_CA_BUNDLE").filter(|file| !file.is_empty()) {
        let pem = std::fs::read(&file)
            .map_err(|error| format!("AWS_CA_BUNDLE: {}: {error}", file.display()))?;
        roots = roots.with_pem_certificate(pem);
    }
    let tls = TlsContext::builder().with_trust_store(roots).build();
    let tls = tls.map_err(|error| format!("AWS_CA_BUNDLE: {error}"))?;
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build_https();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(TRY_TAKES).build())
        .load()
        .await;
    match config.region() {
        Some(_) => Ok(config),
        None => Err("no region is set; name one for the template: AWS_REGION, in the bot's environment or in the settings' credentials".to_owned()),
    }
}

/// As the bot reads it.
fn swept(found: ResourceTagMapping) -> Option<Swept> {
    let id = found.resource_arn?;
    let tags = found.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    let known = known(&id);
    let mut swept = Swept { id, tags, ..Swept::default() };
    swept.environment = swept.tags.get(ENVIRONMENT_TAG).cloned();
    if let Some(known) = known {
        (swept.kind, swept.adopt) = (Some(known.kind.to_owned()), Some(known.adopt));
    }
    Some(swept)
}

/// What AWS says, and what to do about it, in one line.
fn why<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let code = error.code().unwrap_or_default();
    let said = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => chain(error),
    };
    let hint = match code {
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
            "; allow `tag:GetResources` to the template's credentials"
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredTokenException"
        | "InvalidSignatureException" => "; renew the template's credentials",
        _ if said.contains("no credentials found") => {
            "; name them under the template's `credentials`, and set them for the bot"
        }
        _ => "",
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("AWS lists nothing: {said}{hint}")
}

/// What it says, and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
