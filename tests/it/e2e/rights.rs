//! Who may see, who may act, and what the others are told.

use super::stage::{Options, Stage};

on_both! {
    async fn others_see_nothing_and_operators_act(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, bob, carol) = (stage.alice(), stage.bob(), stage.carol());
        let order = stage.ready("quick").await;
        let name = &order.name;

        // For another team it does not exist, by whatever way it is named.
        for verb in [
            "show", "extend", "destroy", "cancel", "drift", "revert", "logs", "credentials",
        ] {
            let answer = bob.asks(&format!("{verb} {name}")).await;
            assert!(answer.says("No environment that you may see"), "{verb}: {}", answer.plain());
            assert!(!answer.says("belongs to"), "{verb}: {}", answer.plain());
        }
        for scope in ["mine", "team", "all"] {
            let answer = bob.asks(&format!("list {scope}")).await;
            assert!(!answer.says(name), "{scope}: {}", answer.plain());
        }
        for button in ["destroy", "extend_4h", "credentials"] {
            let answer = bob.presses_stale(&order.card(), button).await;
            assert!(answer.says("No environment that you may see"), "{button}: {}", answer.plain());
        }
        for typed in ["pause creating", "attention"] {
            let answer = bob.asks(typed).await;
            assert!(answer.says("is for operators"), "{}", answer.plain());
        }

        // An operator sees it and acts; the credentials are the owner's alone.
        assert!(carol.asks("list all").await.says(name));
        assert!(carol.asks(&format!("show {name}")).await.says(name));
        let answer = carol.asks(&format!("credentials {name}")).await;
        assert!(answer.says("Only its owner"), "{}", answer.plain());
        assert!(answer.links().iter().all(|link| !link.contains("/reveal/")));
        assert!(carol.asks(&format!("extend {name} 1h")).await.says("lives 1 h longer"));
        assert!(alice.asks(&format!("credentials {name}")).await.says("shown once"));
        assert!(carol.asks(&format!("destroy {name}")).await.says("Destroying"));
        order.says("its state is empty").await;
        stage.ends().await;
    }

    async fn the_team_sees_and_does_not_act(database: Database) {
        let options = Options::on(database).with("quick").adjusted(|config| {
            let searching = config.teams.remove("search").unwrap_or_default();
            config.teams.entry("payments".to_owned()).or_default().extend(searching);
        });
        let stage = Stage::start(options).await;
        let bob = stage.bob();
        let order = stage.ready("quick").await;
        let name = &order.name;
        assert!(bob.asks("list team").await.says(name));
        assert!(!bob.asks("list").await.says(name));
        assert!(bob.asks(&format!("show {name}")).await.says(name));
        for verb in ["extend", "destroy", "cancel", "drift", "revert"] {
            let answer = bob.asks(&format!("{verb} {name}")).await;
            assert!(answer.says("only they and the operators"), "{verb}: {}", answer.plain());
        }
        let answer = bob.asks(&format!("credentials {name}")).await;
        assert!(answer.says("Only its owner"), "{}", answer.plain());
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1);
        stage.ends().await;
    }

    async fn names_are_found_by_their_beginnings(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let alice = stage.alice();
        let first = stage.ready("quick").await;
        let second = stage.ready("quick").await;

        // Once: `quick` is among the words of which tails are made.
        let tail = first.name.strip_prefix("quick-").expect("it begins with its template");
        assert!(alice.asks(&format!("show {tail}")).await.says(&first.name));
        let shared = first.name.bytes().zip(second.name.bytes()).take_while(|(a, b)| a == b);
        let most = &first.name[..=shared.count()];
        assert!(alice.asks(&format!("show {most}")).await.says(&first.name));
        let both = alice.asks("show quick").await;
        assert!(both.says(&first.name) && both.says(&second.name), "{}", both.plain());
        assert!(both.says("beginning of several"), "{}", both.plain());
        let none = alice.asks("show nothing-like-it").await;
        assert!(none.says("No environment that you may see"), "{}", none.plain());
        let typo = alice.asks("destory quick").await;
        assert!(typo.says("Did you mean this?") && typo.says("/infra destroy"), "{}", typo.plain());
        let template = alice.asks("new quik").await;
        assert!(template.says("There is no template"), "{}", template.plain());
        assert!(template.says("/infra new quick"), "{}", template.plain());
        assert!(alice.asks("help").await.says("/infra new"));
        assert_eq!(stage.environments().await, 2);
        stage.ends().await;
    }

    async fn the_home_tab_lists_what_is_mine_with_its_buttons(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, bob) = (stage.alice(), stage.bob());
        let order = stage.ready("quick").await;
        alice.persona.opens_home().await;
        let home = alice.waits("the home tab", |s| s.home.clone().filter(|h| h.says(&order.name)));
        assert!(home.await.button("destroy").is_some());
        bob.persona.opens_home().await;
        let others = bob.waits("the home tab", |s| s.home.clone()).await;
        assert!(!others.says(&order.name), "{}", others.plain());
        alice.persona.presses_in_home("destroy").await.expect("it is pressed");
        order.says("its state is empty").await;
        stage.ends().await;
    }

    async fn the_brakes_hold_and_are_seen(database: Database) {
        let stage = Stage::start(Options::on(database).with("quick")).await;
        let (alice, carol) = (stage.alice(), stage.carol());
        let order = stage.ready("quick").await;

        carol.asks("pause creating").await;
        carol.asks("pause reaping").await;
        let form = alice.opens("new quick").await;
        alice.submits(&form, &[]).await;
        let refused = alice.waits("the refusal", |s| s.view().filter(|v| v.says("paused")).cloned());
        assert!(refused.await.says("New environments are paused"));
        assert_eq!(stage.environments().await, 1);
        let attention = carol.asks("attention").await;
        assert!(attention.says("creating") && attention.says("reaping"), "{}", attention.plain());

        stage.moves_clock(mayfly::domain::Span::hours(5)).await;
        order.says("was to end").await;
        stage.moves_clock(mayfly::domain::Span::hours(1)).await;
        stage.scheduler_has_looked().await;
        assert_eq!(stage.count("SELECT count(*) FROM runs").await, 1, "it was reaped all the same");
        carol.asks("resume reaping").await;
        order.says("its state is empty").await;
        carol.asks("resume creating").await;
        assert!(carol.asks("attention").await.says("Nothing needs an operator"));
        stage.ends().await;
    }
}
