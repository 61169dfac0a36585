//! checkov, run for real on a real plan of `s3-bucket`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use mayfly::domain::decision::{Decision, FindingKind, Level, Point, Verdict};
use mayfly::domain::scan::Weight;
use mayfly::policy::{mask, scan::Scanner};
use serde_json::Value;

use super::{checkov, scanners};
use crate::support::moto::Moto;
use crate::support::{programs, terraform};

const TOKEN: &str = "token-9f2c41d7";
const PASSWORD: &str = "password-83be60aa";
/// What the run knows to be secret, and nothing in the plan says so.
const KNOWN: &str = "known-5d1e77c0";

/// Secrets in every place that a plan has for them.
const SECRETS: &str = r#"
variable "token" {
  type      = string
  sensitive = true
}

resource "aws_ssm_parameter" "token" {
  name  = "token"
  type  = "SecureString"
  value = var.token
}

resource "aws_db_instance" "this" {
  engine              = "postgres"
  instance_class      = "db.t4g.micro"
  allocated_storage   = 20
  username            = "app"
  password            = "password-83be60aa"
  skip_final_snapshot = true
}

output "url" {
  value     = "https://${var.token}@example.com"
  sensitive = true
}
"#;

/// What `terraform show -json` prints of a plan of the shipped template, with secrets added to it.
fn plan(moto: &Moto, folder: &Path) -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/environments/s3-bucket");
    for file in std::fs::read_dir(source).expect("it is there").flatten() {
        if file.path().extension().is_some_and(|extension| extension == "tf") {
            std::fs::copy(file.path(), folder.join(file.file_name())).expect("copied");
        }
    }
    std::fs::write(folder.join("secrets.tf"), SECRETS).expect("written");
    let run = |args: &[&str]| {
        let done = Command::new("terraform")
            .args(args)
            .current_dir(folder)
            .envs(moto.environment())
            .env("TF_CLI_CONFIG_FILE", terraform::cli_config())
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_VAR_mayfly_environment", "s3-bucket-test")
            .env("TF_VAR_purpose", format!("as {KNOWN} says"))
            .env("TF_VAR_token", TOKEN)
            .output()
            .expect("terraform can be started");
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    run(&["init", "-input=false"]);
    run(&["plan", "-input=false", "-out=saved"]);
    run(&["show", "-json", "saved"])
}

/// checkov, behind a script that keeps what it was given.
fn watched(program: &Path, folder: &Path) -> PathBuf {
    let script = folder.join("watched");
    let text = format!(
        "#!/bin/sh\nmkdir -p {0}/given && cp -R . {0}/given/ && env >{0}/given/environment && printf '%s\\n' \"$@\" >{0}/given/arguments\nexec {1} \"$@\"\n",
        folder.display(),
        program.display()
    );
    programs::script(&script, &text);
    script
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_findings_become_a_decision_and_it_is_given_no_secret() {
    let Some(program) = programs::scanner("checkov") else { return };
    let moto = Moto::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    std::fs::create_dir(&source).expect("made");
    let printed = plan(&moto, &source);
    let plain = String::from_utf8(printed.clone()).expect("it is text");
    for secret in [TOKEN, PASSWORD, KNOWN] {
        assert!(plain.contains(secret), "{secret} is not in the plan, which then proves nothing");
    }
    let masked = mask(&printed, |text| text.replace(KNOWN, "[secret]")).expect("it is JSON");

    let mut scanner: Scanner = checkov(&watched(&program, folder.path()));
    for (named, weight) in [("CKV_AWS_18", Weight::Deny), ("CKV_AWS_144", Weight::Ignore)] {
        scanner.weighing.set(named, weight).expect("it is a check");
    }
    let said = scanners(scanner).scan(&masked, &folder.path().join("scan")).await;
    let mut decision =
        Decision { point: Point::Plan, findings: Vec::new(), rules: 0, bundle: String::new() };
    said.join(&mut decision);

    let found: BTreeMap<(&str, &str), _> = decision
        .findings
        .iter()
        .map(|one| ((one.rule.as_str(), one.resource.as_deref().unwrap_or_default()), one))
        .collect();
    let told = format!("{found:#?}");
    assert_eq!(found.len(), decision.findings.len(), "one is told twice: {told}");
    let bucket = "aws_s3_bucket.this";
    let logging = found.get(&("CKV_AWS_18", bucket)).unwrap_or_else(|| panic!("{told}"));
    assert_eq!((logging.kind, logging.level), (FindingKind::Deny, Level::Overridable));
    assert_eq!((logging.name().as_str(), logging.place.as_str()), ("checkov.CKV_AWS_18", bucket));
    assert!(logging.message.starts_with("aws_s3_bucket.this: Ensure the S3 bucket has"), "{told}");
    for (check, resource) in [
        // Versioning is off, unless somebody asks for it.
        ("CKV_AWS_21", bucket),
        ("CKV2_AWS_62", bucket),
        ("CKV_AWS_337", "aws_ssm_parameter.token"),
        ("CKV_AWS_16", "aws_db_instance.this"),
    ] {
        let one = found.get(&(check, resource)).unwrap_or_else(|| panic!("{check}: {told}"));
        assert_eq!(one.verdict(), Verdict::Warn, "{check}");
    }
    // It is encrypted and closed, by resources beside it: for that the scanner reads the whole plan.
    for check in ["CKV_AWS_144", "CKV_AWS_145", "CKV_AWS_53", "CKV2_AWS_6"] {
        assert!(!found.contains_key(&(check, bucket)), "{check}: {told}");
    }
    assert_eq!(decision.verdict(), Verdict::Deny);
    assert!(decision.rules > decision.findings.len(), "{} checks: {told}", decision.rules);

    let given = folder.path().join("given");
    let mut names = Vec::new();
    for file in std::fs::read_dir(&given).expect("it was started").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("it is text");
        for secret in [TOKEN, PASSWORD, KNOWN] {
            assert!(!text.contains(secret), "{secret} is in {:?}", file.file_name());
        }
        names.push(file.file_name().into_string().expect("it is text"));
    }
    names.sort();
    assert_eq!(names, ["arguments", "environment", "plan.json"]);
    let plan: Value =
        serde_json::from_slice(&std::fs::read(given.join("plan.json")).expect("is there"))
            .expect("it is JSON");
    assert_eq!(plan["variables"]["token"]["value"], "(sensitive)");
    assert_eq!(plan["variables"]["purpose"]["value"], "as [secret] says");
}
