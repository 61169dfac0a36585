//! `store::outbox`, with several senders and writers at once.

use std::collections::BTreeMap;
use std::time::Duration;

use mayfly::domain::Person;
use mayfly::domain::notice::{Notice, Route};
use mayfly::domain::{EnvironmentId, OutboxId};
use mayfly::store::outbox::{self, NewMessage};
use mayfly::store::{Db, StoreError};

use super::fixtures::START;
use super::outbox::{channel, push};

const CONVERSATIONS: usize = 8;
const EACH: usize = 6;

/// Sends until nothing is pending: what it sent, as conversation and seq, in its order.
async fn send_all(db: Db) -> anyhow::Result<Vec<(String, i64)>> {
    let mut sent = Vec::new();
    loop {
        let mut tx = db.write("sender").await?;
        let heads = outbox::claim_heads(&mut tx, 1, 60_000, 3, "me").await?;
        tx.commit().await?;
        for message in &heads {
            let mut tx = db.write("sender").await?;
            outbox::sent(&mut tx, &message.id, START).await?;
            sent.push((message.conversation.clone(), message.seq));
            tx.commit().await?;
        }
        let mut tx = db.read().await?;
        if heads.is_empty() && outbox::pending(&mut tx).await? == 0 {
            return Ok(sent);
        }
    }
}

on_both! {
    async fn each_message_is_sent_once_and_in_order(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for n in 0..EACH {
            for c in 0..CONVERSATIONS {
                push(&mut tx, &format!("m{c}-{n}"), channel(&format!("c{c}")), Notice::Ready).await?;
            }
        }
        tx.commit().await?;
        let handles = [database.db.clone(), database.another().await];
        let senders: Vec<_> =
            (0..6).map(|n| tokio::spawn(send_all(handles[n % 2].clone()))).collect();
        let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for sender in senders {
            let mut last: BTreeMap<String, i64> = BTreeMap::new();
            for (conversation, seq) in sender.await?? {
                let before = last.insert(conversation.clone(), seq);
                assert!(before < Some(seq), "{conversation}: {seq} after {before:?}");
                seen.entry(conversation).or_default().push(seq);
            }
        }
        assert_eq!(seen.len(), CONVERSATIONS);
        for (conversation, mut seqs) in seen {
            seqs.sort_unstable();
            seqs.dedup();
            assert_eq!(seqs.len(), EACH, "{conversation}: one was sent twice, or not at all");
        }
        Ok(())
    }

    async fn a_sender_reads_no_facts_before_they_are_committed(
        database: Database
    ) -> anyhow::Result<()> {
        let card = |id: &str| NewMessage {
            id: OutboxId(id.into()),
            environment: None,
            route: Route::Card {
                environment: EnvironmentId("e1".into()),
                owner: Person { workspace: "T1".into(), user: "U1".into() },
            },
            notice: Notice::Card,
            created_at: START,
        };
        let environment = EnvironmentId("e1".into());
        let first = NewMessage { environment: Some(&environment), ..card("c1") };
        let second = NewMessage { environment: Some(&environment), ..card("c2") };
        let mut tx = database.db.write("test").await?;
        outbox::push(&mut tx, first).await?;
        tx.commit().await?;

        // A transaction changes the environment, and its card coalesces with the one that waits.
        let mut changing = database.db.write("change").await?;
        outbox::push(&mut changing, second).await?;
        let other = database.another().await;
        let sender = tokio::spawn(async move {
            let mut tx = other.write("sender").await?;
            let heads = outbox::claim_heads(&mut tx, 0, 1000, 10, "me").await?;
            tx.commit().await?;
            Ok::<usize, StoreError>(heads.len())
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        // It waits for the change, or passes over the card: it does not send what was before.
        assert!(!sender.is_finished() || sender.await?? == 0, "the old facts were sent");
        changing.commit().await?;
        let mut tx = database.db.read().await?;
        assert_eq!(outbox::pending(&mut tx).await?, 1);
        Ok(())
    }
}
