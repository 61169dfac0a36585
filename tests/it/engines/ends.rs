//! Cases of what goes wrong, is called off, is killed, and ends.

use std::time::Duration;

use mayfly::engine::{Engine, Event, InFlight, Opened, Preparation};
use mayfly::process::{Cause, Limits};
use serde_json::json;

use super::bench::{Bench, is_running};
use super::cases::{Verdict, YES};
use super::programs::{self, Kind, address};
use super::starts::with_provider;
use crate::process::{NEVER, patient};
use crate::support::turns;

pub async fn a_failure_in_the_middle(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::fails);
    let job = bench.job("case", "create", json!({})).await;
    assert_eq!(bench.plan(&job).await.to_string(), "+3 ~0 -0");
    let said = bench.apply(&job).await;
    assert_eq!((said.exit.code, said.exit.cause), (Some(1), Cause::Exited));
    let bad = address(engine, Kind::Command, "bad");
    let errors = said.errors();
    let [error, ..] = errors.as_slice() else { panic!("{:#?}", said.events) };
    assert_eq!(error.address.as_deref(), Some(bad.as_str()));
    assert!(format!("{error:?}").contains("exit status 3"), "{error:?}");
    let everything = format!("{:?}", said.events);
    assert!(everything.contains("no room left"), "{everything}");
    let failed = |e: &Event| matches!(e, Event::Errored { resource, .. } if *resource == bad);
    assert!(said.events.iter().any(failed), "{everything}");
    let known = bench.inventory(&job).await.resources;
    assert!(known.contains(&address(engine, Kind::Command, "good")), "{known:?}");
    assert!(!known.contains(&address(engine, Kind::Command, "later")), "{known:?}");
    bench.ends(&job).await;
    YES
}

pub async fn cancel_while_preparing(engine: &'static dyn Engine) -> Verdict {
    // It takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("it has one").port();
    let mut bench = Bench::new(engine, programs::unreachable);
    let main = bench.layout.source.join("main.tf");
    if let Ok(text) = std::fs::read_to_string(&main) {
        std::fs::write(&main, text.replace("PORT", &port.to_string())).expect("written");
    }
    bench.limits = Limits { grace: Duration::from_secs(3), ..patient() };
    let Preparation::Needed(calls, guard) = engine.prepare(&bench.layout).expect("it is begun")
    else {
        panic!("nothing is prepared yet")
    };
    let Some(call) = calls.into_iter().next() else {
        // Preparing runs nothing: what comes first is the making of the stack.
        guard.finish().expect("prepared");
        let job = bench.supplied("case", "create", json!({})).await;
        let opened = engine.open(&job).expect("it can be opened");
        let calls = engine.enter(&job, opened).expect("it can be entered");
        let child = bench.start(calls[0].clone()).await;
        child.interrupt().expect("asked");
        let said = bench.follow(&child).await;
        // It takes a tenth of a second, so that it may be done before it hears of it: no stack is half made.
        let made = !stacks(&bench).is_empty();
        assert_eq!(said.exit.success(), made, "{:?} {:#?}", said.exit, said.events);
        assert_eq!(said.exit.cause, Cause::Interrupted);
        let job = bench.job("case", "again", json!({})).await;
        bench.make(&job).await;
        bench.ends(&job).await;
        return YES;
    };
    let child = bench.start(call).await;
    // It has begun to fetch when the connection is there.
    let accepted = tokio::task::spawn_blocking(move || silent.accept()).await;
    let _connection = accepted.expect("it ends").expect("it fetches");
    child.interrupt().expect("asked");
    let said = bench.follow(&child).await;
    assert!(!said.exit.success(), "{:?}", said.exit);
    drop(guard);
    assert!(bench.layout.prepared().expect("it can be read").is_none());
    let again = engine.prepare(&bench.layout).expect("it is begun");
    assert!(matches!(again, Preparation::Needed(..)), "the lock is free again");
    YES
}

pub async fn cancel_while_planning(engine: &'static dyn Engine) -> Verdict {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (mut bench, _moto) = with_provider(engine, programs::ponders).await;
    let url = format!("http://{}", silent.local_addr().expect("it has one"));
    bench.credentials.insert("AWS_ENDPOINT_URL".into(), url.clone());
    bench.credentials.insert("AWS_ENDPOINT_URL_STS".into(), url);
    bench.limits = Limits { grace: Duration::from_secs(5), ..patient() };
    let job = bench.job("case", "create", json!({"folder": bench.files()})).await;
    let child = bench.start(engine.plan(&job)).await;
    if engine.program() != "pulumi" {
        let accepted = tokio::task::spawn_blocking(move || silent.accept()).await;
        accepted.expect("it ends").expect("it asks");
    } else {
        bench.appears(&bench.files().join("x.asked")).await;
    }
    child.interrupt().expect("asked");
    let said = bench.follow(&child).await;
    assert!(!said.exit.success(), "{:?}", said.exit);
    assert_eq!(bench.inventory(&job).await.resources, [""; 0]);
    // It lets go of everything: the next run goes on.
    bench.enter(&job).await;
    bench.ends(&job).await;
    YES
}

pub async fn cancel_while_applying(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::endless);
    let job = bench.job("case", "create", json!({})).await;
    bench.plan(&job).await;
    let child = bench.start(engine.apply(&job)).await;
    let pid = bench.pid("create").await;
    child.interrupt().expect("asked");
    let said = bench.follow(&child).await;
    assert_eq!(said.exit.cause, Cause::Interrupted, "{:#?}", said.events);
    assert!(!said.exit.success());
    assert!(!is_running(pid), "the command does not live on");
    let known = bench.inventory(&job).await.resources;
    assert!(known.contains(&address(engine, Kind::Command, "made")), "{known:?}");
    let job = bench.job("case", "destroy", json!({})).await;
    bench.ends(&job).await;
    YES
}

pub async fn cancel_while_destroying(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::clings);
    let job = bench.job("case", "create", json!({})).await;
    bench.make(&job).await;
    let job = bench.job("case", "destroy", json!({})).await;
    let child = bench.start(engine.destroy(&job)).await;
    let pid = bench.pid("destroy").await;
    child.interrupt().expect("asked");
    let said = bench.follow(&child).await;
    assert!(!said.exit.success());
    assert!(!is_running(pid));
    let job = bench.job("case", "again", json!({})).await;
    let clings = address(engine, Kind::Command, "clings");
    assert_eq!(bench.inventory(&job).await.resources, [clings], "it is still known");
    std::fs::write(bench.run_folder("again").join("work/quick"), "").expect("written");
    bench.ends(&job).await;
    YES
}

pub async fn time_limit(engine: &'static dyn Engine) -> Verdict {
    let mut bench = Bench::new(engine, programs::endless);
    let job = bench.job("case", "create", json!({})).await;
    bench.plan(&job).await;
    bench.limits = Limits { time: Duration::from_secs(15), grace: NEVER, ..patient() };
    let child = bench.start(engine.apply(&job)).await;
    let pid = bench.pid("create").await;
    let said = bench.follow(&child).await;
    assert_eq!((said.exit.cause, said.exit.code), (Cause::TimeLimit, Some(1)));
    assert!(!is_running(pid));
    bench.limits = patient();
    let job = bench.job("case", "destroy", json!({})).await;
    bench.ends(&job).await;
    YES
}

pub async fn killed(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::endless);
    let job = bench.job("case", "create", json!({})).await;
    bench.plan(&job).await;
    let child = bench.start(engine.apply(&job)).await;
    let pid = bench.pid("create").await;
    child.kill().expect("asked");
    let said = bench.follow(&child).await;
    assert_eq!((said.exit.cause, said.exit.signal), (Cause::Killed, Some(9)));
    assert!(!is_running(pid), "the command does not live on");
    let mut in_flight = InFlight::default();
    said.events.iter().for_each(|event| in_flight.see(event));
    let begun: Vec<&str> = in_flight.resources().map(|(address, _)| address).collect();
    assert_eq!(begun, [address(engine, Kind::Command, "endless")], "the log knows what was begun");
    // The state of Pulumi knows it too, and lets it go before the next change.
    let job = bench.job("case", "destroy", json!({})).await;
    let pending = bench.inventory(&job).await.pending;
    let known: &[&str] = if engine.program() == "pulumi" { &begun } else { &[] };
    assert_eq!(pending, known);
    for call in engine.repair(&job).expect("it can be asked") {
        bench.run(call).await.well();
    }
    assert_eq!(bench.inventory(&job).await.pending, [""; 0]);
    bench.ends(&job).await;
    YES
}

pub async fn a_broken_state(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::clings);
    let job = bench.job("case", "create", json!({})).await;
    bench.make(&job).await;
    let job = bench.job("case", "destroy", json!({})).await;
    let state = states(&bench.layout.states.join("case"));
    let [state] = state.as_slice() else { panic!("{state:?}") };
    for broken in ["", "{\"version\": 4, \"resou"] {
        std::fs::write(state, broken).expect("written");
        assert_eq!(engine.open(&job).expect("it can be opened"), Opened::Restored);
        assert_eq!(bench.inventory(&job).await.resources.len(), 1);
    }
    std::fs::write(bench.run_folder("destroy").join("work/quick"), "").expect("written");
    bench.ends(&job).await;
    YES
}

/// The stacks that Pulumi knows.
fn stacks(bench: &Bench) -> Vec<std::path::PathBuf> {
    let folder = bench.layout.states.join("case/backend/.pulumi/stacks/case");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json")).collect()
}

/// The engine's own state file: not our copy, not its backups.
fn states(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("there").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !path.is_symlink() && name != "project" {
            if !matches!(name.as_str(), "backups" | "history" | "locks") {
                found.extend(states(&path));
            }
        } else if name == "terraform.tfstate" || name == "case.json" {
            found.push(path);
        }
    }
    found
}

pub async fn half_gone(engine: &'static dyn Engine) -> Verdict {
    let (bench, moto) = with_provider(engine, programs::drifts).await;
    let job = bench.job("case", "create", json!({"folder": bench.files()})).await;
    bench.make(&job).await;
    let id = bench.inventory(&job).await.outputs["id"].value.clone();
    let id = id.as_str().expect("a text");
    match &moto {
        Some(moto) => {
            moto.query("sns", &format!("Action=DeleteTopic&TopicArn={id}")).await;
        }
        None => std::fs::remove_file(id).expect("it was there"),
    }
    let drift = bench.drift(&job).await.expect("it is gone");
    assert_eq!(drift.to_string(), "+0 ~0 -1");
    bench.ends(&job).await;
    YES
}

pub async fn twenty_at_once(engine: &'static dyn Engine) -> Verdict {
    let mut bench = Bench::new(engine, programs::note);
    // Twenty at once on two cores: each call takes its time.
    let long = Duration::from_secs(600);
    bench.limits = Limits { time: long, silence: long, ..patient() };
    let bench = std::sync::Arc::new(bench);
    bench.prepare().await;
    let _turns = turns::all().await;
    let mut lives = tokio::task::JoinSet::new();
    for n in 0..20 {
        let bench = bench.clone();
        lives.spawn(async move {
            let name = format!("env{n}");
            let variables = json!({"title": name, "kind": name, "password": "s3cr3t-of-it",
                "folder": bench.files()});
            let job = bench.job(&name, &name, variables).await;
            bench.make(&job).await;
            assert_eq!(bench.inventory(&job).await.outputs["title"].value, json!(name));
            bench.ends(&job).await;
        });
    }
    while let Some(life) = lives.join_next().await {
        life.expect("it lives and ends");
    }
    assert_eq!(std::fs::read_dir(&bench.layout.states).expect("there").count(), 0);
    YES
}
