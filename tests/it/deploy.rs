//! What Mayfly is run by: the unit of systemd and the container end it as it wants to be ended.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use mayfly::config::{Config, Stop};
use mayfly::domain::run::OnStop;

use crate::support::say;

/// After the grace: what is being sent, answered and written has 10 s each.
const THEN: Duration = Duration::from_secs(30);

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(deploy().join(file)).expect("it is there")
}

/// The value of a key in the unit's service section; each stands there once.
fn service<'a>(unit: &'a str, key: &str) -> &'a str {
    let section = unit.split("[Service]").nth(1).and_then(|rest| rest.split("\n[").next());
    let lines = section.expect("there is one").lines().filter_map(|line| line.split_once('='));
    let mut found = lines.filter(|(name, _)| *name == key).map(|(_, value)| value);
    let value = found.next().unwrap_or_else(|| panic!("{key} is not set"));
    assert_eq!(found.next(), None, "{key} is set twice");
    value
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(text.trim_end_matches('s').parse().expect("it is a number of seconds"))
}

#[test]
fn the_unit_stops_the_bot_alone_and_gives_it_the_time() {
    let unit = read("systemd/mayfly.service");
    assert_eq!(service(&unit, "KillMode"), "process");
    assert!(seconds(service(&unit, "TimeoutStopSec")) >= Stop::USUAL_GRACE + THEN);
    assert_eq!(service(&unit, "Restart"), "on-failure");
    assert_eq!(service(&unit, "OOMPolicy"), "continue", "an engine takes the bot along");
    // Removed at a stop, under engines that live on; hidden, so that no process is known again.
    for harmful in ["PrivateTmp=", "RuntimeDirectory=", "ProcSubset=", "MemoryDenyWriteExecute="] {
        assert!(!unit.lines().any(|line| line.starts_with(harmful)), "{harmful}");
    }
}

#[test]
fn systemd_understands_the_unit() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        say("NOT RUN: deploy: systemd-analyze is not installed");
        return;
    }
    // It asks for the program and for the user, too.
    let unit = read("systemd/mayfly.service")
        .replace("/usr/local/bin/mayfly", env!("CARGO_BIN_EXE_mayfly"))
        .replace("User=mayfly", "User=root")
        .replace("Group=mayfly", "Group=root");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mayfly.service");
    std::fs::write(&file, unit).expect("written");
    let output = Command::new("systemd-analyze").arg("verify").arg(&file).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("mayfly.service")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");
}

#[test]
fn the_container_has_its_engines_asked_to_end_and_gives_them_the_time() {
    let image = read("container/Dockerfile");
    assert!(image.lines().any(|line| line == "STOPSIGNAL SIGTERM"));
    assert!(
        image.contains("ENTRYPOINT [\"/usr/local/bin/mayfly\"]"),
        "a shell passes no signal on"
    );
    let set = image.split_once("\nENV ").expect("it sets variables").1;
    let set = set.split("\nEXPOSE").next().unwrap_or_default();
    let variables = set.split_whitespace().filter_map(|one| one.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(None, variables.collect()).expect("it is a configuration");
    assert_eq!(config.stop.children, OnStop::Interrupt);
    assert_eq!(config.stop.grace, Stop::USUAL_GRACE);
    let compose = read("container/compose.yaml");
    let period = compose.lines().find_map(|line| line.trim().strip_prefix("stop_grace_period: "));
    assert!(seconds(period.expect("it is set")) >= Stop::USUAL_GRACE + THEN);
}
