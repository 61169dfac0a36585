//! A scanner that does not look at the plan denies it, and leaves nothing behind.

use std::path::Path;
use std::time::{Duration, Instant};

use mayfly::domain::decision::{Finding, Level, Verdict};
use mayfly::policy::scan::Scanner;
use serde_json::{Value, json};

use super::{checkov, scanners};
use crate::support::programs;

const NOTHING_FOUND: &str =
    r#"{"passed":0,"failed":0,"skipped":0,"parsing_errors":0,"resource_count":0}"#;

fn plan() -> Value {
    json!({ "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": { "root_module": {} } })
}

/// A scanner that is this script, in a folder that stays as long as the first value.
fn scripted(script: &str) -> (tempfile::TempDir, Scanner) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("checkov");
    programs::script(&program, &format!("#!/bin/sh\n{script}\n"));
    let scanner = checkov(&program);
    (folder, scanner)
}

/// What is said of a plan, by the one finding that there is.
async fn refusal(scanner: Scanner, plan: &Value) -> Finding {
    let folder = tempfile::tempdir().expect("a folder");
    let mut said = scanners(scanner).scan(plan, &folder.path().join("scan")).await;
    assert_eq!((said.findings.len(), said.checks), (1, 0), "{said:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
    said.findings.remove(0)
}

#[tokio::test]
async fn it_denies_and_nobody_may_go_past_it() {
    for (script, part) in [
        (
            "echo no module named checkov >&2; exit 3",
            "it ended with code 3: no module named checkov.",
        ),
        ("echo Everything is fine", "what it printed is no report"),
        ("exit 0", "what it printed is no report"),
        (
            r#"echo '{"passed":0,"failed":0,"skipped":0,"parsing_errors":1}'"#,
            "it cannot read the plan",
        ),
        ("kill -9 $$", "it was ended by signal 9"),
        ("yes | head -c 70000000", "its report is longer than 64 MB"),
    ] {
        let (_folder, scanner) = scripted(script);
        let finding = refusal(scanner, &plan()).await;
        assert_eq!(finding.name(), "checkov.failed");
        assert_eq!((finding.verdict(), finding.level), (Verdict::Deny, Level::Mandatory));
        assert!(finding.overridable_by.is_empty());
        assert!(finding.message.contains(part), "{script}: {}", finding.message);
        assert!(finding.fix.expect("a way out").contains("policies.checkov"));
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_denies() {
    let finding = refusal(checkov(Path::new("/nowhere/checkov")), &plan()).await;
    assert!(finding.message.contains("/nowhere/checkov: No such file"), "{}", finding.message);
}

#[tokio::test]
async fn what_is_no_plan_is_not_given_to_it() {
    let (_folder, scanner) = scripted(&format!("echo '{NOTHING_FOUND}'"));
    let finding = refusal(scanner, &json!({ "resource_changes": [] })).await;
    assert!(finding.message.contains("`format_version`"), "{}", finding.message);
}

#[tokio::test]
async fn one_that_wants_too_much_denies() {
    let (_folder, scanner) =
        scripted("head -c 900000000 /dev/zero | tail -c 800000000 | wc -c >&2; exit 4");
    let finding = refusal(Scanner { memory_bytes: 300 << 20, ..scanner }, &plan()).await;
    // `tail` kept nothing: it had no room for it.
    assert!(finding.message.contains("code 4: 0."), "{}", finding.message);
}

#[tokio::test]
async fn one_that_hangs_is_ended_with_all_that_it_has_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let (_program, scanner) =
        scripted(&format!("sleep 600 & echo $$ $! >{}; wait", pids.display()));
    let begun = Instant::now();
    let hanging = Scanner { time: Duration::from_millis(1500), ..scanner };
    let finding = refusal(hanging, &plan()).await;
    assert!(finding.message.contains("it did not end within 1.5 s"), "{}", finding.message);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    all_gone(&pids).await;
}

#[tokio::test]
async fn one_that_nobody_waits_for_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let pids = folder.path().join("pids");
    let (_program, scanner) =
        scripted(&format!("sleep 600 & echo $$ $! >{0}.new; mv {0}.new {0}; wait", pids.display()));
    let scanners = scanners(scanner);
    let (plan, scan) = (plan(), folder.path().join("scan"));
    let started = async {
        while !pids.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        said = scanners.scan(&plan, &scan) => panic!("it ended: {said:?}"),
        () = started => {}
    }
    all_gone(&pids).await;
    assert!(!scan.exists());
}

/// Waits until none of these processes is there. What has ended and was not waited for has no command line.
async fn all_gone(pids: &Path) {
    let pids = std::fs::read_to_string(pids).expect("it has started");
    assert_eq!(pids.split_whitespace().count(), 2, "{pids}");
    let begun = Instant::now();
    for pid in pids.split_whitespace() {
        let lives =
            || std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
        while lives() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{pid} still runs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn it_sees_a_plan_and_an_environment_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = folder.path().join("told");
    let (_program, scanner) = scripted(&format!(
        "{{ env | cut -d= -f1; echo HOME $HOME; echo TMPDIR $TMPDIR; pwd; umask; ls; stat -c %a . plan.json; }} >{}\necho '{NOTHING_FOUND}'",
        told.display()
    ));
    let scan = folder.path().join("scan");
    let said = scanners(scanner).scan(&plan(), &scan).await;
    assert!(said.findings.is_empty(), "{said:?}");
    let told = std::fs::read_to_string(&told).expect("it was started");
    let lines: Vec<&str> = told.lines().collect();
    let own = scan.display();
    for line in [&format!("HOME {own}"), &format!("TMPDIR {own}"), &own.to_string()] {
        assert!(lines.contains(&line.as_str()), "{line}: {told}");
    }
    let ending = ["0077", "plan.json", "700", "600"];
    assert!(lines.ends_with(&ending), "{told}");
    // Neither the bot's variables nor a proxy's.
    let known =
        ["HOME", "PATH", "TMPDIR", "PWD", "_", "SHLVL", "OLDPWD", "LOG_LEVEL", "MALLOC_ARENA_MAX"];
    let known = |name: &str| {
        known.contains(&name)
            || ["BC_", "CHECKOV_", "OPENBLAS_", "OMP_", "PYTHON"]
                .iter()
                .any(|p| name.starts_with(p))
    };
    let names = lines.iter().take_while(|line| !line.starts_with("HOME "));
    let strange: Vec<_> = names.filter(|name| !known(name)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn doctor_tries_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, script) in
        [("works", format!("echo '{NOTHING_FOUND}'")), ("broken", "exit 9".to_owned())]
    {
        programs::script(&folder.path().join(name), &format!("#!/bin/sh\n{script}\n"));
    }
    let doctor = |settings: &str| {
        std::fs::write(folder.path().join("mayfly.toml"), settings).expect("written");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mayfly"));
        let path = std::env::var("PATH").expect("there is one");
        command.arg("doctor").current_dir(folder.path()).env_clear().env("PATH", path);
        let told = command.output().expect("it can be started");
        String::from_utf8(told.stdout).expect("it is text")
    };
    assert!(!doctor("").contains("checkov"));
    let told = doctor(
        "[policies.checkov]\nprogram = \"./works\"\n[policies.trivy]\nprogram = \"./broken\"\n",
    );
    assert!(told.contains("ok    checkov: it reads plans"), "{told}");
    let broken =
        "fail  trivy: it ended with code 9; every plan will be denied: mend policies.trivy";
    assert!(told.contains(broken), "{told}");
}
