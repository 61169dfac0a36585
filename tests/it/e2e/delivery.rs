//! Messages arrive, in order, whatever Slack answers; and what cannot arrive holds up nothing.

use std::time::Duration;

use mayfly::playground::{Fault, RateLimits};

use super::stage::{Options, Stage};

on_both! {
    async fn a_channel_without_the_bot_holds_up_nothing(database: Database) {
        let stage = Stage::start(Options::on(database).with("astray")).await;
        let carol = stage.carol();
        let order = stage.ready("astray").await;
        let told = carol.reads("platform-ops", "Slack refused a message").await;
        assert!(told.says("not_in_channel"), "{}", told.plain());
        let listed = carol.asks("attention").await;
        assert!(listed.says("Messages that Slack refused for good"), "{}", listed.plain());
        assert!(listed.says("not_in_channel"), "{}", listed.plain());
        order.is_destroyed().await;
        stage.settles().await;
        assert_eq!(stage.count("SELECT count(*) FROM outbox WHERE status = 'dead'").await, 2);
        stage.ends().await;
    }

    async fn a_deleted_card_is_posted_anew(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let order = stage.ready("quick").await;
        stage.settles().await;
        stage.slack().delete_message(&order.card());
        alice.asks(&format!("extend {} 1h", order.name)).await;
        let anew = alice.gets_card(0).await;
        assert_eq!(anew.name, order.name);
        anew.shows("Ends").await;
        stage.settles().await;
        anew.is_destroyed().await;
        assert_eq!(alice.cards().len(), 1);
        assert_eq!(stage.count("SELECT count(*) FROM outbox WHERE status = 'dead'").await, 0);
        stage.ends().await;
    }

    async fn a_closed_account_holds_up_nothing(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alices = stage.ready("quick").await;
        let bobs = stage.bob().orders("quick", &[]).await;
        bobs.is_ready().await;
        stage.settles().await;
        stage.slack().deactivate("alice");
        let carol = stage.carol();
        carol.asks(&format!("destroy {}", alices.name)).await;
        carol.asks(&format!("destroy {}", bobs.name)).await;
        bobs.says("its state is empty").await;
        stage.settles().await;
        assert!(carol.asks("attention").await.says("user_disabled"));
        stage.ends().await;
    }

    async fn storms_delay_and_nothing_more(database: Database) {
        let options = Options::on(database)
            .with("quick")
            .playing(|playground| playground.rate_limits = RateLimits::On)
            .adjusted(|config| config.delivery.first_pause = Duration::from_millis(200));
        let stage = Stage::start(options).await;
        let faults = stage.slack().faults();
        faults.times(2, "chat.postMessage", Fault::Http(503));
        faults.times(1, "chat.postMessage", Fault::RateLimited(Duration::from_secs(1)));
        faults.times(2, "chat.update", Fault::Http(500));
        faults.times(1, "chat.update", Fault::RateLimited(Duration::from_secs(1)));
        faults.times(1, "chat.update", Fault::DropBefore);
        let order = stage.ready("quick").await;
        order.is_destroyed().await;
        stage.settles().await;
        let thread: Vec<String> = order.thread().iter().map(|m| m.plain()).collect();
        let places = ["*Plan*", "is ready", "its state is empty"].map(|text| {
            let mut met = thread.iter().enumerate().filter(|(_, said)| said.contains(text));
            let (at, _) = met.next().unwrap_or_else(|| panic!("{text} is not in {thread:?}"));
            assert!(met.next().is_none(), "{text} was told twice: {thread:?}");
            at
        });
        assert!(places.is_sorted(), "{thread:?}");
        assert_eq!(stage.count("SELECT count(*) FROM outbox WHERE status <> 'sent'").await, 0);
        stage.ends().await;
    }
}
