//! Randomness, handed in so that tests can repeat it.

/// A source of random bytes.
pub trait Rng: Send + Sync {
    /// Fills the slice.
    fn fill(&mut self, bytes: &mut [u8]);

    /// A number below `n`, each equally likely; 0 when `n` is 0.
    fn below(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        // Drawing again above the largest multiple of `n` keeps every result equally likely.
        let limit = u32::MAX - u32::MAX % n;
        loop {
            let mut bytes = [0u8; 4];
            self.fill(&mut bytes);
            let drawn = u32::from_le_bytes(bytes);
            if drawn < limit {
                return drawn % n;
            }
        }
    }
}

/// The operating system's randomness, for everything secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[allow(clippy::disallowed_methods)]
    fn fill(&mut self, bytes: &mut [u8]) {
        use rand::TryRng as _;
        // Without randomness nothing secret may be made: stopping is the only safe answer.
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the system's randomness is not available");
    }
}
