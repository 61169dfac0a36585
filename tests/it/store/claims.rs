//! `store::runs::claim`, when many want the same runs at once.

use std::collections::BTreeMap;

use mayfly::domain::run::{RunKind, RunStatus, Weight};
use mayfly::domain::{Actor, EnvironmentId, RunId};
use mayfly::store::Db;
use mayfly::store::runs::{self, Claim, NewRun};

use super::fixtures::{START, queue, requested};
use super::runs::claim;

const RUNS: usize = 60;
const CLAIMERS: usize = 16;

/// Claims until nothing is due; what it got.
async fn claim_all(db: Db, worker: String) -> anyhow::Result<Vec<RunId>> {
    let mut got = Vec::new();
    let mut empty = 0;
    // A claim that comes to nothing can mean that another was faster: only several in a row mean
    // that nothing is due.
    while empty < 5 {
        let mut tx = db.write("claimer").await?;
        let run = claim(&mut tx, &worker, 1).await?;
        tx.commit().await?;
        match run {
            Some(run) => {
                anyhow::ensure!(run.epoch == 1, "{} was claimed before", run.id);
                got.push(run.id);
                empty = 0;
            }
            None => empty += 1,
        }
    }
    Ok(got)
}

on_both! {
    async fn claimers_never_get_the_same_run(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for n in 0..RUNS {
            let id = format!("e{n}");
            requested(&mut tx, &id).await?;
            queue(&mut tx, &id, 0).await?;
        }
        tx.commit().await?;
        // Two handles, as two processes have them.
        let handles = [database.db.clone(), database.another().await];
        let claimers: Vec<_> = (0..CLAIMERS)
            .map(|n| tokio::spawn(claim_all(handles[n % 2].clone(), format!("w{n}"))))
            .collect();
        let mut holders: BTreeMap<RunId, usize> = BTreeMap::new();
        for claimer in claimers {
            for id in claimer.await?? {
                *holders.entry(id).or_default() += 1;
            }
        }
        assert_eq!(holders.len(), RUNS, "every run was claimed");
        assert!(holders.values().all(|count| *count == 1), "one run, two workers: {holders:?}");
        Ok(())
    }

    async fn a_run_is_claimed_anew_when_the_claim_is_over_by_one_alone(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "lost", 0).await?.expect("is due");
        tx.commit().await?;
        let handles = [database.db.clone(), database.another().await];
        let claimers: Vec<_> = (0..CLAIMERS)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("claimer").await?;
                    let run = claim(&mut tx, "w", 60_001).await?;
                    tx.commit().await?;
                    anyhow::Ok(run.map(|run| run.epoch))
                })
            })
            .collect();
        let mut epochs = Vec::new();
        for claimer in claimers {
            epochs.extend(claimer.await??);
        }
        assert_eq!(epochs, [2]);
        let mut tx = database.db.read().await?;
        assert_eq!(runs::get(&mut tx, &id).await?.epoch, 2);
        Ok(())
    }

    async fn the_one_that_waits_longest_of_its_weight_comes_first(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for (id, not_before) in [("e1", 300), ("e2", 100), ("e3", 200)] {
            requested(&mut tx, id).await?;
            queue(&mut tx, id, not_before).await?;
        }
        requested(&mut tx, "e4").await?;
        let heavy = NewRun {
            id: RunId("heavy".into()),
            environment: &EnvironmentId("e4".into()),
            kind: RunKind::Create,
            status: RunStatus::Queued,
            weight: Weight::Heavy,
            actor: &Actor::Console,
            created_at: START,
            not_before: 0,
        };
        assert!(runs::insert(&mut tx, &heavy).await?);
        let mut order = Vec::new();
        while let Some(run) = claim(&mut tx, "w", 1000).await? {
            order.push(run.environment_id.0);
        }
        assert_eq!(order, ["e2", "e3", "e1"]);
        let claim = Claim { worker: "w", weight: Weight::Heavy, now: 1000, until: 2000 };
        assert_eq!(runs::claim(&mut tx, claim).await?.map(|run| run.id), Some(heavy.id));
        Ok(())
    }
}
