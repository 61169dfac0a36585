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

#[cfg(test)]
mod tests {
    //! Trust comes from the process's environment, so these run the test binary again with another one.

    use std::path::Path;
    use std::process::Command;
    use std::time::Duration;

    use async_trait::async_trait;
    use axum::extract::ws::{Message, WebSocketUpgrade};
    use axum::routing::{any, post};
    use axum::{Json, Router};
    use secrecy::SecretString;
    use serde_json::{Value, json};
    use tokio::sync::watch;

    use super::*;
    use crate::domain::rng::SystemRng;
    use crate::slack::socket::Status;
    use crate::slack::{Client, ClientSettings, Envelope, Receiver, Socket, SocketSettings};

    /// Tells the child where the server is.
    const URL: &str = "TEST_TLS_URL";

    #[tokio::test(flavor = "multi_thread")]
    async fn ssl_cert_file_brings_a_ca_to_https_and_wss() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let url = serve(&ca).await;
        assert_eq!(child(&url, Some(&ca)).await, "https: ok\nwss: Connected");
        let untrusted = child(&url, None).await;
        assert!(untrusted.contains("UnknownIssuer"), "{untrusted}");
        assert!(!untrusted.contains("ok") && !untrusted.contains("Connected"), "{untrusted}");
    }

    /// A Slack over TLS with a certificate of a CA that nobody knows, which is written to `ca`.
    async fn serve(ca: &Path) -> String {
        // Another test may have been first.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let ca_certificate = params.self_signed(&ca_key).unwrap();
        std::fs::write(ca, ca_certificate.pem()).unwrap();
        let issuer = rcgen::Issuer::new(params, ca_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        let tls = axum_server::tls_rustls::RustlsConfig::from_pem(
            leaf.pem().into_bytes(),
            key.serialize_pem().into_bytes(),
        );
        let tls = tls.await.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let host = format!("localhost:{}", listener.local_addr().unwrap().port());
        let socket = json!({ "ok": true, "url": format!("wss://{host}/link") });
        let routes = Router::new()
            .route(
                "/api/auth.test",
                post(async || Json(json!({ "ok": true, "team_id": "T", "user_id": "U" }))),
            )
            .route("/api/apps.connections.open", post(async move || Json(socket)))
            .route("/link", any(link));
        let server = axum_server::from_tcp_rustls(listener, tls).unwrap();
        tokio::spawn(server.serve(routes.into_make_service()));
        format!("https://{host}/api")
    }

    async fn link(upgrade: WebSocketUpgrade) -> axum::response::Response {
        upgrade.on_upgrade(async |mut socket| {
            socket.send(Message::text(r#"{"type":"hello"}"#)).await.unwrap();
            while socket.recv().await.is_some() {}
        })
    }

    /// What [`in_a_child`] says in a process that trusts `ca`, or the system alone.
    async fn child(url: &str, ca: Option<&Path>) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "slack::roots::tests::in_a_child", "--nocapture"]).env(URL, url);
        command.env_remove("SSL_CERT_DIR").env_remove("SSL_CERT_FILE");
        if let Some(ca) = ca {
            command.env("SSL_CERT_FILE", ca);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> =
            output.lines().filter_map(|line| line.split_once("child says ")).map(|l| l.1).collect();
        lines.join("\n")
    }

    /// The child's part; run by itself it has nothing to do.
    #[tokio::test]
    async fn in_a_child() {
        let Ok(api_url) = std::env::var(URL) else { return };
        rustls::crypto::ring::default_provider().install_default().unwrap();
        let timeout = Duration::from_secs(5);
        let token = SecretString::from("x");
        let client = Client::new(ClientSettings { api_url, token, timeout }).unwrap();
        match client.auth_test().await {
            Ok(_) => println!("child says https: ok"),
            Err(error) => println!("child says https: {error}"),
        }
        let socket = Socket::new(client, Arc::new(Nobody), SocketSettings::default());
        let mut status = socket.status();
        let (_stop, stopping) = watch::channel(false);
        tokio::spawn(socket.run(Box::new(SystemRng), stopping));
        let settled = status.wait_for(|status| *status != Status::Connecting).await.unwrap();
        println!("child says wss: {:?}", *settled);
    }

    struct Nobody;

    #[async_trait]
    impl Receiver for Nobody {
        async fn receive(&self, _: Envelope) -> Option<Value> {
            None
        }
    }
}
