//! The workspace: starting and stopping it, and what tests and `demo` do to it from outside.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum_server::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use super::delivery::{ActError, Delivered};
use super::people::{self, ChannelKind};
use super::socket::{SocketChoice, Sockets};
use super::state::{Identity, State};
use super::{Call, Faults, Message, Persona, Presence, api, ids, tls};
use crate::domain::clock::MovableClock;
use crate::domain::ports::Agenda;
use crate::domain::rng::SystemRng;
use crate::domain::{Clock, Rng, Timestamp};

/// How a workspace is to be.
pub struct Settings {
    /// Where it listens; loopback only, port 0 for a free one.
    pub listen: SocketAddr,
    pub tls: Tls,
    pub rate_limits: RateLimits,
    /// Business time: the clock that the page's buttons move, and that stamps messages.
    pub clock: MovableClock,
    /// The app's display name.
    pub app_name: String,
    /// The slash commands that the app has, such as `/infra`; empty: every command is the app's.
    pub commands: Vec<String>,
    pub timings: Timings,
    /// Ids and tokens come out of this.
    pub rng: Box<dyn Rng>,
}

impl Settings {
    /// Plain http on a free port, without rate limits, with Slack's timings.
    pub fn on_a_free_port() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: Tls::Plain,
            rate_limits: RateLimits::Off,
            clock: MovableClock::default(),
            app_name: "Mayfly".into(),
            commands: Vec::new(),
            timings: Timings::default(),
            rng: Box::new(SystemRng),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// http and ws.
    Plain,
    /// https and wss, with a certificate of a CA made at the start: [`Workspace::ca_pem`].
    TestCa,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimits {
    Off,
    /// Posts 1/s per channel with bursts of five, `chat.update` and `users.info` 50/min, `views.*`
    /// and `chat.postEphemeral` 100/min; beyond: 429 with `Retry-After`.
    On,
}

/// Slack's own times, in real time; tests shorten them.
#[derive(Debug, Clone)]
pub struct Timings {
    /// How long the app may take to acknowledge.
    pub acknowledge: Duration,
    /// How long a `trigger_id` lives.
    pub trigger: Duration,
    /// How long a `response_url` lives.
    pub response_url: Duration,
    /// The pauses before an event's first, second and third retry.
    pub event_retries: [Duration; 3],
    /// How long a socket stays open after a `disconnect` with reason `warning`.
    pub disconnect_warning: Duration,
}

impl Default for Timings {
    fn default() -> Timings {
        Timings {
            acknowledge: Duration::from_secs(3),
            trigger: Duration::from_secs(3),
            response_url: Duration::from_secs(30 * 60),
            event_retries: [0, 60, 300].map(Duration::from_secs),
            disconnect_warning: Duration::from_secs(10),
        }
    }
}

/// How the app is reached.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// By signed HTTP requests to these addresses.
    Http { commands: Url, interactions: Url, events: Url, options: Url },
    /// Over the sockets that the app opens.
    Socket,
}

/// Why a socket is closed by Slack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketDisconnect {
    /// It will be closed in a moment; until then it may still be given payloads.
    Warning,
    /// It is closed now.
    RefreshRequested,
    /// Socket Mode was turned off for the app; new connections are refused.
    LinkDisabled,
}

#[derive(Debug, thiserror::Error)]
pub enum PlaygroundError {
    #[error(
        "the playground does not listen on {0}: it is for this machine alone, use 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    #[error(
        "the playground cannot listen on {address}: {source}; choose another port, 0 takes a free one"
    )]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the playground could not make its test certificate: {0}")]
    Certificate(String),
    #[error("the playground could not build its HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

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

/// What every part of the playground shares.
pub(super) struct Inner {
    pub who: Identity,
    pub address: SocketAddr,
    pub tls: Tls,
    pub rate_limits: RateLimits,
    pub clock: MovableClock,
    pub commands: Vec<String>,
    pub timings: Timings,
    pub http: reqwest::Client,
    pub sockets: Sockets,
    pub faults: Faults,
    pub limiter: api::Limiter,
    pub calls: Mutex<Vec<Call>>,
    pub delivered: Mutex<Vec<Delivered>>,
    pub delivery: Mutex<Option<Delivery>>,
    pub agenda: Mutex<Option<Arc<dyn Agenda>>>,
    pub tasks: Mutex<JoinSet<()>>,
    /// Counts changes; who waits for something watches it.
    pub revision: watch::Sender<u64>,
    state: Mutex<State>,
    ca_pem: Option<String>,
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

    /// A person (or anything) deletes a message: the app is not asked.
    pub fn delete_message(&self, message: &Message) {
        self.inner.change(|s| {
            s.messages.retain(|m| m.channel != message.channel || m.ts != message.ts);
            s.ephemerals.retain(|m| m.channel != message.channel || m.ts != message.ts);
        });
    }

    /// The account is closed. Slack itself accepts posts to an existing DM of a closed account; this
    /// workspace answers `user_disabled` there too, so that a refusal for good can be tried.
    pub fn deactivate(&self, name: &str) {
        self.with_user(name, |u| u.deleted = true);
    }

    pub fn set_presence(&self, name: &str, presence: Presence) {
        self.with_user(name, |u| u.presence = presence);
    }

    /// Do-not-disturb until then; `None` ends it.
    pub fn set_snooze(&self, name: &str, until: Option<Timestamp>) {
        self.with_user(name, |u| u.snoozed_until = until);
    }

    pub fn invite_app(&self, channel: &str) {
        let bot = self.inner.who.bot_user.clone();
        self.with_channel(channel, |c| {
            if !c.has(&bot) {
                c.members.push(bot);
            }
        });
    }

    pub fn remove_app(&self, channel: &str) {
        let bot = self.inner.who.bot_user.clone();
        self.with_channel(channel, |c| c.members.retain(|m| *m != bot));
    }

    pub fn archive(&self, channel: &str) {
        self.with_channel(channel, |c| {
            if !matches!(c.kind, ChannelKind::Dm(_)) {
                c.archived = true;
            }
        });
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

    fn with_user(&self, name: &str, change: impl FnOnce(&mut people::User)) {
        self.inner.change(|s| s.people.iter_mut().find(|u| u.name == name).map(change));
    }

    fn with_channel(&self, name: &str, change: impl FnOnce(&mut people::Channel)) {
        self.inner.change(|s| {
            let Some(id) = s.channel_called(name).map(|c| c.id.clone()) else { return };
            s.channels.iter_mut().find(|c| c.id == id).map(change);
        });
    }
}

impl Inner {
    fn new(
        mut settings: Settings,
        address: SocketAddr,
        ca_pem: Option<String>,
    ) -> Result<Inner, PlaygroundError> {
        let rng = settings.rng.as_mut();
        let who = Identity {
            team_id: ids::id(rng, "T"),
            team_domain: "playground".into(),
            app_id: ids::id(rng, "A"),
            bot_user: ids::id(rng, "U"),
            bot_id: ids::id(rng, "B"),
            bot_token: format!("xoxb-{}", ids::secret(rng, 20)),
            app_token: format!("xapp-1-{}", ids::secret(rng, 20)),
            signing_secret: ids::secret(rng, 16),
            verification: ids::secret(rng, 12),
        };
        let seed = people::seed(rng, &who.bot_user, &settings.app_name);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // The app may restart between two deliveries: a kept connection would fail the next one.
            .pool_max_idle_per_host(0)
            .no_proxy()
            .user_agent("Slackbot 1.0 (+https://api.slack.com/robots)")
            .build()?;
        Ok(Inner {
            who,
            address,
            tls: settings.tls,
            rate_limits: settings.rate_limits,
            clock: settings.clock,
            commands: settings.commands,
            timings: settings.timings,
            http,
            sockets: Sockets::default(),
            faults: Faults::default(),
            limiter: api::Limiter::default(),
            calls: Mutex::default(),
            delivered: Mutex::default(),
            delivery: Mutex::default(),
            agenda: Mutex::default(),
            tasks: Mutex::default(),
            revision: watch::Sender::new(0),
            state: Mutex::new(State::new(settings.rng, seed)),
            ca_pem,
        })
    }

    /// Reads the state.
    pub fn look<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&locked(&self.state))
    }

    /// Changes the state and tells who waits.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut locked(&self.state));
        self.revision.send_modify(|n| *n += 1);
        result
    }

    /// Makes ids and secrets, which nobody needs to be told of.
    pub fn quietly<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut locked(&self.state))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn base_url(&self) -> String {
        let scheme = if self.tls == Tls::Plain { "http" } else { "https" };
        format!("{scheme}://{}", self.address)
    }
}

/// The lock, also after a panic elsewhere: a simulated workspace has no invariant to protect.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
