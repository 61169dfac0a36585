//! Pulumi's state where a setting says: in a bucket, in PostgreSQL.

use mayfly::engine::{Opened, PULUMI};
use serde_json::json;

use super::bench::Bench;
use super::programs;
use crate::support::database;
use crate::support::moto::Moto;
use crate::support::programs::runs;

/// A life whose state is not in the data folder; a stack that has to be there and is not, is an error.
async fn lives(bench: Bench) {
    let variables =
        || json!({"title": "calm", "folder": bench.files(), "password": "s3cr3t-of-it"});
    let job = bench.supplied("case", "create", variables()).await;
    assert_eq!(bench.engine.open(&job).expect("it is asked"), Opened::Elsewhere);
    // What the worker says of a first run.
    for call in bench.engine.enter(&job, Opened::New).expect("it can be entered") {
        bench.run(call).await.well();
    }
    bench.make(&job).await;
    let job = bench.job("case", "destroy", variables()).await;
    assert_eq!(bench.inventory(&job).await.outputs["title"].value, json!("calm"));
    bench.ends(&job).await;

    let job = bench.supplied("case", "again", variables()).await;
    let calls = bench.engine.enter(&job, Opened::Elsewhere).expect("it can be entered");
    let said = bench.run(calls[0].clone()).await;
    assert!(!said.exit.success(), "a lost stack is no new one");
    assert!(
        said.errors().iter().any(|e| e.summary.contains("no stack named")),
        "{:?}",
        said.events
    );
}

#[tokio::test]
async fn in_a_bucket() {
    if !runs("pulumi") {
        return;
    }
    let moto = Moto::start().await;
    moto.make_bucket("states").await;
    let mut bench = Bench::new(&PULUMI, programs::note);
    bench.credentials = moto.environment();
    let region = &bench.credentials["AWS_REGION"];
    bench.layout.backend =
        Some(format!("s3://states?endpoint={}&s3ForcePathStyle=true&region={region}", moto.url()));
    lives(bench).await;
}

#[tokio::test]
async fn in_postgresql() {
    if !runs("pulumi") {
        return;
    }
    let Some(database) = database::postgres().await else { return };
    let mayfly::store::DbUrl::Postgres(url) = database.url() else { panic!("it is one") };
    // By its socket: Go's URLs take a folder for a host among the parameters alone.
    let (folder, name) = url
        .strip_prefix("postgres://postgres@")
        .and_then(|rest| rest.split_once('/'))
        .expect("a socket's URL");
    let mut bench = Bench::new(&PULUMI, programs::note);
    bench.layout.backend =
        Some(format!("postgresql:///{name}?host={folder}&user=postgres&sslmode=disable"));
    lives(bench).await;
}
