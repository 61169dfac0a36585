//! `store::environments`: what is due through a life, and what moves it.

use mayfly::domain::environment::{EndReason, Event};
use mayfly::domain::ttl::UNWARNED_REAP_AFTER;
use mayfly::domain::{EnvironmentId, Span, Timestamp};
use mayfly::store::Tx;
use mayfly::store::environments::{
    DUE_REAPS, DUE_WARNINGS, due, get, next_event, transition, unwarned, warning_accepted,
    warning_refused, warning_sent,
};

use super::fixtures::{happens, life, ready, requested, rules};

async fn due_at(tx: &mut Tx, query: &'static str, now: Timestamp) -> anyhow::Result<Vec<String>> {
    Ok(due(tx, query, now, 10).await?.into_iter().map(|id| id.0).collect())
}

fn end() -> Timestamp {
    life().expires_at
}

on_both! {
    async fn a_whole_life_is_warned_of_and_reaped(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        requested(&mut tx, "unborn").await?;
        assert_eq!(next_event(&mut tx).await?, None);
        let row = ready(&mut tx, "e1").await?;
        assert_eq!(row.lifetime(), Some(life()));
        assert_eq!(next_event(&mut tx).await?, Some(end() - Span::hours(1)));

        let first = end() - Span::hours(1);
        assert!(due_at(&mut tx, DUE_WARNINGS, first - Span::from_millis(1)).await?.is_empty());
        assert_eq!(due_at(&mut tx, DUE_WARNINGS, first).await?, ["e1"]);
        warning_sent(&mut tx, &row, 1, rules().next_warning(end(), 1)).await?;
        let late = warning_sent(&mut tx, &row, 1, None).await;
        assert!(late.is_err(), "one due warning was noted twice");
        assert!(due_at(&mut tx, DUE_WARNINGS, first).await?.is_empty());
        assert_eq!(due_at(&mut tx, DUE_WARNINGS, end() - Span::minutes(15)).await?, ["e1"]);

        let row = get(&mut tx, &row.id).await?;
        assert!(due_at(&mut tx, DUE_REAPS, end() + Span::days(9)).await?.is_empty(), "unwarned");
        assert!(warning_accepted(&mut tx, &row, end(), first).await?);
        assert!(!warning_accepted(&mut tx, &row, end(), first).await?, "the first one counts");
        let row = get(&mut tx, &row.id).await?;
        assert_eq!((row.warned_at, row.reap_at), (Some(first), Some(end())));
        warning_sent(&mut tx, &row, 2, None).await?;
        assert!(due_at(&mut tx, DUE_REAPS, end() - Span::from_millis(1)).await?.is_empty());
        assert_eq!(due_at(&mut tx, DUE_REAPS, end()).await?, ["e1"]);
        assert_eq!(next_event(&mut tx).await?, Some(end()));

        let row = get(&mut tx, &row.id).await?;
        let row = happens(&mut tx, &row, Event::DestroyAsked(EndReason::Expired)).await?;
        assert_eq!((row.reap_at, row.next_warning_at, row.warned_at), (None, None, None));
        assert_eq!(next_event(&mut tx).await?, None);
        let row = happens(&mut tx, &row, Event::Gone { at: end() }).await?;
        assert_eq!((row.ended_at, row.ready_at), (Some(end()), Some(life().ready_at)));
        assert_eq!(row.facts().lifetime, Some(life()), "the receipt says how long it lived");
        Ok(())
    }

    async fn an_extension_begins_the_warnings_anew(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "e1").await?;
        warning_sent(&mut tx, &row, 2, None).await?;
        assert!(warning_accepted(&mut tx, &row, end(), end() - Span::hours(1)).await?);
        let row = get(&mut tx, &row.id).await?;
        let longer = life().extend(Span::hours(4))?.lifetime;
        let row = happens(&mut tx, &row, Event::Extended(longer)).await?;
        assert_eq!(row.next_warning_at, Some(longer.expires_at - Span::hours(1)));
        assert_eq!((row.warnings_sent, row.warned_at, row.reap_at), (0, None, None));
        let old = warning_accepted(&mut tx, &row, end(), end()).await?;
        assert!(!old, "a warning of the old expiry counted for the new one");
        assert!(!warning_refused(&mut tx, &row.id, end(), end(), end()).await?);
        Ok(())
    }

    async fn an_update_leaves_what_was_warned_meanwhile(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let stale = ready(&mut tx, "e1").await?;
        warning_sent(&mut tx, &stale, 2, None).await?;
        assert!(warning_accepted(&mut tx, &stale, end(), end() - Span::hours(1)).await?);
        // The row as it was read before the warning: what it says of warnings is out of date.
        transition(&mut tx, &stale, &stale.state()?.on(Event::UpdateStarted)?).await?;
        let row = get(&mut tx, &stale.id).await?;
        assert_eq!((row.warnings_sent, row.next_warning_at), (2, None));
        assert_eq!((row.warned_at, row.reap_at), (Some(end() - Span::hours(1)), Some(end())));
        let row = happens(&mut tx, &row, Event::UpdateEnded).await?;
        assert_eq!(row.reap_at, Some(end()), "it would never be reaped");
        Ok(())
    }

    async fn after_downtime_the_grace_still_passes(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "e1").await?;
        let back = end() + Span::hours(5);
        assert!(due_at(&mut tx, DUE_REAPS, back).await?.is_empty());
        assert!(warning_accepted(&mut tx, &row, end(), back).await?);
        assert!(due_at(&mut tx, DUE_REAPS, back + Span::minutes(14)).await?.is_empty());
        assert_eq!(due_at(&mut tx, DUE_REAPS, back + Span::minutes(15)).await?, ["e1"]);
        Ok(())
    }

    async fn who_cannot_be_warned_is_reaped_later(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "e1").await?;
        let refused = end() - Span::hours(1);
        let reap = end() + UNWARNED_REAP_AFTER;
        assert!(warning_refused(&mut tx, &row.id, end(), refused, reap).await?);
        assert!(!warning_refused(&mut tx, &row.id, end(), refused, end()).await?, "once");
        assert_eq!(due_at(&mut tx, DUE_REAPS, reap).await?, ["e1"]);
        let row = get(&mut tx, &row.id).await?;
        assert_eq!(row.unwarned_at, Some(refused));
        assert!(warning_accepted(&mut tx, &row, end(), refused).await?, "somebody took it after all");
        let row = get(&mut tx, &row.id).await?;
        assert_eq!((row.unwarned_at, row.reap_at), (None, Some(end())));
        assert!(!warning_refused(&mut tx, &row.id, end(), refused, reap).await?, "it was accepted");
        Ok(())
    }

    async fn who_takes_no_warning_stands_on_a_list(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for (id, hours) in [("e1", 3), ("e2", 1), ("e3", 2)] {
            let row = ready(&mut tx, id).await?;
            let reap = end() + Span::hours(hours);
            assert!(warning_refused(&mut tx, &row.id, end(), end(), reap).await?);
        }
        let warned = get(&mut tx, &EnvironmentId("e3".into())).await?;
        assert!(warning_accepted(&mut tx, &warned, end(), end()).await?);
        let listed = unwarned(&mut tx).await?;
        let listed: Vec<&str> = listed.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(listed, ["e2", "e1"], "what is reaped first");
        Ok(())
    }

    async fn nothing_is_accepted_for_what_has_ended(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        let row = ready(&mut tx, "e1").await?;
        happens(&mut tx, &row, Event::DestroyAsked(EndReason::Expired)).await?;
        assert!(!warning_accepted(&mut tx, &row, end(), end()).await?);
        assert!(!warning_refused(&mut tx, &row.id, end(), end(), end()).await?);
        assert!(due_at(&mut tx, DUE_REAPS, end() + Span::days(9)).await?.is_empty());
        Ok(())
    }

    async fn what_is_due_comes_most_urgent_first(database: Database) -> anyhow::Result<()> {
        let mut tx = database.db.write("test").await?;
        for (id, hours) in [("late", 3), ("soon", 1), ("later", 9)] {
            let row = ready(&mut tx, id).await?;
            warning_sent(&mut tx, &row, 0, Some(end() + Span::hours(hours))).await?;
        }
        let found = due(&mut tx, DUE_WARNINGS, end() + Span::hours(4), 10).await?;
        assert_eq!(found, [EnvironmentId("soon".into()), EnvironmentId("late".into())]);
        assert_eq!(due(&mut tx, DUE_WARNINGS, end() + Span::hours(9), 1).await?.len(), 1);
        Ok(())
    }
}
