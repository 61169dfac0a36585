//! The workspace: starting and stopping it, and what tests and `demo` do to it from outside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;

use super::delivery::{ActError, Delivered};
use super::hub::SocketChoice;
use super::inner::{Inner, locked};
use super::settings::{Delivery, PlaygroundError, Settings, SocketDisconnect, Tls};
use super::{Call, Faults, Message, Persona, api, tls};
use crate::domain::clock::MovableClock;
use crate::domain::ports::Agenda;

/// A running workspace; clones are the same one. It ends when stopped or when the last clone is gone.
#[derive(Clone)]
pub struct Workspace {
    pub(super) inner: Arc<Inner>,
    running: Arc<Running>,
}

/// Ends the server and what it started when the last [`Workspace`] goes.
struct Running {
    inner: Arc<Inner>,
    server: Handle<SocketAddr>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.shutdown();
        locked(&self.inner.tasks).abort_all();
        self.inner.sockets.close_all();
    }
}

impl Workspace {
    /// Starts it; needs a Tokio runtime and rustls' process-wide provider.
    pub async fn start(settings: Settings) -> Result<Workspace, PlaygroundError> {
        if !settings.listen.ip().is_loopback() {
            return Err(PlaygroundError::NotLoopback(settings.listen));
        }
        let failed = |source| PlaygroundError::Listen { address: settings.listen, source };
        let listener = std::net::TcpListener::bind(settings.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let certificates = match settings.tls {
            Tls::Plain => None,
            Tls::TestCa => Some(tls::certificates().map_err(PlaygroundError::Certificate)?),
        };
        let ca_pem = certificates.as_ref().map(|c| c.ca_pem.clone());
        let inner = Arc::new(Inner::new(settings, address, ca_pem)?);
        let server = Handle::new();
        let app = api::router(inner.clone()).into_make_service();
        let task = match certificates {
            None => {
                let plain = axum_server::from_tcp(listener)
                    .map_err(|source| PlaygroundError::Listen { address, source })?;
                let serving = plain.handle(server.clone()).serve(app);
                tokio::spawn(serving)
            }
            Some(certificates) => {
                let tls = axum_server::from_tcp_rustls(listener, certificates.server)
                    .map_err(|source| PlaygroundError::Listen { address, source })?;
                tokio::spawn(tls.handle(server.clone()).serve(app))
            }
        };
        // The server ends through its handle; nobody waits for its task.
        drop(task);
        let running = Arc::new(Running { inner: inner.clone(), server });
        Ok(Workspace { inner, running })
    }

    /// Where the Web API is, without a trailing slash.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.inner.base_url())
    }

    /// Where people open the page.
    pub fn page_url(&self) -> String {
        format!("{}/", self.inner.base_url())
    }

    /// `xoxb-…`
    pub fn bot_token(&self) -> &str {
        &self.inner.who.bot_token
    }

    /// `xapp-…`, for `apps.connections.open`.
    pub fn app_token(&self) -> &str {
        &self.inner.who.app_token
    }

    pub fn signing_secret(&self) -> &str {
        &self.inner.who.signing_secret
    }

    pub fn team_id(&self) -> &str {
        &self.inner.who.team_id
    }

    /// The CA to trust, when it speaks https.
    pub fn ca_pem(&self) -> Option<&str> {
        self.inner.ca_pem.as_deref()
    }

    /// Says how the app is reached from now on.
    pub fn install(&self, delivery: Delivery) {
        *locked(&self.inner.delivery) = Some(delivery);
    }

    /// What the page's "to the next event" asks.
    pub fn set_agenda(&self, agenda: Arc<dyn Agenda>) {
        *locked(&self.inner.agenda) = Some(agenda);
    }

    /// `alice`, `bob` or `carol`; panics for anybody else, as a misspelt test should.
    pub fn person(&self, name: &str) -> Persona {
        let id =
            self.inner.look(|s| s.people.iter().find(|u| u.name == name).map(|u| u.id.clone()));
        match id {
            Some(id) => Persona::new(self.clone(), id, name.into()),
            None => panic!("nobody here is called `{name}`: there are alice, bob and carol"),
        }
    }

    /// The id of the channel called so, with or without `#`.
    pub fn channel_id(&self, name: &str) -> Option<String> {
        self.inner.look(|s| s.channel_called(name).map(|c| c.id.clone()))
    }

    /// All messages of a channel (by name or id), threads included, oldest first.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.inner.look(|s| {
            let Some(channel) = s.channel_called(channel) else { return Vec::new() };
            s.messages.iter().filter(|m| m.channel == channel.id).cloned().collect()
        })
    }

    /// Makes the Web API fail.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Every call of the Web API so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.inner.calls).clone()
    }

    /// Every delivery to the app so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivered> {
        locked(&self.inner.delivered).clone()
    }

    /// Sends the latest delivery again, byte for byte, and does nothing with the answer but return it.
    pub async fn redeliver_last(&self) -> Result<Delivered, ActError> {
        let last = locked(&self.inner.delivered).last().cloned();
        let last = last.ok_or_else(|| ActError::nothing("a delivery", "none was made yet"))?;
        self.redeliver(&last).await
    }

    /// Sends any delivery again, byte for byte.
    pub async fn redeliver(&self, what: &Delivered) -> Result<Delivered, ActError> {
        self.inner.resend(what).await
    }

    /// Sends an event, as `{"type": …}`, to the app; failed ones are retried as Slack retries.
    pub async fn emit(&self, event: serde_json::Value) {
        Inner::emit(&self.inner, event).await;
    }

    /// Tells every open socket to go, as Slack does every few hours.
    pub fn socket_disconnect(&self, reason: SocketDisconnect) {
        Inner::disconnect_sockets(&self.inner, reason);
    }

    /// Which of the open sockets the next payloads go to.
    pub fn prefer_socket(&self, choice: SocketChoice) {
        self.inner.sockets.prefer(choice);
    }

    /// How many sockets the app has open.
    pub fn open_sockets(&self) -> usize {
        self.inner.sockets.count()
    }

    /// Business time, which the page's buttons move.
    pub fn clock(&self) -> &MovableClock {
        &self.inner.clock
    }

    /// Ends it: the port is free when this returns.
    pub async fn stop(self) {
        self.inner.sockets.close_all();
        self.running.server.graceful_shutdown(Some(Duration::from_millis(200)));
        let mut tasks = std::mem::take(&mut *locked(&self.inner.tasks));
        tasks.shutdown().await;
        while self.running.server.connection_count() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
