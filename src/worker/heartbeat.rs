//! Keeps a claim alive, and hears through it that the run was called off.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Shop, millis};
use crate::domain::clock::since_boot;
use crate::domain::{Actor, RunId};
use crate::faults;
use crate::process::{Supervised, files};
use crate::store::StoreError;
use crate::store::runs::{self, Run};

/// How the claim stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pulse {
    Held,
    /// Held, and somebody wants the run to end.
    Cancelled(Actor),
    /// Another's by now.
    Lost,
}

/// The child that runs just now: its stamp is renewed with the claim, and never without it.
pub(super) type Stamped = Arc<Mutex<Option<Supervised>>>;

/// Since boot, when the claim was kept the last time.
pub(super) type Renewed = Arc<Mutex<Duration>>;

/// Beats until it is dropped.
pub(super) struct Heartbeat {
    task: AbortHandle,
    shop: Shop,
    run: RunId,
    stamped: Stamped,
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
        // Whoever worked may have seen before the heartbeat that the run is another's.
        let (shop, run, stamped) = (self.shop.clone(), self.run.clone(), self.stamped.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { yield_to_another(&shop, &run, &stamped).await });
        }
    }
}

impl Heartbeat {
    pub(super) fn start(
        shop: &Shop,
        run: &Run,
        stamped: Stamped,
        renewed: Renewed,
    ) -> (Heartbeat, watch::Receiver<Pulse>) {
        let first = run.cancel_by.clone().map_or(Pulse::Held, |by| Pulse::Cancelled(by.0));
        let (sender, receiver) = watch::channel(first);
        let beat =
            beat(shop.clone(), (run.id.clone(), run.epoch), (stamped.clone(), renewed), sender);
        let task = tokio::spawn(beat).abort_handle();
        (Heartbeat { task, shop: shop.clone(), run: run.id.clone(), stamped }, receiver)
    }
}

async fn beat(
    shop: Shop,
    (id, epoch): (RunId, i64),
    (stamped, renewed): (Stamped, Renewed),
    pulse: watch::Sender<Pulse>,
) {
    // A beat that fails is tried again sooner: a short outage must not cost the claim.
    let hurried = (shop.settings.heartbeat / 5).max(Duration::from_millis(50));
    let mut pause = shop.settings.heartbeat;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shop.ctx.nudges.cancel.notified() => {}
        }
        let began = since_boot();
        match renew(&shop, &id, epoch).await {
            Ok(next) => {
                pause = shop.settings.heartbeat;
                let lost = next == Pulse::Lost;
                if lost {
                    yield_to_another(&shop, &id, &stamped).await;
                } else {
                    // A panic elsewhere leaves a time whole.
                    *renewed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = began;
                    stamp(&stamped);
                }
                pulse.send_if_modified(|now| std::mem::replace(now, next.clone()) != next);
                if lost {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(run = %id, %error, "a heartbeat failed; it is tried again");
                pause = hurried;
            }
        }
    }
}

/// Says to the child's supervisor that the claim holds.
fn stamp(stamped: &Stamped) {
    // A panic elsewhere leaves the handle as good as it was.
    let child = stamped.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    if let Some(Err(error)) = child.map(|child| child.renew_stamp()) {
        tracing::warn!(%error, "a stamp could not be renewed");
    }
}

/// Asks the child to end where another worker has the run: this machine may have stood still for longer than the
/// stamp tells, as a virtual one does that is moved. A claim that came back to this worker has the same child.
async fn yield_to_another(shop: &Shop, id: &RunId, stamped: &Stamped) {
    let child = stamped.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    // What has ended needs no asking.
    let Some(child) = child.filter(|child| !child.folder().join(files::EXIT).exists()) else {
        return;
    };
    let here = format!("@{}", shop.settings.machine);
    let holder = async { runs::get(&mut shop.ctx.db.read().await?, id).await };
    match holder.await {
        // Given back, it is still this machine's.
        Ok(run) if run.claimed_by.as_ref().is_some_and(|by| by.ends_with(&here)) => {}
        Ok(run) => {
            tracing::warn!(run = %id, now = ?run.claimed_by, "a run is another's by now: its child is asked to end");
            let asked = faults::around(faults::INTERRUPT_CHILD, || child.interrupt());
            if let Err(error) = asked {
                tracing::warn!(run = %id, %error, "it could not be asked; it ends for want of a stamp");
            }
        }
        // It ends for want of a stamp; where the bot ends, it goes on.
        Err(error) => tracing::debug!(run = %id, %error, "nobody knows who has a run"),
    }
}

async fn renew(shop: &Shop, id: &RunId, epoch: i64) -> Result<Pulse, StoreError> {
    let mut tx = shop.ctx.db.write("keep a claim").await?;
    let until = tx.real_now().await? + millis(shop.settings.claim);
    let run = runs::renew(&mut tx, id, epoch, until).await?;
    tx.commit().await?;
    Ok(match run {
        None => Pulse::Lost,
        Some(run) => run.cancel_by.map_or(Pulse::Held, |by| Pulse::Cancelled(by.0)),
    })
}
