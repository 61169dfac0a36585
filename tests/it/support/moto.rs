//! A simulated AWS beside a test: a `moto_server` of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::sync::SemaphorePermit;

use super::kept::{Keep, Kept};
use super::{programs, turns};

/// Ends with this value, or with the test process. It has a turn, for the AWS provider beside it: a test that has one
/// starts no other.
pub struct Moto {
    _server: Kept,
    _turn: SemaphorePermit<'static>,
    url: String,
    http: reqwest::Client,
}

/// Any region and account will do there; these are what [`Moto::environment`] says.
const REGION: &str = "eu-central-1";

impl Moto {
    /// Starts one on a free port, and waits until it answers.
    pub async fn start() -> Moto {
        Moto::run(vec![program().display().to_string()]).await
    }

    /// Starts one whose ElastiCache does what the AWS provider waits for: `tests/moto/server.py`.
    pub async fn start_with_elasticache() -> Moto {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto/server.py");
        Moto::run(vec![python().display().to_string(), script.to_owned()]).await
    }

    async fn run(mut command: Vec<String>) -> Moto {
        const LONGEST: Duration = Duration::from_secs(60);
        let turn = turns::one().await;
        let folder = tempfile::tempdir().expect("a temporary folder can be made").keep();
        // It takes a free port itself, and says which.
        command.extend(["-H", "127.0.0.1", "-p", "0"].map(str::to_owned));
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let keep = Keep { folder: &folder, signal: "TERM", command: &command };
        let server = Kept::start(keep, |command| {
            command.env("PYTHONUNBUFFERED", "1");
        })
        .expect("`sh` can be started");
        let address =
            regex::Regex::new(r"Running on (http://127\.0\.0\.1:\d+)").expect("is a regex");
        let begun = Instant::now();
        let url = loop {
            let log = server.log();
            if let Some(found) = address.captures(&log) {
                break found[1].to_owned();
            }
            let waits = server.exit_code().is_none() && begun.elapsed() < LONGEST;
            assert!(waits, "moto_server does not start:\n{log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        super::install_tls();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client can be built");
        Moto { _server: server, _turn: turn, url, http }
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a child process needs to take it for AWS.
    pub fn environment(&self) -> BTreeMap<String, String> {
        [
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", REGION),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Makes an S3 bucket.
    pub async fn make_bucket(&self, name: &str) {
        let location = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint>\
             </CreateBucketConfiguration>"
        );
        let request = self.http.put(format!("{}/{name}", self.url));
        let request = request.header("Content-Type", "application/xml").body(location);
        let (status, text) = self.ask(request, "s3").await;
        assert!(status.is_success(), "{status}: {text}");
    }

    /// The names of the S3 buckets that are there.
    pub async fn buckets(&self) -> Vec<String> {
        let (_, xml) = self.ask(self.http.get(&self.url), "s3").await;
        elements(&xml, "Name")
    }

    /// A bucket's tags; none when it has none, or is not there.
    pub async fn bucket_tags(&self, bucket: &str) -> BTreeMap<String, String> {
        let url = format!("{}/{bucket}?tagging", self.url);
        let (status, xml) = self.ask(self.http.get(url), "s3").await;
        if !status.is_success() {
            return BTreeMap::new();
        }
        elements(&xml, "Key").into_iter().zip(elements(&xml, "Value")).collect()
    }

    /// Puts tags on a bucket, in place of those that it has.
    pub async fn tag_bucket(&self, bucket: &str, tags: &[(&str, &str)]) {
        let tag = |(key, value): &(&str, &str)| {
            format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
        };
        let tags: String = tags.iter().map(tag).collect();
        let request = self.http.put(format!("{}/{bucket}?tagging", self.url));
        let request = request.header("Content-Type", "application/xml");
        let request = request.body(format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"));
        let (status, text) = self.ask(request, "s3").await;
        assert!(status.is_success(), "{status}: {text}");
    }

    /// What S3 says of a bucket's `encryption`, `publicAccessBlock` …, as XML.
    pub async fn bucket_setting(&self, bucket: &str, setting: &str) -> String {
        let url = format!("{}/{bucket}?{setting}", self.url);
        let (status, xml) = self.ask(self.http.get(url), "s3").await;
        assert!(status.is_success(), "{bucket}?{setting}: {status}: {xml}");
        xml
    }

    /// The ARNs of everything, of whatever service, that has this tag.
    pub async fn tagged(&self, key: &str, value: &str) -> Vec<String> {
        let body = serde_json::json!({"TagFilters": [{"Key": key, "Values": [value]}]});
        let request = self
            .http
            .post(&self.url)
            .header("X-Amz-Target", "ResourceGroupsTaggingAPI_20170126.GetResources")
            .header("Content-Type", "application/x-amz-json-1.1")
            .body(body.to_string());
        let (status, text) = self.ask(request, "tagging").await;
        assert!(status.is_success(), "{status}: {text}");
        let found: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
        let found = found["ResourceTagMappingList"].as_array().cloned().unwrap_or_default();
        found.iter().filter_map(|one| Some(one["ResourceARN"].as_str()?.to_owned())).collect()
    }

    /// The answer of a service that speaks in queries: `Action=DescribeDBInstances&Version=…`, as XML.
    pub async fn query(&self, service: &str, query: &str) -> String {
        let request = self.http.post(&self.url).body(query.to_owned());
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let (status, xml) = self.ask(request, service).await;
        assert!(status.is_success(), "{service}: {query}: {status}: {xml}");
        xml
    }

    async fn ask(
        &self,
        request: reqwest::RequestBuilder,
        service: &str,
    ) -> (reqwest::StatusCode, String) {
        // It verifies no signature, but tells by the scope which service is meant.
        let scope = format!("test/20240101/{REGION}/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 Credential={scope}");
        let answer = request.header("Authorization", signed).send().await.expect("moto answers");
        let status = answer.status();
        (status, answer.text().await.expect("moto answers in full"))
    }
}

fn program() -> PathBuf {
    programs::find("moto_server", &[programs::cache().join("moto/bin")])
        .expect("error: `moto_server` is not here\nhint: `scripts/test` installs it")
}

/// A Python that has moto: beside `moto_server`, as in a virtual environment, or on the PATH.
fn python() -> PathBuf {
    let beside = program().parent().map(|folder| folder.join("python3"));
    let on_path = programs::find("python3", &[]);
    let has_moto = |python: &PathBuf| {
        let asked = Command::new(python).args(["-c", "import moto.server"]).output();
        asked.is_ok_and(|done| done.status.success())
    };
    beside
        .into_iter()
        .chain(on_path)
        .find(has_moto)
        .expect("error: no `python3` here has moto\nhint: `scripts/test` installs it")
}

/// The texts of all elements of this name.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let element = regex::Regex::new(&format!("<{name}>([^<]*)</{name}>")).expect("is a regex");
    let plain = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&quot;", "\"").replace("&amp;", "&")
    };
    element.captures_iter(xml).map(|found| plain(&found[1])).collect()
}

#[tokio::test]
async fn it_is_asked_what_is_there_and_ends_with_its_test() {
    let moto = Moto::start().await;
    assert!(moto.buckets().await.is_empty());
    let bucket = format!("{}/a-bucket", moto.url());
    moto.make_bucket("a-bucket").await;
    let tags = "<Tagging><TagSet><Tag><Key>mayfly:owner</Key><Value>a&amp;b</Value></Tag>\
                </TagSet></Tagging>";
    let request = moto.http.put(format!("{bucket}?tagging"));
    let request = request.header("Content-Type", "application/xml").body(tags);
    let (status, text) = moto.ask(request, "s3").await;
    assert!(status.is_success(), "{status}: {text}");
    assert_eq!(moto.buckets().await, ["a-bucket"]);
    let tags = moto.bucket_tags("a-bucket").await;
    assert_eq!(tags, BTreeMap::from([("mayfly:owner".to_owned(), "a&b".to_owned())]));
    assert!(moto.bucket_tags("nothing").await.is_empty());
    assert_eq!(moto.tagged("mayfly:owner", "a&b").await, ["arn:aws:s3:::a-bucket"]);
    assert!(moto.tagged("mayfly:owner", "c").await.is_empty());
    assert_eq!(moto.environment()["AWS_ENDPOINT_URL"], moto.url());
    let (url, http) = (moto.url.clone(), moto.http.clone());
    drop(moto);
    assert!(http.get(url).send().await.is_err(), "it still answers");
}
