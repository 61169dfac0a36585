//! Orphans on AWS: found by their tag, told, destroyed by a button; another installation's are let be.

use mayfly::domain::Span;

use super::life::PATIENCE;
use crate::e2e::stage::{Options, Stage};
use crate::support::database;
use crate::support::moto::Moto;
use crate::support::terraform;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: `scripts/test -- --ignored`"]
async fn a_planted_bucket_is_found_and_destroyed_and_anothers_is_not() {
    let moto = Moto::start().await;
    let (credentials, cli_config) = (moto.environment(), terraform::cli_config());
    let options = Options::on(database::sqlite().await).adjusted(move |config| {
        config.credentials.extend(credentials);
        config.runs.cli_config = Some(cli_config);
    });
    let stage = Stage::start(options).await;
    let (alice, carol) = (stage.alice().waiting(PATIENCE), stage.carol().waiting(PATIENCE));
    let gone = alice.orders("s3-bucket", &[]).await;
    gone.is_ready().await;
    alice.presses(&gone.card(), "destroy").await;
    gone.says("its state is empty").await;
    let living = alice.orders("s3-bucket", &[]).await;
    living.is_ready().await;
    stage.settles().await;
    let ours = stage.texts("SELECT value FROM settings WHERE key = 'installation'").await;
    for (bucket, installation) in [("left-of-it", ours[0].as_str()), ("theirs", "another")] {
        moto.make_bucket(bucket).await;
        let tags = [("mayfly:installation", installation), ("mayfly:environment", &gone.name)];
        moto.tag_bucket(bucket, &tags).await;
    }
    let before = moto.buckets().await;
    assert_eq!(before.len(), 3, "{before:?}");
    for hour in 1..=2 {
        stage.moves_clock(Span::hours(1)).await;
        let swept = "SELECT coalesce(max(sightings), 0) FROM orphans";
        stage.counts(hour, swept).await;
    }
    let notice = carol.reads("platform-ops", "no living environment").await;
    for part in ["1 orphan", "arn:aws:s3:::left-of-it", "aws_s3_bucket", &gone.name] {
        assert!(notice.says(part), "{part} is not in: {}", notice.plain());
    }
    assert!(!notice.says("theirs"), "{}", notice.plain());
    carol.presses(&notice, "orphan_destroy").await;
    let receipt = gone.says("once more").await;
    assert!(receipt.says("arn:aws:s3:::left-of-it"), "{}", receipt.plain());
    stage.settles().await;
    let after = moto.buckets().await;
    let left: Vec<&String> = before.iter().filter(|bucket| !after.contains(bucket)).collect();
    assert_eq!(left, ["left-of-it"]);
    let tags = moto.bucket_tags("theirs").await;
    assert_eq!(tags["mayfly:installation"], "another", "it was not touched");
    alice.presses(&living.card(), "destroy").await;
    living.says("its state is empty").await;
    stage.ends().await;
}
