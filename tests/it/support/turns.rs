//! Turns of what computes all the while: more of it at once than there are cores, and whoever waits for one of them
//! gives up.

use tokio::sync::{Semaphore, SemaphorePermit};

/// As many as the smallest machine that the tests run on has cores.
const CORES: u32 = 2;

static TURNS: Semaphore = Semaphore::const_new(CORES as usize);

/// A turn, as long as this is held: who holds one must ask for no other.
pub async fn one() -> SemaphorePermit<'static> {
    TURNS.acquire().await.expect("it is never closed")
}

/// All turns, for a crowd of processes.
pub async fn all() -> SemaphorePermit<'static> {
    TURNS.acquire_many(CORES).await.expect("it is never closed")
}
