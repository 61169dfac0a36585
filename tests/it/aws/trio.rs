//! `postgres-s3-redis`: planned by default; made and destroyed in a slow proof.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mayfly::cli::demo::World;
use mayfly::cost::{Books, PlannedValues, Terms};
use mayfly::domain::cost::HOURS_A_MONTH;
use mayfly::domain::rng::SystemRng;
use mayfly::engine::{
    Engine as _, Invocation, Job, Layout, Preparation, TERRAFORM, Variables, cli_config,
};
use mayfly::process::{Limits, Supervised};
use mayfly::template::{RawInputs, ReservedValues, Supplied, Template};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::life;
use crate::process::EXE;
use crate::support::moto::Moto;
use crate::support::{programs, terraform};

/// For one call of the engine: the provider is slow to start when all tests run at once.
const PATIENCE: Duration = Duration::from_secs(300);
const ENVIRONMENT: &str = "postgres-s3-redis-calm-otter";
/// The longest output that a plan may have.
const LARGEST_PLAN: u64 = 64 << 20;

#[tokio::test]
async fn it_validates_and_plans_everything_encrypted_closed_and_tagged() -> Result<()> {
    let moto = Moto::start().await;
    let folder = tempfile::tempdir()?;
    let planned = plans(&moto, &folder.path().canonicalize()?).await;
    mayfly::engine::remove_version(&folder.path().join("version"))?;
    planned
}

async fn plans(moto: &Moto, root: &Path) -> Result<()> {
    let layout = layout(root)?;
    let (template, problems) = Template::read(&layout.source);
    let manifest = template.with_context(|| format!("{problems:?}"))?.manifest;
    let calls = Calls { root };
    let prepared = match TERRAFORM.prepare(&layout)? {
        Preparation::Needed(invocations, guard) => {
            for invocation in invocations {
                calls.run("init", invocation).await?;
            }
            guard.finish()?
        }
        Preparation::Ready(_) | Preparation::Busy => anyhow::bail!("the folder is not empty"),
    };

    let mut job = Job::new(&layout, &prepared, ENVIRONMENT, &root.join("run"))?;
    job.credentials = moto.environment();
    job.tags = BTreeMap::from([("mayfly:installation".to_owned(), "0a1b".to_owned())]);
    let secrets = manifest.generate(&mut SystemRng);
    let inputs = manifest.parse_inputs(&RawInputs::default());
    let inputs = inputs.map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
    let reserved =
        ReservedValues { environment: ENVIRONMENT.to_owned(), ..ReservedValues::default() };
    let supplied = Supplied { inputs: &inputs, secrets: &secrets, reserved: &reserved };
    let plain = manifest.variables(supplied);
    let variables = Variables { plain, ..Variables::default() };
    TERRAFORM.supply(&mut job, &variables, &mut mayfly::domain::rng::SystemRng)?;
    TERRAFORM.open(&job)?;

    let mut validate = TERRAFORM.plan(&job);
    validate.args.truncate(1);
    validate.args.extend(["validate", "-json"].map(str::to_owned));
    let verdict: Value = serde_json::from_slice(&calls.run("validate", validate).await?)?;
    ensure!(verdict["valid"] == true && verdict["warning_count"] == 0, "{verdict}");

    let events = calls.run("plan", TERRAFORM.plan(&job)).await?;
    let events = String::from_utf8_lossy(&events);
    for (name, secret) in &secrets {
        ensure!(!events.contains(secret.expose_secret()), "the plan's events tell {name}");
    }
    let shown = calls.run("show", TERRAFORM.show(&job).expect("it shows a plan")).await?;
    let plan = TERRAFORM.plan_summary(&shown)?;
    ensure!(plan.to_string() == "+10 ~0 -0", "{plan}: {:?}", plan.resources);
    costs_what_was_computed_by_hand(&shown)?;
    holds_what_it_promises(&serde_json::from_slice(&shown)?)
}

/// Nothing of it is unknown where the region is.
fn costs_what_was_computed_by_hand(shown: &[u8]) -> Result<()> {
    let books = Books::builtin().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let plan = PlannedValues::of_terraform(shown, Some("us-east-1"))?;
    let estimate = books.estimate(&plan, &Terms::default());
    ensure!(estimate.priced() == (10, 10), "{:?}", estimate.resources);
    // A database 0.016 × 730 + 20 × 0.115, a cache node 0.016 × 730, a bucket 0.023 + 0.005 + 0.004.
    let month = (estimate.hourly() * HOURS_A_MONTH).round_dp(3).normalize().to_string();
    ensure!(month == "25.692", "{month}: {:?}", estimate.resources);
    let nowhere = books.estimate(&PlannedValues::of_terraform(shown, None)?, &Terms::default());
    ensure!(nowhere.priced() == (0, 10), "{:?}", nowhere.resources);
    Ok(())
}

/// Encrypted, not public, and with the tags of the bot.
fn holds_what_it_promises(plan: &Value) -> Result<()> {
    let after = |address: &str| {
        let changes = plan["resource_changes"].as_array();
        let change = changes.and_then(|all| all.iter().find(|one| one["address"] == address));
        change
            .map(|one| &one["change"]["after"])
            .with_context(|| format!("no {address} is planned"))
    };
    let database = after("aws_db_instance.this")?;
    let cache = after("aws_elasticache_replication_group.this")?;
    let bucket = after("aws_s3_bucket_public_access_block.this")?;
    let encryption = after("aws_s3_bucket_server_side_encryption_configuration.this")?;
    let algorithm = &encryption["rule"][0]["apply_server_side_encryption_by_default"][0];
    for (what, is, should) in [
        ("the database encrypted", &database["storage_encrypted"], Value::from(true)),
        ("the database public", &database["publicly_accessible"], Value::from(false)),
        ("a last snapshot skipped", &database["skip_final_snapshot"], Value::from(true)),
        ("the cache encrypted", &cache["at_rest_encryption_enabled"], Value::from("true")),
        ("its connections encrypted", &cache["transit_encryption_enabled"], Value::from(true)),
        ("the bucket's policies blocked", &bucket["block_public_policy"], Value::from(true)),
        ("the bucket encrypted by", &algorithm["sse_algorithm"], Value::from("aws:kms")),
    ] {
        ensure!(
            is.to_string().trim_matches('"') == should.to_string().trim_matches('"'),
            "{what}: {is}, not {should}"
        );
    }
    for resource in
        ["aws_db_instance.this", "aws_elasticache_replication_group.this", "aws_s3_bucket.this"]
    {
        let tags = &after(resource)?["tags_all"];
        ensure!(tags["mayfly:installation"] == "0a1b", "{resource} is not tagged: {tags}");
    }
    Ok(())
}

fn layout(root: &Path) -> Result<Layout> {
    let program = programs::find("terraform", &[]).context("`terraform` is not on the PATH")?;
    let version = std::process::Command::new(&program).args(TERRAFORM.version_args()).output()?;
    let version = TERRAFORM.parse_version(&String::from_utf8_lossy(&version.stdout));
    Ok(Layout {
        version: root.join("version"),
        source: concat!(env!("CARGO_MANIFEST_DIR"), "/templates/environments/postgres-s3-redis")
            .into(),
        states: root.join("states"),
        program,
        program_version: version.context("terraform tells no version")?,
        path: std::env::var("PATH")?,
        home: root.join("home"),
        cli_config: cli_config(root, Some(&terraform::cli_config()))?,
        backend: None,
        plugins: None,
    })
}

/// Runs engines under the supervisor, as the bot does.
struct Calls<'a> {
    root: &'a Path,
}

impl Calls<'_> {
    async fn run(&self, name: &str, invocation: Invocation) -> Result<Vec<u8>> {
        let limits = Limits { time: PATIENCE, silence: PATIENCE, grace: PATIENCE, stamp: None };
        let folder = self.root.join("children").join(name);
        let child = Supervised::start(Path::new(EXE), &folder, &invocation.within(limits)).await?;
        let exit = child.wait().await?;
        let output = child.take_stdout(LARGEST_PLAN)?;
        ensure!(exit.success(), "{name}: {exit:?}\n{}", String::from_utf8_lossy(&output));
        Ok(output)
    }
}

on_both! {
    /// RDS and ElastiCache take minutes, simulated as well.
    #[ignore = "takes minutes: `scripts/test -- --ignored`"]
    async fn it_is_made_and_destroyed(database: Database) {
        let moto = Moto::start_with_elasticache().await;
        let world = life::world(&database, &moto).await.expect("the world starts");
        let lived = lives(&world, &moto).await;
        let ended = world.end().await;
        lived.expect("it lives as it should");
        ended.expect("nothing is left");
    }
}

async fn lives(world: &World, moto: &Moto) -> Result<()> {
    let ready = life::makes(world, "postgres-s3-redis", &[]).await?;
    let credentials = ready.told.button("credentials").or(ready.card.button("credentials"));
    ensure!(credentials.is_some(), "nothing leads to the URLs with the passwords");
    // What ElastiCache's short names leave of it.
    let named = ready.name.get(..30).unwrap_or(&ready.name);
    let databases = moto.query("rds", "Action=DescribeDBInstances&Version=2014-10-31").await;
    ensure!(databases.contains("<StorageEncrypted>true</StorageEncrypted>"), "{databases}");
    ensure!(databases.contains(named), "{databases}");
    let groups = "Action=DescribeReplicationGroups&Version=2015-02-02";
    let caches = moto.query("elasticache", groups).await;
    ensure!(caches.contains(named), "{caches}");
    ensure!(moto.buckets().await.len() == 1, "{:?}", moto.buckets().await);

    life::outlives(world).await?;
    let databases = moto.query("rds", "Action=DescribeDBInstances&Version=2014-10-31").await;
    ensure!(!databases.contains("<DBInstance>"), "a database is left: {databases}");
    let caches = moto.query("elasticache", groups).await;
    ensure!(!caches.contains(named), "a cache is left: {caches}");
    ensure!(moto.buckets().await.is_empty(), "{:?}", moto.buckets().await);
    Ok(())
}
