//! `s3-bucket`, end to end.

use anyhow::{Result, ensure};
use mayfly::cli::demo::World;

use super::life;
use crate::support::moto::Moto;

on_both! {
    async fn a_bucket_lives_with_its_tags_closed_and_encrypted_and_goes(database: Database) {
        let moto = Moto::start().await;
        let world = life::world(&database, &moto).await.expect("the world starts");
        let lived = lives(&world, &moto).await;
        let ended = world.end().await;
        lived.expect("it lives as it should");
        ended.expect("nothing is left");
    }
}

async fn lives(world: &World, moto: &Moto) -> Result<()> {
    let values = [("in_purpose", "Import job: 1 + 1".into()), ("ttl", "2d".into())];
    let ready = life::makes(world, "s3-bucket", &values).await?;

    let buckets = moto.buckets().await;
    let [bucket] = buckets.as_slice() else {
        anyhow::bail!("there should be one bucket: {buckets:?}")
    };
    ensure!(bucket.starts_with(&ready.name), "{bucket} is not called after {}", ready.name);
    ensure!(ready.told.says(bucket), "alice is not told of {bucket}:\n{}", ready.told.plain());
    let console = format!("https://s3.console.aws.amazon.com/s3/buckets/{bucket}");
    let links = [ready.card.links(), ready.told.links()].concat();
    ensure!(links.iter().any(|link| link.starts_with(&console)), "no link leads there: {links:?}");

    let alice = world.playground.person("alice");
    let installation = installation(world).await?;
    let tags = moto.bucket_tags(bucket).await;
    for (tag, value) in [
        ("mayfly:installation", installation.as_str()),
        ("mayfly:environment", &ready.name),
        ("mayfly:owner", alice.id()),
        ("mayfly:team", "payments"),
        ("purpose", "Import job: 1 + 1"),
    ] {
        ensure!(tags.get(tag).map(String::as_str) == Some(value), "{tag} is not {value}: {tags:?}");
    }
    let arn = format!("arn:aws:s3:::{bucket}");
    let ours = moto.tagged("mayfly:installation", &installation).await;
    ensure!(ours == [arn], "by the installation's tag are found: {ours:?}");

    let encryption = moto.bucket_setting(bucket, "encryption").await;
    ensure!(encryption.contains("<SSEAlgorithm>aws:kms</SSEAlgorithm>"), "{encryption}");
    let block = moto.bucket_setting(bucket, "publicAccessBlock").await;
    for way in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
    {
        let blocked = format!("<{way}>true</{way}>").to_lowercase();
        ensure!(block.to_lowercase().contains(&blocked), "{way} is not blocked: {block}");
    }

    let receipt = life::outlives(world).await?;
    ensure!(receipt.says(&ready.name), "the receipt is for another: {}", receipt.plain());
    let buckets = moto.buckets().await;
    ensure!(buckets.is_empty(), "a bucket is left: {buckets:?}");
    let left = moto.tagged("mayfly:installation", &installation).await;
    ensure!(left.is_empty(), "this is left: {left:?}");
    Ok(())
}

async fn installation(world: &World) -> Result<String> {
    use mayfly::store::settings;
    let app = world.app.as_ref().ok_or_else(|| anyhow::anyhow!("the bot is down"))?;
    let mut tx = app.ctx.db.read().await?;
    let id = settings::get(&mut tx, settings::INSTALLATION).await?;
    id.ok_or_else(|| anyhow::anyhow!("the installation has no id"))
}
