//! The small tables: deliveries, secrets, steps, run_log, audit, versions.

use mayfly::domain::run::Step;
use mayfly::domain::{Actor, EnvironmentId, Span};
use mayfly::store::effects::Effect;
use mayfly::store::secrets::{ENGINE, INPUT, OUTPUT, SealedSecret};
use mayfly::store::versions::Version;
use mayfly::store::{StoreError, audit, deliveries, effects, run_log, secrets, steps, versions};
use serde_json::json;

use super::fixtures::{START, alice, queue, ready, requested, version};
use super::runs::claim;

fn secret(field: &str, kind: &str, sealed: &[u8]) -> SealedSecret {
    SealedSecret {
        environment_id: EnvironmentId("e1".into()),
        field: field.into(),
        kind: kind.into(),
        label: "Password".into(),
        sealed: sealed.into(),
        created_at: START,
    }
}

on_both! {
    async fn a_delivery_acts_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        assert!(deliveries::first_time(&mut tx, "view:V1", START).await?);
        assert!(!deliveries::first_time(&mut tx, "view:V1", START).await?);
        assert!(deliveries::first_time(&mut tx, "view:V2", START).await?);
        drop(tx);
        let mut tx = database.db.write("test").await?;
        let rolled_back = deliveries::first_time(&mut tx, "view:V1", START).await?;
        assert!(rolled_back, "what it caused was rolled back, so it may act");
        Ok(())
    }

    async fn of_many_deliveries_at_once_one_acts(database: Database) -> anyhow::Result<()> {
        let handles = [database.db.clone(), database.another().await];
        let deliverers: Vec<_> = (0..16)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("delivery").await?;
                    let first = deliveries::first_time(&mut tx, "view:V1", START).await?;
                    tx.commit().await?;
                    anyhow::Ok(first)
                })
            })
            .collect();
        let mut acted = 0;
        for deliverer in deliverers {
            acted += usize::from(deliverer.await??);
        }
        assert_eq!(acted, 1);
        Ok(())
    }

    async fn secrets_are_kept_by_field_and_kind(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = ready(&mut tx, "e1").await?.id;
        secrets::put(&mut tx, &secret("b", OUTPUT, &[0, 159, 146, 150])).await?;
        secrets::put(&mut tx, &secret("a", OUTPUT, b"old")).await?;
        let later = START + Span::hours(1);
        let newer = SealedSecret { created_at: later, ..secret("a", OUTPUT, b"new") };
        secrets::put(&mut tx, &newer).await?;
        secrets::put(&mut tx, &secret("a", INPUT, b"input")).await?;
        let found = secrets::of_environment(&mut tx, &id, OUTPUT).await?;
        let found: Vec<_> =
            found.iter().map(|s| (s.field.as_str(), s.sealed.as_slice(), s.created_at)).collect();
        assert_eq!(found, [("a", &b"new"[..], later), ("b", &[0, 159, 146, 150][..], START)]);
        assert_eq!(secrets::of_environment(&mut tx, &id, INPUT).await?.len(), 1);
        secrets::put(&mut tx, &secret("key", ENGINE, b"sealed")).await?;
        secrets::forget_all_but_state(&mut tx, &id).await?;
        assert!(secrets::of_environment(&mut tx, &id, OUTPUT).await?.is_empty());
        assert!(secrets::of_environment(&mut tx, &id, INPUT).await?.is_empty());
        assert_eq!(secrets::of_environment(&mut tx, &id, ENGINE).await?.len(), 1);
        secrets::put(&mut tx, &newer).await?;
        secrets::put(&mut tx, &secret("a", INPUT, b"input")).await?;
        secrets::forget(&mut tx, &id).await?;
        assert!(secrets::of_environment(&mut tx, &id, ENGINE).await?.is_empty());
        assert!(secrets::of_environment(&mut tx, &id, OUTPUT).await?.is_empty());
        assert!(secrets::of_environment(&mut tx, &id, INPUT).await?.is_empty());
        Ok(())
    }

    async fn effects_stay_until_they_are_settled(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = requested(&mut tx, "e1").await?.id;
        let other = requested(&mut tx, "e2").await?.id;
        let run = queue(&mut tx, "e1", 0).await?;
        let effect = |environment: &EnvironmentId, address: &str| Effect {
            environment_id: environment.clone(),
            address: address.into(),
            kind: "aws_s3_bucket".into(),
            id: None,
            run_id: run.clone(),
            at: START,
        };
        for address in ["b", "a"] {
            effects::begin(&mut tx, &effect(&id, address)).await?;
        }
        effects::begin(&mut tx, &effect(&other, "a")).await?;
        effects::complete(&mut tx, (&id, &run), "a", Some("id=bucket")).await?;
        effects::complete(&mut tx, (&id, &run), "never begun", Some("id=x")).await?;
        let found = effects::of_environment(&mut tx, &id).await?;
        let found: Vec<_> = found.iter().map(|e| (e.address.as_str(), e.id.as_deref())).collect();
        assert_eq!(found, [("a", Some("id=bucket")), ("b", None)]);
        // Begun again, nobody knows what comes of it.
        effects::begin(&mut tx, &effect(&id, "a")).await?;
        assert_eq!(effects::of_environment(&mut tx, &id).await?[0].id, None);
        effects::settle(&mut tx, (&id, &run), "a").await?;
        assert_eq!(effects::of_environment(&mut tx, &id).await?.len(), 1);
        // What another run has begun of the same name is another resource.
        let later = queue(&mut tx, "e2", 1).await?;
        effects::begin(&mut tx, &Effect { run_id: later.clone(), ..effect(&id, "b") }).await?;
        assert_eq!(effects::of_environment(&mut tx, &id).await?.len(), 2);
        effects::settle_run(&mut tx, &later).await?;
        assert_eq!(effects::of_environment(&mut tx, &id).await?.len(), 1);
        effects::settle_all(&mut tx, &id).await?;
        assert!(effects::of_environment(&mut tx, &id).await?.is_empty());
        assert_eq!(effects::of_environment(&mut tx, &other).await?.len(), 1);
        Ok(())
    }

    async fn the_journal_is_read_in_its_order(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let run = queue(&mut tx, "e1", 0).await?;
        let line = steps::Line { run: &run, epoch: 0, step: Step::Plan, event: "begun", detail: "" };
        assert!(!steps::write(&mut tx, line, START).await?, "nobody holds it");
        claim(&mut tx, "w", 0).await?.expect("is due");
        for event in ["begun", "done"] {
            let line = steps::Line { epoch: 1, event, detail: "{}", ..line };
            assert!(steps::write(&mut tx, line, START).await?);
        }
        let found = steps::of_run(&mut tx, &run).await?;
        let found: Vec<_> = found.iter().map(|s| (s.step, s.event.as_str(), s.epoch)).collect();
        assert_eq!(found, [(Step::Plan, "begun", 1), (Step::Plan, "done", 1)]);
        Ok(())
    }

    async fn nobody_claims_a_run_while_an_intent_is_written(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let run = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "w", 0).await?.expect("is due");
        tx.commit().await?;
        let mut writing = database.db.write("worker").await?;
        let line = steps::Line { run: &run, epoch: 1, step: Step::Apply, event: "begun", detail: "" };
        assert!(steps::write(&mut writing, line, START).await?);
        let other = database.another().await;
        let claimer = tokio::spawn(async move {
            let mut tx = other.write("claimer").await?;
            let got = claim(&mut tx, "v", 60_001).await?;
            let journal = match &got {
                Some(run) => steps::of_run(&mut tx, &run.id).await?.len(),
                None => 0,
            };
            tx.commit().await?;
            anyhow::Ok(got.map(|_| journal))
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        writing.commit().await?;
        // It waited, and sees the intent, or it passed over the run.
        let got = claimer.await??;
        assert!(got.is_none_or(|journal| journal == 1), "claimed without the intent: {got:?}");
        Ok(())
    }

    async fn an_intent_of_a_lost_worker_does_not_slip_past_a_claim(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let run = queue(&mut tx, "e1", 0).await?;
        claim(&mut tx, "lost", 0).await?.expect("is due");
        tx.commit().await?;
        let mut claiming = database.db.write("claimer").await?;
        claim(&mut claiming, "v", 60_001).await?.expect("the claim is over");
        let (other, late) = (database.another().await, run.clone());
        let writer = tokio::spawn(async move {
            let mut tx = other.write("lost worker").await?;
            let line =
                steps::Line { run: &late, epoch: 1, step: Step::Apply, event: "begun", detail: "" };
            let written = steps::write(&mut tx, line, START).await?;
            tx.commit().await?;
            anyhow::Ok(written)
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        claiming.commit().await?;
        assert!(!writer.await??, "the new worker does not know of this intent");
        let mut tx = database.db.read().await?;
        assert!(steps::of_run(&mut tx, &run).await?.is_empty());
        Ok(())
    }

    async fn the_log_shows_its_last_lines(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let run = queue(&mut tx, "e1", 0).await?;
        let lines: Vec<String> = (0..5).map(|n| format!("line {n} \u{1b}[31m")).collect();
        run_log::append(&mut tx, &run, START, &lines[..3]).await?;
        run_log::append(&mut tx, &run, START, &lines[3..]).await?;
        run_log::append(&mut tx, &run, START, &[]).await?;
        assert_eq!(run_log::tail(&mut tx, &run, 2).await?, lines[3..]);
        assert_eq!(run_log::tail(&mut tx, &run, 99).await?, lines);
        Ok(())
    }

    async fn the_trail_tells_who_did_what(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = EnvironmentId("e1".into());
        let person = Actor::Person(alice());
        let entry = |actor, action| audit::Entry {
            environment: Some(&id),
            run: None,
            at: START,
            actor,
            action,
            detail: json!({"n": 1}),
        };
        audit::record(&mut tx, entry(&person, "environment.requested")).await?;
        audit::record(&mut tx, entry(&Actor::Scheduler, "environment.reaped")).await?;
        let elsewhere = audit::Entry { environment: None, ..entry(&person, "creating.paused") };
        audit::record(&mut tx, elsewhere).await?;
        let found = audit::of_environment(&mut tx, &id).await?;
        let told: Vec<_> = found.iter().map(|e| (e.action.as_str(), &e.actor.0)).collect();
        assert_eq!(told, [
            ("environment.requested", &person), ("environment.reaped", &Actor::Scheduler)
        ]);
        assert_eq!(found[0].detail.0, json!({"n": 1}));
        Ok(())
    }

    async fn a_version_is_kept_as_it_was(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        versions::keep(&mut tx, &version()).await?;
        versions::keep(&mut tx, &Version { archive: vec![9], ..version() }).await?;
        let found = versions::get(&mut tx, "d1").await?;
        assert_eq!(found.archive, version().archive);
        assert_eq!((found.template.as_str(), found.created_at), ("preview-env", START));
        let told = versions::get(&mut tx, "d2").await.expect_err("is not kept");
        assert!(matches!(told, StoreError::NoSuchRow { table: "template_versions", .. }), "{told}");
        Ok(())
    }
}
