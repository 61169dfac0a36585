//! A run with the database, the disk or the machine in its way: it rests, and goes on here by itself. Where that
//! does not help, its owner and the operators are told, once.

use std::time::Duration;

use super::attempt::Stopped;
use super::complete::to_operators;
use super::{Shop, millis};
use crate::commands::transition::{Place, tell};
use crate::domain::notice::Notice;
use crate::domain::run::Step;
use crate::domain::{RunId, Span};
use crate::store::runs::{self, Run};
use crate::store::{StoreError, Tx, environments, run_log, steps};

/// How long a run rests after something was in its way.
const PAUSE: Duration = Duration::from_secs(2);
/// How long it rests at most, however often that was.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

impl Shop {
    /// Lets go of a claim, so that the run goes on here after a pause. On another machine nobody could follow the
    /// child: there the claim has to run out. The longer the trouble, the longer the pause.
    pub(super) async fn give_back(&self, run: &Run, stopped: &Stopped) {
        let pause = self.troubled(&run.id);
        let begun = tokio::time::Instant::now();
        while let Err(error) = self.try_give_back(run, stopped, pause).await {
            if begun.elapsed() > self.settings.claim {
                let id = &run.id;
                tracing::warn!(%id, %error, "a claim could not be given back; it runs out by itself");
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_give_back(
        &self,
        run: &Run,
        stopped: &Stopped,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let mut tx = self.ctx.db.write("give a claim back").await?;
        if let Stopped::Trouble(why) = stopped {
            self.note_trouble(&mut tx, run, why, pause).await?;
        }
        let again = tx.real_now().await? + millis(pause);
        let machine = format!("@{}", self.settings.machine);
        runs::give_back(&mut tx, &run.id, run.epoch, again, &machine).await?;
        tx.commit().await?;
        self.ctx.nudges.outbox.notify_one();
        Ok(())
    }

    /// Into the journal and the run's log; and to people, when it has come often enough.
    async fn note_trouble(
        &self,
        tx: &mut Tx,
        run: &Run,
        why: &str,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let step = run.step.unwrap_or(Step::Prepare);
        let (id, epoch) = (&run.id, run.epoch);
        let line = steps::Line { run: id, epoch, step, event: steps::TROUBLED, detail: why };
        if !steps::write(tx, line, now).await? {
            // It is another's by now.
            return Ok(());
        }
        let told = format!("It is gone on with in {}: {why}", Span::from_millis(millis(pause)));
        run_log::append(tx, id, now, &[told]).await?;
        let journal = steps::of_run(tx, id).await?;
        let times = journal.iter().filter(|line| line.event == steps::TROUBLED).count();
        if times != steps::LASTING_TROUBLE {
            return Ok(());
        }
        let environment = environments::get(tx, &run.environment_id).await?;
        let (kind, on) = (run.kind, self.settings.name.clone());
        let notice = Notice::Troubled { kind, on, why: why.to_owned() };
        tell(&self.ctx, tx, &environment, Place::Thread, notice.clone()).await?;
        to_operators(&self.ctx, tx, &environment, notice).await
    }

    /// How long a run rests that has come into trouble once more.
    fn troubled(&self, id: &RunId) -> Duration {
        // A panic elsewhere leaves the numbers as good as they were.
        let mut troubles = self.troubles.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let times = troubles.entry(id.clone()).or_insert(0);
        *times += 1;
        PAUSE.saturating_mul(1 << (*times - 1).min(16)).min(LONGEST_PAUSE)
    }

    pub(super) fn untroubled(&self, id: &RunId) {
        self.troubles.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(id);
    }
}
