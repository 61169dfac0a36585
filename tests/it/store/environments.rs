//! `store::environments`: rows, names, guards, lists.

use mayfly::domain::environment::{EndReason, Event, State, Status};
use mayfly::domain::facts::ShownOutput;
use mayfly::domain::run::Weight;
use mayfly::domain::{EngineKind, EnvironmentId, MadeBy, Span, Timestamp};
use mayfly::store::StoreError;
use mayfly::store::environments::{self, Environment, Scope};
use mayfly::store::runs::{self, Claim};

use super::fixtures::{
    START, alice, bob, environment, happens, insert, life, queue, ready, requested,
};

fn names(found: &[Environment]) -> Vec<&str> {
    found.iter().map(|row| row.id.as_str()).collect()
}

on_both! {
    async fn what_is_inserted_is_read_back(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = requested(&mut tx, "e1").await?;
        tx.commit().await?;
        let mut tx = database.db.read().await?;
        let found = environments::find(&mut tx, &row.id).await?.expect("is there");
        let written = environment("e1");
        assert_eq!(format!("{found:?}"), format!("{written:?}"));
        assert_eq!(found.state()?, State::Requested);
        assert_eq!(found.owner(), alice());
        assert_eq!(found.ttl(), Span::hours(4));
        assert_eq!(found.facts().name, "preview-env-e1");
        let named = environments::by_name(&mut tx, "preview-env-e1").await?.expect("is there");
        assert_eq!(named.id, row.id);
        assert!(environments::by_name(&mut tx, "preview-env").await?.is_none());
        assert!(environments::find(&mut tx, &EnvironmentId("e2".into())).await?.is_none());
        Ok(())
    }

    async fn a_name_is_taken_once_and_the_transaction_goes_on(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "e1").await?;
        let twin = Environment { name: "preview-env-e1".into(), ..environment("e2") };
        assert!(!environments::insert(&mut tx, &twin).await?);
        assert!(environments::find(&mut tx, &twin.id).await?.is_none());
        requested(&mut tx, "e3").await?;
        tx.commit().await?;
        Ok(())
    }

    async fn a_row_that_is_not_there_is_an_error_with_its_key(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let nobody = EnvironmentId("nobody".into());
        let told = [
            environments::get(&mut tx, &nobody).await.map(|_| ()),
            environments::lock(&mut tx, &nobody).await.map(|_| ()),
            environments::set_outputs(&mut tx, &nobody, &[], 0).await,
            environments::count_destroyed(&mut tx, &nobody, 1).await,
            environments::set_destroy_failures(&mut tx, &nobody, 1).await,
            environments::set_card(&mut tx, &nobody, None).await,
            environments::transition(&mut tx, &environment("nobody"), &State::Provisioning).await,
            environments::warning_sent(&mut tx, &environment("nobody"), 1, None).await,
        ];
        for told in told {
            let error = told.expect_err("there is no such row");
            assert!(
                matches!(&error, StoreError::NoSuchRow { table: "environments", key, .. } if key == "nobody"),
                "{error}"
            );
        }
        Ok(())
    }

    async fn a_transition_is_refused_when_the_status_has_moved(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let seen = requested(&mut tx, "e1").await?;
        happens(&mut tx, &seen, Event::Withdrawn).await?;
        let late = happens(&mut tx, &seen, Event::Started).await.expect_err("it was withdrawn");
        assert!(late.to_string().contains("environments"), "{late}");
        let now = environments::get(&mut tx, &seen.id).await?;
        assert_eq!(now.status, Status::Cancelled);
        Ok(())
    }

    async fn a_transition_is_refused_when_the_expiry_has_moved(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let seen = ready(&mut tx, "e1").await?;
        let longer = life().extend(Span::hours(4))?.lifetime;
        let moved = happens(&mut tx, &seen, Event::Extended(longer)).await?;
        assert_eq!(moved.expires_at, Some(longer.expires_at));
        let again = happens(&mut tx, &seen, Event::Extended(longer)).await;
        assert!(again.is_err(), "an extension of what was no longer so was written");
        Ok(())
    }

    async fn a_row_that_cannot_be_is_named(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = requested(&mut tx, "e1").await?;
        for (status, column) in [
            (Status::Ready, "expires_at"),
            (Status::Updating, "expires_at"),
            (Status::Failed, "end_reason"),
            (Status::Destroying, "end_reason"),
            (Status::Quarantined, "end_reason"),
            (Status::Destroyed, "end_reason"),
        ] {
            let told = Environment { status, ..row.clone() }.state().expect_err("cannot be").to_string();
            for word in [column, "e1", status.as_str()] {
                assert!(told.contains(word), "{told}");
            }
        }
        Ok(())
    }

    async fn outputs_card_and_counts_are_kept(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = ready(&mut tx, "e1").await?.id;
        let output = ShownOutput {
            name: "url".into(),
            label: "Site".into(),
            value: "http://x/\u{1f98a}'\"".into(),
            link: true,
        };
        environments::set_outputs(&mut tx, &id, std::slice::from_ref(&output), 2).await?;
        environments::set_card(&mut tx, &id, Some(("D1", "1.2"))).await?;
        environments::count_destroyed(&mut tx, &id, 3).await?;
        environments::count_destroyed(&mut tx, &id, 2).await?;
        environments::set_destroy_failures(&mut tx, &id, 2).await?;
        let row = environments::get(&mut tx, &id).await?;
        assert_eq!(row.outputs.0, [output]);
        assert!(row.has_credentials);
        assert_eq!((row.card_channel.as_deref(), row.card_ts.as_deref()), (Some("D1"), Some("1.2")));
        assert_eq!((row.destroyed_count, row.destroy_failures), (5, 2));
        environments::set_card(&mut tx, &id, None).await?;
        environments::set_outputs(&mut tx, &id, &[], 0).await?;
        let row = environments::get(&mut tx, &id).await?;
        assert_eq!((row.card_channel, row.card_ts, row.has_credentials), (None, None, false));
        Ok(())
    }

    async fn the_engine_is_noted_by_whoever_holds_the_run(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "e1").await?;
        assert_eq!(row.made_by()?, None);
        assert_eq!(row.facts().made_by, None);
        let version = semver::Version::parse("1.12.6-dev")?;
        let made_by = MadeBy { engine: EngineKind::Tofu, version };
        let run = queue(&mut tx, "e1", 0).await?;
        let noted = environments::set_engine(&mut tx, &row.id, &made_by, (&run, 0)).await?;
        assert!(!noted, "nobody has claimed the run");
        let claim = Claim { worker: "w", weight: Weight::Light, now: 10, until: 20 };
        let epoch = runs::claim(&mut tx, claim).await?.map_or(0, |run| run.epoch);
        assert!(environments::set_engine(&mut tx, &row.id, &made_by, (&run, epoch)).await?);
        assert!(!environments::set_engine(&mut tx, &row.id, &made_by, (&run, epoch + 1)).await?);
        let row = environments::get(&mut tx, &row.id).await?;
        assert_eq!(row.made_by()?, Some(made_by));
        assert_eq!(row.facts().made_by.as_deref(), Some("tofu 1.12.6-dev"));
        let odd = Environment { engine_version: Some("newest".into()), ..row };
        let told = odd.made_by().expect_err("it is no version").to_string();
        assert!(told.contains("engine_version") && told.contains("e1"), "{told}");
        Ok(())
    }

    async fn lists_show_the_living_of_a_scope_newest_first(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let at = |minutes| START + Span::minutes(minutes);
        for (id, owner, team, created_at) in [
            ("a1", alice(), Some("red"), at(1)),
            ("a2", alice(), Some("blue"), at(2)),
            ("b3", bob(), Some("red"), at(3)),
            ("b4", bob(), None, at(4)),
            ("a5", alice(), Some("red"), at(5)),
        ] {
            let row = Environment {
                owner_workspace: owner.workspace,
                owner_user: owner.user,
                team: team.map(str::to_owned),
                created_at,
                ..environment(id)
            };
            insert(&mut tx, row).await?;
        }
        let gone = environments::get(&mut tx, &EnvironmentId("a1".into())).await?;
        happens(&mut tx, &gone, Event::Withdrawn).await?;
        let mine = Scope::Owner(alice());
        let stranger =
            Scope::Owner(mayfly::domain::Person { workspace: "T2".into(), user: "U1".into() });
        for (scope, offset, at_most, expected) in [
            (&mine, 0, 10, &["a5", "a2"][..]),
            (&stranger, 0, 10, &[]),
            (&Scope::Team("red".into()), 0, 10, &["a5", "b3"]),
            (&Scope::All, 0, 10, &["a5", "b4", "b3", "a2"]),
            (&Scope::All, 1, 2, &["b4", "b3"]),
            (&Scope::All, 9, 2, &[]),
        ] {
            let found = environments::living(&mut tx, scope, offset, at_most).await?;
            assert_eq!(names(&found), expected, "{scope:?} from {offset}");
        }
        let requested = environments::with_status(&mut tx, Status::Requested).await?;
        assert_eq!(names(&requested), ["a2", "b3", "b4", "a5"]);
        assert_eq!(names(&environments::with_status(&mut tx, Status::Cancelled).await?), ["a1"]);
        Ok(())
    }

    async fn a_lock_holds_other_writers_up(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let id = ready(&mut tx, "e1").await?.id;
        tx.commit().await?;
        let mut tx = database.db.write("first").await?;
        let held = environments::lock(&mut tx, &id).await?;
        let (other, waiting) = (database.db.clone(), id.clone());
        let second = tokio::spawn(async move {
            let mut tx = other.write("second").await?;
            let seen = environments::lock(&mut tx, &waiting).await?;
            Ok::<Option<Timestamp>, StoreError>(seen.expires_at)
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!second.is_finished(), "the second did not wait for the first");
        let longer = life().extend(Span::hours(4))?.lifetime;
        happens(&mut tx, &held, Event::Extended(longer)).await?;
        tx.commit().await?;
        assert_eq!(second.await??, Some(longer.expires_at));
        Ok(())
    }

    async fn each_state_is_read_back_as_it_was_written(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let failed = EndReason::CreateFailed { why: "no quota".into() };
        let row = requested(&mut tx, "e1").await?;
        let row = happens(&mut tx, &row, Event::Started).await?;
        assert_eq!(row.state()?, State::Provisioning);
        let row = happens(&mut tx, &row, Event::CreateFailed(failed.clone())).await?;
        assert_eq!(row.state()?, State::Failed(failed.clone()));
        let row = happens(&mut tx, &row, Event::DestroyAsked(failed.clone())).await?;
        assert_eq!(row.state()?, State::Destroying(failed.clone()));
        let row = happens(&mut tx, &row, Event::GivenUp { why: "thrice".into() }).await?;
        assert!(matches!(row.state()?, State::Quarantined { reason, .. } if reason == failed));
        let asked = EndReason::Asked { by: bob() };
        let row = happens(&mut tx, &row, Event::DestroyAsked(asked.clone())).await?;
        let row = happens(&mut tx, &row, Event::Gone { at: START }).await?;
        assert_eq!(row.state()?, State::Destroyed { reason: asked, at: START });
        let other = requested(&mut tx, "e2").await?;
        let other = happens(&mut tx, &other, Event::Rejected { why: "budget".into() }).await?;
        assert!(matches!(other.state()?, State::Rejected { .. }));
        Ok(())
    }
}
