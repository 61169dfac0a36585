//! What was found, as `conftest` prints it: text, JSON, JUnit and SARIF.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::policy::Found;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Output {
    Text,
    Json,
    Junit,
    Sarif,
}

/// What a package said of a file.
#[derive(Debug, Serialize)]
pub(super) struct CheckResult {
    pub filename: String,
    pub namespace: String,
    /// How many rules found nothing.
    pub successes: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Said>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Said>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Said>,
    /// What has to be approved, which `conftest` does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Said>,
}

impl CheckResult {
    pub(super) fn new(filename: String, namespace: &str) -> CheckResult {
        CheckResult {
            filename,
            namespace: namespace.to_owned(),
            successes: 0,
            warnings: Vec::new(),
            failures: Vec::new(),
            exceptions: Vec::new(),
            approvals: Vec::new(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Said {
    msg: String,
    metadata: Map<String, Value>,
    #[serde(skip)]
    rule: String,
    #[serde(skip)]
    place: String,
}

/// A finding: the other keys of its message are metadata, as are ours.
pub(super) fn said(found: Found) -> Said {
    let Found { finding, mut metadata } = found;
    metadata.insert("query".into(), format!("data.{}.{}", finding.namespace, finding.rule).into());
    let ours = [
        ("fix", finding.fix),
        ("field", finding.field),
        ("resource", finding.resource),
        ("place", Some(finding.place.clone())),
    ];
    for (key, value) in ours {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            metadata.insert(key.into(), value.into());
        }
    }
    let lists = [("overridable_by", finding.overridable_by), ("approvers", finding.approvers)];
    for (key, value) in lists {
        if !value.is_empty() {
            metadata.insert(key.into(), value.into());
        }
    }
    Said { msg: finding.message, metadata, rule: finding.rule, place: finding.place }
}

/// As `conftest` names an exception: by the query that found it.
pub(super) fn exception(namespace: &str, rule: &str) -> Said {
    let bare = rule.split_once('_').map_or(rule, |(_, bare)| bare);
    let query = format!("data.{namespace}.exception[_][_] == {}", Value::from(bare));
    let metadata = Map::from_iter([("query".to_owned(), Value::from(query.clone()))]);
    Said { msg: query, metadata, rule: rule.to_owned(), place: String::new() }
}

/// Prints them all.
pub(super) fn print(results: &[CheckResult], output: Output) -> Result<(), String> {
    let json =
        |value: &Value| serde_json::to_string_pretty(value).map_err(|error| error.to_string());
    let text = match output {
        Output::Text => text(results),
        Output::Json => {
            let results = serde_json::to_value(results).map_err(|error| error.to_string())?;
            indented_by_tabs(&results)?
        }
        Output::Junit => junit(results),
        Output::Sarif => json(&sarif(results))? + "\n",
    };
    print!("{text}");
    Ok(())
}

/// As `conftest` writes JSON.
fn indented_by_tabs(value: &Value) -> Result<String, String> {
    let mut out = Vec::new();
    let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, tabs);
    value.serialize(&mut serializer).map_err(|error| error.to_string())?;
    out.push(b'\n');
    String::from_utf8(out).map_err(|error| error.to_string())
}

fn text(results: &[CheckResult]) -> String {
    let mut text = String::new();
    for result in results {
        let kinds = [
            ("WARN", &result.warnings),
            ("FAIL", &result.failures),
            ("EXCP", &result.exceptions),
            ("APPROVAL", &result.approvals),
        ];
        for (kind, all) in kinds {
            for said in all {
                let file = if result.filename.is_empty() { "-" } else { &result.filename };
                let _ = write!(text, "{kind} - {file} - {} - {}", result.namespace, said.msg);
                if let Some(fix) = said.metadata.get("fix").and_then(Value::as_str) {
                    let _ = write!(text, " ({fix})");
                }
                let _ = match said.place.is_empty() {
                    true => writeln!(text),
                    false => writeln!(text, " [{}]", said.place),
                };
            }
        }
    }
    let sum = |count: fn(&CheckResult) -> usize| results.iter().map(count).sum::<usize>();
    let (passed, warnings, failures, exceptions, approvals) = (
        sum(|result| result.successes),
        sum(|result| result.warnings.len()),
        sum(|result| result.failures.len()),
        sum(|result| result.exceptions.len()),
        sum(|result| result.approvals.len()),
    );
    let tests = passed + warnings + failures + exceptions + approvals;
    let plural =
        |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let _ = write!(
        text,
        "\n{}, {passed} passed, {}, {}, {}",
        plural(tests, "test"),
        plural(warnings, "warning"),
        plural(failures, "failure"),
        plural(exceptions, "exception"),
    );
    if approvals > 0 {
        let _ = write!(text, ", {} to approve", approvals);
    }
    text.push('\n');
    text
}

fn junit(results: &[CheckResult]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for result in results {
        let failures = result.failures.len();
        let skipped = result.exceptions.len();
        let others = result.warnings.len() + result.approvals.len();
        let tests = result.successes + failures + skipped + others;
        let _ = writeln!(
            text,
            "\t<testsuite tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" time=\"0.000\" name=\"conftest.{}\">",
            xml(&result.namespace)
        );
        let case = |name: &str, inside: &str| {
            format!(
                "\t\t<testcase classname=\"conftest\" name=\"{} - {} - {}\" time=\"0.000\">{inside}</testcase>\n",
                xml(&result.filename),
                xml(&result.namespace),
                xml(name)
            )
        };
        for said in &result.failures {
            let inside = format!(
                "<failure message=\"Failed\" type=\"{}\">{}</failure>",
                xml(&said.rule),
                xml(&said.msg)
            );
            text += &case(&said.msg, &inside);
        }
        for said in result.warnings.iter().chain(&result.approvals) {
            text += &case(&said.msg, &format!("<system-out>{}</system-out>", xml(&said.msg)));
        }
        for said in &result.exceptions {
            text +=
                &case(&said.msg, &format!("<skipped message=\"{}\"></skipped>", xml(&said.msg)));
        }
        for _ in 0..result.successes {
            text += &case("", "");
        }
        text += "\t</testsuite>\n";
    }
    text + "</testsuites>\n"
}

fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(one),
            one if one.is_control() => out.push(' '),
            one => out.push(one),
        }
    }
    out
}

/// SARIF 2.1.0: one run, a rule for each of ours that said something. An exception is a note that is suppressed.
fn sarif(results: &[CheckResult]) -> Value {
    let mut rules: BTreeSet<String> = BTreeSet::new();
    let mut all = Vec::new();
    for result in results {
        let kinds = [
            ("error", &result.failures),
            ("warning", &result.warnings),
            ("warning", &result.approvals),
            ("none", &result.exceptions),
        ];
        for (level, found) in kinds {
            for said in found {
                let id = format!("{}.{}", result.namespace, said.rule);
                rules.insert(id.clone());
                let uri = if result.filename.is_empty() { "-" } else { &result.filename };
                let mut one = json!({
                    "ruleId": id,
                    "level": level,
                    "message": {"text": said.msg},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}],
                    "properties": said.metadata,
                });
                if level == "none" {
                    one["kind"] = json!("notApplicable");
                }
                all.push(one);
            }
        }
    }
    let rules: Vec<Value> = rules.into_iter().map(|id| json!({ "id": id })).collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{
            "tool": {"driver": {
                "name": "mayfly",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "results": all,
        }],
    })
}
