//! `mayfly sweep-aws`, the child of a sweep, by itself on a simulated AWS.

use std::process::Stdio;

use crate::support::moto::Moto;

struct Said {
    /// The lines that it printed, by their id.
    found: Vec<serde_json::Value>,
    error: String,
}

async fn sweep(moto: &Moto, more: &[(&str, &str)]) -> Said {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_mayfly"));
    command.arg("sweep-aws").env_clear().stdin(Stdio::null());
    command.envs(moto.environment()).env("MAYFLY_INSTALLATION", "ours");
    // Nobody asks the machine that this runs on for credentials.
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/nonexistent");
    for (name, value) in more {
        match value.is_empty() {
            true => command.env_remove(name),
            false => command.env(name, value),
        };
    }
    let done = command.output().await.expect("it can be started");
    let error = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.success(), error.is_empty(), "{error}");
    let printed = String::from_utf8_lossy(&done.stdout).into_owned();
    let found = printed.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    Said { found, error }
}

#[tokio::test]
async fn it_lists_what_has_our_tag_and_nothing_else() {
    let moto = Moto::start().await;
    for (bucket, installation, environment) in
        [("calm", "ours", "calm"), ("brave", "ours", "brave"), ("theirs", "theirs", "calm")]
    {
        moto.make_bucket(bucket).await;
        let tags = [("mayfly:installation", installation), ("mayfly:environment", environment)];
        moto.tag_bucket(bucket, &tags).await;
    }
    moto.make_bucket("bare").await;
    // More than a page.
    for n in 0..105 {
        let tag = "Tags.member.1.Key=mayfly:installation&Tags.member.1.Value=ours";
        let query = format!("Action=CreateTopic&Name=t{n}&Version=2010-03-31&{tag}");
        moto.query("sns", &query).await;
    }
    let all = sweep(&moto, &[]).await.found;
    assert_eq!(all.len(), 107);
    let calm = sweep(&moto, &[("MAYFLY_ENVIRONMENT", "calm")]).await.found;
    assert_eq!(calm.len(), 1, "{calm:?}");
    let expected = serde_json::json!({
        "id": "arn:aws:s3:::calm", "kind": "aws_s3_bucket", "adopt": "calm", "environment": "calm",
        "tags": { "mayfly:environment": "calm", "mayfly:installation": "ours" },
    });
    assert_eq!(calm[0], expected);
    let topic = all.iter().find(|one| one["kind"] == "aws_sns_topic").expect("there are some");
    assert_eq!(topic["id"], topic["adopt"], "a topic is imported by its ARN");
    assert!(topic.get("environment").is_none(), "{topic}");
    assert!(sweep(&moto, &[("MAYFLY_INSTALLATION", "nobody")]).await.found.is_empty());

    // What is missing is said, with what to do about it.
    let error = sweep(&moto, &[("AWS_REGION", "")]).await.error;
    assert!(error.contains("no region is set") && error.contains("AWS_REGION"), "{error}");
    let error = sweep(&moto, &[("AWS_ACCESS_KEY_ID", "")]).await.error;
    assert!(error.contains("no credentials found") && error.contains("`credentials`"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    let error = sweep(&moto, &[("AWS_CA_BUNDLE", "/nonexistent")]).await.error;
    assert!(error.contains("AWS_CA_BUNDLE: /nonexistent"), "{error}");
}
