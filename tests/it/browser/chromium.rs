//! Chromium without a window, driven over WebDriver; it ends with its value or with the test process.

use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::support::kept::{Keep, Kept};
use crate::support::programs;

/// What the browser is started with: no window, no traffic of its own, and an end when the pipe to
/// the driver is closed, so that killing the driver leaves no browser.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--remote-debugging-pipe",
];

/// How long the driver and the browser may take to start on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

pub struct Chromium {
    pub client: Client,
    _driver: Kept,
}

impl Chromium {
    pub async fn start() -> Chromium {
        let program = programs::find("chromedriver", &["/usr/lib/chromium".into()])
            .expect("error: `chromedriver` is not here\nhint: `scripts/test` installs it");
        let folder = tempfile::tempdir().expect("a temporary folder can be made").keep();
        let program = program.display().to_string();
        // It takes a free port itself, and says which.
        let command = [program.as_str(), "--port=0"];
        let keep = Keep { folder: &folder, signal: "TERM", command: &command };
        let driver = Kept::start(keep, |_| {}).expect("`sh` can be started");
        let address = regex::Regex::new(r"successfully on port (\d+)").expect("is a regex");
        let begun = Instant::now();
        let port = loop {
            let log = driver.log();
            if let Some(found) = address.captures(&log) {
                break found[1].to_owned();
            }
            let waits = driver.exit_code().is_none() && begun.elapsed() < LONGEST;
            assert!(waits, "chromedriver does not start:\n{log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let profile = format!("--user-data-dir={}", folder.join("profile").display());
        let flags: Vec<&str> = FLAGS.iter().copied().chain([profile.as_str()]).collect();
        let wanted = json!({
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(wanted) = wanted else { unreachable!("it is written as an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        let client = client.unwrap_or_else(|e| panic!("no session: {e}\n{}", driver.log()));
        Chromium { client, _driver: driver }
    }

    /// The browser's log since it was last asked: `[{"level", "message", "source"}]`.
    pub async fn log(&self) -> Vec<Value> {
        let command = Vendor { path: "se/log", body: json!({ "type": "browser" }) };
        let log = self.client.issue_cmd(command).await.expect("the log can be read");
        log.as_array().cloned().unwrap_or_default()
    }

    /// How large the present tab's page is, in CSS pixels.
    pub async fn size(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn devtools(&self, command: &str, params: Value) {
        let body = json!({ "cmd": command, "params": params });
        let command = Vendor { path: "goog/cdp/execute", body };
        self.client.issue_cmd(command).await.expect("the browser takes the command");
    }
}

/// What chromedriver knows beyond WebDriver.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
