//! The pace that Slack asks for, kept before it has to ask: 1 post a second per channel, so and so
//! many calls a minute per method, and the pauses of `Retry-After`.
//!
//! Real time throughout. The rules are [`Gates`], which knows no clock; [`Pacer`] waits by them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::client::Client;
use super::error::CallError;

/// How often something may happen: `burst` at once, then one every `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub interval: Duration,
    /// At least 1.
    pub burst: u32,
}

impl Limit {
    /// Never more than `calls` in any minute, with a tenth of them at once.
    pub fn per_minute(calls: u32) -> Limit {
        let burst = (calls / 10).max(1);
        let steady = calls.saturating_sub(burst).max(1);
        Limit { interval: Duration::from_secs(60) / steady, burst }
    }
}

/// The pace, by Slack's documentation of rate limits.
#[derive(Debug, Clone)]
pub struct PaceSettings {
    /// Posts into one channel. Slack: 1 a second, short bursts pass.
    pub posts: Limit,
    /// Calls of one method in a workspace; `views.*` gives each method of a family the same limit.
    pub methods: Vec<(String, Limit)>,
    /// Any method that is not named.
    pub others: Limit,
}

impl Default for PaceSettings {
    fn default() -> PaceSettings {
        let methods = [
            ("chat.postMessage", 300),
            ("chat.postEphemeral", 100),
            ("chat.update", 50),
            ("chat.delete", 50),
            ("views.*", 100),
            ("conversations.open", 50),
            ("conversations.info", 50),
            ("users.info", 50),
            ("auth.test", 100),
        ];
        PaceSettings {
            posts: Limit { interval: Duration::from_secs(1), burst: 3 },
            methods: methods.map(|(name, n)| (name.to_owned(), Limit::per_minute(n))).to_vec(),
            // Slack's tier 2, the lowest of the methods that are called more than once.
            others: Limit::per_minute(20),
        }
    }
}

/// Keeps the pace of all calls with one token. One for the process; share it.
#[derive(Debug)]
pub struct Pacer {
    gates: Mutex<Gates>,
    /// Those who wait for one channel wait in line.
    lines: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Pacer {
    pub fn new(settings: PaceSettings) -> Pacer {
        Pacer { gates: Mutex::new(Gates::new(settings)), lines: Mutex::default() }
    }

    /// Waits until the call may be made, and counts it as made. Those who wait for one channel pass in
    /// the order in which they came; a channel that is held back delays no other. Dropping the future
    /// gives the place up.
    pub async fn ready(&self, method: &str, channel: Option<&str>) {
        let line = channel.map(|channel| self.line(channel));
        let _place = match &line {
            Some(line) => Some(line.lock().await),
            None => None,
        };
        loop {
            let now = Instant::now();
            let answer = lock(&self.gates).admit(method, channel, now);
            match answer {
                Ok(()) => return,
                Err(not_before) => tokio::time::sleep_until(not_before).await,
            }
        }
    }

    /// Holds this method back for this channel (without one: everywhere), as a `Retry-After` asks.
    pub fn hold_back(&self, method: &str, channel: Option<&str>, wait: Duration) {
        let now = Instant::now();
        lock(&self.gates).hold_back(method, channel, (now, now + wait));
    }

    fn line(&self, channel: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lines = lock(&self.lines);
        if lines.len() >= PRUNE_AT {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        lines.entry(channel.to_owned()).or_default().clone()
    }
}

/// A client that keeps the pace: waits before each call, and holds back after a `Retry-After`.
#[derive(Debug, Clone)]
pub struct Paced {
    client: Client,
    pacer: Arc<Pacer>,
}

impl Paced {
    pub fn new(client: Client, pacer: Arc<Pacer>) -> Paced {
        Paced { client, pacer }
    }

    /// The client without the pace, for calls that a person waits for within 3 s.
    pub fn unpaced(&self) -> &Client {
        &self.client
    }

    /// As [`Client::call`], in its turn; the channel is the argument `channel`. Does not try again.
    pub async fn call(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        let channel = body["channel"].as_str();
        self.pacer.ready(method, channel).await;
        let answer = self.client.call(method, body).await;
        if let Some(wait) = answer.as_ref().err().and_then(CallError::retry_after) {
            self.pacer.hold_back(method, channel, wait);
        }
        answer
    }
}

/// Beyond so many remembered channels the idle ones are forgotten.
const PRUNE_AT: usize = 4096;

/// What may pass when. Each gate is one point in time (the generic cell rate algorithm): the moment
/// at which all that passed would be due, had it come evenly.
#[derive(Debug)]
struct Gates {
    settings: PaceSettings,
    methods: HashMap<String, Instant>,
    posts: HashMap<String, Instant>,
    held: HashMap<(String, Option<String>), Instant>,
}

impl Gates {
    fn new(settings: PaceSettings) -> Gates {
        Gates { settings, methods: HashMap::new(), posts: HashMap::new(), held: HashMap::new() }
    }

    /// Lets the call pass and counts it, or says before when there is no use in asking again.
    fn admit(&mut self, method: &str, channel: Option<&str>, now: Instant) -> Result<(), Instant> {
        let limit = self.limit(method);
        let post = channel.filter(|_| is_post(method));
        let not_before = [
            self.held.get(&(method.to_owned(), None)).copied(),
            channel.and_then(|c| self.held.get(&(method.to_owned(), Some(c.to_owned()))).copied()),
            self.methods.get(method).and_then(|due| limit.opens(*due)),
            post.and_then(|c| self.posts.get(c)).and_then(|due| self.settings.posts.opens(*due)),
        ];
        if let Some(latest) = not_before.into_iter().flatten().max()
            && latest > now
        {
            return Err(latest);
        }
        let due = self.methods.get(method).map_or(now, |due| (*due).max(now));
        self.methods.insert(method.to_owned(), due + limit.interval);
        if let Some(channel) = post {
            self.prune(now);
            let due = self.posts.get(channel).map_or(now, |due| (*due).max(now));
            self.posts.insert(channel.to_owned(), due + self.settings.posts.interval);
        }
        Ok(())
    }

    fn hold_back(&mut self, method: &str, channel: Option<&str>, (now, until): (Instant, Instant)) {
        self.held.retain(|_, until| *until > now);
        let held =
            self.held.entry((method.to_owned(), channel.map(str::to_owned))).or_insert(until);
        *held = (*held).max(until);
    }

    fn limit(&self, method: &str) -> Limit {
        let named = self.settings.methods.iter().find(|(name, _)| match name.strip_suffix('*') {
            Some(family) => method.starts_with(family),
            None => name == method,
        });
        named.map_or(self.settings.others, |(_, limit)| *limit)
    }

    fn prune(&mut self, now: Instant) {
        if self.posts.len() >= PRUNE_AT {
            self.posts.retain(|_, due| *due > now);
        }
    }
}

impl Limit {
    /// When the next one may pass, after so much is due.
    fn opens(self, due: Instant) -> Option<Instant> {
        due.checked_sub(self.interval * (self.burst.max(1) - 1))
    }
}

fn is_post(method: &str) -> bool {
    matches!(method, "chat.postMessage" | "chat.postEphemeral" | "chat.meMessage")
}

/// The data behind these locks is whole after every statement, so that a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &str = "chat.postMessage";

    fn seconds(n: f64) -> Duration {
        Duration::from_secs_f64(n)
    }

    /// When the calls pass that all come at once, in seconds from then.
    fn passing(
        gates: &mut Gates,
        (method, channel): (&str, Option<&str>),
        calls: usize,
    ) -> Vec<f64> {
        let start = Instant::now();
        let mut now = start;
        let mut passed = Vec::new();
        while passed.len() < calls {
            match gates.admit(method, channel, now) {
                Ok(()) => passed.push((now - start).as_secs_f64()),
                Err(later) => {
                    assert!(later > now, "asking again would never end");
                    now = later;
                }
            }
        }
        passed
    }

    fn slack() -> Gates {
        Gates::new(PaceSettings::default())
    }

    #[test]
    fn a_channel_gets_a_short_burst_then_one_post_a_second() {
        let passed = passing(&mut slack(), (POST, Some("C1")), 7);
        assert_eq!(passed, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn channels_do_not_wait_for_each_other_and_other_methods_are_no_posts() {
        let mut gates = slack();
        passing(&mut gates, (POST, Some("C1")), 5);
        assert_eq!(passing(&mut gates, (POST, Some("C2")), 3), [0.0; 3]);
        assert_eq!(passing(&mut gates, ("chat.update", Some("C1")), 5), [0.0; 5]);
    }

    #[test]
    fn no_method_passes_its_limit_in_any_minute() {
        for (method, most) in [
            ("chat.update", 50),
            ("users.info", 50),
            ("views.open", 100),
            ("chat.postEphemeral", 100),
            ("users.list", 20),
        ] {
            let passed = passing(&mut slack(), (method, None), 400);
            for (i, from) in passed.iter().enumerate() {
                let within = passed[i..].iter().take_while(|at| **at < from + 60.0).count();
                assert!(within <= most, "{method}: {within} in a minute");
            }
            // And it is not much slower than allowed.
            let a_minute = passed.iter().filter(|at| **at < 60.0).count();
            assert!(a_minute >= most * 9 / 10, "{method}: only {a_minute}");
        }
    }

    #[test]
    fn a_pause_makes_room_for_a_burst_again_and_no_more() {
        let mut gates = slack();
        let start = Instant::now();
        for _ in 0..3 {
            gates.admit(POST, Some("C1"), start).unwrap();
        }
        let later = start + seconds(3600.0);
        for _ in 0..3 {
            gates.admit(POST, Some("C1"), later).unwrap();
        }
        assert_eq!(gates.admit(POST, Some("C1"), later), Err(later + seconds(1.0)));
    }

    #[test]
    fn retry_after_holds_back_its_method_and_channel_alone() {
        let mut gates = slack();
        let now = Instant::now();
        gates.hold_back(POST, Some("C1"), (now, now + seconds(30.0)));
        // A shorter one that comes later does not shorten it.
        gates.hold_back(POST, Some("C1"), (now, now + seconds(5.0)));
        assert_eq!(gates.admit(POST, Some("C1"), now), Err(now + seconds(30.0)));
        assert_eq!(gates.admit(POST, Some("C2"), now), Ok(()));
        assert_eq!(gates.admit("chat.update", Some("C1"), now), Ok(()));
        assert_eq!(gates.admit(POST, Some("C1"), now + seconds(30.0)), Ok(()));
        gates.hold_back("users.info", None, (now, now + seconds(9.0)));
        assert_eq!(gates.admit("users.info", None, now), Err(now + seconds(9.0)));
    }

    #[test]
    fn what_waits_costs_nothing_and_idle_channels_are_forgotten() {
        let mut gates = slack();
        let now = Instant::now();
        gates.hold_back(POST, Some("C1"), (now, now + seconds(1.0)));
        for _ in 0..100 {
            assert!(gates.admit(POST, Some("C1"), now).is_err());
        }
        assert_eq!(gates.admit(POST, Some("C1"), now + seconds(1.0)), Ok(()));
        let mut gates = Gates::new(PaceSettings {
            methods: vec![],
            others: Limit { interval: Duration::ZERO, burst: 1 },
            ..PaceSettings::default()
        });
        for i in 0..20_000u32 {
            let at = now + seconds(f64::from(i));
            gates.admit(POST, Some(&format!("C{i}")), at).unwrap();
        }
        assert!(gates.posts.len() <= PRUNE_AT, "{}", gates.posts.len());
    }

    /// The same rules at a hundredth of their length, in real time.
    #[tokio::test]
    async fn those_who_wait_pass_in_order_and_in_time() {
        let pacer = Arc::new(Pacer::new(PaceSettings {
            posts: Limit { interval: Duration::from_millis(40), burst: 1 },
            methods: vec![],
            others: Limit { interval: Duration::ZERO, burst: 1 },
        }));
        let start = Instant::now();
        pacer.hold_back(POST, Some("held"), Duration::from_secs(60));
        let held = tokio::spawn({
            let pacer = pacer.clone();
            async move { pacer.ready(POST, Some("held")).await }
        });
        let passed = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for i in 0..5 {
            let (pacer, passed) = (pacer.clone(), passed.clone());
            tasks.push(tokio::spawn(async move {
                pacer.ready(POST, Some("C1")).await;
                lock(&passed).push(i);
            }));
            tokio::task::yield_now().await;
        }
        // One that gives up in the middle of the line delays nobody.
        tasks.remove(2).abort();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*lock(&passed), [0, 1, 3, 4]);
        assert!(start.elapsed() >= Duration::from_millis(120), "{:?}", start.elapsed());
        assert!(!held.is_finished());
        held.abort();
    }
}
