//! `store::orphans` and `store::sweeps`.

use mayfly::domain::environment::{EndReason, Event};
use mayfly::domain::orphan::OrphanStatus;
use mayfly::domain::{OrphanId, Span, Timestamp};
use mayfly::store::orphans::{self, Sighting};
use mayfly::store::{Tx, environments, sweeps};

use super::fixtures::{START, alice, happens, ready, requested};

const GRACE: Span = Span::minutes(15);

fn sighting(resource: &str) -> Sighting<'_> {
    Sighting {
        target: "aws-1",
        resource,
        kind: Some("aws_s3_bucket"),
        import_id: Some("calm"),
        environment: Some("s3-bucket-calm"),
    }
}

fn at(minutes: i64) -> Timestamp {
    START + Span::minutes(minutes)
}

/// Seen as a new one or as the known one.
async fn seen(tx: &mut Tx, resource: &str, minutes: i64) -> anyhow::Result<()> {
    let fresh = OrphanId(format!("orp_{resource}_{minutes}"));
    Ok(orphans::sighted(tx, &fresh, sighting(resource), at(minutes)).await?)
}

on_both! {
    async fn it_is_ripe_when_it_was_seen_twice_and_for_long_enough(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        seen(&mut tx, "a", 0).await?;
        assert!(orphans::ripe(&mut tx, at(60), GRACE).await?.is_empty(), "seen once");
        seen(&mut tx, "a", 14).await?;
        assert!(orphans::ripe(&mut tx, at(14), GRACE).await?.is_empty(), "too early");
        seen(&mut tx, "a", 15).await?;
        let ripe = orphans::ripe(&mut tx, at(15), GRACE).await?;
        assert_eq!(ripe.len(), 1);
        assert_eq!((ripe[0].id.as_str(), ripe[0].sightings), ("orp_a_0", 3), "the first id stays");
        assert_eq!((ripe[0].first_seen, ripe[0].last_seen), (at(0), at(15)));

        orphans::set_status(&mut tx, &ripe[0].id, OrphanStatus::Reported).await?;
        assert!(orphans::ripe(&mut tx, at(60), GRACE).await?.is_empty());
        assert_eq!(orphans::reported(&mut tx, 10).await?.len(), 1);
        assert_eq!(orphans::count_reported(&mut tx).await?, 1);
        orphans::set_status(&mut tx, &ripe[0].id, OrphanStatus::Adopted).await?;
        seen(&mut tx, "a", 75).await?;
        assert_eq!(orphans::count_reported(&mut tx).await?, 0, "it stays adopted");
        let found = orphans::find(&mut tx, &ripe[0].id).await?;
        assert_eq!(found.map(|orphan| orphan.status), Some(OrphanStatus::Adopted));
        assert!(orphans::remove(&mut tx, &ripe[0].id).await?);
        assert!(!orphans::remove(&mut tx, &ripe[0].id).await?);
        assert!(orphans::set_status(&mut tx, &ripe[0].id, OrphanStatus::Seen).await.is_err());
        tx.commit().await?;
        Ok(())
    }

    async fn a_clock_that_was_ahead_hides_nothing_and_keeps_nothing(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let year = Span::days(365).millis() / Span::minutes(1).millis();
        seen(&mut tx, "there", year).await?;
        seen(&mut tx, "gone", year).await?;
        // It was put back.
        seen(&mut tx, "there", 0).await?;
        assert_eq!(orphans::forget_unseen(&mut tx, "aws-1", at(0)).await?, 1);
        seen(&mut tx, "there", 15).await?;
        let ripe = orphans::ripe(&mut tx, at(15), GRACE).await?;
        assert_eq!(ripe.iter().map(|one| one.resource.as_str()).collect::<Vec<_>>(), ["there"]);
        Ok(())
    }

    async fn what_a_sweep_of_its_place_does_not_see_is_forgotten(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for resource in ["a", "b"] {
            seen(&mut tx, resource, 0).await?;
        }
        let elsewhere = Sighting { target: "aws-2", ..sighting("c") };
        orphans::sighted(&mut tx, &OrphanId("orp_c".into()), elsewhere, at(0)).await?;
        seen(&mut tx, "a", 60).await?;
        assert_eq!(orphans::forget_unseen(&mut tx, "aws-1", at(60)).await?, 1);
        assert!(orphans::find(&mut tx, &OrphanId("orp_b_0".into())).await?.is_none());
        // Who sees it last has it: with renewed credentials a place has another name.
        let moved = Sighting { target: "aws-2", ..sighting("a") };
        orphans::sighted(&mut tx, &OrphanId("orp_x".into()), moved, at(120)).await?;
        assert_eq!(orphans::forget_unseen(&mut tx, "aws-1", at(180)).await?, 0);
        assert_eq!(orphans::forget_unseen(&mut tx, "aws-2", at(180)).await?, 2);
        tx.commit().await?;
        Ok(())
    }

    async fn one_process_sweeps_a_place(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        assert_eq!(sweeps::find(&mut tx, "aws-1").await?, None);
        let known = sweeps::know(&mut tx, "aws-1", "AWS", at(0)).await?;
        assert_eq!((known.begun_at, known.swept_at), (at(0), None));
        let again = sweeps::know(&mut tx, "aws-1", "AWS in x", at(5)).await?;
        assert_eq!((again.begun_at, again.what.as_str()), (at(0), "AWS in x"));

        assert!(sweeps::begin(&mut tx, &known, at(60), (1_000, 2_000)).await?);
        assert!(!sweeps::begin(&mut tx, &known, at(60), (1_000, 3_000)).await?, "looked at before");
        let held = sweeps::find(&mut tx, "aws-1").await?.expect("it is known");
        assert!(!sweeps::begin(&mut tx, &held, at(61), (1_999, 3_000)).await?, "another has it");
        assert!(sweeps::begin(&mut tx, &held, at(120), (2_000, 3_000)).await?, "its claim is over");

        assert!(!sweeps::end(&mut tx, ("aws-1", 2_000), Ok(at(121))).await?, "not its claim");
        assert!(sweeps::end(&mut tx, ("aws-1", 3_000), Ok(at(121))).await?);
        assert!(!sweeps::end(&mut tx, ("aws-1", 3_000), Ok(at(122))).await?, "it has ended");
        let swept = sweeps::all(&mut tx).await?;
        assert_eq!((swept.len(), swept[0].swept_at, &swept[0].error), (1, Some(at(121)), &None));
        assert!(sweeps::begin(&mut tx, &swept[0], at(180), (4_000, 5_000)).await?);
        assert!(sweeps::end(&mut tx, ("aws-1", 5_000), Err("denied")).await?);
        let failed = sweeps::find(&mut tx, "aws-1").await?.expect("it is known");
        assert_eq!((failed.swept_at, failed.error.as_deref()), (Some(at(121)), Some("denied")));
        tx.commit().await?;
        Ok(())
    }

    async fn what_ended_can_be_opened_once_more(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "one").await?;
        requested(&mut tx, "two").await?;
        assert_eq!(environments::templates(&mut tx).await?, ["preview-env"]);
        let row = happens(&mut tx, &row, Event::DestroyAsked(EndReason::Expired)).await?;
        environments::count_destroyed(&mut tx, &row.id, 4).await?;
        environments::set_destroy_failures(&mut tx, &row.id, 2).await?;
        let row = happens(&mut tx, &row, Event::Gone { at: at(1) }).await?;
        assert_eq!(environments::living_names(&mut tx).await?, ["preview-env-two"]);

        let reason = EndReason::Orphan { by: Some(alice()), resource: "arn:x".into() };
        let row = happens(&mut tx, &row, Event::Reopened(reason.clone())).await?;
        environments::reopened(&mut tx, &row.id).await?;
        let row = environments::get(&mut tx, &row.id).await?;
        assert_eq!((row.destroyed_count, row.destroy_failures, row.ended_at), (0, 0, None));
        assert_eq!(row.end_reason.map(|kept| kept.0), Some(reason));
        assert_eq!(environments::living_names(&mut tx).await?.len(), 2);
        tx.commit().await?;
        Ok(())
    }
}
