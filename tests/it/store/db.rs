//! `store::db`: transactions, and what both databases promise of them.

use std::time::{Duration, Instant};

use mayfly::domain::clock::real_now;
use mayfly::store::{Db, DbUrl, StoreError, Tx, environments, settings};

use super::fixtures::environment;

on_both! {
    async fn what_is_not_committed_never_was(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        settings::set(&mut tx, "colour", "red").await?;
        drop(tx);
        let mut tx = database.db.read().await?;
        assert_eq!(settings::get(&mut tx, "colour").await?, None);
        Ok(())
    }

    async fn a_reader_sees_one_moment_and_waits_for_no_writer(
        database: Database
    ) -> anyhow::Result<()> {
        let mut reader = database.db.read().await?;
        assert_eq!(settings::get(&mut reader, "colour").await?, None);
        let mut writer = database.db.write("test").await?;
        settings::set(&mut writer, "colour", "red").await?;
        assert_eq!(settings::get(&mut reader, "colour").await?, None);
        writer.commit().await?;
        assert_eq!(settings::get(&mut reader, "colour").await?, None);
        let mut reader = database.db.read().await?;
        assert_eq!(settings::get(&mut reader, "colour").await?.as_deref(), Some("red"));
        Ok(())
    }

    async fn a_reader_cannot_write(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.read().await?;
        let told = settings::set(&mut tx, "colour", "red").await.expect_err("it reads");
        let told = told.to_string().to_lowercase();
        assert!(told.contains("readonly") || told.contains("read-only"), "{told}");
        Ok(())
    }

    async fn a_row_needs_what_it_refers_to(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let told = environments::insert(&mut tx, &environment("e1")).await;
        let told = told.expect_err("its version is not kept").to_string();
        assert!(told.to_lowercase().contains("foreign key"), "{told}");
        Ok(())
    }

    async fn who_gets_no_connection_is_named(database: Database) -> anyhow::Result<()> {
        let mut held = Vec::new();
        let begun = Instant::now();
        let told = loop {
            match database.db.write("the greedy test").await {
                Ok(tx) => held.push(tx),
                Err(told) => break told,
            }
            assert!(held.len() < 50, "there is no limit");
        };
        assert!(matches!(told, StoreError::Busy { .. }), "{told}");
        assert!(told.to_string().contains("the greedy test"), "{told}");
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
        drop(held);
        database.db.write("test").await?.commit().await?;
        Ok(())
    }

    async fn many_writers_queue(database: Database) -> anyhow::Result<()> {
        let handles = [database.db.clone(), database.another().await];
        let writers: Vec<_> = (0..100)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("writer").await?;
                    settings::get(&mut tx, "any").await?;
                    settings::set(&mut tx, &format!("key-{n}"), "x").await?;
                    tx.commit().await
                })
            })
            .collect();
        for writer in writers {
            writer.await??;
        }
        Ok(())
    }

    async fn another_process_is_waited_for_and_not_for_ever(database: Database) -> anyhow::Result<()> {
        let other = database.another().await;
        let mut holds = database.db.write("the greedy test").await?;
        settings::set(&mut holds, "colour", "red").await?;
        let waits = tokio::spawn({
            let other = other.clone();
            async move {
                let mut tx = other.write("who waits").await?;
                settings::set(&mut tx, "colour", "blue").await?;
                tx.commit().await
            }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waits.is_finished(), "it did not wait");
        holds.commit().await?;
        waits.await??;
        let colour = settings::get(&mut database.db.read().await?, "colour").await?;
        assert_eq!(colour.as_deref(), Some("blue"));
        if database.db.is_shared() {
            // There writers wait for rows, and not for each other.
            return Ok(());
        }
        let holds = database.db.write("the greedy test").await?;
        let told = other.write("who gives up").await.expect_err("it is held");
        assert!(matches!(told, StoreError::Busy { .. }), "{told}");
        assert!(told.to_string().contains("who gives up"), "{told}");
        drop(holds);
        other.write("test").await?.commit().await?;
        Ok(())
    }

    async fn the_time_of_claims_is_the_present(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let (before, told) = (real_now().0, tx.real_now().await?);
        assert!((told - before).abs() < 60_000, "{told} is not {before}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let later = tx.real_now().await?;
        assert!(later >= told + 10, "it stands still within a transaction");
        Ok(())
    }

    async fn what_was_closed_answers_no_more(database: Database) -> anyhow::Result<()> {
        let other = database.another().await;
        other.close().await;
        assert!(other.read().await.is_err());
        assert_eq!(database.db.is_shared(), matches!(database.url(), DbUrl::Postgres(_)));
        database.db.read().await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_bring_a_new_file_up_to_date_at_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = DbUrl::Sqlite(folder.path().join("mayfly.db"));
    let openers: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Db::open(&url).await })
        })
        .collect();
    for opener in openers {
        opener.await??.read().await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_password_is_told() {
    for url in [
        "postgres://mayfly:hunter2@127.0.0.1:1/mayfly",
        "postgres://mayfly:hunter2@127.0.0.1:port/mayfly",
        "postgres://127.0.0.1:1/mayfly?user=mayfly&password=hunter2",
    ] {
        let url = DbUrl::Postgres(url.into());
        let told = Db::open(&url).await.expect_err("nobody answers there");
        for told in [told.to_string(), format!("{told:?}"), format!("{url:?}")] {
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
    let url = DbUrl::Postgres("postgres://mayfly:hunter2@db.example/mayfly".into());
    assert_eq!(format!("{url:?}"), "postgres://db.example/mayfly");
}

#[tokio::test]
async fn a_full_disk_is_forgotten_once_there_is_room() -> anyhow::Result<()> {
    let database = crate::support::database::sqlite().await;
    let mut tx = database.db.write("test").await?;
    settings::set(&mut tx, "colour", "red").await?;
    // Of this one connection: it may not grow the file.
    let Tx::Sqlite(inner, _) = &mut tx else { panic!("it is SQLite") };
    sqlx::query("PRAGMA max_page_count = 1").execute(&mut **inner).await?;
    tx.commit().await?;

    let mut tx = database.db.write("test").await?;
    let told = settings::set(&mut tx, "picture", &"x".repeat(1 << 20)).await;
    assert!(told.expect_err("there is no room").to_string().contains("full"));
    drop(tx);
    let mut tx = database.db.write("test").await?;
    settings::set(&mut tx, "colour", "blue").await?;
    tx.commit().await?;
    let mut tx = database.db.read().await?;
    assert_eq!(settings::get(&mut tx, "colour").await?.as_deref(), Some("blue"));
    assert_eq!(settings::get(&mut tx, "picture").await?, None);
    Ok(())
}
