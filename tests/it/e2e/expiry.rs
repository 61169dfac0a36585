//! Warnings, grace and the end, also when something is in their way.

use mayfly::domain::Span;
use mayfly::domain::environment::EndReason;

use super::stage::{Options, Stage};

on_both! {
    async fn after_a_downtime_over_both_times_the_grace_still_passes(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let order = stage.ready("quick").await;
        stage.settles().await;
        stage.stops_bot().await;
        stage.moves_clock(Span::hours(10)).await;
        stage.starts_bot().await;
        let warning = order.says("was to end").await;
        assert!(warning.says("so that you can still decide"), "{}", warning.plain());
        stage.moves_clock(Span::minutes(13)).await;
        stage.scheduler_has_looked().await;
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1, "it was reaped in its grace");
        stage.moves_clock(Span::minutes(3)).await;
        order.says("its state is empty").await;
        stage.ends().await;
    }

    async fn an_extension_within_the_grace_saves_it(database: Database) {
        let mut stage = Stage::start(Options::on(database).with("quick")).await;
        let order = stage.ready("quick").await;
        stage.settles().await;
        stage.stops_bot().await;
        stage.moves_clock(Span::hours(5)).await;
        stage.starts_bot().await;
        let warning = order.says("was to end").await;
        stage.alice().presses(&warning, "extend_4h").await;
        order.says("extended it by 4 h").await;
        stage.moves_clock(Span::minutes(30)).await;
        stage.scheduler_has_looked().await;
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1, "it was reaped all the same");
        stage.ends().await;
    }

    async fn at_the_maximum_there_is_nothing_to_extend(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        let card = order.card();
        let capped = alice.asks(&format!("extend {} 30d", order.name)).await;
        assert!(capped.says("That is its maximum of 3 d"), "{}", capped.plain());
        let row = stage.row(&order.name).await;
        assert_eq!(row.expires_at, row.ready_at.map(|at| at + Span::days(3)));
        let refused = alice.asks(&format!("extend {} 1h", order.name)).await;
        assert!(refused.says("it ends at its maximum"), "{}", refused.plain());
        let refused = alice.presses_stale(&card, "extend_4h").await;
        assert!(refused.says("it ends at its maximum"), "{}", refused.plain());
        let card = order.shows("so that it cannot be extended").await;
        assert!(card.button("extend_4h").is_none() && card.button("destroy").is_some());
        stage.moves_clock(Span::hours(71) + Span::minutes(1)).await;
        let warning = order.says("ends in").await;
        assert!(warning.says("It cannot be extended"), "{}", warning.plain());
        assert!(warning.button("extend_4h").is_none() && warning.button("destroy").is_some());
        stage.ends().await;
    }

    async fn a_channel_is_warned_when_the_owner_cannot_be(database: Database) {
        let stage = Stage::start(Options::on(database).with("announced")).await;
        let carol = stage.carol();
        let order = stage.ready("announced").await;
        carol.reads("payments", "is ready for").await;
        stage.slack().deactivate("alice");
        stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
        let warning = carol.reads("payments", "a direct message did not reach").await;
        let opened = carol.presses(&warning, "extend_4h").await;
        assert!(opened.says("lives 4 h longer"), "{}", opened.plain());
        // Nobody took it by then: the warning for the new end goes the same way, and then it ends.
        stage.moves_clock(Span::hours(4)).await;
        let again = |s: &mayfly::playground::Snapshot| {
            let told = s.channels.get("payments")?.iter();
            (told.filter(|m| m.says("a direct message did not reach")).count() == 2).then_some(())
        };
        carol.waits("the second warning", again).await;
        stage.moves_clock(Span::hours(1) + Span::minutes(1)).await;
        stage.counts(1, "SELECT count(*) FROM environments WHERE status = 'destroyed'").await;
        carol.reads("payments", "is destroyed: its time was over").await;
        let row = stage.row(&order.name).await;
        assert_eq!(row.end_reason.map(|reason| reason.0), Some(EndReason::Expired));
        stage.ends().await;
    }

    async fn the_operators_are_warned_when_there_is_no_channel(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let order = stage.ready("quick").await;
        stage.slack().deactivate("alice");
        stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
        let carol = stage.carol();
        let warning = carol.reads("platform-ops", "a direct message did not reach").await;
        assert!(warning.says(&order.name), "{}", warning.plain());
        carol.presses(&warning, "destroy").await;
        stage.counts(1, "SELECT count(*) FROM environments WHERE status = 'destroyed'").await;
        stage.ends().await;
    }

    async fn what_nobody_can_be_warned_of_is_listed_and_reaped_a_day_later(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let carol = stage.carol();
        let order = stage.ready("quick").await;
        stage.slack().deactivate("alice");
        stage.slack().remove_app("platform-ops");
        stage.moves_clock(Span::hours(3) + Span::minutes(1)).await;
        stage.counts(1, "SELECT count(*) FROM environments WHERE unwarned_at IS NOT NULL").await;
        let listed = carol.asks("attention").await;
        assert!(listed.says("Nobody can be warned of their end"), "{}", listed.plain());
        assert!(listed.says(&order.name), "{}", listed.plain());
        stage.moves_clock(Span::hours(23)).await;
        stage.scheduler_has_looked().await;
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1, "it was reaped within a day");
        stage.moves_clock(Span::hours(2)).await;
        stage.counts(1, "SELECT count(*) FROM environments WHERE status = 'destroyed'").await;
        let row = stage.row(&order.name).await;
        assert_eq!(row.end_reason.map(|reason| reason.0), Some(EndReason::ExpiredUnwarned));
        stage.ends().await;
    }
}
