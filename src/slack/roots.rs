//! Whom we trust in TLS: the system's roots, the same ones for the Web API and for the socket.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// A TLS client configuration that trusts the system's root certificates.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's roots, on macOS too, so that one variable
/// brings a company's or a test's CA to https and wss alike. A machine without any roots is no error
/// here, because plain `http://` (the playground) needs none; https then fails as untrusted.
pub fn trusting_the_system() -> Arc<ClientConfig> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a root certificate of the system cannot be read");
    }
    let mut roots = RootCertStore::empty();
    let (_added, ignored) = roots.add_parsable_certificates(found.certs);
    if ignored > 0 {
        tracing::warn!(ignored, "root certificates of the system were not understood");
    }
    if roots.is_empty() {
        tracing::warn!(
            "no root certificates found: https and wss will fail; install ca-certificates or set SSL_CERT_FILE"
        );
    }
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
