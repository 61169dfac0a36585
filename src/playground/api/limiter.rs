//! Slack's rate limits, in real time.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::time::Instant;

use crate::playground::inner::locked;

/// A bucket per method, for posts per channel.
#[derive(Default)]
pub(in crate::playground) struct Limiter {
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    left: f64,
    filled: Instant,
}

impl Limiter {
    /// Takes one; when none is left, the whole seconds after which there is one.
    pub fn wait(&self, method: &str, channel: &str) -> Option<u64> {
        let (key, size, per_second) = rule(method, channel)?;
        let now = Instant::now();
        let mut buckets = locked(&self.buckets);
        let bucket = buckets.entry(key).or_insert(Bucket { left: size, filled: now });
        let gained = (now - bucket.filled).as_secs_f64() * per_second;
        bucket.left = (bucket.left + gained).min(size);
        bucket.filled = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return None;
        }
        Some(((1.0 - bucket.left) / per_second).ceil() as u64)
    }
}

/// The bucket's key, its size and what flows in per second; `None` where no limit is known.
fn rule(method: &str, channel: &str) -> Option<(String, f64, f64)> {
    let per_minute = |n: f64| Some((method.to_string(), n, n / 60.0));
    match method {
        // "1 per second per channel; short bursts pass."
        "chat.postMessage" => Some((format!("{method} {channel}"), 5.0, 1.0)),
        "chat.update" | "users.info" => per_minute(50.0),
        "chat.postEphemeral" | "views.open" | "views.push" | "views.update" | "views.publish" => {
            per_minute(100.0)
        }
        _ => None,
    }
}
