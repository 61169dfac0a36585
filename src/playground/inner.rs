//! What every part of the playground shares.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::delivery::Delivered;
use super::hub::Sockets;
use super::settings::{Delivery, PlaygroundError, RateLimits, Settings, Timings, Tls};
use super::state::{Identity, State};
use super::{Call, Faults, api, ids, people};
use crate::domain::clock::MovableClock;
use crate::domain::ports::Agenda;
use crate::domain::{Clock as _, Timestamp};

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
    pub ca_pem: Option<String>,
}

impl Inner {
    pub fn new(
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
