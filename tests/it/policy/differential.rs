//! Every pair of `tests/policy/corpus` says what the real `opa` said of it, or is refused when it is loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mayfly::domain::decision::FindingKind;
use mayfly::policy::{BuiltinErrors, Console, RegoVersion, Settings};
use serde_json::Value;

use super::{exe, of_the_tree};
use crate::support::{programs, say};

/// What `opa` said of a pair.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// Rules that are defined, by name.
    Rules(BTreeMap<String, Value>),
    /// It ended with this error.
    /// Its code is nobody's here.
    Error(serde::de::IgnoredAny),
}

struct Pair {
    /// `theme/name`.
    name: String,
    file: PathBuf,
    header: BTreeMap<String, String>,
    said: Said,
}

/// What became of a pair.
#[derive(Debug, PartialEq)]
enum Outcome {
    Same,
    Refused(String),
    Differs(String),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_pair_says_what_opa_said_or_is_refused() {
    let pairs = pairs();
    let denials = pairs.iter().filter(|pair| pair.denies()).count();
    assert!(pairs.len() >= 200, "only {} pairs are there", pairs.len());
    assert!(denials * 2 >= pairs.len(), "only {denials} of {} deny", pairs.len());
    let mut outcomes = BTreeMap::new();
    for pair in &pairs {
        outcomes.insert(pair.name.clone(), pair.outcome().await);
    }
    let differing: Vec<String> = outcomes
        .iter()
        .filter_map(|(name, outcome)| match outcome {
            Outcome::Differs(how) => Some(format!("{name}: {how}")),
            _ => None,
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    for pair in pairs.iter().step_by(10) {
        assert_eq!(pair.verdict_differs().await, None, "{}", pair.name);
    }
    let refused: BTreeMap<&String, &String> = outcomes
        .iter()
        .filter_map(|(name, outcome)| match outcome {
            Outcome::Refused(why) => Some((name, why)),
            _ => None,
        })
        .collect();
    let listed = listed();
    let there: BTreeSet<&String> = refused.keys().copied().collect();
    assert_eq!(
        there,
        listed.iter().collect::<BTreeSet<_>>(),
        "tests/policy/corpus/refused.txt lists others than are refused: {refused:#?}"
    );
    assert!(refused.len() * 10 <= pairs.len(), "{} of {} are refused", refused.len(), pairs.len());
    say(&format!("{} pairs, {denials} deny, {} refused", pairs.len(), refused.len()));
}

#[test]
#[ignore = "asks the real opa for every pair: half a minute"]
fn the_real_opa_still_says_so() {
    let Some(opa) = programs::find("opa", &[programs::cache().join("built")]) else {
        programs::runs("opa");
        return;
    };
    let folder = opa.parent().expect("has one").to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path)));
    let asked = std::process::Command::new(of_the_tree("tests/policy/record"))
        .arg("--check")
        .env("PATH", path.expect("can be joined"))
        .output()
        .expect("it runs");
    let said = [asked.stdout, asked.stderr].concat();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&said));
}

impl Pair {
    fn denies(&self) -> bool {
        match &self.said {
            Said::Rules(rules) => rules.iter().any(|(name, said)| {
                (name.starts_with("deny") || name.starts_with("violation")) && !is_nothing(said)
            }),
            Said::Error(_) => true,
        }
    }

    fn settings(&self) -> Settings {
        let beside = |key: &str| {
            let names = self.header.get(key).map(String::as_str).unwrap_or_default();
            let folder = self.file.parent().expect("has one");
            names.split_whitespace().map(|name| folder.join(name)).collect::<Vec<PathBuf>>()
        };
        let folders = std::iter::once(self.file.clone()).chain(beside("modules"));
        Settings {
            folders: folders.collect(),
            data: beside("data"),
            version: match self.header.get("rego").map(String::as_str) {
                Some("v0") => RegoVersion::V0,
                _ => RegoVersion::V1,
            },
            builtin_errors: BuiltinErrors::Undefined,
            ..Settings::builtin(exe())
        }
    }

    fn namespace(&self) -> &str {
        self.header.get("namespace").map_or("main", String::as_str)
    }

    async fn outcome(&self) -> Outcome {
        let console = match Console::load(self.settings()) {
            Ok(console) => console,
            Err(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                // A refusal names its place.
                assert!(
                    problems.iter().all(|problem| problem.line.is_some()),
                    "{}: {all:?}",
                    self.name
                );
                return Outcome::Refused(all.join("; "));
            }
        };
        let input = self.input();
        match &self.said {
            Said::Error(_) => {
                match console.query(&format!("data.{}", self.namespace()), &input).await {
                    Err(_) => Outcome::Same,
                    Ok(answer) => {
                        Outcome::Differs(format!("opa ends with an error, and here is {answer}"))
                    }
                }
            }
            Said::Rules(rules) => self.compared(&console, rules, &input).await,
        }
    }

    /// Whether the verdict is the same too, exceptions and all.
    async fn verdict_differs(&self) -> Option<String> {
        let console = Console::load(self.settings()).ok()?;
        let checked = console.check(self.namespace(), &self.input()).await;
        let Ok(checked) = checked else {
            return matches!(self.said, Said::Rules(_)).then(|| format!("{checked:?}"));
        };
        let excepted = !checked.excepted.is_empty();
        let denies = checked.found.iter().any(|found| found.finding.kind == FindingKind::Deny);
        (!excepted && denies != self.denies()).then(|| format!("{checked:?}"))
    }

    fn input(&self) -> Value {
        let input = corpus().join("inputs").join(&self.header["input"]);
        serde_json::from_str(&std::fs::read_to_string(input).expect("is there")).expect("JSON")
    }

    /// Each rule by itself, as `opa eval` would give it.
    async fn compared(
        &self,
        console: &Console,
        rules: &BTreeMap<String, Value>,
        input: &Value,
    ) -> Outcome {
        let package = format!("data.{}", self.namespace());
        let lists: Vec<String> =
            rules.keys().map(|name| format!("[value | value := {package}.{name}]")).collect();
        let answer = match console.query(&format!("[{}]", lists.join(", ")), input).await {
            Ok(answer) => answer,
            Err(why) => return Outcome::Differs(format!("the query fails: {why}")),
        };
        let values = &answer["result"][0]["expressions"][0]["value"];
        for (at, (name, said)) in rules.iter().enumerate() {
            let ours = &values[at][0];
            if sorted(ours) != sorted(said) {
                return Outcome::Differs(format!("{name} is {ours}, and opa says {said}"));
            }
        }
        Outcome::Same
    }
}

/// Sets of objects come in another order.
fn sorted(value: &Value) -> Value {
    match value {
        // 1000.0 is 1000.
        Value::Number(number)
            if number
                .as_f64()
                .is_some_and(|number| number.fract() == 0.0 && number.abs() < 1e15) =>
        {
            Value::from(number.as_f64().unwrap_or_default() as i64)
        }
        Value::Array(all) => {
            let mut all: Vec<Value> = all.iter().map(sorted).collect();
            all.sort_by_key(ToString::to_string);
            Value::Array(all)
        }
        other => other.clone(),
    }
}

fn is_nothing(said: &Value) -> bool {
    match said {
        Value::Null | Value::Bool(false) => true,
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        _ => false,
    }
}

fn corpus() -> PathBuf {
    of_the_tree("tests/policy/corpus")
}

fn listed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(corpus().join("refused.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let names = lines.map(|line| {
        let (name, why) = line.split_once(": ").expect("a pair, and why it is refused");
        assert!(why.len() > 10, "{name} says no reason");
        name.to_owned()
    });
    names.collect()
}

fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for theme in folders(&corpus()) {
        let Ok(said) = std::fs::read_to_string(theme.join("expected.json")) else { continue };
        let said: BTreeMap<String, Said> = serde_json::from_str(&said).expect("what record wrote");
        let theme_name = theme.file_name().expect("has one").to_string_lossy().into_owned();
        for (name, said) in said {
            let file = theme.join(format!("{name}.rego"));
            let text = std::fs::read_to_string(&file).expect("is there");
            let header = text.lines().map_while(|line| {
                let (key, value) = line.strip_prefix("# ")?.split_once(": ")?;
                key.chars()
                    .all(|one| one.is_ascii_lowercase())
                    .then(|| (key.to_owned(), value.to_owned()))
            });
            let header = header.collect();
            pairs.push(Pair { name: format!("{theme_name}/{name}"), file, header, said });
        }
    }
    pairs
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}
