//! Business time: the clock that tests and the playground move.
//!
//! Expiry, warnings, links and whatever a person is shown are told by a [`Clock`]. Claims, heartbeats,
//! retries and pacing use real time ([`steady_now`], the database's own and `tokio::time`), so that moving a
//! clock by a day in mid-apply loses no claim, and neither does setting the machine's.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Span;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch, rounded down: what Slack's `<!date^…>` wants.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The same instant as a `chrono` value, for formatting.
    pub fn utc(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl Add<Span> for Timestamp {
    type Output = Timestamp;
    fn add(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_add(span.millis()))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Timestamp;
    fn sub(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_sub(span.millis()))
    }
}

impl Sub<Timestamp> for Timestamp {
    type Output = Span;
    /// The time between two instants; zero when `other` is the later one.
    fn sub(self, other: Timestamp) -> Span {
        Span::from_millis(self.0.saturating_sub(other.0).max(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.utc().format("%Y-%m-%d %H:%M UTC"))
    }
}

/// Tells business time.
pub trait Clock: Send + Sync {
    /// The present moment, in business time.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        real_now()
    }
}

/// A clock that runs at real speed from a point that can be moved ahead.
#[derive(Debug, Clone, Default)]
pub struct MovableClock {
    ahead_millis: Arc<AtomicI64>,
}

impl MovableClock {
    /// Moves the clock ahead; it never goes back.
    pub fn advance(&self, by: Span) {
        self.ahead_millis.fetch_add(by.millis(), Ordering::SeqCst);
    }

    /// How far ahead of real time it is.
    pub fn ahead(&self) -> Span {
        Span::from_millis(self.ahead_millis.load(Ordering::SeqCst))
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        real_now() + self.ahead()
    }
}

/// The machine's clock, which can be set: for what is compared with others' clocks, such as the ages of
/// signatures, and for what is displayed. The one place that asks the system.
#[allow(clippy::disallowed_methods)]
pub fn real_now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}

/// How long the machine has been up, its sleep included: for intervals that nobody may shorten or stretch by
/// setting a clock. Source: clock_gettime(2), `CLOCK_BOOTTIME`.
pub fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    // Elsewhere the monotonic clock counts sleep itself.
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
}

/// Real time that never jumps while the process lives, whoever sets the clock: claims, pauses and retries on a
/// database that only this process works with.
pub fn steady_now() -> Timestamp {
    static STEADY: LazyLock<Steady> =
        LazyLock::new(|| Steady { wall: real_now(), up: since_boot() });
    STEADY.at(since_boot())
}

/// The two clocks at one moment.
struct Steady {
    wall: Timestamp,
    up: Duration,
}

impl Steady {
    fn at(&self, up: Duration) -> Timestamp {
        let since = up.saturating_sub(self.up).as_millis();
        Timestamp(self.wall.0.saturating_add(i64::try_from(since).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_time_goes_with_the_time_since_boot_alone() {
        let steady = Steady { wall: Timestamp(5_000), up: Duration::from_secs(100) };
        assert_eq!(steady.at(Duration::from_millis(100_250)), Timestamp(5_250));
        assert_eq!(steady.at(Duration::from_secs(3)), Timestamp(5_000), "it never goes back");
        let (first, later) = (steady_now(), steady_now());
        assert!(first <= later && (first - real_now()) < Span::minutes(1));
        assert!(since_boot() > Duration::ZERO);
    }

    #[test]
    fn a_movable_clock_goes_ahead_by_what_it_was_moved() {
        let clock = MovableClock::default();
        let before = clock.now();
        clock.advance(Span::hours(25));
        let moved = clock.now() - before;
        assert!(moved >= Span::hours(25) && moved < Span::hours(25) + Span::minutes(1), "{moved}");
    }

    #[test]
    fn the_time_between_never_is_negative() {
        assert_eq!(Timestamp(5) - Timestamp(9), Span::ZERO);
    }
}
