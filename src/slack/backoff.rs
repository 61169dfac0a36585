//! How long to wait between attempts to connect.

use std::time::Duration;

use crate::domain::Rng;

/// Doubling pauses with jitter: many bots that lost one server do not come back at one moment.
#[derive(Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// From the first pause to the longest.
    pub fn new(first: Duration, longest: Duration) -> Backoff {
        Backoff { first, longest, failures: 0 }
    }

    /// The pause after one more failure in a row: between half of `first * 2^n` and all of it.
    pub fn failed(&mut self, rng: &mut dyn Rng) -> Duration {
        let factor = 2u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        jittered(self.first.saturating_mul(factor).min(self.longest), rng)
    }

    /// The pause after a refusal that will hardly pass soon.
    pub fn longest(&mut self, rng: &mut dyn Rng) -> Duration {
        jittered(self.longest, rng)
    }

    /// The next failure is the first again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

fn jittered(pause: Duration, rng: &mut dyn Rng) -> Duration {
    let half = pause / 2;
    half + half * rng.below(1001) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rng::SystemRng;

    #[test]
    fn doubles_to_the_longest_with_jitter_and_starts_again_after_success() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(10));
        let mut backoff = Backoff::new(first, longest);
        for most in [1, 2, 4, 8, 10, 10] {
            let most = Duration::from_secs(most);
            let pause = backoff.failed(&mut SystemRng);
            assert!(pause >= most / 2 && pause <= most, "{pause:?} of {most:?}");
        }
        for _ in 0..100 {
            assert!(backoff.failed(&mut SystemRng) <= longest);
        }
        backoff.succeeded();
        assert!(backoff.failed(&mut SystemRng) <= first);
        let pauses: std::collections::HashSet<_> =
            (0..50).map(|_| backoff.longest(&mut SystemRng)).collect();
        assert!(pauses.len() > 10, "the pauses do not vary");
    }
}
