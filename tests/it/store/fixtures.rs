//! Rows to begin with.

use std::collections::BTreeMap;

use mayfly::domain::environment::Status;
use mayfly::domain::facts::ShownOutput;
use mayfly::domain::notice::ChannelNotice;
use mayfly::domain::run::{RunKind, RunStatus, Weight};
use mayfly::domain::ttl::{Lifetime, TtlRules};
use mayfly::domain::{Actor, EnvironmentId, Person, RunId, Span, Timestamp};
use mayfly::store::environments::{self, Environment};
use mayfly::store::runs::{self, NewRun};
use mayfly::store::versions::{self, Version};
use mayfly::store::{JsonText, Tx};

/// When all of it begins.
pub const START: Timestamp = Timestamp(1_700_000_000_000);

pub fn alice() -> Person {
    Person { workspace: "T1".into(), user: "U1".into() }
}

pub fn bob() -> Person {
    Person { workspace: "T1".into(), user: "U2".into() }
}

pub fn rules() -> TtlRules {
    TtlRules {
        default: Span::hours(4),
        maximum: Span::hours(24),
        grace: Span::minutes(15),
        warnings: vec![Span::hours(1), Span::minutes(15)],
        extensions: vec![Span::hours(4)],
    }
}

/// Four hours from `START` on.
pub fn life() -> Lifetime {
    Lifetime::start(START, Span::hours(4), &rules())
}

pub fn version() -> Version {
    Version {
        digest: "d1".into(),
        template: "preview-env".into(),
        archive: vec![0, 1, 255, 0],
        created_at: START,
    }
}

/// A requested environment of Alice's, not yet in the database.
pub fn environment(id: &str) -> Environment {
    Environment {
        id: EnvironmentId(id.into()),
        name: format!("preview-env-{id}"),
        template: "preview-env".into(),
        template_title: "Preview".into(),
        version: "d1".into(),
        owner_workspace: alice().workspace,
        owner_user: alice().user,
        team: Some("red".into()),
        project: Some("shop".into()),
        cost_center: None,
        status: Status::Requested,
        inputs: JsonText(BTreeMap::from([("branch".into(), serde_json::json!("main"))])),
        rules: JsonText(rules()),
        channel: Some("#red".into()),
        channel_notices: JsonText(ChannelNotice::ALL.to_vec()),
        ttl: Span::hours(4).millis(),
        created_at: START,
        ready_at: None,
        expires_at: None,
        latest: None,
        outputs: JsonText(Vec::<ShownOutput>::new()),
        has_credentials: false,
        warnings_sent: 0,
        next_warning_at: None,
        warned_at: None,
        unwarned_at: None,
        reap_at: None,
        end_reason: None,
        ended_at: None,
        destroyed_count: 0,
        destroy_failures: 0,
        card_channel: None,
        card_ts: None,
        engine: None,
        engine_version: None,
        estimate: None,
        spent: None,
    }
}

/// Inserts it, with the version that it is of, and reads it back.
pub async fn insert(tx: &mut Tx, row: Environment) -> anyhow::Result<Environment> {
    versions::keep(tx, &version()).await?;
    anyhow::ensure!(environments::insert(tx, &row).await?, "the name {} is taken", row.name);
    Ok(environments::get(tx, &row.id).await?)
}

/// A requested environment of Alice's.
pub async fn requested(tx: &mut Tx, id: &str) -> anyhow::Result<Environment> {
    insert(tx, environment(id)).await
}

/// An environment of Alice's with a life of four hours.
pub async fn ready(tx: &mut Tx, id: &str) -> anyhow::Result<Environment> {
    use mayfly::domain::environment::Event;
    let row = requested(tx, id).await?;
    let row = happens(tx, &row, Event::Started).await?;
    happens(tx, &row, Event::Provisioned(life())).await
}

/// Moves it on by the table of transitions, and reads it back.
pub async fn happens(
    tx: &mut Tx,
    row: &Environment,
    event: mayfly::domain::environment::Event,
) -> anyhow::Result<Environment> {
    let next = row.state()?.on(event)?;
    environments::transition(tx, row, &next).await?;
    Ok(environments::get(tx, &row.id).await?)
}

/// A light create run, queued at `START`, that may be claimed from `not_before` on.
pub async fn queue(tx: &mut Tx, environment: &str, not_before: i64) -> anyhow::Result<RunId> {
    let id = RunId(format!("run_{environment}_{not_before}"));
    let environment = EnvironmentId(environment.into());
    let run = NewRun {
        id: id.clone(),
        environment: &environment,
        kind: RunKind::Create,
        status: RunStatus::Queued,
        weight: Weight::Light,
        actor: &Actor::Person(alice()),
        created_at: START,
        not_before,
    };
    anyhow::ensure!(runs::insert(tx, &run).await?, "{environment} has a live run");
    Ok(id)
}
