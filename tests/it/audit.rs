//! `mayfly audit …`, the binary as a person calls it, on both databases.

use std::path::Path;
use std::process::{Command, Output};

use mayfly::domain::{Actor, EnvironmentId, Person, Span, Timestamp};
use mayfly::store::{Db, DbUrl, Tx, audit, settings};
use serde_json::{Value, json};

use crate::store::fixtures;
use crate::support::database::Database;

const START: Timestamp = fixtures::START;

/// `mayfly audit …` with its settings in this folder.
pub fn mayfly(folder: &Path, database: &DbUrl, args: &[&str]) -> Output {
    let url = match database {
        DbUrl::Sqlite(file) => format!("sqlite:{}", file.display()),
        DbUrl::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAYFLY_")) {
        command.env_remove(name);
    }
    command.arg("audit").args(args).current_dir(folder).env("MAYFLY_DATABASE_URL", url);
    command.stdin(std::process::Stdio::null()).output().expect("it runs")
}

pub fn told(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// An environment `preview-env-env_1` with three facts, one about the installation, an anchor, and a fact after it.
async fn trail(db: &Db) -> anyhow::Result<()> {
    let mut tx = db.write("test").await?;
    settings::set(&mut tx, settings::INSTALLATION, "abc123").await?;
    let environment = fixtures::requested(&mut tx, "env_1").await?.id;
    let actor = Actor::Person(Person { workspace: "T1".into(), user: "=U1+\"x\",\n".into() });
    for n in 0..3 {
        let detail = json!({ "n": n, "said": "=1+1, \"ü\"" });
        record(&mut tx, Some(&environment), &actor, detail).await?;
    }
    record(&mut tx, None, &Actor::Console, json!({ "brake": "creating" })).await?;
    let anchored = audit::anchor(&mut tx, START + Span::hours(1), Span::hours(1)).await?;
    anyhow::ensure!(anchored.is_some_and(|anchor| anchor.heads.len() == 2));
    record(&mut tx, Some(&environment), &Actor::Scheduler, json!({})).await?;
    Ok(tx.commit().await?)
}

async fn record(
    tx: &mut Tx,
    environment: Option<&EnvironmentId>,
    actor: &Actor,
    detail: Value,
) -> anyhow::Result<()> {
    let entry =
        audit::Entry { environment, run: None, at: START, actor, action: "=test.fact", detail };
    Ok(audit::record(tx, entry).await?)
}

/// As somebody with every right on the database changes the past.
async fn tamper(database: &Database, sql: &'static str) -> anyhow::Result<()> {
    let mut tx = database.db.write("tamper").await?;
    match &mut tx {
        Tx::Sqlite(c, _) => {
            sqlx::query("DROP TRIGGER audit_stays_update").execute(&mut **c).await?;
            sqlx::query(sql).execute(&mut **c).await?;
        }
        Tx::Postgres(c, _) => {
            sqlx::query("ALTER TABLE audit DISABLE TRIGGER USER").execute(&mut **c).await?;
            sqlx::query(sql).execute(&mut **c).await?;
        }
    }
    Ok(tx.commit().await?)
}

fn export(folder: &Path, database: &Database, args: &[&str]) -> String {
    let output = mayfly(folder, database.url(), &[&["export"], args].concat());
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).expect("is text")
}

/// `mayfly audit verify --file`, without any database.
fn verify_file(folder: &Path, text: &[u8]) -> (bool, String) {
    std::fs::write(folder.join("copy.jsonl"), text).expect("written");
    let nowhere = DbUrl::Sqlite(folder.join("nowhere.db"));
    let output = mayfly(folder, &nowhere, &["verify", "--file", "copy.jsonl"]);
    (output.status.success(), told(&output))
}

on_both! {
    async fn a_good_trail_verifies_and_one_changed_byte_does_not(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let folder = tempfile::tempdir()?;
        // The database stays open, as that of a bot that runs.
        let output = mayfly(folder.path(), database.url(), &["verify"]);
        let text = told(&output);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("looked at: 5 entries in 2 chains, 1 anchors"), "{text}");
        assert!(text.contains("newest anchor: 1 of 2023-11-14 23:13 UTC, "), "{text}");
        assert!(text.contains("All of it holds."), "{text}");

        tamper(&database, "UPDATE audit SET detail = replace(detail, '\"n\":1', '\"n\":2')").await?;
        let output = mayfly(folder.path(), database.url(), &["verify"]);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        let line = "broken: preview-env-env_1: chain env_1, position 2 (seq 2): its hash is ";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("error: the audit trail does not hold: 1 breaks"), "{text}");
        // What is exported says so too.
        let exported = export(folder.path(), &database, &[]);
        let (good, text) = verify_file(folder.path(), exported.as_bytes());
        assert!(!good && text.contains("chain env_1, position 2 (seq 2): its hash is "), "{text}");
        Ok(())
    }

    async fn an_export_is_verified_by_itself(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let folder = tempfile::tempdir()?;
        let exported = export(folder.path(), &database, &["--format", "jsonl"]);
        let lines: Vec<Value> =
            exported.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let kinds: Vec<&str> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
        assert_eq!(kinds, ["begin", "anchor", "entry", "entry", "entry", "entry", "entry", "end"]);
        assert_eq!(lines[0]["installation"], "abc123");
        let detail: Value = serde_json::from_str(lines[2]["detail"].as_str().expect("is text"))?;
        assert_eq!(detail, json!({ "n": 0, "said": "=1+1, \"ü\"" }));
        let (good, text) = verify_file(folder.path(), exported.as_bytes());
        assert!(good, "{text}");
        assert!(text.contains("looked at: 5 entries in 2 chains, 1 anchors"), "{text}");
        assert!(!folder.path().join("nowhere.db").exists());

        // The same again is the same file.
        let output = ["--output", "trail.jsonl"];
        assert_eq!(export(folder.path(), &database, &output), "");
        let file = folder.path().join("trail.jsonl");
        assert_eq!(std::fs::read_to_string(&file)?, exported);
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);

        // One environment alone; the anchors hold it, and what they say of others is no matter.
        let one = export(folder.path(), &database, &["--environment", "preview-env-env_1"]);
        assert_eq!(one.lines().count(), 7, "{one}");
        let (good, text) = verify_file(folder.path(), one.as_bytes());
        assert!(good && text.contains("the trail of preview-env-env_1 alone"), "{text}");
        let unknown = ["export", "--environment", "calm", "--output", "none"];
        let output = mayfly(folder.path(), database.url(), &unknown);
        assert!(!output.status.success());
        assert!(told(&output).contains("no environment was ever called `calm`"), "{}", told(&output));
        assert!(!folder.path().join("none").exists());
        Ok(())
    }

    async fn an_export_in_csv_is_for_spreadsheets(database: Database) -> anyhow::Result<()> {
        trail(&database.db).await?;
        let folder = tempfile::tempdir()?;
        let exported = export(folder.path(), &database, &["--format", "csv"]);
        let mut records = exported.split("\r\n");
        assert_eq!(
            records.next(),
            Some(
                "\"seq\",\"chain\",\"position\",\"environment\",\"run\",\"time\",\"at\",\"actor\",\
                 \"action\",\"detail\",\"hash\""
            )
        );
        let first = records.next().expect("there is one");
        let begin = "\"1\",\"env_1\",\"1\",\"env_1\",\"\",\"2023-11-14T22:13:20.000Z\",\"1700000000000\",\
                     \"{\"\"kind\"\":\"\"person\"\"";
        assert!(first.starts_with(begin), "{first}");
        assert!(first.contains(",\"'=test.fact\",\"{\"\"n\"\":0"), "{first}");
        assert_eq!(records.count(), 5, "{exported}");
        let (good, text) = verify_file(folder.path(), exported.as_bytes());
        assert!(!good && text.contains("copy.jsonl:1: this is no export"), "{text}");
        Ok(())
    }
}

/// Which line of an export says so.
fn changed(exported: &str, number: usize, change: impl Fn(&str) -> String) -> Vec<u8> {
    let lines = exported.lines().enumerate();
    let lines = lines.map(|(n, l)| if n + 1 == number { change(l) } else { l.to_owned() });
    lines.map(|line| line + "\n").collect::<String>().into_bytes()
}

#[tokio::test]
async fn whatever_is_done_to_an_exported_file_is_found() -> anyhow::Result<()> {
    let database = crate::support::database::sqlite().await;
    trail(&database.db).await?;
    let folder = tempfile::tempdir()?;
    let exported = export(folder.path(), &database, &[]);
    let lines: Vec<&str> = exported.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();

    for (what, text, says) in [
        ("cut off", joined(&lines[..5]), "the file ends without its last line"),
        ("an anchor gone", joined(&[&lines[..1], &lines[2..]].concat()), "has the digest"),
        (
            "an entry gone",
            joined(&[&lines[..3], &lines[4..]].concat()),
            "position 3 (seq 3): 2 was expected",
        ),
        (
            "two swapped",
            joined(&[
                lines[0], lines[1], lines[3], lines[2], lines[4], lines[5], lines[6], lines[7],
            ]),
            "position 2 (seq 2): 1 was expected",
        ),
        ("something behind", format!("{exported}{{}}\n"), "copy.jsonl:9: something stands behind"),
        ("no line feed", exported.trim_end().to_owned(), "a line feed is missing"),
        (
            "the anchors last",
            joined(&[&lines[..1], &lines[2..7], &lines[1..2], &lines[7..]].concat()),
            "among the entries",
        ),
    ] {
        let (good, told) = verify_file(folder.path(), text.as_bytes());
        assert!(!good && told.contains(says), "{what}: {told}");
    }
    // A digest that was made to fit does not help: the chains are what counts.
    let text = changed(&exported, 3, |line| line.replace("=1+1", "=1+2"));
    let (good, told) = verify_file(folder.path(), &text);
    assert!(!good && told.contains("chain env_1, position 1 (seq 1): its hash is"), "{told}");
    Ok(())
}

/// Every byte of a file, one after the other; within this process, for there are thousands.
#[tokio::test]
async fn each_changed_byte_of_an_exported_file_is_found() -> anyhow::Result<()> {
    let database = crate::support::database::sqlite().await;
    trail(&database.db).await?;
    let folder = tempfile::tempdir()?;
    let exported = export(folder.path(), &database, &[]).into_bytes();
    let file = folder.path().join("copy.jsonl");
    let holds = |bytes: &[u8]| {
        std::fs::write(&file, bytes).expect("written");
        mayfly::cli::audit::file_holds(&file)
    };
    assert!(holds(&exported));
    for at in 0..exported.len() {
        for mask in [0x01, 0x20] {
            let mut bytes = exported.clone();
            bytes[at] ^= mask;
            assert!(!holds(&bytes), "byte {at}: {:?}", String::from_utf8_lossy(&bytes));
        }
    }
    Ok(())
}

#[test]
fn where_there_is_no_trail_it_says_so_and_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = DbUrl::Sqlite(folder.path().join("nowhere.db"));
    for args in [&["verify"][..], &["export"]] {
        let output = mayfly(folder.path(), &nowhere, args);
        assert_eq!(output.status.code(), Some(1));
        let text = told(&output);
        assert!(text.contains("nowhere.db") && text.contains("hint: check database.url"), "{text}");
    }
    let output = mayfly(folder.path(), &nowhere, &["verify", "--file", "none.jsonl"]);
    assert!(
        !output.status.success() && told(&output).contains("none.jsonl: "),
        "{}",
        told(&output)
    );
    assert_eq!(std::fs::read_dir(folder.path()).expect("is there").count(), 0);
}

#[test]
fn help_says_what_is_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = DbUrl::Sqlite(folder.path().join("nowhere.db"));
    let text = told(&mayfly(folder.path(), &nowhere, &["--help"]));
    assert!(text.contains("verify") && text.contains("export"), "{text}");
    let text = told(&mayfly(folder.path(), &nowhere, &["export", "--help"]));
    for part in ["--format", "jsonl", "csv", "--environment", "--output"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
