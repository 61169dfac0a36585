//! Settings of plan scanners.

use std::path::PathBuf;
use std::time::Duration;

use super::read::Reader;
use super::span;
use crate::domain::Span;
use crate::domain::scan::{Weighing, Weight};

/// One scanner, where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanner {
    /// A path, or a name on the PATH.
    pub program: PathBuf,
    pub weighing: Weighing,
    /// Who may go past what it denies; nobody, where the list is empty.
    pub overridable_by: Vec<String>,
    /// How long it may take; real time.
    pub time: Duration,
}

/// Reads `[policies.checkov]` or `[policies.trivy]`.
pub(super) fn read(r: &mut Reader, name: &str) -> Option<Scanner> {
    let key = |last: &str| format!("policies.{name}.{last}");
    let program = r.path(&key("program"));
    let mut weighing = Weighing::default();
    let mut named: Vec<String> = Vec::new();
    for weight in Weight::ALL {
        let key = key(weight.as_str());
        for one in r.list(&key).unwrap_or_default() {
            if named.contains(&one) {
                r.wrong(&key, &format!("`{one}` is in two lists"), "keep it in one of them");
            }
            if let Err(why) = weighing.set(&one, *weight) {
                let hint =
                    "write critical, high, medium, low, unknown, or a check such as CKV_AWS_18";
                r.wrong(&key, &why, hint);
            }
            named.push(one);
        }
    }
    let overridable_by = r.list(&key("overridable_by"));
    for selector in overridable_by.iter().flatten() {
        let kind = selector.split_once(':').map_or("", |(kind, _)| kind);
        if !["role", "team", "group", "user"].contains(&kind) {
            let problem = format!("`{selector}` names nobody");
            r.wrong(&key("overridable_by"), &problem, "write role:…, team:…, group:S… or user:U…");
        }
    }
    let time = span(r, &key("time"), Span::seconds(60));
    let program = match program {
        Some(program) if !program.as_os_str().is_empty() => program,
        _ => {
            // Whoever says what is to be denied believes that somebody looks.
            if !named.is_empty() || overridable_by.is_some() {
                let hint = format!("write program = \"{name}\", or a path");
                r.wrong(&key("program"), "it is not said which program looks at plans", &hint);
            }
            return None;
        }
    };
    let overridable_by = overridable_by.unwrap_or_else(|| vec!["role:operator".to_owned()]);
    Some(Scanner { program, weighing, overridable_by, time })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::with;
    use crate::domain::scan::Severity;

    #[test]
    fn nothing_is_scanned_unless_it_is_said() {
        let policies = with("", &[]).expect("reads").policies;
        assert_eq!((policies.checkov, policies.trivy), (None, None));
    }

    #[test]
    fn a_scanner_is_named_with_what_becomes_of_what_it_finds() {
        let toml = "[policies.checkov]\nprogram = \"/opt/checkov/bin/checkov\"\ndeny = [\"CKV_AWS_18\"]\n\
                    warn = [\"high\"]\nignore = [\"unknown\", \"CKV_AWS_144\"]\noverridable_by = []\ntime = \"2m\"\n";
        let environment = [("MAYFLY_POLICIES_TRIVY_PROGRAM", "trivy")];
        let policies = with(toml, &environment).expect("reads").policies;
        let checkov = policies.checkov.expect("it is named");
        assert_eq!(checkov.program, PathBuf::from("/opt/checkov/bin/checkov"));
        assert_eq!((checkov.overridable_by.len(), checkov.time), (0, Duration::from_secs(120)));
        for (check, severity, weight) in [
            ("CKV_AWS_18", Severity::Unknown, Weight::Deny),
            ("CKV_AWS_144", Severity::Critical, Weight::Ignore),
            ("CKV_AWS_1", Severity::High, Weight::Warn),
            ("CKV_AWS_1", Severity::Critical, Weight::Deny),
            ("CKV_AWS_1", Severity::Unknown, Weight::Ignore),
        ] {
            assert_eq!(checkov.weighing.of(check, severity), weight, "{check} {severity}");
        }
        let trivy = policies.trivy.expect("it is named");
        assert_eq!(trivy.program, PathBuf::from("trivy"));
        assert_eq!(trivy.overridable_by, ["role:operator"]);
        assert_eq!((trivy.time, trivy.weighing), (Duration::from_secs(60), Weighing::default()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let toml = "[policies.checkov]\nprogram = \"checkov\"\ndeny = [\"hgih\", \"low\"]\n\
                    warn = [\"low\"]\noverridable_by = [\"carol\"]\ntime = \"0s\"\n\
                    [policies.trivy]\ndeny = [\"high\"]\n";
        let errors = with(toml, &[]).expect_err("nothing of it can be meant");
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        for part in [
            "mayfly.toml:3: policies.checkov.deny",
            "`hgih` is neither",
            "`low` is in two lists",
            "`carol` names nobody",
            "policies.checkov.time",
            "policies.trivy.program",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert_eq!(errors.len(), 5, "{text}");
    }
}
