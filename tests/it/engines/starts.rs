//! Cases of what an engine makes, changes and says.

use mayfly::domain::plan::Change;
use mayfly::engine::{Adopted, Engine, Event, Job};
use serde_json::{Value, json};

use super::bench::Bench;
use super::cases::{Verdict, YES};
use super::programs::{self, Kind, address};
use crate::support::moto::Moto;
use crate::support::terraform;

fn values(bench: &Bench, title: &str) -> Value {
    json!({"title": title, "folder": bench.files(), "password": "hunter2-and-more"})
}

async fn note(bench: &Bench, run: &str, title: &str) -> Job {
    bench.job("case", run, values(bench, title)).await
}

pub async fn create(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    let job = note(&bench, "create", "calm").await;
    let plan = bench.plan(&job).await;
    let wanted = address(engine, Kind::Note, "note");
    assert_eq!(plan.to_string(), "+1 ~0 -0");
    assert_eq!((&plan.resources[0].address, plan.resources[0].change), (&wanted, Change::Create));
    assert_eq!(bench.inventory(&job).await.resources, [""; 0], "a plan makes nothing");
    let said = bench.apply(&job).await.well();
    let started = |e: &Event| matches!(e, Event::Started { resource, .. } if *resource == wanted);
    let done = |e: &Event| matches!(e, Event::Completed { resource, id: Some(id), .. } if *resource == wanted && id.starts_with("id="));
    assert!(said.events.iter().any(started) && said.events.iter().any(done), "{:#?}", said.events);
    assert_eq!(bench.inventory(&job).await.resources, [wanted]);
    bench.ends(&job).await;
    assert_eq!(std::fs::read_dir(&bench.layout.states).expect("there").count(), 0);
    YES
}

pub async fn outputs(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    let job = note(&bench, "create", "calm").await;
    bench.make(&job).await;
    let outputs = bench.inventory(&job).await.outputs;
    assert_eq!((outputs["title"].sensitive, &outputs["title"].value), (false, &json!("calm")));
    let secret = &outputs["secret"];
    assert_eq!((secret.sensitive, &secret.value), (true, &json!("see hunter2-and-more")));
    assert!(!format!("{outputs:?}").contains("hunter2"));
    YES
}

pub async fn update(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    bench.make(&note(&bench, "create", "calm").await).await;
    let job = note(&bench, "update", "wild").await;
    let plan = bench.plan(&job).await;
    assert_eq!(plan.to_string(), "+0 ~1 -0");
    let changed = &plan.resources[0].attributes;
    let found = changed
        .iter()
        .any(|a| a.before.as_deref() == Some("calm") && a.after.as_deref() == Some("wild"));
    assert!(found, "{changed:?}");
    bench.apply(&job).await.well();
    assert_eq!(bench.inventory(&job).await.outputs["title"].value, json!("wild"));
    bench.ends(&job).await;
    YES
}

pub async fn replace(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    bench.make(&note(&bench, "create", "calm").await).await;
    let mut other = values(&bench, "calm");
    other["kind"] = json!("b");
    let job = bench.job("case", "replace", other).await;
    let plan = bench.plan(&job).await;
    assert_eq!(
        (plan.to_string().as_str(), plan.resources[0].change),
        ("+1 ~0 -1", Change::Replace)
    );
    bench.apply(&job).await.well();
    assert_eq!(bench.plan(&job).await.to_string(), "+0 ~0 -0");
    bench.ends(&job).await;
    YES
}

pub async fn no_change(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    bench.make(&note(&bench, "create", "calm").await).await;
    let again = note(&bench, "again", "calm").await;
    assert_eq!(bench.make(&again).await.to_string(), "+0 ~0 -0");
    assert_eq!(bench.drift(&again).await, None);
    YES
}

pub async fn held_to_its_plan(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    let job = note(&bench, "create", "calm").await;
    bench.plan(&job).await;
    // Somebody gives other values between the plan and the apply.
    let other = bench.supplied("case", "create", values(&bench, "wild")).await;
    let said = bench.apply(&other).await;
    if said.exit.success() {
        assert_eq!(bench.inventory(&job).await.outputs["title"].value, json!("calm"));
        return "applies the saved plan";
    }
    let errors = said.errors();
    assert!(errors.iter().any(|e| format!("{e:?}").contains("plan")), "{errors:?}");
    assert_eq!(bench.inventory(&job).await.resources, [""; 0]);
    "stops where it differs, and says so"
}

pub async fn hostile_values(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    for (n, value) in hostile().into_iter().enumerate() {
        let job = note(&bench, &format!("run{n}"), &value).await;
        bench.make(&job).await;
        assert_eq!(bench.inventory(&job).await.outputs["title"].value, json!(value));
    }
    assert!(!bench.layout.source.join("pwned").exists());
    YES
}

/// Quotes, line ends, interpolation in every syntax, 10 kB; and what looks like another type.
fn hostile() -> Vec<String> {
    let long = format!(
        "'; touch pwned; $(id) `id` \"x\"\n\\ ${{title}} $${{x}} %{{ if true }} é\u{1f40e} {}",
        "x".repeat(10_000)
    );
    vec![long, "1.10".into(), "null".into(), "{\"a\": [1]}".into()]
}

pub async fn a_refused_value(engine: &'static dyn Engine) -> Verdict {
    let (bench, _moto) = with_provider(engine, programs::refused).await;
    let job = bench.job("case", "create", json!({})).await;
    let said = bench.run(engine.plan(&job)).await;
    assert!(!said.exit.success());
    let errors = said.errors();
    let [error, ..] = errors.as_slice() else { panic!("{:#?}", said.events) };
    let whole = format!("{error:?}");
    assert!(whole.contains("not allowed") || whole.contains("invalid topic name"), "{whole}");
    assert!(error.address.as_deref().is_some_and(|a| a.contains("refused")), "{error:?}");
    YES
}

pub async fn a_mistake_in_the_source(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::mistaken);
    let said = match engine.prepare(&bench.layout).expect("it is begun") {
        mayfly::engine::Preparation::Needed(calls, _guard) if !calls.is_empty() => {
            bench.run(calls[0].clone()).await
        }
        preparation => {
            drop(preparation);
            let job = bench.job("case", "create", json!({})).await;
            bench.run(engine.plan(&job)).await
        }
    };
    let errors = said.errors();
    let [error, ..] = errors.as_slice() else { panic!("{:#?}", said.events) };
    let place = (error.file.as_deref(), error.line);
    assert!(
        [(Some("main.tf"), Some(4)), (Some("Pulumi.yaml"), Some(6))].contains(&place),
        "{error:?}"
    );
    assert!(error.snippet.is_some(), "{error:?}");
    YES
}

/// A bench whose provider is a real one of the engine's; Terraform's kind has a simulated AWS for it.
pub async fn with_provider(
    engine: &'static dyn Engine,
    program: programs::Program,
) -> (Bench, Option<Moto>) {
    let mut bench = Bench::new(engine, program);
    if engine.program() == "pulumi" {
        return (bench, None);
    }
    let moto = Moto::start().await;
    bench.credentials = moto.environment();
    bench.layout.cli_config = terraform::cli_config_for(engine.program(), bench.folder.path());
    (bench, Some(moto))
}

pub async fn drift(engine: &'static dyn Engine) -> Verdict {
    let (bench, moto) = with_provider(engine, programs::drifts).await;
    let job = bench.job("case", "create", json!({"folder": bench.files()})).await;
    bench.make(&job).await;
    assert_eq!(bench.drift(&job).await, None);
    let id = bench.inventory(&job).await.outputs["id"].value.clone();
    let id = id.as_str().expect("a text");
    match &moto {
        Some(moto) => {
            let call = format!(
                "Action=SetTopicAttributes&TopicArn={id}&AttributeName=DisplayName&AttributeValue=wild"
            );
            moto.query("sns", &call).await;
        }
        None => std::fs::write(id, "wild").expect("written"),
    }
    let drift = bench.drift(&job).await.expect("it has drifted");
    let differs = drift
        .resources
        .iter()
        .flat_map(|r| &r.attributes)
        .any(|a| a.before.as_deref() == Some("calm") && a.after.as_deref() == Some("wild"));
    assert!(differs, "{drift:?}");
    let revert = bench.job("case", "revert", json!({"folder": bench.files()})).await;
    assert_eq!(bench.make(&revert).await.to_string(), "+0 ~1 -0");
    assert_eq!(bench.drift(&revert).await, None);
    bench.ends(&revert).await;
    YES
}

pub async fn adopt(engine: &'static dyn Engine) -> Verdict {
    let bench = Bench::new(engine, programs::note);
    let job = note(&bench, "create", "calm").await;
    let id = bench.files().join("a");
    std::fs::write(&id, "calm").expect("written");
    let resource = Adopted {
        address: address(engine, Kind::Note, "note"),
        id: id.to_string_lossy().into_owned(),
    };
    let call = engine.adopt(&job, &resource).expect("such an address can be taken");
    bench.run(call).await.well();
    assert_eq!(bench.inventory(&job).await.resources, [resource.address]);
    YES
}

pub async fn encrypted(engine: &'static dyn Engine) -> Verdict {
    let mut bench = Bench::new(engine, programs::note);
    bench.encrypts = true;
    let job = note(&bench, "create", "calm").await;
    bench.make(&job).await;
    let outputs = bench.inventory(&job).await.outputs;
    assert_eq!(outputs["secret"].value, json!("see hunter2-and-more"));
    let found = holding(&bench.layout.states, "hunter2-and-more");
    if !found.is_empty() {
        assert_eq!(engine.program(), "terraform", "{found:?}");
        return "no: it cannot; the folder is the bot's alone";
    }
    let again = note(&bench, "update", "wild").await;
    assert_eq!(bench.make(&again).await.to_string(), "+0 ~1 -0");
    assert_eq!(holding(&bench.layout.states, "hunter2-and-more"), [""; 0]);
    bench.ends(&again).await;
    let open = holding(&bench.layout.states, "wild");
    assert_eq!(open, [""; 0]);
    if engine.program() == "tofu" {
        "yes, all of it and the plan"
    } else {
        "yes, its secret values"
    }
}

/// The files below a folder that hold a text.
fn holding(folder: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(holding(&path, text));
        } else if std::fs::read(&path)
            .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
