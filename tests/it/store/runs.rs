//! `store::runs`: one run's life, and its fence.

use mayfly::domain::plan::{AttributeChange, Change, PlanSummary, PlannedResource};
use mayfly::domain::run::{Failure, Progress, RunKind, RunStatus, Step, Weight};
use mayfly::domain::{Actor, EnvironmentId, RunId, Span, Transient};
use mayfly::store::runs::{self, Claim, NewRun, Outcome, Run};
use mayfly::store::{StoreError, Tx, steps};

use super::fixtures::{START, alice, bob, queue, requested};

/// A claim for a minute by `worker`.
pub async fn claim(tx: &mut Tx, worker: &str, now: i64) -> anyhow::Result<Option<Run>> {
    let claim = Claim { worker, weight: Weight::Light, now, until: now + 60_000 };
    Ok(runs::claim(tx, claim).await?)
}

fn succeeded() -> Outcome<'static> {
    Outcome { status: RunStatus::Succeeded, failure: None, at: START + Span::minutes(3) }
}

fn progress() -> Progress {
    Progress {
        kind: RunKind::Create,
        step: Step::Apply,
        done: 1,
        total: Some(2),
        current: vec!["aws_s3_bucket.this[\"a\"]".into()],
        ended: None,
        again: None,
    }
}

on_both! {
    async fn one_run_at_a_time_changes_an_environment(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let environment = requested(&mut tx, "e1").await?.id;
        let first = queue(&mut tx, "e1", 0).await?;
        let second = NewRun {
            id: RunId("second".into()),
            environment: &environment,
            kind: RunKind::Destroy,
            status: RunStatus::Waiting,
            weight: Weight::Heavy,
            actor: &Actor::Scheduler,
            created_at: START + Span::minutes(1),
            not_before: 0,
        };
        assert!(!runs::insert(&mut tx, &second).await?);
        assert_eq!(runs::live(&mut tx, &environment).await?.map(|run| run.id), Some(first.clone()));
        assert!(runs::withdraw(&mut tx, &first, START).await?);
        assert!(runs::live(&mut tx, &environment).await?.is_none());
        assert!(runs::insert(&mut tx, &second).await?);
        let all = runs::of_environment(&mut tx, &environment).await?;
        let all: Vec<_> = all.iter().map(|run| (run.id.as_str(), run.status)).collect();
        assert_eq!(all, [
            (first.as_str(), RunStatus::Cancelled), ("second", RunStatus::Waiting)
        ]);
        let other = runs::of_environment(&mut tx, &EnvironmentId("e2".into())).await?;
        assert!(other.is_empty());
        Ok(())
    }

    async fn a_run_goes_from_the_queue_to_its_end(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 100).await?;
        assert!(claim(&mut tx, "w", 99).await?.is_none(), "it may not be claimed yet");
        let run = claim(&mut tx, "w", 100).await?.expect("is due");
        assert_eq!((run.id.clone(), run.status, run.epoch), (id.clone(), RunStatus::Running, 1));
        assert_eq!(run.claimed_by.as_deref(), Some("w"));
        assert_eq!(run.claimed_until, Some(60_100));
        assert_eq!(run.actor.0, Actor::Person(alice()));
        assert!(claim(&mut tx, "v", 60_100).await?.is_none(), "the claim still holds");

        assert!(runs::set_step(&mut tx, &id, 1, Step::Plan, START).await?);
        assert!(runs::set_step(&mut tx, &id, 1, Step::Apply, START + Span::minutes(1)).await?);
        let summary = PlanSummary {
            resources: vec![PlannedResource {
                address: "a.b".into(),
                change: Change::Replace,
                attributes: vec![AttributeChange {
                    name: "tags".into(),
                    before: Some("it's \"so\"".into()),
                    after: None,
                }],
            }],
        };
        assert!(runs::set_plan(&mut tx, &id, 1, &summary).await?);
        assert!(runs::set_progress(&mut tx, &id, 1, &progress()).await?);
        runs::set_progress_ts(&mut tx, &id, Some("9.9")).await?;
        let renewed = runs::renew(&mut tx, &id, 1, 90_000).await?.expect("still ours");
        assert_eq!((renewed.claimed_until, renewed.cancel_by.is_none()), (Some(90_000), true));
        assert_eq!((renewed.step, renewed.started_at), (Some(Step::Apply), Some(START)));
        assert_eq!(renewed.plan.map(|plan| plan.0), Some(summary));
        assert_eq!(renewed.progress.map(|progress| progress.0), Some(progress()));
        assert_eq!(renewed.progress_ts.as_deref(), Some("9.9"));

        assert!(!runs::forget_plan(&mut tx, &id, 7).await?, "another's");
        assert!(runs::forget_plan(&mut tx, &id, 1).await?);
        assert_eq!(runs::get(&mut tx, &id).await?.plan, None);

        assert!(runs::complete(&mut tx, &id, 1, succeeded()).await?);
        assert!(!runs::complete(&mut tx, &id, 1, succeeded()).await?, "it ends once");
        let run = runs::get(&mut tx, &id).await?;
        assert_eq!((run.status, run.ended_at), (RunStatus::Succeeded, Some(succeeded().at)));
        assert!(claim(&mut tx, "w", i64::MAX - 60_000).await?.is_none(), "what has ended is not due");
        Ok(())
    }

    async fn what_a_dead_process_held_is_claimed_at_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "w", 1).await?.expect("is due");
        assert!(claim(&mut tx, "v", 2).await?.is_none(), "it is held");
        assert_eq!(runs::release_all(&mut tx, 1).await?, 1);
        let again = claim(&mut tx, "v", 2).await?.expect("nobody holds it");
        assert_eq!(again.epoch, 2);
        Ok(())
    }

    async fn nothing_waits_for_a_clock_that_was_set_back(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 9_000_000).await?;
        runs::release_all(&mut tx, 9_500_000).await?;
        assert_eq!(runs::get(&mut tx, &id).await?.not_before, 9_000_000, "as long as it is near");
        runs::release_all(&mut tx, 3_600_000).await?;
        assert_eq!(runs::get(&mut tx, &id).await?.not_before, 3_600_000);
        Ok(())
    }

    async fn a_machine_takes_up_what_it_held_and_nobody_else_does(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for id in ["e1", "e2"] {
            requested(&mut tx, id).await?;
            queue(&mut tx, id, 0).await?;
        }
        claim(&mut tx, "host:1@one", 0).await?.expect("is due");
        claim(&mut tx, "host:2@another", 0).await?.expect("is due");
        for name in ["host:1@one", "host:4@third", "host", "host:1@"] {
            assert!(claim(&mut tx, name, 1).await?.is_none(), "{name} claims what is held");
        }
        let again = claim(&mut tx, "host:3@one", 1).await?.expect("it is its own machine's");
        assert_eq!(again.epoch, 2);
        assert!(claim(&mut tx, "host:3@one", 1).await?.is_none(), "another's stays its own");
        Ok(())
    }

    async fn a_claim_is_given_back_by_its_holder_alone(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "w@one", 1).await?.expect("is due");
        assert!(!runs::give_back(&mut tx, &id, 0, 5, "@one").await?, "another epoch's");
        assert!(runs::give_back(&mut tx, &id, 1, 5, "@one").await?);
        assert!(claim(&mut tx, "w@one", 4).await?.is_none(), "it rests");
        assert!(claim(&mut tx, "w@another", 5).await?.is_none(), "its child may be at work");
        assert_eq!(claim(&mut tx, "w@one", 5).await?.expect("is due again").epoch, 2);
        Ok(())
    }

    async fn a_run_that_rests_is_nobodys_until_it_is_due(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "w", 1).await?.expect("is due");
        assert!(!runs::rest(&mut tx, &id, 0, 50).await?, "another epoch's");
        assert!(runs::rest(&mut tx, &id, 1, 50).await?);
        assert!(!runs::rest(&mut tx, &id, 1, 50).await?, "it rests already");
        assert!(runs::renew(&mut tx, &id, 1, 90).await?.is_none(), "a late heartbeat keeps it");
        assert!(!runs::withdraw(&mut tx, &id, START).await?, "it was begun");
        assert!(claim(&mut tx, "w", 49).await?.is_none(), "it rests");
        assert_eq!(claim(&mut tx, "v", 50).await?.expect("is due again").epoch, 2);

        // Somebody who calls it off wakes it.
        assert!(runs::rest(&mut tx, &id, 2, 500).await?);
        assert!(runs::ask_to_cancel(&mut tx, &id, &Actor::Person(alice())).await?);
        let woken = claim(&mut tx, "w", 60).await?.expect("is due at once");
        assert!(woken.cancel_by.is_some());
        Ok(())
    }

    async fn a_failure_is_kept_whole(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "w", 1).await?.expect("is due");
        let failure = Failure {
            step: Step::Apply,
            summary: "no quota".into(),
            detail: "it's \"over\"".into(),
            resource: Some("a.b".into()),
            place: Some("main.tf:3".into()),
            tail: vec!["last".into(), "line".into()],
            transient: Some(Transient::Throttled),
        };
        let outcome =
            Outcome { status: RunStatus::Failed, failure: Some(&failure), at: START };
        assert!(runs::complete(&mut tx, &id, 1, outcome).await?);
        let run = runs::get(&mut tx, &id).await?;
        assert_eq!(run.failure.map(|failure| failure.0), Some(failure));
        Ok(())
    }

    async fn who_lost_the_claim_can_write_nothing(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        let lost = claim(&mut tx, "w", 0).await?.expect("is due");
        let held = claim(&mut tx, "v", 60_001).await?.expect("the claim is over");
        assert_eq!((held.id.clone(), lost.epoch, held.epoch), (id.clone(), 1, 2));
        let line = |epoch| steps::Line { run: &id, epoch, step: Step::Apply, event: "begun", detail: "" };
        for (epoch, allowed) in [(lost.epoch, false), (held.epoch + 1, false), (held.epoch, true)] {
            assert_eq!(runs::held(&mut tx, &id, epoch).await?, allowed);
            assert_eq!(runs::renew(&mut tx, &id, epoch, 1).await?.is_some(), allowed);
            assert_eq!(runs::set_step(&mut tx, &id, epoch, Step::Gate, START).await?, allowed);
            assert_eq!(runs::set_plan(&mut tx, &id, epoch, &PlanSummary::default()).await?, allowed);
            assert_eq!(runs::set_progress(&mut tx, &id, epoch, &progress()).await?, allowed);
            assert_eq!(steps::write(&mut tx, line(epoch), START).await?, allowed);
            assert_eq!(runs::complete(&mut tx, &id, epoch, succeeded()).await?, allowed);
        }
        assert_eq!(steps::of_run(&mut tx, &id).await?.len(), 1);
        // After the end even the right epoch writes nothing.
        assert!(!runs::held(&mut tx, &id, held.epoch).await?);
        assert!(runs::renew(&mut tx, &id, held.epoch, 1).await?.is_none());
        assert!(!runs::set_step(&mut tx, &id, held.epoch, Step::Gate, START).await?);
        assert!(!steps::write(&mut tx, line(held.epoch), START).await?);
        Ok(())
    }

    async fn trouble_is_counted_until_the_run_gets_on(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        queue(&mut tx, "e1", 0).await?;
        let held = claim(&mut tx, "w", 0).await?.expect("one waits");
        let counted = async |tx: &mut Tx, step: Step, event: &str| {
            let line = steps::Line { run: &held.id, epoch: held.epoch, step, event, detail: "" };
            assert!(steps::write(tx, line, START).await?);
            anyhow::Ok(steps::troubles(&steps::of_run(tx, &held.id).await?))
        };
        for (step, event, times) in [
            (Step::Prepare, "begun", 0),
            (Step::Prepare, steps::TROUBLED, 1),
            (Step::Prepare, "begun", 1),
            (Step::Prepare, "done", 0),
            (Step::Plan, "begun", 0),
            (Step::Plan, steps::TROUBLED, 1),
            // It has come so far before.
            (Step::Prepare, "done", 1),
            (Step::Plan, steps::TROUBLED, 2),
            (Step::Plan, "retried", 0),
        ] {
            assert_eq!(counted(&mut tx, step, event).await?, times, "{step} {event}");
        }
        Ok(())
    }

    async fn what_is_given_back_is_listed_until_it_goes_on(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for id in ["e1", "e2"] {
            requested(&mut tx, id).await?;
            queue(&mut tx, id, 0).await?;
        }
        let held = claim(&mut tx, "w@m", 0).await?.expect("one waits");
        claim(&mut tx, "w@m", 0).await?.expect("another waits");
        assert!(runs::given_back(&mut tx).await?.is_empty(), "both are held");
        assert!(runs::give_back(&mut tx, &held.id, held.epoch, 10, "@m").await?);
        let listed = runs::given_back(&mut tx).await?;
        assert_eq!(listed.iter().map(|run| &run.id).collect::<Vec<_>>(), [&held.id]);
        assert_eq!(claim(&mut tx, "w@m", 10).await?.expect("it is due").id, held.id);
        assert!(runs::given_back(&mut tx).await?.is_empty(), "it goes on");
        Ok(())
    }

    async fn a_run_is_withdrawn_only_before_it_began(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for id in ["e1", "e2", "e3"] {
            requested(&mut tx, id).await?;
        }
        let queued = queue(&mut tx, "e1", 0).await?;
        assert!(runs::withdraw(&mut tx, &queued, START).await?);
        assert!(!runs::withdraw(&mut tx, &queued, START).await?, "it has ended");
        let run = runs::get(&mut tx, &queued).await?;
        assert_eq!((run.status, run.ended_at), (RunStatus::Cancelled, Some(START)));
        let begun = queue(&mut tx, "e2", 0).await?;
        claim(&mut tx, "w", 0).await?.expect("is due");
        assert!(!runs::withdraw(&mut tx, &begun, START).await?, "it runs");
        let waiting = NewRun {
            id: RunId("waiting".into()),
            environment: &EnvironmentId("e3".into()),
            kind: RunKind::Create,
            status: RunStatus::Waiting,
            weight: Weight::Light,
            actor: &Actor::Console,
            created_at: START,
            not_before: 0,
        };
        assert!(runs::insert(&mut tx, &waiting).await?);
        assert!(claim(&mut tx, "w", 1).await?.is_none(), "what waits for a person is not due");
        assert!(runs::withdraw(&mut tx, &waiting.id, START).await?);
        assert!(!runs::resume(&mut tx, &waiting.id).await?, "it has ended");
        Ok(())
    }

    async fn a_waiting_run_goes_on_when_it_is_let(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let environment = requested(&mut tx, "e1").await?.id;
        let waiting = NewRun {
            id: RunId("waiting".into()),
            environment: &environment,
            kind: RunKind::Create,
            status: RunStatus::Waiting,
            weight: Weight::Light,
            actor: &Actor::Worker { host: "h".into() },
            created_at: START,
            not_before: 0,
        };
        assert!(runs::insert(&mut tx, &waiting).await?);
        assert!(runs::resume(&mut tx, &waiting.id).await?);
        assert!(!runs::resume(&mut tx, &waiting.id).await?);
        let run = claim(&mut tx, "w", 0).await?.expect("is due");
        assert_eq!(run.id, waiting.id);
        Ok(())
    }

    async fn a_run_is_called_off_once_while_it_lives(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let id = queue(&mut tx, "e1", 0).await?;
        assert!(runs::ask_to_cancel(&mut tx, &id, &Actor::Person(bob())).await?);
        assert!(!runs::ask_to_cancel(&mut tx, &id, &Actor::Person(alice())).await?);
        let run = claim(&mut tx, "w", 0).await?.expect("whoever claims it calls it off");
        assert_eq!(run.cancel_by.map(|by| by.0), Some(Actor::Person(bob())));
        let outcome = Outcome { status: RunStatus::Cancelled, failure: None, at: START };
        assert!(runs::complete(&mut tx, &id, 1, outcome).await?);
        requested(&mut tx, "e2").await?;
        let ended = queue(&mut tx, "e2", 0).await?;
        assert!(runs::withdraw(&mut tx, &ended, START).await?);
        assert!(!runs::ask_to_cancel(&mut tx, &ended, &Actor::Scheduler).await?, "it has ended");
        Ok(())
    }

    async fn a_run_that_is_not_there_is_an_error(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = RunId("nothing".into());
        let told = runs::get(&mut tx, &id).await.expect_err("there is no such run");
        assert!(matches!(told, StoreError::NoSuchRow { table: "runs", .. }), "{told}");
        let told = runs::set_progress_ts(&mut tx, &id, None).await.expect_err("no such run");
        assert!(matches!(told, StoreError::NoSuchRow { table: "runs", .. }), "{told}");
        assert!(!runs::withdraw(&mut tx, &id, START).await?);
        assert!(!runs::ask_to_cancel(&mut tx, &id, &Actor::Scheduler).await?);
        Ok(())
    }
}
