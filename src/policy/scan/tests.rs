use serde_json::json;

use super::*;

fn scanner(kind: Kind) -> Scanner {
    Scanner {
        kind,
        program: "/nowhere".into(),
        weighing: Weighing::default(),
        overridable_by: vec!["role:operator".to_owned()],
        time: Duration::from_secs(10),
        memory_bytes: 1 << 30,
    }
}

fn findings(scanner: &Scanner, report: Report) -> Vec<Finding> {
    let mut findings = Vec::new();
    scanner.weigh(report.found, &mut findings);
    findings
}

/// As checkov 3.3 prints it, cut to what is read and a little of what is not.
fn of_checkov() -> Value {
    let failed = |id: &str, severity: Value, address: &str, keys: Value| {
        json!({
            "check_id": id, "check_name": format!("Ensure {id} holds"), "severity": severity,
            "check_result": { "result": "FAILED", "evaluated_keys": keys },
            "file_path": "/plan.json", "file_line_range": [0, 0], "guideline": null,
            "resource": "aws_s3_bucket.this", "resource_address": address,
        })
    };
    json!({
        "check_type": "terraform_plan",
        "results": { "failed_checks": [
            failed("CKV_AWS_18", Value::Null, "module.a.aws_s3_bucket.this", json!(["resource_type", "logging"])),
            failed("CKV_AWS_20", "HIGH".into(), "aws_s3_bucket.this", json!(["resource_type"])),
            failed("CKV_AWS_21", "LOW".into(), "aws_s3_bucket.this", Value::Null),
        ] },
        "summary": { "passed": 13, "failed": 3, "skipped": 0, "parsing_errors": 0, "resource_count": 5 },
    })
}

/// In the shape of Trivy's `pkg/types`, as its own suite has it: `terraform-remote-submodule.json.golden`.
fn of_trivy() -> Value {
    let one = |id: &str, severity: &str, status: &str| {
        json!({
            "Type": "Terraform Plan Security Check", "ID": id, "Title": "S3 encryption",
            "Message": "Bucket does not have encryption enabled", "Resolution": "Configure bucket encryption",
            "Severity": severity, "PrimaryURL": "https://avd.aquasec.com/misconfig/x", "Status": status,
            "CauseMetadata": { "Resource": "aws_s3_bucket.this", "StartLine": 3, "EndLine": 9 },
        })
    };
    json!({
        "SchemaVersion": 2, "ArtifactName": "plan.json", "ArtifactType": "filesystem",
        "Results": [
            { "Target": ".", "Class": "config", "MisconfSummary": { "Successes": 1, "Failures": 0 } },
            {
                "Target": "main.tf", "Class": "config", "Type": "terraformplan",
                "MisconfSummary": { "Successes": 7, "Failures": 4 },
                "Misconfigurations": [
                    one("AVD-AWS-0088", "HIGH", "FAIL"), one("AVD-AWS-0088", "HIGH", "FAIL"),
                    one("AWS-0090", "MEDIUM", "FAIL"), one("AWS-0089", "LOW", "FAIL"),
                    one("AWS-0001", "CRITICAL", "PASS"),
                ],
            },
        ],
    })
}

#[test]
fn what_checkov_found_is_weighed_by_severity_and_names_its_resource() {
    let report = checkov::read(of_checkov().to_string().as_bytes()).expect("it is a report");
    assert_eq!(report.checks, 16);
    let found = findings(&scanner(Kind::Checkov), report);
    let [logging, public] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((logging.name().as_str(), logging.kind), ("checkov.CKV_AWS_18", FindingKind::Warn));
    assert_eq!(logging.resource.as_deref(), Some("module.a.aws_s3_bucket.this"));
    assert_eq!(logging.place, "module.a.aws_s3_bucket.this");
    assert_eq!(logging.message, "module.a.aws_s3_bucket.this: Ensure CKV_AWS_18 holds.");
    assert_eq!(logging.fix.as_deref(), Some("It looks at `logging`."));
    assert_eq!((public.kind, public.level), (FindingKind::Deny, Level::Overridable));
    assert_eq!(public.overridable_by, ["role:operator"]);
    assert_eq!(public.fix, None);
}

#[test]
fn what_nobody_may_go_past_is_mandatory() {
    let strict = Scanner { overridable_by: Vec::new(), ..scanner(Kind::Checkov) };
    let report = checkov::read(of_checkov().to_string().as_bytes()).expect("it is a report");
    let found = findings(&strict, report);
    let denial = found.iter().find(|one| one.kind == FindingKind::Deny).expect("one denies");
    assert_eq!(denial.level, Level::Mandatory);
}

#[test]
fn a_plan_without_anything_to_check_has_no_findings() {
    let bare =
        json!({ "passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0 });
    let report = checkov::read(bare.to_string().as_bytes()).expect("it is a report");
    assert_eq!(report, Report { found: Vec::new(), checks: 0 });
    let report = trivy::read(br#"{"SchemaVersion": 2}"#).expect("it is a report");
    assert_eq!(report, Report { found: Vec::new(), checks: 0 });
}

#[test]
fn what_is_no_whole_report_is_none() {
    let mut unread = of_checkov();
    unread["summary"]["parsing_errors"] = 1.into();
    let mut cut = of_checkov();
    cut["results"]["failed_checks"].as_array_mut().expect("a list").pop();
    let mut half = of_checkov();
    half.as_object_mut().expect("an object").remove("summary");
    for (printed, part) in [
        (unread.to_string(), "cannot read the plan"),
        (cut.to_string(), "of 3 findings it printed 2"),
        (half.to_string(), "half a report"),
        ("{}".to_owned(), "no report"),
        ("[]".to_owned(), "no report"),
        ("Traceback".to_owned(), "no report"),
        (String::new(), "no report"),
    ] {
        let why = checkov::read(printed.as_bytes()).expect_err(&printed);
        assert!(why.contains(part), "{printed}: {why}");
    }
    for printed in
        ["{}", "[]", "", "FATAL", r#"{"SchemaVersion":2,"Results":[{"Misconfigurations":[{}]}]}"#]
    {
        let why = trivy::read(printed.as_bytes()).expect_err(printed);
        assert!(why.contains("no report"), "{printed}: {why}");
    }
}

#[test]
fn what_trivy_found_is_weighed_by_severity_and_told_once() {
    let report = trivy::read(of_trivy().to_string().as_bytes()).expect("it is a report");
    assert_eq!(report.checks, 12);
    let mut scanner = scanner(Kind::Trivy);
    let found = findings(&scanner, report);
    let [encryption, versioning] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (encryption.name().as_str(), encryption.kind),
        ("trivy.AVD-AWS-0088", FindingKind::Deny)
    );
    assert_eq!(encryption.message, "aws_s3_bucket.this: Bucket does not have encryption enabled.");
    let fix = "Configure bucket encryption (https://avd.aquasec.com/misconfig/x)";
    assert_eq!(encryption.fix.as_deref(), Some(fix));
    assert_eq!((versioning.rule.as_str(), versioning.kind), ("AWS-0090", FindingKind::Warn));
    scanner.weighing.set("AWS-0088", Weight::Ignore).expect("a check");
    let report = trivy::read(of_trivy().to_string().as_bytes()).expect("it is a report");
    assert_eq!(findings(&scanner, report).len(), 1);
}

#[test]
fn what_a_scanner_would_pass_over_is_refused_before() {
    let plan =
        json!({ "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {} });
    assert_eq!(is_plan(&plan), Ok(()));
    for key in ["format_version", "terraform_version", "planned_values"] {
        let mut less = plan.clone();
        less.as_object_mut().expect("an object").remove(key);
        assert!(is_plan(&less).expect_err(key).contains(key));
    }
}
