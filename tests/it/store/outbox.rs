//! `store::outbox`: order, retries, dead letters, coalescing.

use mayfly::domain::notice::{Notice, Route};
use mayfly::domain::{EnvironmentId, OutboxId, RunId};
use mayfly::store::outbox::{self, Message, NewMessage};
use mayfly::store::{StoreError, Tx};

use super::fixtures::{START, alice};

pub fn channel(name: &str) -> Route {
    Route::Channel { channel: name.into() }
}

fn card(environment: &str) -> Route {
    Route::Card { environment: EnvironmentId(environment.into()), owner: alice() }
}

pub async fn push(tx: &mut Tx, id: &str, route: Route, notice: Notice) -> anyhow::Result<()> {
    let environment = EnvironmentId("e1".into());
    let message = NewMessage {
        id: OutboxId(id.into()),
        environment: Some(&environment),
        route,
        notice,
        created_at: START,
    };
    Ok(outbox::push(tx, message).await?)
}

fn ids(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

async fn heads(tx: &mut Tx, now: i64) -> anyhow::Result<Vec<Message>> {
    Ok(outbox::claim_heads(tx, now, now + 1000, 10, &format!("me-{now}@here")).await?)
}

fn id(id: &str) -> OutboxId {
    OutboxId(id.into())
}

on_both! {
    async fn a_conversation_keeps_its_order(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        push(&mut tx, "b1", channel("b"), Notice::Ready).await?;
        push(&mut tx, "a2", channel("a"), Notice::ChannelCreated).await?;
        // The card and its thread are one conversation, the owner's DM.
        push(&mut tx, "d1", card("e1"), Notice::Card).await?;
        let thread = Route::Thread { environment: EnvironmentId("e1".into()), owner: alice() };
        push(&mut tx, "d2", thread, Notice::Ready).await?;
        assert_eq!(outbox::pending(&mut tx).await?, 5);
        assert_eq!(ids(&outbox::pending_in(&mut tx, "channel:a").await?), ["a1", "a2"]);

        let first = heads(&mut tx, 0).await?;
        assert_eq!(ids(&first), ["a1", "b1", "d1"]);
        assert_eq!(first[0].route.0, channel("a"));
        assert_eq!(first[0].notice.0, Notice::Ready);
        assert_eq!(first[0].first_tried_at, Some(0));
        assert_eq!(first[0].environment_id, Some(EnvironmentId("e1".into())));
        assert!(heads(&mut tx, 0).await?.is_empty(), "all heads are held");
        outbox::sent(&mut tx, &id("a1"), START).await?;
        outbox::sent(&mut tx, &id("d1"), START).await?;
        assert_eq!(ids(&heads(&mut tx, 10).await?), ["a2", "d2"]);
        assert_eq!(outbox::pending(&mut tx).await?, 3);
        Ok(())
    }

    async fn a_sender_that_was_lost_loses_its_hold(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        assert_eq!(ids(&heads(&mut tx, 0).await?), ["a1"]);
        assert!(heads(&mut tx, 1000).await?.is_empty());
        let again = heads(&mut tx, 1001).await?;
        assert_eq!(ids(&again), ["a1"]);
        assert_eq!(again[0].first_tried_at, Some(0), "the first try stays the first");
        Ok(())
    }

    async fn who_holds_on_keeps_it_and_who_lost_it_cannot(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        let first = heads(&mut tx, 0).await?.remove(0).claimed_by;
        assert_eq!(first.as_deref(), Some("me-0@here"));
        assert!(outbox::hold(&mut tx, &id("a1"), first.as_deref(), 3000).await?);
        assert!(heads(&mut tx, 2000).await?.is_empty(), "it is held on to");
        let second = heads(&mut tx, 3001).await?.remove(0).claimed_by;
        assert!(!outbox::hold(&mut tx, &id("a1"), first.as_deref(), 9000).await?, "another has it");
        assert!(outbox::hold(&mut tx, &id("a1"), second.as_deref(), 9000).await?);
        assert_eq!(outbox::release_of(&mut tx, "@there").await?, 0);
        assert_eq!(outbox::release_of(&mut tx, "@here").await?, 1);
        let third = heads(&mut tx, 3002).await?.remove(0).claimed_by;
        outbox::sent(&mut tx, &id("a1"), START).await?;
        assert!(!outbox::hold(&mut tx, &id("a1"), third.as_deref(), 9000).await?, "it is sent");
        Ok(())
    }

    async fn what_a_dead_process_held_is_sent_at_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        assert_eq!(ids(&heads(&mut tx, 0).await?), ["a1"]);
        assert!(heads(&mut tx, 1).await?.is_empty(), "it is held");
        assert_eq!(outbox::release_all(&mut tx, 1).await?, 1);
        assert_eq!(ids(&heads(&mut tx, 1).await?), ["a1"]);
        outbox::retry(&mut tx, &id("a1"), "later", 9_000_000).await?;
        assert_eq!(outbox::release_all(&mut tx, 3_600_000).await?, 1);
        assert_eq!(ids(&heads(&mut tx, 3_600_000).await?), ["a1"], "the clock was set back");
        Ok(())
    }

    async fn a_token_is_forgotten_once_it_was_told(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let wanted = Notice::SecretsWanted { url_path: "/enter/token".into(), labels: vec!["x".into()] };
        push(&mut tx, "a1", channel("a"), wanted.clone()).await?;
        let head = heads(&mut tx, 0).await?;
        assert_eq!(head[0].notice.0, wanted);
        outbox::dead(&mut tx, &id("a1"), "gone", START).await?;
        let kept = outbox::dead_letters(&mut tx, 1).await?;
        let told = Notice::SecretsWanted { url_path: String::new(), labels: Vec::new() };
        assert_eq!(kept[0].notice.0, told);
        Ok(())
    }

    async fn a_retry_holds_its_conversation_up_and_no_other(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        push(&mut tx, "a2", channel("a"), Notice::Ready).await?;
        push(&mut tx, "b1", channel("b"), Notice::Ready).await?;
        heads(&mut tx, 0).await?;
        outbox::retry(&mut tx, &id("a1"), "ratelimited", 500).await?;
        outbox::sent(&mut tx, &id("b1"), START).await?;
        push(&mut tx, "b2", channel("b"), Notice::Ready).await?;
        assert_eq!(ids(&heads(&mut tx, 499).await?), ["b2"]);
        let again = heads(&mut tx, 500).await?;
        assert_eq!(ids(&again), ["a1"]);
        assert_eq!((again[0].attempts, again[0].error.as_deref()), (1, Some("ratelimited")));
        Ok(())
    }

    async fn conversations_that_wait_take_no_place_from_others(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for n in 0..20 {
            push(&mut tx, &format!("a{n:02}"), channel(&format!("a{n:02}")), Notice::Ready).await?;
        }
        let held = outbox::claim_heads(&mut tx, 0, 1000, 20, "me").await?;
        assert_eq!(held.len(), 20);
        for message in &held {
            outbox::retry(&mut tx, &message.id, "ratelimited", 5000).await?;
        }
        push(&mut tx, "z", channel("z"), Notice::Ready).await?;
        assert_eq!(ids(&outbox::claim_heads(&mut tx, 1, 1000, 1, "me").await?), ["z"]);
        assert_eq!(outbox::claim_heads(&mut tx, 5000, 6000, 7, "me").await?.len(), 7, "so many at most");
        Ok(())
    }

    async fn a_dead_letter_holds_up_nothing(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        push(&mut tx, "a2", channel("a"), Notice::Ready).await?;
        heads(&mut tx, 0).await?;
        outbox::dead(&mut tx, &id("a1"), "not_in_channel", START).await?;
        assert_eq!(ids(&heads(&mut tx, 1).await?), ["a2"]);
        outbox::dead(&mut tx, &id("a2"), "channel_not_found", START).await?;
        let dead = outbox::dead_letters(&mut tx, 10).await?;
        assert_eq!(ids(&dead), ["a2", "a1"], "newest first");
        assert_eq!((dead[1].status.as_str(), dead[1].attempts), ("dead", 1));
        assert_eq!((dead[1].error.as_deref(), dead[1].ended_at), (Some("not_in_channel"), Some(START)));
        assert_eq!(outbox::dead_letters(&mut tx, 1).await?.len(), 1);
        assert_eq!(outbox::pending(&mut tx).await?, 0);
        Ok(())
    }

    async fn what_has_ended_ends_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "a1", channel("a"), Notice::Ready).await?;
        outbox::sent(&mut tx, &id("a1"), START).await?;
        for told in [
            outbox::sent(&mut tx, &id("a1"), START).await,
            outbox::dead(&mut tx, &id("a1"), "x", START).await,
            outbox::retry(&mut tx, &id("a1"), "x", 0).await,
            outbox::sent(&mut tx, &id("nothing"), START).await,
        ] {
            let told = told.expect_err("it does not wait");
            assert!(matches!(told, StoreError::NoSuchRow { table: "outbox", .. }), "{told}");
        }
        Ok(())
    }

    async fn what_is_read_anew_when_sent_waits_once(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "c1", card("e1"), Notice::Card).await?;
        push(&mut tx, "c2", card("e1"), Notice::Card).await?;
        let progress = || Notice::Progress { run: RunId("r1".into()) };
        push(&mut tx, "p1", card("e1"), progress()).await?;
        push(&mut tx, "p2", card("e1"), progress()).await?;
        push(&mut tx, "r1", card("e1"), Notice::Ready).await?;
        push(&mut tx, "r2", card("e1"), Notice::Ready).await?;
        assert_eq!(outbox::pending(&mut tx).await?, 4, "one card, one progress, two readies");
        assert_eq!(ids(&heads(&mut tx, 0).await?), ["c1"]);
        outbox::sent(&mut tx, &id("c1"), START).await?;
        push(&mut tx, "c3", card("e1"), Notice::Card).await?;
        assert_eq!(outbox::pending(&mut tx).await?, 4);
        Ok(())
    }

    async fn a_card_that_is_being_sent_swallows_no_newer_one(
        database: Database
    ) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        push(&mut tx, "c1", card("e1"), Notice::Card).await?;
        assert_eq!(ids(&heads(&mut tx, 0).await?), ["c1"]);
        // The sender has read the facts already; these are newer.
        push(&mut tx, "c2", card("e1"), Notice::Card).await?;
        outbox::sent(&mut tx, &id("c1"), START).await?;
        assert_eq!(ids(&heads(&mut tx, 1).await?), ["c2"], "the card would show what was");
        Ok(())
    }
}
