//! `store::links`: one person, one use.

use mayfly::domain::{EnvironmentId, RevealId, Span};
use mayfly::store::links::{self, ENTER, Link, REVEAL};

use super::fixtures::{START, alice, ready};

fn link(id: &str, purpose: &str) -> Link {
    Link {
        id: RevealId(id.into()),
        environment_id: EnvironmentId("e1".into()),
        purpose: purpose.into(),
        token_hash: format!("hash-{id}"),
        person_workspace: alice().workspace,
        person_user: alice().user,
        created_at: START,
        expires_at: START + Span::hours(24),
        used_at: None,
        revoked_at: None,
    }
}

on_both! {
    async fn a_link_opens_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        ready(&mut tx, "e1").await?;
        links::replace(&mut tx, &link("l1", REVEAL)).await?;
        let found = links::find(&mut tx, "hash-l1", REVEAL).await?.expect("is there");
        assert!(found.is_live(START) && !found.is_live(START + Span::hours(24)));
        assert_eq!(found.person(), alice());
        assert!(links::find(&mut tx, "hash-l1", ENTER).await?.is_none(), "for another purpose");
        assert!(links::consume(&mut tx, "hash-l1", ENTER, START).await?.is_none());
        assert!(links::consume(&mut tx, "hash-l2", REVEAL, START).await?.is_none());
        let used = links::consume(&mut tx, "hash-l1", REVEAL, START).await?.expect("is live");
        assert_eq!((used.id.as_str(), used.used_at), ("l1", Some(START)));
        assert!(links::consume(&mut tx, "hash-l1", REVEAL, START).await?.is_none(), "it is used up");
        let found = links::find(&mut tx, "hash-l1", REVEAL).await?.expect("is told to be used up");
        assert!(!found.is_live(START));
        Ok(())
    }

    async fn a_link_is_dead_at_its_end(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        ready(&mut tx, "e1").await?;
        links::replace(&mut tx, &link("l1", REVEAL)).await?;
        let end = START + Span::hours(24);
        assert!(links::consume(&mut tx, "hash-l1", REVEAL, end).await?.is_none());
        let just_before = end - Span::from_millis(1);
        assert!(links::consume(&mut tx, "hash-l1", REVEAL, just_before).await?.is_some());
        Ok(())
    }

    async fn a_new_link_voids_the_old_one_of_its_purpose(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        ready(&mut tx, "e1").await?;
        links::replace(&mut tx, &link("l1", REVEAL)).await?;
        links::replace(&mut tx, &link("s1", ENTER)).await?;
        links::replace(&mut tx, &link("l2", REVEAL)).await?;
        assert!(links::consume(&mut tx, "hash-l1", REVEAL, START).await?.is_none());
        assert!(links::consume(&mut tx, "hash-s1", ENTER, START).await?.is_some());
        links::revoke(&mut tx, &EnvironmentId("e1".into()), REVEAL, START).await?;
        assert!(links::consume(&mut tx, "hash-l2", REVEAL, START).await?.is_none());
        let found = links::find(&mut tx, "hash-l2", REVEAL).await?.expect("is there");
        assert_eq!(found.revoked_at, Some(START));
        Ok(())
    }

    async fn of_many_at_once_one_opens_it(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        ready(&mut tx, "e1").await?;
        links::replace(&mut tx, &link("l1", REVEAL)).await?;
        tx.commit().await?;
        let handles = [database.db.clone(), database.another().await];
        let readers: Vec<_> = (0..16)
            .map(|n| {
                let db = handles[n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = db.write("reader").await?;
                    let opened = links::consume(&mut tx, "hash-l1", REVEAL, START).await?;
                    tx.commit().await?;
                    anyhow::Ok(opened.is_some())
                })
            })
            .collect();
        let mut opened = 0;
        for reader in readers {
            opened += usize::from(reader.await??);
        }
        assert_eq!(opened, 1);
        Ok(())
    }
}
