//! How a workspace is to be, and why it may not start.

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use crate::domain::Rng;
use crate::domain::clock::MovableClock;
use crate::domain::rng::SystemRng;

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
// There is one value per workspace: its size matters to nobody.
#[allow(clippy::large_enum_variant)]
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
