//! Sweeps: a child that prints, a line of JSON each, the resources that have our installation's tag.

mod kinds;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use kinds::{Known, known};

use super::Invocation;
use crate::domain::tags::{ENVIRONMENT_TAG, INSTALLATION_TAG};
use crate::template::Sweep;

/// Tells a sweep's child which installation is looked for.
pub const INSTALLATION: &str = "MAYFLY_INSTALLATION";
/// Tells it which environment alone is looked for, if one is.
pub const ENVIRONMENT: &str = "MAYFLY_ENVIRONMENT";
/// The longest id that is kept; an ARN has at most 2048 characters.
const LONGEST_ID: usize = 2048;

/// A resource that a sweep has found: a line of what its child prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// As its provider calls it: an ARN, say. Two resources never have the same.
    pub id: String,
    /// The type that its engine has for it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What an import of it wants, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt: Option<String>,
    /// The environment in its tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Swept {
    /// Whether it says itself that it is this installation's: [`read`] has left out what says that it is another's,
    /// and what says nothing is only told to people.
    pub fn is_tagged(&self) -> bool {
        self.tags.contains_key(INSTALLATION_TAG)
    }
}

/// Why what a sweep has printed is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of what the sweep printed is no resource: {why}; each line is JSON such as {{\"id\": \"…\", \"kind\": \"…\", \"adopt\": \"…\", \"environment\": \"…\"}}"
)]
pub struct NotSwept {
    line: usize,
    why: String,
}

/// Where a sweep's child runs, and with what.
pub struct Place<'a> {
    /// This very program, for those sweeps that it does itself.
    pub exe: &'a Path,
    /// The template's own source, for its own program.
    pub source: &'a Path,
    /// `PATH` of the children.
    pub path: &'a str,
    /// `HOME` of the children.
    pub home: &'a Path,
    /// What the template's credentials setting names.
    pub credentials: &'a BTreeMap<String, String>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub installation: &'a str,
    /// This one's alone; `None`: all of the installation.
    pub environment: Option<&'a str>,
}

/// The verb of our own binary that sweeps AWS.
pub const SWEEP_AWS: &str = "sweep-aws";

/// The child that sweeps. Take its standard output when it has ended well, and give it to [`read`].
pub fn call(sweep: &Sweep, place: &Place<'_>, wanted: Wanted<'_>) -> Invocation {
    let (program, args) = match sweep {
        Sweep::Aws => (place.exe.to_path_buf(), vec![SWEEP_AWS.to_owned()]),
        Sweep::Command(words) => {
            let mut words = words.iter().cloned();
            (program(words.next().unwrap_or_default(), place.source), words.collect())
        }
    };
    // Ours stand last: no credentials setting overrides them.
    let mut env = place.credentials.clone();
    env.insert("PATH".into(), place.path.to_owned());
    env.insert("HOME".into(), place.home.to_string_lossy().into_owned());
    env.insert(INSTALLATION.into(), wanted.installation.to_owned());
    env.remove(ENVIRONMENT);
    env.extend(wanted.environment.map(|name| (ENVIRONMENT.to_owned(), name.to_owned())));
    Invocation { program, args, env, cwd: place.source.to_path_buf() }
}

/// A name is looked up in the `PATH`; a relative path leads into the template.
fn program(word: String, source: &Path) -> PathBuf {
    if word.contains('/') { source.join(word) } else { PathBuf::from(word) }
}

/// What a sweep has found, of what it printed. Whatever says that it is another installation's, or another
/// environment's than the wanted one, is left out: nobody acts on it here.
pub fn read(printed: &[u8], wanted: Wanted<'_>) -> Result<Vec<Swept>, NotSwept> {
    let mut found: Vec<Swept> = Vec::new();
    for (n, line) in printed.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let wrong = |why: String| NotSwept { line: n + 1, why };
        let mut one: Swept = serde_json::from_slice(line).map_err(|e| wrong(e.to_string()))?;
        if one.id.trim().is_empty() || one.id.chars().count() > LONGEST_ID {
            return Err(wrong(format!("its id has to have 1 to {LONGEST_ID} characters")));
        }
        let tag = |key: &str| one.tags.get(key).cloned();
        one.environment = one.environment.or_else(|| tag(ENVIRONMENT_TAG));
        let ours = one.tags.get(INSTALLATION_TAG).is_none_or(|id| id == wanted.installation);
        let meant = wanted.environment.is_none_or(|name| one.environment.as_deref() == Some(name));
        if ours && meant && !found.iter().any(|other| other.id == one.id) {
            found.push(one);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wanted<'_> = Wanted { installation: "ours", environment: None };

    #[test]
    fn what_is_anothers_is_left_out() {
        let printed = br#"
            {"id": "a", "tags": {"mayfly:installation": "ours", "mayfly:environment": "calm"}}
            {"id": "b", "tags": {"mayfly:installation": "theirs", "mayfly:environment": "calm"}}
            {"id": "c", "kind": "x_thing", "adopt": "c-1", "environment": "brave"}
            {"id": "a"}
        "#;
        let found = read(printed, ALL).expect("reads");
        let of: Vec<_> = found.iter().map(|s| (s.id.as_str(), s.environment.as_deref())).collect();
        assert_eq!(of, [("a", Some("calm")), ("c", Some("brave"))]);
        let calm = read(printed, Wanted { environment: Some("calm"), ..ALL }).expect("reads");
        assert_eq!(calm.len(), 1);
    }

    #[test]
    fn what_is_no_resource_names_its_line() {
        for (printed, line) in
            [("{\"id\": \"a\"}\nhello", 2), ("{}", 1), ("{\"id\": \" \"}", 1), ("[]", 1)]
        {
            let wrong = read(printed.as_bytes(), ALL).expect_err(printed);
            assert!(wrong.to_string().starts_with(&format!("line {line} ")), "{wrong}");
        }
        assert_eq!(read(b"", ALL), Ok(Vec::new()));
    }

    #[test]
    fn a_child_gets_what_is_its_own_and_no_more() {
        let credentials = [("PATH", "theirs"), ("MAYFLY_ENVIRONMENT", "theirs"), ("KEY", "1")];
        let credentials = credentials.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let place = Place {
            exe: Path::new("/mayfly"),
            source: Path::new("/source"),
            path: "/bin",
            home: Path::new("/home"),
            credentials: &credentials,
        };
        let aws = call(&Sweep::Aws, &place, ALL);
        assert_eq!((aws.program, aws.args), ("/mayfly".into(), vec!["sweep-aws".to_owned()]));
        let names: Vec<&str> = aws.env.keys().map(String::as_str).collect();
        assert_eq!(names, ["HOME", "KEY", "MAYFLY_INSTALLATION", "PATH"]);
        assert_eq!(aws.env["PATH"], "/bin");
        let own = Sweep::Command(vec!["sh".into(), "sweep.sh".into()]);
        let own = call(&own, &place, Wanted { environment: Some("calm"), ..ALL });
        assert_eq!((own.program, own.args), ("sh".into(), vec!["sweep.sh".to_owned()]));
        assert_eq!(own.env["MAYFLY_ENVIRONMENT"], "calm");
    }
}
